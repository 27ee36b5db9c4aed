/** What a scorecard is calibrated on: columns of numbers, one outcome a row. */

export interface Column {
  id: string;
  /** Numbers, or positions in `levels`; NaN: not known. */
  values: Float64Array;
  /** Texts of a column of categories. */
  levels?: readonly string[];
  /** Texts of the values 0, 1, ..., where somebody has put them into order. */
  steps?: readonly string[];
  /** Yes or no, as 1 and 0. */
  bool?: boolean;
  /** Where somebody said which way is better; else the data say. */
  direction?: Direction;
  /** Columns that it adds up. */
  sumOf?: readonly string[];
}

export type Direction = 'higher' | 'lower';

export interface CalibrationTable {
  columns: readonly Column[];
  /** 1 where the account left. */
  left: Uint8Array;
  /** Number of the account, from 0: all rows of one are learned from, or judged, together. */
  account: Int32Array;
  /** Order in time, where rows are of several days. */
  day?: Float64Array;
}

/** All rows of a table. */
export const allRows = ({ left }: Pick<CalibrationTable, 'left'>): Int32Array =>
  Int32Array.from(left.keys());
