/**
 * Accounts that were called compared with like ones that were not: each counts by how likely the
 * other choice was (overlap weights, Li, Morgan and Zaslavsky, Journal of the American Statistical
 * Association 113, 2018), so whoever would always or never be called does not count.
 */
import { fitLogistic } from '../calibrate/logistic.ts';
import { type Estimate, z } from '../intervals.ts';
import { twoSided } from '../statistics/distributions.ts';
import { solveSymmetric } from '../statistics/linear.ts';

/** One account as it stood on the day that the comparison begins. */
export interface Unit {
  account: number;
  /** 1 where the action was taken within the window. */
  acted: 0 | 1;
  /** What became of it: 1 where it ended well; or any figure. */
  outcome: number;
  /** What both the choice and the end may depend on: score, trend, phase, size, time to renewal. */
  covariates: readonly number[];
  /** Position of its band. */
  band: number;
}

export interface Compared extends Estimate {
  /** Standard error. */
  error: number;
  /** Two-sided, of no difference. */
  p: number;
  acted: number;
  others: number;
  /** Accounts of equal weight that both sides together are worth. */
  effective: number;
}

/** Below this the choice was all but certain from what is known, and nobody alike is left to compare. */
const leastEffective = 10;
/** Enough to end where a group was always called, too little to move an estimate. */
const ridge = 1e-3;

/**
 * Difference in outcome between both sides, weighted, with robust standard errors that allow for the
 * estimated weights (stacked estimating equations) and for several rows an account.
 * Null where too few are alike.
 */
export function overlapEffect(units: readonly Unit[]): Compared | null {
  const n = units.length;
  const acted = units.filter((unit) => unit.acted === 1).length;
  if (acted === 0 || acted === n) return null;
  const features = scaled(units.map(({ covariates }) => covariates));
  const good = units.map((unit) => unit.acted);
  const { chance } = fitLogistic({ features, free: features.map(() => true), good }, ridge);
  const weight = units.map((unit, i) => (unit.acted ? 1 - (chance[i] ?? 0) : (chance[i] ?? 0)));
  const mean = (side: number): number => {
    let [sum, all] = [0, 0];
    for (const [i, unit] of units.entries()) {
      if (unit.acted !== side) continue;
      sum += (weight[i] ?? 0) * unit.outcome;
      all += weight[i] ?? 0;
    }
    return sum / all;
  };
  const [yes, no] = [mean(1), mean(0)];
  const effective = effectiveSize(units, weight);
  // As many as would be alike if each choice had been open: none where it was certain for everybody.
  const alike = chance.reduce((sum, p) => sum + 4 * p * (1 - p), 0);
  if (Math.min(effective, alike) < leastEffective) return null;
  const error = Math.sqrt(robustVariance(units, features, chance, weight, yes, no));
  const value = yes - no;
  const margin = studentMargin(effective) * error;
  const p = error === 0 ? Number(value === 0) : twoSided((value / margin) * z);
  return {
    value,
    low: value - margin,
    high: value + margin,
    error,
    p,
    acted,
    others: n - acted,
    effective,
  };
}

/**
 * What 95 % lie within, in standard errors, by Student's distribution on the smaller side's freedom
 * (Abramowitz and Stegun, 26.7.5): with two hundred accounts the normal one is a little too sure.
 */
function studentMargin(effective: number): number {
  const freedom = Math.max(5, effective / 2 - 1);
  return (
    z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  );
}

/** The smaller side, doubled, by Kish. */
function effectiveSize(units: readonly Unit[], weight: readonly number[]): number {
  const of = (side: number) => {
    let [sum, squares] = [0, 0];
    for (const [i, unit] of units.entries()) {
      if (unit.acted !== side) continue;
      sum += weight[i] ?? 0;
      squares += (weight[i] ?? 0) ** 2;
    }
    return squares === 0 ? 0 : sum ** 2 / squares;
  };
  return 2 * Math.min(of(1), of(0));
}

/** Columns with mean 0 and deviation 1; those that are the same everywhere are left out. */
function scaled(rows: readonly (readonly number[])[]): Float64Array[] {
  const n = rows.length;
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, j) => {
    const column = Float64Array.from(rows, (row) => row[j] ?? 0);
    const mean = column.reduce((sum, value) => sum + value, 0) / n;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    return spread < 1e-12 ? null : column.map((value) => (value - mean) / spread);
  }).filter((column) => column !== null);
}

function robustVariance(
  units: readonly Unit[],
  features: readonly Float64Array[],
  chance: Float64Array,
  weight: readonly number[],
  yes: number,
  no: number,
): number {
  const k = features.length + 1;
  const x = (i: number, j: number) => (j === 0 ? 1 : (features[j - 1]?.[i] ?? 0));
  let [ofYes, ofNo] = [0, 0];
  for (const [i, unit] of units.entries()) {
    if (unit.acted) ofYes += weight[i] ?? 0;
    else ofNo += weight[i] ?? 0;
  }
  /** How the difference moves with the coefficients of the choice, and their information. */
  const slope = new Float64Array(k);
  const information = Array.from({ length: k }, () => new Float64Array(k));
  for (const [i, unit] of units.entries()) {
    const p = chance[i] ?? 0;
    const both = p * (1 - p);
    const rest = unit.acted ? -(unit.outcome - yes) / ofYes : -(unit.outcome - no) / ofNo;
    for (let j = 0; j < k; j++) {
      slope[j]! += both * rest * x(i, j);
      for (let l = 0; l < k; l++) information[j]![l]! += both * x(i, j) * x(i, l);
    }
  }
  const pull = solveSymmetric(information, slope);
  const byAccount = new Map<number, number>();
  for (const [i, unit] of units.entries()) {
    const own = unit.acted
      ? ((weight[i] ?? 0) * (unit.outcome - yes)) / ofYes
      : (-(weight[i] ?? 0) * (unit.outcome - no)) / ofNo;
    let choice = 0;
    for (let j = 0; j < k; j++) choice += (pull[j] ?? 0) * x(i, j);
    const influence = own + choice * (unit.acted - (chance[i] ?? 0));
    byAccount.set(unit.account, (byAccount.get(unit.account) ?? 0) + influence);
  }
  const accounts = byAccount.size;
  const sum = [...byAccount.values()].reduce((total, one) => total + one * one, 0);
  return (sum * accounts) / Math.max(1, accounts - k - 1);
}
