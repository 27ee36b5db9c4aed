/** Query jobs: GoogleSQL, translated and run by DuckDB. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { TableColumn } from '../../ports/warehouse.ts';
import { translateGoogleSql } from '../googlesql/translate.ts';
import { sameSchema } from '../warehouse/schemas.ts';
import { columnsOfQuery, countRows, orderedBy, typedQuery } from '../warehouse/tables.ts';
import { type Datasets, nameOf } from './datasets.ts';
import { asFailure, BigQueryFailure, invalid, notFound, notServed } from './errors.ts';
import { clusteringOf } from './fields.ts';
import { parametersOf, queryParameter } from './parameters.ts';
import { refuseNullItems } from './results.ts';
import {
  assertPartitionFilters,
  assertWithinLimit,
  type Bytes,
  bytesOfScans,
  scansOf,
  tablesOf,
} from './scans.ts';
import { assertNotStreamed, type StreamedRows } from './streamed.ts';

/** https://docs.cloud.google.com/bigquery/quotas#query_jobs */
const longestQuery = 1_024 * 1_024;
const mostParameters = 10_000;

/** Statements of GoogleSQL that nothing of ours makes, after comments. */
const unservedVerb =
  /^(?:\s|--[^\n]*\n|#[^\n]*\n|\/\*[\s\S]*?\*\/)*(INSERT|UPDATE|MERGE|TRUNCATE|CREATE|ALTER|DROP|BEGIN|DECLARE|SET|CALL|EXECUTE|EXPORT|LOAD|GRANT|REVOKE|ASSERT)\b/i;

const datasetReference = z.strictObject({
  projectId: z.string().optional(),
  datasetId: z.string(),
});
export const tableReference = z.strictObject({
  projectId: z.string(),
  datasetId: z.string(),
  tableId: z.string(),
});
export const createDisposition = z
  .enum(['CREATE_IF_NEEDED', 'CREATE_NEVER'])
  .default('CREATE_IF_NEEDED');
export const writeDisposition = z.enum(['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY']);

/** What jobs.query and jobs.insert both take. */
const common = {
  query: z.string().min(1),
  // Both default to legacy SQL.
  useLegacySql: z.literal(false),
  defaultDataset: datasetReference.optional(),
  maximumBytesBilled: z.string().regex(/^\d+$/).optional(),
  parameterMode: z.string().optional(),
  queryParameters: z.array(queryParameter).default([]),
  useQueryCache: z.boolean().optional(),
};

export const queryConfiguration = z.strictObject({
  ...common,
  destinationTable: tableReference.optional(),
  createDisposition,
  writeDisposition: writeDisposition.default('WRITE_EMPTY'),
  clustering: z.unknown().optional(),
  priority: z.enum(['INTERACTIVE', 'BATCH']).optional(),
});
export type QueryConfiguration = z.infer<typeof queryConfiguration>;

/** The body of jobs.query. */
export const queryRequest = z.strictObject({
  ...common,
  location: z.string().optional(),
  maxResults: z.int().min(0).optional(),
  timeoutMs: z.int().min(0).optional(),
  formatOptions: z.strictObject({ useInt64Timestamp: z.boolean().optional() }).optional(),
  requestId: z.string().optional(),
  jobCreationMode: z.enum(['JOB_CREATION_REQUIRED', 'JOB_CREATION_OPTIONAL']).optional(),
  labels: z.record(z.string(), z.string()).optional(),
});

export interface PreparedQuery {
  statementType: 'SELECT' | 'DELETE';
  /** For DuckDB. */
  statement: string;
  columns: TableColumn[];
  bytes: Bytes;
}

export interface QueryScope {
  datasets: Datasets;
  location: string;
  streamed: StreamedRows;
}

/**
 * Where names without a dataset belong.
 * @throws BigQueryFailure `notFound` where the default dataset is elsewhere
 */
function defaultSchema(
  { datasets, location }: QueryScope,
  { defaultDataset }: QueryConfiguration,
): string {
  if (defaultDataset === undefined) return emptySchema;
  const { projectId = datasets.projectId, datasetId } = defaultDataset;
  return datasets.getIn(location, projectId, datasetId).schema;
}

/** Where names are looked up that need a dataset and have none. */
export const emptySchema = 'kenko_no_dataset';

/**
 * Translates and plans; nothing is run.
 * @throws BigQueryFailure `invalid`, `invalidQuery`, `notFound`, `bytesBilledLimitExceeded`
 */
export async function prepareQuery(
  connection: DuckDBConnection,
  scope: QueryScope,
  configuration: QueryConfiguration,
): Promise<PreparedQuery> {
  const { datasets, location } = scope;
  assertSize(configuration);
  if (configuration.parameterMode?.toUpperCase() === 'POSITIONAL') {
    throw notServed('Positional parameters');
  }
  const verb = unservedVerb.exec(configuration.query)?.[1];
  if (verb !== undefined) throw notServed(`${verb.toUpperCase()} statements`);
  try {
    const parameters = parametersOf(configuration.queryParameters);
    const isDelete = /^\s*DELETE\s+FROM\b/i.test(configuration.query);
    // The rows to delete are those that the same conditions select.
    const sql = withPartedPaths(configuration.query).replace(
      /^\s*DELETE\s+FROM\b/i,
      'SELECT * FROM',
    );
    const schemas = new Map([...datasets.schemas, ['', defaultSchema(scope, configuration)]]);
    const translated = translateGoogleSql(sql, { parameters, schemas });
    const named = await tablesOf(connection, datasets, translated);
    const scans = await scansOf(connection, datasets, translated);
    for (const { dataset } of [...named, ...scans.map(({ table }) => table)]) {
      datasets.getIn(location, dataset.projectId, dataset.datasetId);
    }
    assertPartitionFilters(scans);
    // To drop partitions whole, none of their rows is read.
    const free = isDelete && scans.every(({ isWhole, partitions }) => isWhole && partitions);
    const bytes = free ? { processed: 0, billed: 0 } : await bytesOfScans(connection, scans);
    assertWithinLimit(bytes, configuration.maximumBytesBilled);
    if (isDelete) {
      for (const table of named) {
        await assertNotStreamed(connection, scope.streamed, table, translated);
      }
      const statement = translated.replace(/^SELECT \*/, 'DELETE');
      return { statementType: 'DELETE', statement, columns: [], bytes };
    }
    const columns = await columnsOfQuery(connection, translated);
    refuseTwins(columns);
    const statement = typedQuery(columns, translated);
    return { statementType: 'SELECT', statement, columns, bytes };
  } catch (error) {
    throw asFailure(error);
  }
}

/** A path may stand between two backticks as a whole, or each of its names. */
function withPartedPaths(sql: string): string {
  const tokens =
    /--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`([^`\n]+)`/g;
  return sql.replace(tokens, (token, path: string | undefined) =>
    path === undefined ? token : `\`${path.replaceAll('.', '`.`')}\``,
  );
}

