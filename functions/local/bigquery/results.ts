/**
 * Results of queries, kept as tables of a database in memory, and rows of any table as the API
 * gives them: `{"f":[{"v":"1"},{"v":null},{"v":[{"v":"2"}]}]}`, made by DuckDB itself.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { ColumnType, TableColumn } from '../../ports/warehouse.ts';
import { quoted } from '../googlesql/duckdb-text.ts';
import { textsOf } from '../warehouse/read-texts.ts';
import { countRows } from '../warehouse/tables.ts';
import { BigQueryFailure, invalid } from './errors.ts';

export const resultsDatabase = 'bigquery_results';

/** Results kept, as BigQuery keeps them for a day; the oldest go first. */
const mostResults = 500;

/** Text of a value that is not NULL, without quotes. */
function printed(value: string, type: ColumnType, int64Timestamps: boolean): string {
  switch (type) {
    case 'FLOAT64':
      return `CASE WHEN isnan(${value}) THEN 'NaN' WHEN isinf(${value}) THEN CASE WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE CAST(${value} AS VARCHAR) END`;
    case 'NUMERIC':
      return `regexp_replace(CAST(CAST(${value} AS DECIMAL(38, 9)) AS VARCHAR), '\\.?0+$', '')`;
    case 'TIMESTAMP':
      return int64Timestamps
        ? `CAST(epoch_us(${value}) AS VARCHAR)`
        : `CAST(epoch_us(${value}) / 1e6 AS VARCHAR)`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}

function cellOf({ name, type }: TableColumn, int64Timestamps: boolean): string {
  const column = quoted(name);
  if (type === 'STRING') {
    return `COALESCE('{"v":' || CAST(to_json(${column}) AS VARCHAR) || '}', '{"v":null}')`;
  }
  const item = /^ARRAY<(.*)>$/.exec(type)?.[1] as ColumnType | undefined;
  if (item) {
    const items = `list_transform(${column}, lambda x: '{"v":"' || ${printed('x', item, int64Timestamps)} || '"}')`;
    // A NULL array is an empty one outside of a query.
    return `'{"v":[' || COALESCE(array_to_string(${items}, ','), '') || ']}'`;
  }
  return `COALESCE('{"v":"' || ${printed(column, type, int64Timestamps)} || '"}', '{"v":null}')`;
}

export interface PageRequest {
  /** As DuckDB takes it. */
  table: string;
  columns: readonly TableColumn[];
  from: number;
  maxResults: number | undefined;
  int64Timestamps: boolean;
  pageBytes: number;
}

/** Rows from a place on: as many as asked for, but no more than a page holds. */
export async function readPage(
  connection: DuckDBConnection,
  request: PageRequest,
): Promise<string[]> {
  const { table, columns, from, maxResults, int64Timestamps, pageBytes } = request;
  if (maxResults === 0) return [];
  const cells = columns.map((column) => cellOf(column, int64Timestamps));
  const limit = maxResults === undefined ? '' : ` LIMIT ${maxResults}`;
  const stream = await connection.stream(
    `SELECT '{"f":[' || ${cells.join(" || ',' || ")} || ']}' FROM ${table}${limit} OFFSET ${from}`,
  );
  const rows: string[] = [];
  let bytes = 0;
  for (let chunk = await stream.fetchChunk(); chunk?.rowCount; chunk = await stream.fetchChunk()) {
    for (const text of textsOf(duckdb.data_chunk_get_vector(chunk.chunk, 0), chunk.rowCount)) {
      const row = text ?? '';
      bytes += Buffer.byteLength(row) + 1;
      if (rows.length > 0 && bytes > pageBytes) {
        // A stream that is left early holds its transaction until another statement ends it.
        await connection.run('SELECT 1');
        return rows;
      }
      rows.push(row);
    }
  }
  return rows;
}

export interface KeptResult {
  table: string;
  columns: TableColumn[];
  rows: number;
}

/** Results of queries without a destination, by job. */
export class QueryResults {
  private readonly kept = new Map<string, KeptResult>();
  private last = 0;

  /** Runs the statement and keeps what it gives. */
  async keep(
    connection: DuckDBConnection,
    job: string,
    statement: string,
    columns: TableColumn[],
  ): Promise<KeptResult> {
    const table = `${resultsDatabase}.main.result_${++this.last}`;
    await connection.run(`CREATE TABLE ${table} AS ${statement}`);
    await refuseNullItems(connection, table, columns);
    const result = { table, columns, rows: await countRows(connection, table) };
    this.kept.set(job, result);
    for (const [oldest, { table: gone }] of [...this.kept].slice(0, -mostResults)) {
      this.kept.delete(oldest);
      await connection.run(`DROP TABLE ${gone}`);
    }
    return result;
  }

  get(job: string): KeptResult | undefined {
    return this.kept.get(job);
  }
}

/** @throws BigQueryFailure as BigQuery refuses to give or to store NULLs in arrays */
export async function refuseNullItems(
  connection: DuckDBConnection,
  table: string,
  columns: readonly TableColumn[],
): Promise<void> {
  for (const { name, type } of columns) {
    if (!type.startsWith('ARRAY')) continue;
    const reader = await connection.runAndReadAll(
      `SELECT 1 FROM ${table} WHERE len(${quoted(name)}) <> list_count(${quoted(name)}) LIMIT 1`,
    );
    if (reader.getRows().length === 0) continue;
    throw new BigQueryFailure(
      'invalidQuery',
      `Array cannot have a null element; error in writing field ${name}`,
    );
  }
}

/** An opaque place in a result. */
export const pageToken = (owner: string, row: number): string =>
  Buffer.from(JSON.stringify([owner, row])).toString('base64url');

/** @throws BigQueryFailure `invalid` for a token of another result */
export function rowOfToken(token: string, owner: string): number {
  try {
    const [of, row] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (of === owner && typeof row === 'number') return row;
  } catch {
    // Said below.
  }
  throw invalid('Invalid page token.');
}
