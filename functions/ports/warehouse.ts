/**
 * The analytical store, as BigQuery is one: jobs with ids of ours, whole partitions
 * replaced atomically, and columns, never row objects, where all accounts pass through.
 */
import type { ColumnBatch, ColumnRequest } from '../scorecard/engine/columns.ts';

/** GoogleSQL types that our tables use. */
export type ColumnType =
  | 'STRING'
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BOOL'
  | 'DATE'
  | 'TIMESTAMP'
  | 'ARRAY<INT64>'
  | 'ARRAY<FLOAT64>';

export interface TableColumn {
  name: string;
  type: ColumnType;
  required?: boolean;
  description?: string;
}

/** A table we own; staging and history must have the same one to be copied. */
export interface TableSchema {
  columns: readonly TableColumn[];
  /** Daily partitions on this DATE column. */
  partition?: string;
  cluster?: readonly string[];
}

/** A column of somebody else's table, by GoogleSQL's name of its type: DATETIME, ARRAY<DATE>, STRUCT, ... */
export interface FoundColumn {
  name: string;
  type: string;
}

/** A table as it is there. */
export interface FoundTable extends TableSchema {
  /** Columns of types that tables of ours do not have. */
  others: readonly FoundColumn[];
  /** Where its dataset is, such as `asia-northeast1`; null where there is one place only. */
  location: string | null;
}

/**
 * A table of ours by name, or a table of the team's in parts: dataset and table, or project,
 * dataset and table.
 */
export type TableName = string | readonly string[];

/** A value for a named parameter; DATE as `{ date }`, TIMESTAMP as `{ timestamp }`. */
export type Parameter =
  | string
  | number
  | boolean
  | { date: string }
  | { timestamp: string }
  | readonly string[];

/** `account_id >= from` and `account_id < before`, in binary order of UTF-8. */
export interface IdRange {
  from: string;
  /** Absent: to the end. */
  before?: string;
}

export interface ReadRequest {
  table: TableName;
  columns: readonly ColumnRequest[];
  /** Restricts to ids; rows come ordered by account_id (then score, where the table has one). */
  accounts?: IdRange;
  /** Restricts to one partition. */
  date?: string;
}

/** A job that may be asked for again: the second time, the first one's result is given. */
export interface Job {
  /** Letters, digits, `-` and `_`; deterministic, so that a repeated call has one effect. */
  id: string;
}

/** A run that is held may be released for 7 days, and is published after that. */
export const temporaryDays = 14;

/** A small result row: INT64 as number, DATE and TIMESTAMP as ISO text, arrays as arrays. */
export type Row = Record<string, string | number | boolean | null | (string | number | null)[]>;

export interface Warehouse {
  /** Where the team's tables are unless the pack says otherwise: a dataset, or project and dataset. */
  readonly sourceDataset: readonly string[];

  /** Runs a query whose result is small (control, reports): at most 10,000 rows. */
  query(sql: string, parameters?: Record<string, Parameter>): Promise<Row[]>;

  /**
   * Writes the rows of a query into a table of ours, replacing it whole and ordered
   * (clustered) by `cluster`. Repeating a finished job does nothing and gives its count.
   * The table is for one run: it may be gone after `temporaryDays`.
   */
  materialize(
    request: Job & {
      sql: string;
      parameters?: Record<string, Parameter>;
      table: string;
      cluster: readonly string[];
    },
  ): Promise<{ rows: number }>;

  /**
   * Creates an empty table; does nothing where it exists with the same schema. A temporary one
   * may be gone after `temporaryDays`.
   */
  createTable(table: string, schema: TableSchema, options?: { temporary?: boolean }): Promise<void>;

  /** Drops a table of ours; does nothing where there is none. */
  dropTable(table: string): Promise<void>;

  /**
   * Appends rows, all or none. Repeating a finished job appends nothing.
   * Numbers in an INT64 column must be whole; NaN becomes NULL, except inside lists.
   */
  load(
    request: Job & { table: string; batches: readonly ColumnBatch[] },
  ): Promise<{ rows: number }>;

  /**
   * Appends a few rows to a log of ours, without a job: at least once, so that a row whose
   * answer was lost may be there twice. Columns that a row lacks are NULL.
   * @throws Rejected `invalid-data` for a column that is not there, and nothing is appended
   */
  append(table: string, rows: readonly Row[]): Promise<void>;

  /**
   * Replaces partition `date` of `to` with that of `from`, atomically. An empty one empties it.
   * @throws Rejected `invalid-data` where the two schemas differ.
   */
  replacePartition(request: Job & { from: string; to: string; date: string }): Promise<void>;

  /** Rows of a table as batches of columns, without bringing them all into memory. */
  read(request: ReadRequest): AsyncIterable<ColumnBatch>;

  /**
   * A table as it is there, wherever its dataset is; undefined where there is no such table.
   * Columns of types that we do not use are named apart.
   */
  describe(table: TableName): Promise<FoundTable | undefined>;
}
