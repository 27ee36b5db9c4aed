/** Whether a distribution is still the one that rules were made on. */
import { chiSquaredAbove, chiSquaredQuantile } from './distributions.ts';

export interface Drift {
  /** Population stability index: the sum of (now - then) * ln(now / then) over the bins. */
  index: number;
  /** What chance alone exceeds in one comparison out of twenty, at these counts. */
  limit: number;
  /** Chance of so high an index where nothing changed. */
  p: number;
}

/**
 * Compares counts over the same bins. Under no change the index is about chi-squared with k - 1
 * degrees of freedom times 1/n + 1/m (Yurdakul and Naranjo, Journal of Risk Model Validation 14,
 * 2020), so the limit depends on the counts; the usual "above 0.1" does not.
 * Null where either side is empty or only one bin is used.
 */
export function driftOf(then: readonly number[], now: readonly number[]): Drift | null {
  const used = then.flatMap((count, i): [number, number][] => {
    const other = now[i] ?? 0;
    return count + other > 0 ? [[count, other]] : [];
  });
  const sum = (side: 0 | 1) => used.reduce((total, counts) => total + counts[side], 0);
  const [n, m] = [sum(0), sum(1)];
  if (n === 0 || m === 0 || used.length < 2) return null;
  // An empty bin would make the index infinite; half an account stands in it on both sides.
  const half = used.some(([a, b]) => a === 0 || b === 0) ? 0.5 : 0;
  const of = (count: number, all: number) => (count + half) / (all + half * used.length);
  const index = used.reduce((total, [a, b]) => {
    const [was, is] = [of(a, n), of(b, m)];
    return total + (is - was) * Math.log(is / was);
  }, 0);
  const scale = 1 / n + 1 / m;
  const degrees = used.length - 1;
  return {
    index,
    limit: chiSquaredQuantile(0.95, degrees) * scale,
    p: chiSquaredAbove(index / scale, degrees),
  };
}
