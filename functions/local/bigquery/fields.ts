/** Schemas of tables and results as BigQuery's API has them. */
import { z } from 'zod';
import type { ColumnType, TableColumn, TableSchema } from '../../ports/warehouse.ts';
import type { StoredTable } from './datasets.ts';
import { invalid, notServed } from './errors.ts';

/** The API answers with the names of legacy SQL. */
const legacy: Partial<Record<ColumnType, string>> = {
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  BOOL: 'BOOLEAN',
};
const standard: Record<string, ColumnType> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
};
const scalars = new Set<string>([
  'STRING',
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BOOL',
  'DATE',
  'TIMESTAMP',
]);
const clusterable = new Set<string>(['STRING', 'INT64', 'NUMERIC', 'BOOL', 'DATE', 'TIMESTAMP']);
const mostClusters = 4;

const field = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,299}$/),
  type: z.string(),
  mode: z.enum(['NULLABLE', 'REQUIRED', 'REPEATED']).default('NULLABLE'),
  description: z.string().optional(),
});

const itemOf = (type: ColumnType): string | undefined => /^ARRAY<(.*)>$/.exec(type)?.[1];

export interface ApiField {
  name: string;
  type: string;
  mode: string;
  description?: string;
}

export function fieldOf({ name, type, required, description }: TableColumn): ApiField {
  const item = itemOf(type);
  const scalar = (item ?? type) as ColumnType;
  return {
    name,
    type: legacy[scalar] ?? scalar,
    mode: item ? 'REPEATED' : required ? 'REQUIRED' : 'NULLABLE',
    ...(description === undefined ? {} : { description }),
  };
}

function columnOf(given: unknown): TableColumn {
  const { name, type: named, mode, description } = parse(field, given, 'schema.fields');
  const type = standard[named.toUpperCase()] ?? named.toUpperCase();
  if (!scalars.has(type)) throw notServed(`${named}, the type of field ${name}`);
  if (mode === 'REPEATED' && type !== 'INT64' && type !== 'FLOAT64') {
    throw notServed(`Repeated ${named}, the type of field ${name}`);
  }
  return {
    name,
    type: (mode === 'REPEATED' ? `ARRAY<${type}>` : type) as ColumnType,
    ...(mode === 'REQUIRED' && { required: true }),
    ...(description === undefined ? {} : { description }),
  };
}

/**
 * @throws BigQueryFailure `invalid` saying which part of a request is wrong, `notImplemented` naming
 *   one that is not served
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw notServed([what, ...issue.path, issue.keys.join(', ')].join('.'));
  }
  throw invalid(
    `Invalid value at '${[what, ...(issue?.path ?? [])].join('.')}': ${issue?.message}`,
  );
}

const partitioning = z.strictObject({ type: z.literal('DAY'), field: z.string() });
const clustering = z.strictObject({ fields: z.array(z.string()).min(1).max(mostClusters) });

/** A schema as a request gives it. @throws BigQueryFailure `invalid` as BigQuery refuses it */
export function schemaOfRequest(request: {
  schema?: unknown;
  timePartitioning?: unknown;
  clustering?: unknown;
}): TableSchema {
  const { fields } = parse(
    z.object({ fields: z.array(z.unknown()).min(1) }),
    request.schema,
    'schema',
  );
  const columns = fields.map(columnOf);
  const types = new Map<string, ColumnType>();
  for (const { name, type } of columns) {
    // Names differ in more than their case.
    if (types.has(name.toLowerCase())) throw invalid(`Duplicate field name: ${name}`);
    types.set(name.toLowerCase(), type);
  }
  const schema: TableSchema = { columns };
  if (request.timePartitioning !== undefined) {
    const { field: name } = parse(partitioning, request.timePartitioning, 'timePartitioning');
    const type = types.get(name.toLowerCase());
    if (type !== 'DATE') {
      throw invalid(
        `The field specified for partitioning must be a DATE here: ${name} is ${type ?? 'not there'}.`,
      );
    }
    schema.partition = name;
  }
  if (request.clustering !== undefined) {
    schema.cluster = clusteringOf(request.clustering, types);
  }
  return schema;
}

/** @throws BigQueryFailure `invalid` for columns that cannot be clustered by */
export function clusteringOf(given: unknown, types: ReadonlyMap<string, ColumnType>): string[] {
  const { fields } = parse(clustering, given, 'clustering');
  for (const name of fields) {
    const type = types.get(name.toLowerCase());
    if (type === undefined || !clusterable.has(type)) {
      throw invalid(`Entity ${name} cannot be clustered by: it is ${type ?? 'not in the schema'}.`);
    }
  }
  return fields;
}

/** The table resource, without its size. */
export function tableResource(table: StoredTable): Record<string, unknown> {
  const { dataset, tableId, schema, ...rest } = table;
  const { projectId, datasetId, location } = dataset;
  const { columns, partition, cluster = [] } = schema;
  return {
    kind: 'bigquery#table',
    id: `${projectId}:${datasetId}.${tableId}`,
    tableReference: { projectId, datasetId, tableId },
    schema: { fields: columns.map(fieldOf) },
    type: 'TABLE',
    location,
    ...(partition === undefined ? {} : { timePartitioning: { type: 'DAY', field: partition } }),
    ...(cluster.length === 0 ? {} : { clustering: { fields: cluster } }),
    ...rest,
  };
}
