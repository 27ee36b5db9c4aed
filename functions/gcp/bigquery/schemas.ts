/** Tables as BigQuery's API describes them, and as we do. */
import { z } from 'zod';
import type {
  ColumnType,
  FoundColumn,
  FoundTable,
  TableColumn,
  TableSchema,
} from '../../ports/warehouse.ts';

/** The API answers with the names of legacy SQL and takes both. */
const types: Record<string, ColumnType> = {
  STRING: 'STRING',
  INTEGER: 'INT64',
  INT64: 'INT64',
  FLOAT: 'FLOAT64',
  FLOAT64: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  BOOLEAN: 'BOOL',
  BOOL: 'BOOL',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
};

export const field = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().default('NULLABLE'),
});
export type Field = z.infer<typeof field>;

export const tableResource = z.object({
  schema: z.object({ fields: z.array(field).default([]) }).default({ fields: [] }),
  timePartitioning: z.object({ type: z.string(), field: z.string().optional() }).optional(),
  clustering: z.object({ fields: z.array(z.string()) }).optional(),
  location: z.string().optional(),
});
export type TableResource = z.infer<typeof tableResource>;

/** A column in our terms; undefined for a type that we do not use. */
export function columnOf({ name, type, mode }: Field): TableColumn | undefined {
  const known = types[type];
  if (known === undefined) return undefined;
  if (mode === 'REPEATED') {
    if (known !== 'INT64' && known !== 'FLOAT64') return undefined;
    return { name, type: `ARRAY<${known}>` };
  }
  return { name, type: known, ...(mode === 'REQUIRED' && { required: true }) };
}

/** Columns of a table; types that we do not use are left out. */
export const columnsOf = ({ schema }: TableResource): TableColumn[] =>
  schema.fields.flatMap((one) => columnOf(one) ?? []);

/** GoogleSQL's names, where legacy SQL has another. */
const standardNames: Record<string, string> = { RECORD: 'STRUCT' };

/** Columns of types that we do not use, as GoogleSQL names them. */
const othersOf = ({ schema }: TableResource): FoundColumn[] =>
  schema.fields
    .filter((one) => columnOf(one) === undefined)
    .map(({ name, type, mode }) => {
      const item = types[type] ?? standardNames[type] ?? type;
      return { name, type: mode === 'REPEATED' ? `ARRAY<${item}>` : item };
    });

/** A table in our terms: partitions count where they are daily ones of a column. */
export function foundTable(table: TableResource): FoundTable {
  const { timePartitioning: partition, clustering, location = null } = table;
  return {
    columns: columnsOf(table),
    others: othersOf(table),
    location,
    ...(partition?.type === 'DAY' && partition.field ? { partition: partition.field } : {}),
    ...(clustering === undefined ? {} : { cluster: clustering.fields }),
  };
}

/** The body of a request that creates a table. */
export function createBody(schema: TableSchema): {
  schema: { fields: { name: string; type: string; mode: string; description?: string }[] };
  timePartitioning?: { type: string; field: string };
  clustering?: { fields: string[] };
} {
  const { columns, partition, cluster = [] } = schema;
  return {
    schema: {
      fields: columns.map(({ name, type, required, description }) => {
        const item = /^ARRAY<(.*)>$/.exec(type)?.[1];
        return {
          name,
          type: item ?? type,
          mode: item ? 'REPEATED' : required ? 'REQUIRED' : 'NULLABLE',
          ...(description === undefined ? {} : { description }),
        };
      }),
    },
    ...(partition === undefined ? {} : { timePartitioning: { type: 'DAY', field: partition } }),
    ...(cluster.length === 0 ? {} : { clustering: { fields: [...cluster] } }),
  };
}

/** A form in which equal schemas are equal texts; a column that we do not use keeps its type's name. */
function canonical(
  fields: readonly { name: string; type: string; mode: string }[],
  partition: string | undefined,
  cluster: readonly string[],
): string {
  const columns = fields.map(({ name, type, mode }) => [name, types[type] ?? type, mode]);
  return JSON.stringify([columns, partition ?? null, cluster]);
}

/** The schema of a table that is there, to be compared. */
export const comparableTable = ({ schema, timePartitioning, clustering }: TableResource): string =>
  canonical(
    schema.fields,
    timePartitioning && `${timePartitioning.type} ${timePartitioning.field ?? ''}`,
    clustering?.fields ?? [],
  );

/** The same of a table to be created. */
export function comparableSchema(schema: TableSchema): string {
  const { schema: made, timePartitioning, clustering } = createBody(schema);
  return canonical(
    made.fields,
    timePartitioning && `${timePartitioning.type} ${timePartitioning.field}`,
    clustering?.fields ?? [],
  );
}
