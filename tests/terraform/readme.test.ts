/** What operators read agrees with what is there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, rowsOf } from '../support/terraform/blocks.ts';
import {
  configuration,
  type Deployment,
  largest,
  openDeployment,
} from '../support/terraform/deployment.ts';
import { textIn } from './provider/values.ts';

const text = readFileSync(join(configuration, 'README.md'), 'utf8');

/** Rows of the first table below a heading, without its head. */
function tableBelow(heading: string): string[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2);
}
const firstCell = (row: string): string => row.split('|')[1]?.trim() ?? '';

describe('the README', () => {
  it('lists the inputs as variables.tf has them', () => {
    expect(tableBelow('Inputs')).toEqual(rowsOf(join(configuration, 'variables.tf'), 'variable'));
  });

  it('lists the outputs as outputs.tf has them', () => {
    expect(tableBelow('Outputs')).toEqual(rowsOf(join(configuration, 'outputs.tf'), 'output'));
  });

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    for (const link of links) expect(() => readFileSync(join(configuration, link))).not.toThrow();
    const headings = new Set(
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const inside = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(inside.filter((anchor) => !headings.has(anchor))).toEqual([]);
  });
});

describe('of what is deployed, the README', () => {
  let deployed: Deployment;
  beforeAll(async () => {
    deployed = await openDeployment({ variables: largest });
    await deployed.apply();
  });
  afterAll(() => deployed?.close());

  it('says of every alert what it means and what to do', () => {
    const names = deployed.cloud
      .all('google_monitoring_alert_policy')
      .map(({ values }) => textIn(values, 'display_name').replace(/^[\w-]+: /, ''));
    const rows = tableBelow('Alerts');
    expect(rows.map((row) => firstCell(row).replaceAll('`', '')).sort()).toEqual(
      [...new Set(names)].sort(),
    );
    for (const row of rows) {
      for (const cell of row.split('|').slice(2, 4)) expect(cell.trim().length).toBeGreaterThan(30);
    }
  });

  it('begins with variables that are understood', async () => {
    const [, written = ''] =
      /cat > terraform\/terraform\.tfvars <<'END'\n([\s\S]*?)\nEND\n/.exec(text) ?? [];
    const { terraform } = deployed;
    const file = join(terraform.folder, 'quick-start.tfvars');
    writeFileSync(file, written);
    const printed = await terraform.must('plan', `-var-file=${file}`, '-no-color');
    expect(printed).toMatch(/"KENKO_API_OPERATORS" += "user:ken\.mori@acme\.example"/);
    expect(printed).toMatch(/api_url +=.* "https:\/\/kenko\.acme\.example"/);
    expect(printed).not.toContain('Warning: Value for undeclared variable');
  });

  it('names every setting of access, and no other', () => {
    const body = blocksOf(join(configuration, 'variables.tf'), 'variable').get('api_access') ?? '';
    const settings = [...body.matchAll(/^ {4}(\w+) += optional/gm)].map(([, name]) => name);
    const rows = text.split('\n| setting | what it says |\n')[1]?.split('\n\n')[0] ?? '';
    const named = rows.split('\n').flatMap((row) => firstCell(row).match(/\w+/g) ?? []);
    expect(named.sort()).toEqual(settings);
  });

  it('says of every function what it may touch', () => {
    const functions = deployed.cloud
      .all('google_cloudfunctions2_function')
      .map(({ values }) => `\`${textIn(values, 'name').replace('kenko-', '')}\``);
    const rows = tableBelow('What it can touch').map(firstCell);
    expect(rows.filter((row) => functions.includes(row)).sort()).toEqual(functions.sort());
  });

  it('names every API that has to be enabled', () => {
    for (const api of deployed.cloud.apis)
      expect(text).toContain(api.replace('.googleapis.com', ''));
  });
});
