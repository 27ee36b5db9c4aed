/** Whole points from coefficients: what people add up by hand gives the score. */
import { type Binning, binOf } from './binning.ts';
import { type Coded, ownMissingState } from './states.ts';

export interface CalibratedMeasure {
  binning: Binning;
  /** Of each bin, in the order of the bins. */
  points: number[];
  /** Of an unknown value. */
  missing: number;
  /** The most it can earn. */
  most: number;
}

/**
 * Scales coefficients so that the most of all measures add up to `total`, by largest remainder;
 * measures that would earn nothing are left out.
 */
export function wholePoints(
  chosen: readonly Coded[],
  coefficients: ArrayLike<number>,
  total: number,
): CalibratedMeasure[] {
  let next = 0;
  const exact = chosen.map(({ binning, features }) => {
    const own = features.map((_, i) => coefficients[next + i] ?? 0);
    next += features.length;
    return exactOf(binning, own);
  });
  const kept = exact.filter(({ most }) => most > 0);
  const sum = kept.reduce((all, { most }) => all + most, 0);
  const whole = largestRemainder(
    kept.map(({ most }) => (most / sum) * total),
    total,
  );
  return kept
    .map(({ binning, points, missing, most: exactMost }, i): CalibratedMeasure => {
      const most = whole[i] ?? 0;
      const of = (value: number) => Math.round((value / exactMost) * most);
      return { binning, points: points.map(of), missing: of(missing), most };
    })
    .filter(({ most }) => most > 0);
}

function exactOf(binning: Binning, own: readonly number[]) {
  const steps = binning.bins.length - 1;
  const byRank = [0];
  for (let s = 0; s < steps; s++) byRank.push((byRank[s] ?? 0) + (own[s] ?? 0));
  const known = binning.bins.reduce((sum, { rows }) => sum + rows, 0);
  const byBin = binning.bins.map(
    (_, bin) => byRank[binning.direction === 'higher' ? bin : steps - bin] ?? 0,
  );
  const usual =
    byBin.reduce((sum, value, i) => sum + value * (binning.bins[i]?.rows ?? 0), 0) / known;
  const missing = ownMissingState(binning) ? (own[steps] ?? 0) : usual;
  // Nothing earns less than 0: where unknown is the worst of all, known starts above it.
  const floor = Math.min(0, missing);
  const points = byBin.map((value) => value - floor);
  return { binning, points, missing: missing - floor, most: Math.max(...points, missing - floor) };
}

/** Whole numbers nearest to those given that add up to `total`. */
function largestRemainder(values: readonly number[], total: number): number[] {
  const whole = values.map(Math.floor);
  const open = total - whole.reduce((sum, value) => sum + value, 0);
  const order = [...values.keys()].sort(
    (i, j) => (values[j] ?? 0) - (whole[j] ?? 0) - ((values[i] ?? 0) - (whole[i] ?? 0)) || i - j,
  );
  for (const i of order.slice(0, open)) whole[i]! += 1;
  return whole;
}

/** What the measures make of one row. */
export function scoreRow(measures: readonly CalibratedMeasure[], row: number): number {
  let sum = 0;
  for (const { binning, points, missing } of measures) {
    const bin = binOf(binning, binning.column.values[row] ?? Number.NaN);
    sum += bin < 0 ? missing : (points[bin] ?? 0);
  }
  return sum;
}