/** @throws BigQueryFailure `invalid` for a text or parameters beyond what BigQuery takes */
function assertSize({ query, queryParameters }: QueryConfiguration): void {
  if (query.length > longestQuery) {
    throw invalid(
      'The query is too large. The maximum standard SQL query length is 1024.00K characters, including comments and white space characters.',
    );
  }
  if (queryParameters.length > mostParameters) {
    throw invalid(
      `Too many query parameters: ${queryParameters.length}; at most ${mostParameters} are allowed.`,
    );
  }
}

function refuseTwins(columns: readonly TableColumn[]): void {
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name.toLowerCase())) {
      throw new BigQueryFailure(
        'invalidQuery',
        `Duplicate column names in the result are not supported. Found duplicate(s): ${name}`,
      );
    }
    names.add(name.toLowerCase());
  }
}

/** Writes what a query gives into a table. Gives the rows. */
export async function writeQuery(
  connection: DuckDBConnection,
  { datasets, location }: QueryScope,
  configuration: QueryConfiguration,
  { statement, columns }: PreparedQuery,
): Promise<number> {
  const { destinationTable, createDisposition: create, writeDisposition: write } = configuration;
  if (destinationTable === undefined)
    throw invalid('Required parameter is missing: destinationTable');
  const { projectId, datasetId, tableId } = destinationTable;
  if (tableId.includes('$')) throw notServed('A query into a partition');
  const dataset = datasets.getIn(location, projectId, datasetId);
  const existing = await datasets.find(connection, dataset, tableId);
  if (!existing && create === 'CREATE_NEVER') {
    throw notFound(`Table ${projectId}:${datasetId}.${tableId}`);
  }
  if (write === 'WRITE_APPEND') throw notServed('WRITE_APPEND of a query');
  const types = new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]));
  const cluster =
    configuration.clustering === undefined ? [] : clusteringOf(configuration.clustering, types);
  const schema = { columns, cluster };
  if (existing) {
    const { partition, cluster: before = [] } = existing.schema;
    const same =
      partition === undefined &&
      sameSchema({ columns: [], cluster: before }, { columns: [], cluster });
    if (!same) {
      throw invalid(
        `Incompatible table partitioning specification. Destination table exists with clustering(${before.join(',')})${partition ? ` and partitioning(${partition})` : ''}, but transfer target partitioning specification is clustering(${cluster.join(',')}).`,
      );
    }
  }
  const name = nameOf(dataset, tableId);
  if (existing && write === 'WRITE_EMPTY' && (await countRows(connection, name)) > 0) {
    throw new BigQueryFailure(
      'duplicate',
      `Already Exists: Table ${projectId}:${datasetId}.${tableId}`,
    );
  }
  await connection.run(`CREATE OR REPLACE TABLE ${name} AS ${statement}${orderedBy(cluster)}`);
  await refuseNullItems(connection, name, columns);
  // What is replaced loses its end.
  await datasets.save(connection, { dataset, tableId, schema });
  return countRows(connection, name);
}
