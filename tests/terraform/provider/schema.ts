/**
 * What Google's provider says of its resources (`terraform providers schema -json`), reduced by
 * `refresh-schema.ts` to names, types and flags of those that `terraform/` uses.
 */
import { readFileSync } from 'node:fs';

/** A Terraform type as JSON has it: `"string"`, `["map", "string"]`. */
export type TypeJson = string | readonly [string, TypeJson | Record<string, TypeJson>];

export interface AttributeSchema {
  type: TypeJson;
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  sensitive?: boolean;
  write_only?: boolean;
}

export interface NestedBlockSchema {
  nesting_mode: 'single' | 'list' | 'set';
  block: BlockSchema;
  min_items?: number;
  max_items?: number;
}

export interface BlockSchema {
  attributes?: Record<string, AttributeSchema>;
  block_types?: Record<string, NestedBlockSchema>;
}

export interface TypeSchema {
  version: number;
  block: BlockSchema;
}

export interface ProviderSchema {
  provider: TypeSchema;
  resource_schemas: Record<string, TypeSchema>;
  data_source_schemas: Record<string, TypeSchema>;
}

export const schemaFile = new URL(
  '../../support/fixtures/google-provider-schema.json',
  import.meta.url,
);

/** By provider: `google` and `google-beta`. */
export function readProviderSchemas(): Record<string, ProviderSchema> {
  return JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, ProviderSchema>;
}

const nestingModes = { single: 1, list: 2, set: 3 } as const;

function blockMessage({ attributes = {}, block_types = {} }: BlockSchema): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block_types).map(([name, nested]) => ({
      type_name: name,
      nesting: nestingModes[nested.nesting_mode],
      block: blockMessage(nested.block),
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}

function typeMessage({ version, block }: TypeSchema): object {
  return { version, block: blockMessage(block) };
}

function typeMessages(schemas: Record<string, TypeSchema>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schemas).map(([type, schema]) => [type, typeMessage(schema)]),
  );
}

/** The schema as the plugin protocol sends it. */
export function schemaMessage(schema: ProviderSchema): object {
  return {
    provider: typeMessage(schema.provider),
    resource_schemas: typeMessages(schema.resource_schemas),
    data_source_schemas: typeMessages(schema.data_source_schemas),
  };
}
