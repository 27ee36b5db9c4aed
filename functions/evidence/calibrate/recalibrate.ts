/** A scorecard that exists, tuned anew on what became of accounts; its own metrics are the columns. */
import type { HistoryRow } from '../../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../../scorecard/engine/layout.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { isGood, relevant } from '../backtest.ts';
import type { JudgedOutcome } from '../past-outcomes.ts';
import {
  type Area,
  type AreaDifference,
  areaUnderCurve,
  compareAreas,
  numbered,
} from '../statistics/auc.ts';
import { type Verdict, verdictOf } from '../verdict.ts';
import { type Calibration, calibrateOn, scoreOutOfFold, usualOptions } from './calibrate.ts';
import { allRows, type CalibrationTable, type Column } from './table.ts';

export interface Recalibration extends Calibration {
  accounts: number;
  bad: number;
  /** Of the proposal, on accounts that it was not made from. */
  area: Area | null;
  /** Of today's points, on the same outcomes. */
  today: Area | null;
  /** How much more the proposal tells than today's points do, on the same outcomes. */
  gain: AreaDifference | null;
  verdict: Verdict;
  table: CalibrationTable;
}

/**
 * @param scorecard only results by it are looked at: measures are weighed against each other within a
 *   scorecard
 */
export function recalibrate(
  score: Score,
  layout: RulesLayout,
  judged: readonly JudgedOutcome[],
  scorecard: string,
  { seed }: { seed: number },
): Recalibration {
  const outcomes = relevant(score, judged).filter(({ row }) => row.scorecard === scorecard);
  const table = tableOf(score, layout, outcomes);
  const options = { ...usualOptions, points: score.scale / 100, seed };
  const found = calibrateOn(table, allRows(table), options);
  const apart = scoreOutOfFold(table, options);
  const ranked = {
    score: outcomes.map(({ row }) => row.points ?? 0),
    good: table.left.map((left) => 1 - left),
    account: table.account,
    // Within folds both are compared on the same pairs of accounts.
    fold: apart.fold,
  };
  const sides = [0, 1].map(
    (side) =>
      new Set(outcomes.filter((_, i) => table.left[i] === side).map(({ account }) => account)).size,
  );
  return {
    ...found,
    accounts: new Set(table.account).size,
    bad: sides[1] ?? 0,
    area: apart.area,
    today: areaUnderCurve(ranked),
    gain: compareAreas(ranked, apart.score),
    verdict: verdictOf({
      bad: sides[1] ?? 0,
      good: sides[0] ?? 0,
      area: apart.area,
      purpose: score.purpose,
      found: found.measures.length > 0,
    }),
    table,
  };
}

/** Every metric that the score reads, as it was known on the day that the outcome is held against. */
function tableOf(
  score: Score,
  layout: RulesLayout,
  outcomes: readonly JudgedOutcome[],
): CalibrationTable {
  const inputs = layout.scores.find(({ id }) => id === score.id)?.inputs ?? [];
  const columns = new Map<string, Column>();
  for (const [i, { metric: id }] of inputs.entries()) {
    const metric = layout.metrics[id];
    // One that two measures read at different ages is one column.
    if (!metric || columns.has(id)) continue;
    const values = Float64Array.from(outcomes, ({ row }) => inputOf(row, i));
    const direction = metric.direction === 'none' ? {} : { direction: metric.direction };
    // Texts in an order that somebody gave them are steps like numbers.
    const texts = metric.values
      ? { [metric.direction === 'none' ? 'levels' : 'steps']: metric.values }
      : {};
    columns.set(id, {
      id,
      values,
      ...direction,
      ...texts,
      ...(metric.type === 'bool' ? { bool: true } : {}),
    });
  }
  return {
    columns: [...columns.values()],
    left: Uint8Array.from(outcomes, ({ kind }) => Number(!isGood(score, kind))),
    account: numbered(outcomes.map(({ account }) => account)),
  };
}

const inputOf = ({ inputs }: HistoryRow, i: number): number => inputs[i] ?? Number.NaN;
