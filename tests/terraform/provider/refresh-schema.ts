/**
 * Writes the provider schema that the tests use, afresh:
 *
 *     terraform -chdir=terraform init && node tests/terraform/provider/refresh-schema.ts
 *
 * needs Terraform's registry for `init`. `--from FILE` takes the output of
 * `terraform providers schema -json` instead.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { AttributeSchema, BlockSchema, ProviderSchema, TypeSchema } from './schema.ts';
import { schemaFile } from './schema.ts';

const terraform = fileURLToPath(new URL('../../../terraform', import.meta.url));
const registry = 'registry.terraform.io/hashicorp/';
const flags = ['required', 'optional', 'computed', 'sensitive', 'write_only'] as const;

function printedSchema(from: string | undefined): Record<string, ProviderSchema> {
  const text = from
    ? readFileSync(from, 'utf8')
    : execFileSync('terraform', [`-chdir=${terraform}`, 'providers', 'schema', '-json'], {
        encoding: 'utf8',
        maxBuffer: 1 << 30,
      });
  return (JSON.parse(text) as { provider_schemas: Record<string, ProviderSchema> })
    .provider_schemas;
}

function usedTypes(kind: 'resource' | 'data'): Set<string> {
  const declared = new RegExp(`^${kind} "(google_\\w+)"`, 'gm');
  const files = globSync('**/*.tf', { cwd: terraform });
  return new Set(
    files.flatMap((file) =>
      [...readFileSync(`${terraform}/${file}`, 'utf8').matchAll(declared)].map(
        ([, type]) => type ?? '',
      ),
    ),
  );
}

function reducedBlock({ attributes = {}, block_types = {} }: BlockSchema): BlockSchema {
  return {
    attributes: Object.fromEntries(
      Object.entries(attributes)
        .filter(([name]) => !name.endsWith('_custom_endpoint'))
        .map(([name, attribute]): [string, AttributeSchema] => [
          name,
          {
            type: attribute.type,
            ...Object.fromEntries(
              flags.filter((flag) => attribute[flag]).map((flag) => [flag, true]),
            ),
          },
        ]),
    ),
    block_types: Object.fromEntries(
      Object.entries(block_types).map(([name, { nesting_mode, min_items, max_items, block }]) => [
        name,
        {
          nesting_mode,
          ...(min_items ? { min_items } : {}),
          ...(max_items ? { max_items } : {}),
          block: reducedBlock(block),
        },
      ]),
    ),
  };
}

function reducedTypes(
  schemas: Record<string, TypeSchema> | undefined,
  used: ReadonlySet<string>,
): Record<string, TypeSchema> {
  return Object.fromEntries(
    Object.entries(schemas ?? {})
      .filter(([type]) => used.has(type))
      .map(([type, { version, block }]) => [type, { version, block: reducedBlock(block) }]),
  );
}

/** One line a type, so that a change of the provider reads as one. */
function lines(types: Record<string, TypeSchema>): string {
  const printed = Object.entries(types).map(
    ([type, schema]) => `${JSON.stringify(type)}: ${JSON.stringify(schema)}`,
  );
  return printed.length === 0 ? '{}' : `{\n${printed.join(',\n')}\n}`;
}

const { values: options } = parseArgs({ options: { from: { type: 'string' } } });
const schemas = printedSchema(options.from);
const providers = ['google', 'google-beta'].map((name) => {
  const schema = schemas[registry + name];
  if (!schema) throw new Error(`The schema holds no provider ${registry}${name}.`);
  const resources = reducedTypes(schema.resource_schemas, usedTypes('resource'));
  // google-beta repeats what google has; only what google lacks is taken from it.
  const known = schemas[`${registry}google`]?.resource_schemas ?? {};
  const own =
    name === 'google'
      ? resources
      : Object.fromEntries(Object.entries(resources).filter(([type]) => !known[type]));
  const provider = { version: 0, block: reducedBlock(schema.provider.block) };
  return `"${name}": {
"provider": ${JSON.stringify(provider)},
"resource_schemas": ${lines(own)},
"data_source_schemas": ${lines(reducedTypes(schema.data_source_schemas, usedTypes('data')))}
}`;
});
writeFileSync(schemaFile, `{\n${providers.join(',\n')}\n}\n`);
