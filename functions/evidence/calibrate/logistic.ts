/**
 * Ridge logistic regression in which some coefficients may not be negative: damped Newton steps on the
 * coefficients that are free, projected (Bertsekas, SIAM Journal on Control and Optimization 20, 1982).
 * Undamped it diverged on columns that nearly separate.
 */

import { solveSymmetric } from '../statistics/linear.ts';

export interface Design {
  /** Columns of numbers, one a row of the data. */
  features: readonly Float64Array[];
  /** Of each feature: whether its coefficient may be negative. */
  free: readonly boolean[];
  /** 1 where it ended well. */
  good: ArrayLike<number>;
}

export interface Fit {
  intercept: number;
  coefficients: Float64Array;
  /** Chance of ending well, by row. */
  chance: Float64Array;
}

const mostSteps = 50;

/** @param ridge half of it times the sum of squares is taken off; the intercept is left alone */
export function fitLogistic({ features, free, good }: Design, ridge: number, start?: Fit): Fit {
  const n = good.length;
  const k = features.length + 1;
  let weights = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < n; i++) total += good[i] ?? 0;
  const rate = (total + 0.5) / (n + 1);
  weights[0] = start?.intercept ?? Math.log(rate / (1 - rate));
  if (start) weights.set(start.coefficients.subarray(0, k - 1), 1);
  let linear = linearOf(weights, features, n);
  let value = objective(weights, linear, good, ridge);
  for (let step = 0; step < mostSteps; step++) {
    const { gradient, hessian } = derivatives(weights, linear, features, good, ridge);
    const moving = [...weights.keys()].filter(
      (j) => j === 0 || free[j - 1] || (weights[j] ?? 0) > 0 || (gradient[j] ?? 0) > 0,
    );
    const direction = newtonStep(moving, hessian, gradient, k);
    let next: { weights: Float64Array<ArrayBuffer>; linear: Float64Array; value: number } | null =
      null;
    for (let damping = 1; damping > 1e-6; damping /= 2) {
      const tried = weights.map((w, j) => {
        const moved = w + damping * (direction[j] ?? 0);
        return j === 0 || free[j - 1] ? moved : Math.max(0, moved);
      });
      const at = linearOf(tried, features, n);
      const found = objective(tried, at, good, ridge);
      if (found <= value) continue;
      next = { weights: tried, linear: at, value: found };
      break;
    }
    if (!next) break;
    const won = next.value - value;
    ({ weights, linear, value } = next);
    if (won < 1e-9) break;
  }
  return {
    intercept: weights[0] ?? 0,
    coefficients: weights.slice(1),
    chance: linear.map((l) => 1 / (1 + Math.exp(-l))),
  };
}

function linearOf(
  weights: Float64Array,
  features: readonly Float64Array[],
  n: number,
): Float64Array {
  const linear = new Float64Array(n).fill(weights[0] ?? 0);
  for (const [j, feature] of features.entries()) {
    const weight = weights[j + 1] ?? 0;
    if (weight === 0) continue;
    for (let i = 0; i < n; i++) linear[i]! += weight * (feature[i] ?? 0);
  }
  return linear;
}

function objective(
  weights: Float64Array,
  linear: Float64Array,
  good: ArrayLike<number>,
  ridge: number,
): number {
  let sum = 0;
  for (const [i, l] of linear.entries()) {
    sum += (good[i] ?? 0) * l - (l > 0 ? l + Math.log1p(Math.exp(-l)) : Math.log1p(Math.exp(l)));
  }
  for (let j = 1; j < weights.length; j++) sum -= (ridge / 2) * (weights[j] ?? 0) ** 2;
  return sum;
}

function derivatives(
  weights: Float64Array,
  linear: Float64Array,
  features: readonly Float64Array[],
  good: ArrayLike<number>,
  ridge: number,
): { gradient: Float64Array; hessian: Float64Array } {
  const n = linear.length;
  const k = features.length + 1;
  const rest = new Float64Array(n);
  const spread = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const p = 1 / (1 + Math.exp(-(linear[i] ?? 0)));
    rest[i] = (good[i] ?? 0) - p;
    spread[i] = p * (1 - p);
  }
  const gradient = new Float64Array(k);
  const hessian = new Float64Array(k * k);
  const weighted = new Float64Array(n);
  for (let j = 0; j < k; j++) {
    const feature = features[j - 1];
    let [slope, own] = [0, 0];
    for (let i = 0; i < n; i++) {
      const x = feature ? (feature[i] ?? 0) : 1;
      weighted[i] = (spread[i] ?? 0) * x;
      slope += (rest[i] ?? 0) * x;
      own += weighted[i] ?? 0;
    }
    gradient[j] = slope - (j === 0 ? 0 : ridge * (weights[j] ?? 0));
    hessian[j] = own;
    hessian[j * k] = own;
    for (let l = 1; l <= j; l++) {
      const other = features[l - 1];
      if (!other) continue;
      let both = 0;
      for (let i = 0; i < n; i++) both += (weighted[i] ?? 0) * (other[i] ?? 0);
      hessian[j * k + l] = both + (j === l ? ridge : 0);
      hessian[l * k + j] = hessian[j * k + l] ?? 0;
    }
  }
  return { gradient, hessian };
}

/** Newton's step for the coefficients that move; 0 for the others. */
function newtonStep(
  moving: readonly number[],
  hessian: Float64Array,
  gradient: Float64Array,
  k: number,
): Float64Array {
  const answer = solveSymmetric(
    moving.map((r) => moving.map((c) => hessian[r * k + c] ?? 0)),
    moving.map((r) => gradient[r] ?? 0),
  );
  const step = new Float64Array(k);
  for (const [r, j] of moving.entries()) step[j] = answer[r] ?? 0;
  return step;
}
