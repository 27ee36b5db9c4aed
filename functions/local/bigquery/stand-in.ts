/** What the parts of the BigQuery stand-in share. */
import type { Clock } from '../../ports/clock.ts';
import type { DuckDbWarehouse } from '../warehouse/warehouse.ts';
import type { Datasets } from './datasets.ts';
import type { BigQueryFaults } from './faults.ts';
import type { QueryResults } from './results.ts';
import type { StreamedRows } from './streamed.ts';

export interface StandIn {
  warehouse: DuckDbWarehouse;
  datasets: Datasets;
  results: QueryResults;
  streamed: StreamedRows;
  faults: BigQueryFaults;
  usage: BigQueryUsage;
  clock: Clock;
  /** Largest page of rows. */
  pageBytes: number;
  emptyPartitions: 'missing' | 'copied';
}

/** What was asked of the stand-in so far. */
export interface BigQueryUsage {
  /** Requests by operation, `jobs.insert` and the like. */
  requests: Record<string, number>;
  /** Jobs that succeeded, by type. */
  jobs: Record<string, number>;
  bytesProcessed: number;
  bytesBilled: number;
}

/** An answer's body: rows are texts already, and many. */
export function bodyWithRows(head: Record<string, unknown>, rows: readonly string[]): string {
  const text = JSON.stringify(head);
  if (rows.length === 0) return text;
  return `${text.slice(0, -1)},"rows":[${rows.join(',')}]}`;
}
