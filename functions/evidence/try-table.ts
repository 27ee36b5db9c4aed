/** From a flat table to a scorecard and what it is worth, told in the order in which people ask. */
import {
  type CalibrationOptions,
  calibrateOn,
  type OutOfFold,
  scoreOutOfFold,
  usualOptions,
} from './calibrate/calibrate.ts';
import { offeredSums } from './calibrate/offered-sums.ts';
import { type CalibratedMeasure, scoreRow } from './calibrate/points.ts';
import { allRows, type CalibrationTable } from './calibrate/table.ts';
import { type Estimate, wilson } from './intervals.ts';
import { type LeftOut, type ReadTable, readTable } from './sheet/read-table.ts';
import { type Area, areaUnderCurve } from './statistics/auc.ts';
import { chanceByScore } from './statistics/isotonic.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface TryOptions {
  outcome: string;
  left?: string;
  keep?: readonly string[];
  /** Whether sums of columns of one unit may be measures. */
  sums: boolean;
  seed: number;
}

export interface TriedBand {
  /** The lowest points of the band. */
  from: number;
  accounts: number;
  left: number;
  /** Share that left, by account; null in an empty band. */
  rate: Estimate | null;
}

export interface Tried {
  read: ReadTable;
  table: CalibrationTable;
  measures: CalibratedMeasure[];
  leftOut: LeftOut[];
  accounts: number;
  churned: number;
  outOfFold: Area | null;
  /** On later days than it was made from; null where rows are of one day. */
  later: Area | null;
  own: Area | null;
  bands: TriedBand[];
  /** Chance of leaving by points; null under a hundred that left, where the bands have to do. */
  chance: ({ points: number } & Estimate)[] | null;
  calls: { accounts: number; caught: number; atRandom: number };
  verdict: Verdict;
}

/** Of the lowest scores: how many people can be called at once. */
const callable = 10;
/** With fewer accounts that left, a curve would follow chance. */
const fewestForChance = 100;
/** Shares of accounts below which the second to the fifth band begin. */
const bandShares = [0.1, 0.25, 0.5, 0.75];

/** @throws Rejected where the outcome cannot be read */
export function tryTable(
  header: readonly string[],
  records: readonly (readonly string[])[],
  { outcome, left, keep, sums, seed }: TryOptions,
  progress: (fold: number, of: number) => void = () => undefined,
): Tried {
  const read = readTable(header, records, {
    outcome,
    ...(left === undefined ? {} : { left }),
    ...(keep ? { keep } : {}),
  });
  const columns = sums
    ? [...read.table.columns, ...offeredSums(read.table.columns)]
    : read.table.columns;
  const table = { ...read.table, columns };
  const options: CalibrationOptions = { ...usualOptions, seed };
  const show = (fold: number) => progress(fold, options.folds);
  const apart = scoreOutOfFold(table, options, { progress: show });
  const { measures, silent, alike } = calibrateOn(table, allRows(table), options);
  const good = table.left.map((one) => 1 - one);
  const score = Float64Array.from(table.left.keys(), (i) => scoreRow(measures, i));
  const own = areaUnderCurve({ score, good, account: table.account });
  const counts = accountsOf(table, allRows(table));
  return {
    read,
    table,
    measures,
    leftOut: [...read.leftOut, ...unused(table, measures, silent, alike)],
    accounts: counts.accounts,
    churned: counts.left,
    outOfFold: apart.area,
    later: laterArea(table, options),
    own,
    bands: bandsOf(table, apart),
    chance: counts.left < fewestForChance ? null : chancesOf(table, apart, seed),
    calls: callsOf(table, apart),
    verdict: verdictOf({
      bad: counts.left,
      good: counts.accounts - counts.left,
      area: apart.area,
      found: measures.length > 0,
    }),
  };
}

/** Columns that could have been measures, and why they are none. */
function unused(
  table: CalibrationTable,
  measures: readonly CalibratedMeasure[],
  silent: readonly string[],
  alike: readonly { column: string; as: string }[],
): LeftOut[] {
  const used = new Set(measures.map(({ binning }) => binning.column.id));
  const twin = new Map(alike.map(({ column, as }) => [column, as]));
  return table.columns.flatMap(({ id: column, sumOf }): LeftOut[] => {
    if (used.has(column) || sumOf) return [];
    const as = twin.get(column);
    if (as !== undefined) {
      const reason = { en: `it says the same as ${as}`, ja: `${as} と同じことを表します` };
      return [{ column, kind: 'redundant', reason }];
    }
    const nothing = silent.includes(column);
    return [
      {
        column,
        kind: 'silent',
        reason: nothing
          ? {
              en: 'it does not tell who leaves: no step of it is more than chance',
              ja: '解約との関係が見られません',
            }
          : {
              en: 'it tells nothing beyond the other measures',
              ja: 'ほかの項目以上のことは分かりません',
            },
      },
    ];
  });
}

function laterArea(table: CalibrationTable, options: CalibrationOptions): Area | null {
  if (!table.day) return null;
  const days = table.day.toSorted();
  const from = days[Math.floor(0.7 * days.length)] ?? 0;
  return from > (days[0] ?? 0) ? scoreOutOfFold(table, options, { from }).area : null;
}

function bandsOf(table: CalibrationTable, { score }: OutOfFold): TriedBand[] {
  const sorted = score.toSorted();
  const at = bandShares.map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
  const starts = [0, ...new Set(at.filter((points) => points > 0))];
  return starts.map((from, i) => {
    const to = starts[i + 1] ?? Number.POSITIVE_INFINITY;
    const rows = allRows(table).filter((row) => {
      const points = score[row] ?? 0;
      return points >= from && points < to;
    });
    const { accounts, left } = accountsOf(table, rows);
    const rate = accounts === 0 ? null : wilson({ accounts, good: left });
    return { from, accounts, left, rate };
  });
}

function chancesOf(
  { left, account }: CalibrationTable,
  { score }: OutOfFold,
  seed: number,
): Tried['chance'] {
  const at = Array.from({ length: 11 }, (_, i) => 10 * i);
  const found = chanceByScore({ score, left, account }, at, { seed, draws: 200 });
  return found.map((chance, i) => ({ points: at[i] ?? 0, ...chance }));
}

/** Of the accounts with the lowest points, by the rows in which each stood lowest. */
function callsOf(table: CalibrationTable, { score }: OutOfFold): Tried['calls'] {
  const order = allRows(table).sort((i, j) => (score[i] ?? 0) - (score[j] ?? 0) || i - j);
  const all = accountsOf(table, order);
  const called = new Set<number>();
  for (const row of order) {
    if (called.size === callable) break;
    called.add(table.account[row] ?? row);
  }
  const rows = allRows(table).filter((row) => called.has(table.account[row] ?? row));
  const { accounts, left } = accountsOf(table, rows);
  return { accounts, caught: left, atRandom: (accounts * all.left) / all.accounts };
}

/** Accounts with a row, and those of them that left in one. */
function accountsOf(
  { account, left }: CalibrationTable,
  rows: Int32Array,
): { accounts: number; left: number } {
  const seen = new Set<number>();
  const gone = new Set<number>();
  for (const i of rows) {
    seen.add(account[i] ?? i);
    if (left[i]) gone.add(account[i] ?? i);
  }
  return { accounts: seen.size, left: gone.size };
}
