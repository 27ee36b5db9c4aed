/**
 * A scorecard from a table: steps, selection, weights, whole points. What it is worth is told by
 * accounts it was not made from, with every one of these steps made anew for each fold.
 */
import { type Area, areaUnderCurve } from '../statistics/auc.ts';
import { type BinningOptions, binColumn } from './binning.ts';
import { foldsOf } from './folds.ts';
import { type CalibratedMeasure, scoreRow, wholePoints } from './points.ts';
import { type Selection, type SelectionOptions, selectColumns } from './selection.ts';
import { codeColumn } from './states.ts';
import { allRows, type CalibrationTable } from './table.ts';

export interface CalibrationOptions extends BinningOptions, SelectionOptions {
  /** Of the whole scorecard. */
  points: number;
  folds: number;
  seed: number;
}

/** What EVIDENCE's figures were measured with: few enough steps and measures to keep in mind. */
export const usualOptions: CalibrationOptions = {
  mostBins: 5,
  leastShare: 0.05,
  penalty: 1,
  mostMeasures: 12,
  ridge: 1,
  entry: 2.9,
  mostAlike: 0.9,
  points: 100,
  folds: 10,
  seed: 1,
};

export interface Calibration {
  measures: CalibratedMeasure[];
  /** Columns whose steps told nothing. */
  silent: string[];
  alike: Selection['alike'];
}

/** The scorecard that the given rows lead to. */
export function calibrateOn(
  table: CalibrationTable,
  rows: Int32Array,
  options: CalibrationOptions,
): Calibration {
  const good = Uint8Array.from(rows, (i) => 1 - (table.left[i] ?? 0));
  const silent: string[] = [];
  const coded = table.columns.flatMap((column) => {
    const binning = binColumn(column, rows, table.left, options);
    if (binning) return [codeColumn(binning, rows)];
    silent.push(column.id);
    return [];
  });
  const { chosen, fit, alike } = selectColumns(coded, good, options);
  const measures = fit ? wholePoints(chosen, fit.coefficients, options.points) : [];
  return { measures, silent, alike };
}

export interface OutOfFold {
  /** By row, from the scorecard of the folds that the row is not in; NaN where it was not asked for. */
  score: Float64Array;
  fold: Int8Array;
  /** Null with too few accounts on either side. */
  area: Area | null;
  /** Measures of each fold's scorecard. */
  measures: string[][];
}

/**
 * Scores rows by scorecards made without their accounts.
 * @param from learns from days before this one only, and judges the others: a score is used later
 *   than it is made
 */
export function scoreOutOfFold(
  table: CalibrationTable,
  options: CalibrationOptions,
  { from, progress }: { from?: number; progress?: (fold: number) => void } = {},
): OutOfFold {
  const fold = foldsOf(table, options.folds, options.seed);
  const score = new Float64Array(table.left.length).fill(Number.NaN);
  const measures: string[][] = [];
  const rows = allRows(table);
  const late = (i: number) => from === undefined || (table.day?.[i] ?? 0) >= from;
  const early = (i: number) => from === undefined || !late(i);
  for (let k = 0; k < options.folds; k++) {
    progress?.(k);
    const learned = rows.filter((i) => fold[i] !== k && early(i));
    const found = calibrateOn(table, learned, options);
    measures.push(found.measures.map(({ binning }) => binning.column.id));
    for (const i of rows) if (fold[i] === k && late(i)) score[i] = scoreRow(found.measures, i);
  }
  const judged = rows.filter((i) => !Number.isNaN(score[i]));
  const area = areaUnderCurve({
    score: Float64Array.from(judged, (i) => score[i] ?? 0),
    good: Uint8Array.from(judged, (i) => 1 - (table.left[i] ?? 0)),
    account: Int32Array.from(judged, (i) => table.account[i] ?? 0),
    fold: Int8Array.from(judged, (i) => fold[i] ?? 0),
  });
  return { score, fold, area, measures };
}
