/** The results of one score, column by column in the layout of `score_history`. */
import type { Column, ColumnBatch, NumberLists } from './columns.ts';

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

export interface HistoryColumns {
  state: Texts;
  reason: Texts;
  phase: Texts;
  scorecard: Texts;
  version: Texts;
  band: Texts;
  points: Float64Array;
  earned: Float64Array;
  available: Float64Array;
  confidence: Float64Array;
  cap: Texts;
  waiting: Float64Array;
  held: Float64Array;
  trend: Texts;
  contributions: ListColumn;
  earnedPoints: ListColumn;
  inputs: ListColumn;
  missing: Texts;
  beforeDate: Texts;
  beforeBand: Texts;
  beforePoints: Float64Array;
  rules: Float64Array;
  data: Float64Array;
  behaviour: Float64Array;
  rulesHash: Texts;
  inputHash: BigInt64Array;
  resultHash: BigInt64Array;
}

/** Empty columns: texts null, numbers NULL. */
export function historyColumns(rows: number, measures: number, inputs: number): HistoryColumns {
  const texts = (): Texts => new Array<string | null>(rows).fill(null);
  const numbers = () => new Float64Array(rows).fill(Number.NaN);
  return {
    state: texts(),
    reason: texts(),
    phase: texts(),
    scorecard: texts(),
    version: texts(),
    band: texts(),
    points: numbers(),
    earned: numbers(),
    available: numbers(),
    confidence: numbers(),
    cap: texts(),
    waiting: numbers(),
    held: numbers(),
    trend: texts(),
    contributions: new ListColumn(rows, measures),
    earnedPoints: new ListColumn(rows, measures),
    inputs: new ListColumn(rows, inputs),
    missing: texts(),
    beforeDate: texts(),
    beforeBand: texts(),
    beforePoints: numbers(),
    rules: numbers(),
    data: numbers(),
    behaviour: numbers(),
    rulesHash: texts(),
    inputHash: new BigInt64Array(rows),
    resultHash: new BigInt64Array(rows),
  };
}

/** As a batch to load. */
export function historyBatch(
  columns: HistoryColumns,
  ids: readonly (string | null)[],
  fixed: { date: string; score: string; engineHash: string },
): ColumnBatch {
  const rows = columns.state.length;
  const text = (values: Texts): Column => ({ as: 'string', values });
  const same = (value: string): Column => text(new Array<string>(rows).fill(value));
  const number = (values: Float64Array): Column => ({ as: 'number', values });
  const bigint = (values: BigInt64Array): Column => ({ as: 'bigint', values });
  const lists = (list: ListColumn): Column => ({ as: 'numbers', ...list.finished() });
  return {
    rows,
    columns: new Map<string, Column>([
      ['date', same(fixed.date)],
      ['account_id', text([...ids])],
      ['score', same(fixed.score)],
      ['state', text(columns.state)],
      ['reason', text(columns.reason)],
      ['phase', text(columns.phase)],
      ['scorecard', text(columns.scorecard)],
      ['version', text(columns.version)],
      ['band', text(columns.band)],
      ['points', number(columns.points)],
      ['earned', number(columns.earned)],
      ['available', number(columns.available)],
      ['confidence', number(columns.confidence)],
      ['cap', text(columns.cap)],
      ['waiting_for_data', number(columns.waiting)],
      ['held_by_hysteresis', number(columns.held)],
      ['trend', text(columns.trend)],
      ['contributions', lists(columns.contributions)],
      ['earned_points', lists(columns.earnedPoints)],
      ['inputs', lists(columns.inputs)],
      ['missing', text(columns.missing)],
      ['before_date', text(columns.beforeDate)],
      ['before_band', text(columns.beforeBand)],
      ['before_points', number(columns.beforePoints)],
      ['change_rules', number(columns.rules)],
      ['change_data', number(columns.data)],
      ['change_behaviour', number(columns.behaviour)],
      ['rules_hash', text(columns.rulesHash)],
      ['engine_hash', same(fixed.engineHash)],
      ['input_hash', bigint(columns.inputHash)],
      ['result_hash', bigint(columns.resultHash)],
    ]),
  };
}
