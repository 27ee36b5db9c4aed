/** The configuration by itself: its form, its types, and the tests that it brings along. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../support/terraform/blocks.ts';
import { configuration, emptyProject } from '../support/terraform/deployment.ts';
import { openTerraform, type Terraform } from '../support/terraform/terraform-cli.ts';
import { startProviderServer } from './provider/provider-server.ts';
import { readProviderSchemas } from './provider/schema.ts';

const folders = (name: string): string[] =>
  readdirSync(join(configuration, name)).map((entry) => join(configuration, name, entry));
const modules = folders('modules');
const examples = folders('examples');
const named = (folder: string): string => relative(configuration, folder) || 'the root module';

let servers: { name: string; port: number; close(): void }[] = [];
beforeAll(async () => {
  const cloud = emptyProject();
  servers = await Promise.all(
    Object.entries(readProviderSchemas()).map(async ([name, schema]) => ({
      name,
      ...(await startProviderServer(schema, cloud)),
    })),
  );
});
afterAll(() => {
  for (const server of servers) server.close();
});

async function within(folder: string, work: (terraform: Terraform) => Promise<void>) {
  const terraform = openTerraform({
    configuration: folder,
    providers: Object.fromEntries(servers.map(({ name, port }) => [name, port])),
  });
  try {
    await terraform.must('init', '-backend=false', '-no-color');
    await work(terraform);
  } finally {
    terraform.close();
  }
}

describe('the configuration', () => {
  it('is formatted as Terraform formats it', async () => {
    await within(configuration, async (terraform) => {
      const { output } = await terraform.run('fmt', '-check', '-recursive', '-diff', '-no-color');
      expect(output).toBe('');
    });
  });

  it.each([...examples, ...modules, configuration].map((folder) => [named(folder), folder]))(
    'is valid: %s',
    async (_, folder) => {
      await within(folder, async (terraform) => {
        const output = await terraform.must('validate', '-no-color');
        expect(output).toContain('The configuration is valid');
        expect(output).not.toContain('Warning');
      });
    },
  );

  it.each([...modules, configuration].map((folder) => [named(folder), folder]))(
    'passes its own tests: %s',
    async (_, folder) => {
      await within(folder, async (terraform) => {
        const { status, output } = await terraform.run('test', '-no-color');
        expect(status, output).toBe(0);
        expect(output).toMatch(/Success! [1-9]\d* passed, 0 failed/);
      });
    },
  );
});

describe.each([...modules, configuration].map((folder) => [named(folder), folder]))(
  'of %s',
  (_, folder) => {
    const variables = blocksOf(join(folder, 'variables.tf'), 'variable');
    const outputs = blocksOf(join(folder, 'outputs.tf'), 'output');

    it('variables and outputs are sorted, typed and described', () => {
      for (const blocks of [variables, outputs]) {
        expect([...blocks.keys()]).toEqual([...blocks.keys()].sort());
        for (const [name, body] of blocks) expect(body, name).toMatch(/^ {2}description += "\S/m);
      }
      for (const [name, body] of variables) expect(body, name).toMatch(/^ {2}type += /m);
    });

    it('every rule for a value has a test that breaks it', () => {
      const tests = readdirSync(join(folder, 'tests'))
        .filter((file) => file.endsWith('.tftest.hcl'))
        .map((file) => readFileSync(join(folder, 'tests', file), 'utf8'))
        .join('\n');
      const failures = tests.match(/expect_failures = \[[^\]]*\]/g) ?? [];
      for (const [name, body] of variables) {
        const rules = body.match(/^ {2}validation \{/gm)?.length ?? 0;
        const broken = failures.filter((list) => new RegExp(`var\\.${name}\\b`).test(list));
        expect(broken.length, name).toBeGreaterThanOrEqual(rules);
      }
    });
  },
);
