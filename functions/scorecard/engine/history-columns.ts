/** The results of one score, column by column in the layout of `score_history`. */
import type { Column, ColumnBatch, NumberLists } from './columns.ts';
import {
  type FieldName,
  historyEntries,
  type historyFields,
  type InCode,
  inCode,
} from './history-row.ts';

export type Texts = (string | null)[];

/** Lists of all rows, one after the other; grows as rows are added. */
export class ListColumn {
  values: Float64Array;
  readonly offsets: Int32Array;

  constructor(rows: number, valuesPerRow: number) {
    this.values = new Float64Array(Math.max(64, rows * valuesPerRow));
    this.offsets = new Int32Array(rows + 1);
  }

  /** Makes room for values up to position `end`. */
  reserve(end: number): void {
    if (end <= this.values.length) return;
    const larger = new Float64Array(Math.max(end, this.values.length * 2));
    larger.set(this.values);
    this.values = larger;
  }

  finished(): NumberLists {
    return {
      values: this.values.subarray(0, this.offsets[this.offsets.length - 1] as number),
      offsets: this.offsets,
    };
  }
}

/** Fields that are given with the batch, not worked out by row. */
const given = ['date', 'account_id', 'score', 'engine_hash'] as const;
type Given = (typeof given)[number];

interface Columns {
  string: Texts;
  number: Float64Array;
  bool: Float64Array;
  bigint: BigInt64Array;
  numbers: ListColumn;
}

/** By field's name in code. */
export type HistoryColumns = {
  [Name in Exclude<
    FieldName,
    Given
  > as InCode<Name>]: Columns[(typeof historyFields)[Name]['kind']];
};

/** Empty columns: texts null, numbers NULL. `widths`: how many values a list may well have. */
export function historyColumns(
  rows: number,
  widths: Record<'contributions' | 'earned_points' | 'inputs', number>,
): HistoryColumns {
  const empty = {
    string: () => new Array<string | null>(rows).fill(null),
    number: () => new Float64Array(rows).fill(Number.NaN),
    bool: () => new Float64Array(rows).fill(Number.NaN),
    bigint: () => new BigInt64Array(rows),
    numbers: (name: FieldName) => new ListColumn(rows, widths[name as keyof typeof widths]),
  };
  const columns = historyEntries
    .filter(([name]) => !given.some((one) => one === name))
    .map(([name, { kind }]) => [inCode(name), empty[kind](name)]);
  return Object.fromEntries(columns) as HistoryColumns;
}

/** As a batch to load. */
export function historyBatch(
  columns: HistoryColumns,
  ids: readonly (string | null)[],
  { date, score, engineHash }: { date: string; score: string; engineHash: string },
): ColumnBatch {
  const rows = columns.state.length;
  const same = (value: string): Texts => new Array<string>(rows).fill(value);
  const all = {
    ...columns,
    accountId: [...ids],
    date: same(date),
    score: same(score),
    engineHash: same(engineHash),
  };
  const named = historyEntries.map(([name]) => [name, columnOf(all[inCode(name)])] as const);
  return { rows, columns: new Map(named) };
}

function columnOf(values: Columns[keyof Columns]): Column {
  if (values instanceof Float64Array) return { as: 'number', values };
  if (values instanceof BigInt64Array) return { as: 'bigint', values };
  if (values instanceof ListColumn) return { as: 'numbers', ...values.finished() };
  return { as: 'string', values };
}
