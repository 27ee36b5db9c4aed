/** Figures with the range that chance leaves open: 95 % intervals. */

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** Of the normal distribution: 95 % lie within so many standard deviations. */
const z = 1.959_963_984_540_054;

/** With fewer on either side, a figure would say more about chance than about customers. */
export const fewest = 5;

/**
 * Chance that a random one of `high` stands above a random one of `low`; ties count half. Its
 * interval is that of Hanley and McNeil, Radiology 143 (1982), which takes each for independent.
 * Null with fewer than `fewest` on either side.
 */
export function areaUnderCurve(low: readonly number[], high: readonly number[]): Estimate | null {
  if (low.length < fewest || high.length < fewest) return null;
  const value = wins(low, high) / (low.length * high.length);
  const above = value / (2 - value) - value ** 2;
  const below = (2 * value ** 2) / (1 + value) - value ** 2;
  const variance =
    (value * (1 - value) + (high.length - 1) * above + (low.length - 1) * below) /
    (low.length * high.length);
  const margin = z * Math.sqrt(Math.max(0, variance));
  return { value, low: Math.max(0, value - margin), high: Math.min(1, value + margin) };
}

/** Pairs in which the high one wins, in the time of a sort. */
function wins(low: readonly number[], high: readonly number[]): number {
  const below = Float64Array.from(low).sort();
  /** How many of `below` are under a value, or not above it. */
  const count = (value: number, equal: boolean): number => {
    let [from, to] = [0, below.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const at = below[middle] ?? 0;
      if (at < value || (equal && at === value)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  let sum = 0;
  for (const value of high) sum += (count(value, false) + count(value, true)) / 2;
  return sum;
}

export interface Share {
  accounts: number;
  /** Of them. */
  good: number;
}

/**
 * How much higher the share of the first is, with the interval of Newcombe, Statistics in
 * Medicine 17 (1998), method 10. Null with fewer than `fewest` on either side.
 */
export function shareDifference(first: Share, second: Share): Estimate | null {
  if (first.accounts < fewest || second.accounts < fewest) return null;
  const [a, b] = [wilson(first), wilson(second)];
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/** Wilson's score interval of a share. */
function wilson({ accounts: n, good }: Share): Estimate {
  const value = good / n;
  const centre = (value + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const margin =
    (z * Math.sqrt((value * (1 - value)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
  return { value, low: centre - margin, high: centre + margin };
}
