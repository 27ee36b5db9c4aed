/** A batch as read, made ready: enums as numbers, texts as codes, the rows before by field. */

import { type BeforeColumns, beforeColumns } from './before-columns.ts';
import { type Column, type ColumnBatch, unknownCode } from './columns.ts';
import type { CompiledPack } from './compile.ts';

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
  /** What of its data keeps an account from being scored, in a sentence; null: nothing. */
  faults: (string | null)[];
  /** By metric of the compiled pack; an unknown text is Infinity, so that it is found as bad. */
  metrics: Float64Array[];
  /** By metric, for the block looked at last: 0 all there, 1 some missing, 2 some not finite. */
  states: Uint8Array;
  /** By column of the compiled pack: days of marts' rows. */
  rowDays: Float64Array[];
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
  const read = {
    numbers: (name: string) => columnOf(batch, name, 'number').values,
    codes: (name: string) => columnOf(batch, name, 'code').values,
    texts: (name: string) => columnOf(batch, name, 'string').values,
  };
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
    faults: read.texts('fault'),
    metrics,
    states: new Uint8Array(metrics.length),
    rowDays: compiled.rowDays.map(read.numbers),
    accountNumbers: numbers.map((name) => read.numbers(`account_${name}`)),
    accountCodes: texts.map(({ name, dictionary, whole, coded }, i) => {
      if (!whole) return read.codes(`account_${name}`);
      const values = accountTexts[i];
      return coded && values ? encoded(values, dictionary) : null;
    }),
    accountTexts,
    before: compiled.scores.map(
      ({ score, before }) =>
        before &&
        beforeColumns(score.id, score.trend !== null, (name, as) => columnOf(batch, name, as)),
    ),
    revised: compiled.scores.map(({ score, revised }) =>
      revised ? read.codes(`revised_${score.id}_band`) : null,
    ),
  };
}

/** A column, which has to have come as it was asked for. */
function columnOf<A extends Column['as']>(
  batch: ColumnBatch,
  name: string,
  as: A,
): Extract<Column, { as: A }> {
  const column = batch.columns.get(name);
  if (!column) throw new Error(`the batch has no column ${name}`);
  if (column.as !== as) throw new Error(`column ${name} came as ${column.as}, not as ${as}`);
  return column as Extract<Column, { as: A }>;
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
