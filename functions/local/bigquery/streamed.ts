/**
 * Rows that came by tabledata.insertAll: for a while no statement may change them, and no copy job
 * takes them along. https://docs.cloud.google.com/bigquery/docs/data-manipulation-language#limitations
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Clock } from '../../ports/clock.ts';
import { type Dataset, nameOf, type StoredTable } from './datasets.ts';
import { BigQueryFailure } from './errors.ts';

const bufferedMs = 30 * 60_000;

interface Batch {
  at: number;
  /** DuckDB's number of the first of its rows. */
  from: bigint;
  rows: number;
}

export class StreamedRows {
  readonly #clock: Clock;
  readonly #batches = new Map<string, Batch[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(dataset: Dataset, tableId: string, from: bigint, rows: number): void {
    const batch = { at: this.#clock.now().getTime(), from, rows };
    this.#batches.set(nameOf(dataset, tableId), [...this.of(dataset, tableId), batch]);
  }

  /** Those of a table that are still in the buffer, oldest first. */
  of(dataset: Dataset, tableId: string): readonly Batch[] {
    const since = this.#clock.now().getTime() - bufferedMs;
    return (this.#batches.get(nameOf(dataset, tableId)) ?? []).filter(({ at }) => at > since);
  }

  /** A table of that name is a new one. */
  forget(dataset: Dataset, tableId: string): void {
    this.#batches.delete(nameOf(dataset, tableId));
  }
}

/** The number that the next row of a table gets. */
export async function nextRow(
  connection: DuckDBConnection,
  dataset: Dataset,
  tableId: string,
): Promise<bigint> {
  const reader = await connection.runAndReadAll(
    `SELECT COALESCE(MAX(rowid) + 1, 0)::BIGINT FROM ${nameOf(dataset, tableId)}`,
  );
  return reader.getRows()[0]?.[0] as bigint;
}

/**
 * @param select the rows that a statement would change, as `SELECT *`
 * @throws BigQueryFailure where one of them is in the buffer
 */
export async function assertNotStreamed(
  connection: DuckDBConnection,
  streamed: StreamedRows,
  { dataset, tableId }: StoredTable,
  select: string,
): Promise<void> {
  const [oldest] = streamed.of(dataset, tableId);
  if (oldest === undefined) return;
  const rows = select.replace(/^SELECT \*/, 'SELECT rowid AS "row"');
  const reader = await connection.runAndReadAll(
    `SELECT 1 FROM (${rows}) WHERE "row" >= ${oldest.from} LIMIT 1`,
  );
  if (reader.getRows().length === 0) return;
  const { projectId, datasetId } = dataset;
  throw new BigQueryFailure(
    'invalidQuery',
    `UPDATE or DELETE statement over table ${projectId}.${datasetId}.${tableId} would affect rows in the streaming buffer, which is not supported`,
  );
}
