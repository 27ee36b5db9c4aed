/** A batch as read, made ready: enums as numbers, texts as codes, the rows before by field. */
import type { CompiledPack, CompiledScore } from './compile.ts';
import { blockRows } from './column-operations.ts';
import { type Column, type ColumnBatch, type NumberLists, unknownCode } from './columns.ts';

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

export interface PreparedBatch {
  rows: number;
  ids: (string | null)[];
  present: Float64Array;
  /** By metric of the compiled pack; an unknown text is Infinity, so that it is found as bad. */
  metrics: Float64Array[];
  /** By block and metric: 0 all there, 1 some missing, 2 some not finite. */
  states: Uint8Array;
  accountNumbers: Float64Array[];
  /** Codes for conditions, or null where none compares the column. */
  accountCodes: (Uint16Array | null)[];
  /** Texts, where the column is asked for as text. */
  accountTexts: ((string | null)[] | null)[];
  before: (BeforeColumns | null)[];
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
    states: statesOf(metrics, rows),
    accountNumbers: numbers.map((name) => read.numbers(`account_${name}`)),
    accountCodes: texts.map(({ name, dictionary, whole }, i) => {
      if (!whole) return read.codes(`account_${name}`);
      const values = accountTexts[i];
      return dictionary.size > 0 && values ? encoded(values, dictionary) : null;
    }),
    accountTexts,
    before: compiled.scores.map((score) => beforeColumns(score, read)),
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
  return Uint16Array.from(values, (text) =>
    text === null ? 0 : (dictionary.get(text) ?? unknownCode),
  );
}

/** Looks once at every value, so that blocks without gaps need not be looked at again. */
function statesOf(metrics: readonly Float64Array[], rows: number): Uint8Array {
  const blocks = Math.ceil(rows / blockRows);
  const states = new Uint8Array(blocks * metrics.length);
  for (const [m, values] of metrics.entries()) {
    for (let block = 0; block < blocks; block++) {
      const end = Math.min(rows, (block + 1) * blockRows);
      let strange = 0;
      for (let i = block * blockRows; i < end; i++) {
        const value = values[i] as number;
        strange |= +(value - value !== 0);
      }
      if (strange === 0) continue;
      let infinite = 0;
      for (let i = block * blockRows; i < end; i++) {
        infinite |= +(Math.abs(values[i] as number) === Number.POSITIVE_INFINITY);
      }
      states[block * metrics.length + m] = infinite ? 2 : 1;
    }
  }
  return states;
}
