/** A batch as read, made ready: enums as numbers, texts as codes, the rows before by field. */

import { type Column, type ColumnBatch, type NumberLists, unknownCode } from './columns.ts';
import type { CompiledPack, CompiledScore } from './compile.ts';

/** The rows before of one score. */
export interface BeforeColumns {
  state: Uint16Array;
  scorecard: Uint16Array;
  band: Uint16Array;
  points: Float64Array;
  earned: Float64Array;
  available: Float64Array;
  confidence: Float64Array;
  cap: Uint16Array;
  contributions: NumberLists;
  earnedPoints: NumberLists;
  inputs: NumberLists;
  missing: (string | null)[];
  rules: Uint16Array;
  phase: Uint16Array;
  trend: Uint16Array;
  trendPoints: Float64Array | null;
}

/** What is known of a score from earlier, by row. */
export interface EarlierColumns {
  before: BeforeColumns | null;
  /** Codes of the bands that an earlier revision of the date left; null where none counts. */
  revised: Uint16Array | null;
}

export interface PreparedBatch {
  rows: number;
  ids: (string | null)[];
  present: Float64Array;
  /** By metric of the compiled pack; an unknown text is Infinity, so that it is found as bad. */
  metrics: Float64Array[];
  /** By metric, for the block looked at last: 0 all there, 1 some missing, 2 some not finite. */
  states: Uint8Array;
  accountNumbers: Float64Array[];
  /** Codes for conditions, or null where none compares the column. */
  accountCodes: (Uint16Array | null)[];
  /** Texts, where the column is asked for as text. */
  accountTexts: ((string | null)[] | null)[];
  before: (BeforeColumns | null)[];
  /** By score: codes of the bands that an earlier revision of the date left; null where none counts. */
  revised: (Uint16Array | null)[];
}

export function prepareBatch(compiled: CompiledPack, batch: ColumnBatch): PreparedBatch {
  const { rows } = batch;
  const read = columnReader(batch);
  const metrics = compiled.metrics.map(({ id, values }) =>
    values ? positionsOf(read.codes(id), rows) : read.numbers(id),
  );
  const { numbers, texts } = compiled.accounts;
  const accountTexts = texts.map(({ name, whole }) =>
    whole ? read.texts(`account_${name}`) : null,
  );
  return {
    rows,
    ids: read.texts('account_id'),
    present: read.numbers('present'),
    metrics,
    states: new Uint8Array(metrics.length),
    accountNumbers: numbers.map((name) => read.numbers(`account_${name}`)),
    accountCodes: texts.map(({ name, dictionary, whole, coded }, i) => {
      if (!whole) return read.codes(`account_${name}`);
      const values = accountTexts[i];
      return coded && values ? encoded(values, dictionary) : null;
    }),
    accountTexts,
    before: compiled.scores.map((score) => beforeColumns(score, read)),
    revised: compiled.scores.map(({ score, revised }) =>
      revised ? read.codes(`revised_${score.id}_band`) : null,
    ),
  };
}

function columnReader(batch: ColumnBatch) {
  const get = <A extends Column['as']>(name: string, as: A): Extract<Column, { as: A }> => {
    const column = batch.columns.get(name);
    if (!column) throw new Error(`the batch has no column ${name}`);
    if (column.as !== as) throw new Error(`column ${name} came as ${column.as}, not as ${as}`);
    return column as Extract<Column, { as: A }>;
  };
  return {
    numbers: (name: string) => get(name, 'number').values,
    codes: (name: string) => get(name, 'code').values,
    texts: (name: string) => get(name, 'string').values,
    lists: (name: string): NumberLists => get(name, 'numbers'),
  };
}

function beforeColumns(
  { score, before }: CompiledScore,
  read: ReturnType<typeof columnReader>,
): BeforeColumns | null {
  if (!before) return null;
  const name = (field: string) => `before_${score.id}_${field}`;
  return {
    state: read.codes(name('state')),
    scorecard: read.codes(name('scorecard')),
    band: read.codes(name('band')),
    points: read.numbers(name('points')),
    earned: read.numbers(name('earned')),
    available: read.numbers(name('available')),
    confidence: read.numbers(name('confidence')),
    cap: read.codes(name('cap')),
    contributions: read.lists(name('contributions')),
    earnedPoints: read.lists(name('earned_points')),
    inputs: read.lists(name('inputs')),
    missing: read.texts(name('missing')),
    rules: read.codes(name('rules_hash')),
    phase: read.codes(name('phase')),
    trend: read.codes(name('trend')),
    trendPoints: score.trend ? read.numbers(`trend_${score.id}_points`) : null,
  };
}

function positionsOf(codes: Uint16Array, rows: number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const code = codes[i] as number;
    values[i] =
      code === 0 ? Number.NaN : code === unknownCode ? Number.POSITIVE_INFINITY : code - 1;
  }
  return values;
}

function encoded(
  values: readonly (string | null)[],
  dictionary: ReadonlyMap<string, number>,
): Uint16Array {
  const codes = new Uint16Array(values.length);
  for (let i = 0; i < codes.length; i++) {
    const text = values[i] as string | null;
    codes[i] = text === null ? 0 : (dictionary.get(text) ?? unknownCode);
  }
  return codes;
}

/** Looks once at every value of a block, so that columns without gaps need not be looked at again. */
export function lookAtBlock({ metrics, states }: PreparedBatch, start: number, end: number): void {
  for (let m = 0; m < metrics.length; m++) {
    const values = metrics[m] as Float64Array;
    let strange = 0;
    for (let i = start; i < end; i++) {
      const value = values[i] as number;
      strange |= +(value - value !== 0);
    }
    let infinite = 0;
    for (let i = start; strange !== 0 && i < end; i++) {
      infinite |= +(Math.abs(values[i] as number) === Number.POSITIVE_INFINITY);
    }
    states[m] = strange + infinite;
  }
}
