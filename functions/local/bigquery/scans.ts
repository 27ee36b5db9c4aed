/**
 * What a query reads of which tables: BigQuery bills by columns and partitions, and some tables
 * may only be read with a filter on their partitions.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { quoted } from '../googlesql/duckdb-text.ts';
import { type Dataset, type Datasets, nameOf, type StoredTable } from './datasets.ts';
import { BigQueryFailure } from './errors.ts';

interface PlanNode {
  children: PlanNode[];
  extra_info: Record<string, unknown>;
}
const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    children: z.array(planNode).default([]),
    extra_info: z.record(z.string(), z.unknown()).default({}),
  }),
);

/** One table, read once. */
export interface Scan {
  table: StoredTable;
  columns: string[];
  /** A condition on the partition's column, as SQL. */
  partitions: string | undefined;
  /** Rows are left out by nothing else: whole partitions are read. */
  isWhole: boolean;
}

const megabyte = 1 << 20;
/** Any table that is read at all is billed for this much. */
const leastBilled = 10 * megabyte;

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string' && one !== '');

/**
 * Tables that a statement for DuckDB names, read or not: those that a plan has no use for, too.
 * @throws BigQueryFailure `notFound` for one that is not there, or whose time is over
 */
export async function tablesOf(
  connection: DuckDBConnection,
  datasets: Datasets,
  statement: string,
): Promise<StoredTable[]> {
  const tables: StoredTable[] = [];
  for (const name of connection.getTableNames(statement, true)) {
    const found = tableOf(datasets, name);
    if (found) tables.push(await datasets.require(connection, found.dataset, found.tableId));
  }
  return tables;
}

/** The scans of a statement for DuckDB, from its plan. */
export async function scansOf(
  connection: DuckDBConnection,
  datasets: Datasets,
  statement: string,
): Promise<Scan[]> {
  const reader = await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${statement}`);
  const plan = z.array(planNode).parse(JSON.parse(String(reader.getRows()[0]?.[1])));
  const scans: Scan[] = [];
  const visit = async (node: PlanNode, isFiltered: boolean): Promise<void> => {
    const [name] = texts(node.extra_info.Table);
    const found = name === undefined ? undefined : tableOf(datasets, name);
    if (found) {
      const table = await datasets.require(connection, found.dataset, found.tableId);
      const filters = texts(node.extra_info.Filters);
      const read = new Set(texts(node.extra_info.Projections).map(unquoted));
      for (const { name: column } of table.schema.columns) {
        const word = new RegExp(`(^|[^\\w"])"?${column}"?\\b`);
        if (filters.some((filter) => word.test(filter))) read.add(column);
      }
      const columns = table.schema.columns.map(({ name: column }) => column);
      const partitions = partitionFilter(table, filters);
      scans.push({
        table,
        columns: columns.filter((column) => read.has(column)),
        partitions,
        isWhole: !isFiltered && filters.every((filter) => filter === partitions),
      });
    }
    const filters = isFiltered || 'Expression' in node.extra_info;
    for (const child of node.children) await visit(child, filters);
  };
  for (const node of plan) await visit(node, false);
  return scans;
}

/**
 * `catalog.schema.table` or less of it, with quotes around what DuckDB takes for a word of its own,
 * and maybe the name that a statement gives it.
 */
function tableOf(
  datasets: Datasets,
  name: string,
): { dataset: Dataset; tableId: string } | undefined {
  const path = name.replace(/ AS ("(?:[^"]|"")*"|\w+)$/i, '');
  const parts = [...path.matchAll(/"(?:[^"]|"")*"|[^."]+/g)].map(([part]) => unquoted(part));
  const tableId = parts.at(-1);
  const dataset = datasets.ofSchema(parts.at(-2) ?? 'main');
  return dataset && tableId !== undefined ? { dataset, tableId } : undefined;
}

const unquoted = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;

function partitionFilter({ schema }: StoredTable, filters: readonly string[]): string | undefined {
  const { partition } = schema;
  if (partition === undefined) return undefined;
  const one = `"?${partition}"?\\s*(=|<=|>=|<|>)\\s*'\\d{4}-\\d\\d-\\d\\d'::DATE`;
  return filters.find((filter) => new RegExp(`^${one}( AND ${one})*$`).test(filter));
}

/** @throws BigQueryFailure where a table must not be read without naming partitions */
export function assertPartitionFilters(scans: readonly Scan[]): void {
  for (const { table, partitions } of scans) {
    if (!table.requirePartitionFilter || partitions !== undefined) continue;
    const { projectId, datasetId } = table.dataset;
    throw new BigQueryFailure(
      'invalidQuery',
      `Cannot query over table '${projectId}.${datasetId}.${table.tableId}' without a filter over column(s) '${table.schema.partition}' that can be used for partition elimination`,
    );
  }
}

/** By GoogleSQL's name: tables of the team's have more types than ours. */
const fixedBytes: Record<string, number> = {
  INT64: 8,
  FLOAT64: 8,
  NUMERIC: 16,
  BOOL: 1,
  DATE: 8,
  TIMESTAMP: 8,
  DATETIME: 8,
};

/** Logical bytes of a column: https://docs.cloud.google.com/bigquery/pricing#data */
function bytesOf(name: string, type: string): string {
  const fixed = fixedBytes[type];
  if (fixed !== undefined) return `COUNT(${quoted(name)}) * ${fixed}`;
  const item = fixedBytes[/^ARRAY<(.+)>$/.exec(type)?.[1] ?? ''];
  if (item !== undefined) return `COALESCE(SUM(len(${quoted(name)}) * ${item}), 0)`;
  return `COALESCE(SUM(strlen(CAST(${quoted(name)} AS VARCHAR)) + 2), 0)`;
}

export interface Bytes {
  processed: number;
  billed: number;
}

export async function bytesOfScans(
  connection: DuckDBConnection,
  scans: readonly Scan[],
): Promise<Bytes> {
  const byTable = new Map<string, number>();
  for (const { table, columns, partitions } of scans) {
    if (columns.length === 0) continue;
    const name = nameOf(table.dataset, table.tableId);
    const sizes = table.schema.columns
      .filter((column) => columns.includes(column.name))
      .map((column) => bytesOf(column.name, column.type));
    const where = partitions === undefined ? '' : ` WHERE ${partitions}`;
    const reader = await connection.runAndReadAll(
      `SELECT CAST(${sizes.join(' + ')} AS BIGINT) FROM ${name}${where}`,
    );
    byTable.set(name, (byTable.get(name) ?? 0) + Number(reader.getRows()[0]?.[0] ?? 0));
  }
  const sizes = [...byTable.values()];
  return {
    processed: sizes.reduce((sum, bytes) => sum + bytes, 0),
    billed: sizes.reduce(
      (sum, bytes) => sum + Math.max(leastBilled, Math.ceil(bytes / megabyte) * megabyte),
      0,
    ),
  };
}

/** @throws BigQueryFailure `bytesBilledLimitExceeded` */
export function assertWithinLimit({ billed }: Bytes, limit: string | undefined): void {
  if (limit === undefined || billed <= Number(limit)) return;
  throw new BigQueryFailure(
    'bytesBilledLimitExceeded',
    `Query exceeded limit for bytes billed: ${limit}. ${billed} or higher required.`,
  );
}
