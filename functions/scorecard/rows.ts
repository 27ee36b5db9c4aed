import type { ColumnBatch } from './columns.ts';
import type { HistoryRow } from './result.ts';
/** History rows of a batch as objects, for the few that are published or explained. `pick`: row positions; all without it. */
export declare function rowsOf(batch: ColumnBatch, pick?: readonly number[]): HistoryRow[];
export declare function batchOf(rows: readonly HistoryRow[]): ColumnBatch;
/** What to ask a warehouse for, to get whole history rows. */
export declare const historyRequests: import('./columns.ts').ColumnRequest[];
