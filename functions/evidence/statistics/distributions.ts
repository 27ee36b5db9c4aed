/** The standard normal distribution, to about 13 digits. */

/**
 * Chance of a value at least as far from 0, on either side: the upper incomplete gamma function of
 * one half, by its series for small values and by Lentz's continued fraction for large ones.
 */
export function twoSided(value: number): number {
  const x = (value * value) / 2;
  if (x <= 0) return 1;
  const front = Math.sqrt(x / Math.PI) * Math.exp(-x);
  if (x < 1.5) {
    let term = 2;
    let sum = term;
    for (let k = 1; k < 10_000 && term > sum * 1e-17; k++) {
      term *= x / (0.5 + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  const tiny = 1e-300;
  let b = x + 0.5;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 10_000; k++) {
    const by = -k * (k - 0.5);
    b += 2;
    d = 1 / (by * d + b || tiny);
    c = b + by / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** Chance of a value above `x` of chi-squared with so many degrees of freedom, a whole number. */
export function chiSquaredAbove(x: number, freedom: number): number {
  if (x <= 0) return 1;
  // By two degrees at a time from the normal distribution, or from the exponential one.
  const even = freedom % 2 === 0;
  let term = even ? Math.exp(-x / 2) : Math.sqrt((2 * x) / Math.PI) * Math.exp(-x / 2);
  let above = even ? term : twoSided(Math.sqrt(x)) + (freedom > 1 ? term : 0);
  for (let k = even ? 2 : 3; k < freedom; k += 2) {
    term *= x / k;
    above += term;
  }
  return Math.min(1, above);
}

/** Chance of a value below `x`. */
export function normalBelow(x: number): number {
  const tail = 0.5 * twoSided(x);
  return x < 0 ? tail : 1 - tail;
}

/** The value that `share` of the distribution lies below. */
export function normalQuantile(share: number): number {
  return rootOf((x) => normalBelow(x) - share, -40, 40);
}

/** Where an ascending function crosses 0, by halving: slow, and never wrong. */
export function rootOf(ascending: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (ascending(middle) < 0) low = middle;
    else high = middle;
  }
}
