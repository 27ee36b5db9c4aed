/**
 * Columns: how accounts enter and leave the scorer. Numbers in flat typed arrays, NaN for
 * NULL, texts of a known list as small integers; a row is an index into all of them.
 */

/** Row `i` of a list column is `values[offsets[i]]` up to, without, `values[offsets[i + 1]]`. */
export interface NumberLists {
  values: Float64Array;
  offsets: Int32Array;
}

export type Column =
  /** INT64, FLOAT64, NUMERIC; BOOL as 0 and 1; DATE as days since 1970-01-01; NULL as NaN. */
  | { as: 'number'; values: Float64Array }
  /** Index of a text in the request's `codes`, plus 1; 0 for NULL, `unknownCode` for any other text. */
  | { as: 'code'; values: Uint16Array }
  /** STRING, and DATE as `YYYY-MM-DD`. */
  | { as: 'string'; values: (string | null)[] }
  /** INT64 with all its bits; NULL as 0. */
  | { as: 'bigint'; values: BigInt64Array }
  /** ARRAY<INT64> and ARRAY<FLOAT64>; NULL as an empty list. */
  | ({ as: 'numbers' } & NumberLists);

/** Stands in a `code` column for a text that the request did not list. */
export const unknownCode = 65_535;

/** Which column is wanted and how; an adapter decodes straight into it. */
export type ColumnRequest =
  | { name: string; as: 'number' }
  | { name: string; as: 'code'; codes: readonly string[] }
  | { name: string; as: 'string' }
  | { name: string; as: 'bigint' }
  | { name: string; as: 'numbers' };

/** Some rows of some columns, by column name. */
export interface ColumnBatch {
  rows: number;
  columns: Map<string, Column>;
}
