/** The normal and the chi-squared distribution, to about 13 digits. */

const lanczos = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12,
  9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7,
];

/** Logarithm of the gamma function for x above 0 (Lanczos, g = 7). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x + 6.5;
  const sum = lanczos.reduce((total, c, i) => total + (i === 0 ? c : c / (x - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** Upper regularised incomplete gamma function: series below, Lentz's continued fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && term > sum * 1e-17; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 10_000; k++) {
    const by = -k * (k - a);
    b += 2;
    d = 1 / (by * d + b || tiny);
    c = b + by / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** Chance of a value above `x` under the chi-squared distribution. */
export const chiSquaredAbove = (x: number, degrees: number): number =>
  upperGamma(degrees / 2, x / 2);

/** Chance of a value below `x` under the standard normal distribution. */
export function normalBelow(x: number): number {
  const tail = 0.5 * upperGamma(0.5, (x * x) / 2);
  return x < 0 ? tail : 1 - tail;
}

/** Chance of a value at least as far from 0, on either side. */
export const twoSided = (x: number): number => upperGamma(0.5, (x * x) / 2);

/** The value that `share` of a standard normal distribution lies below. */
export function normalQuantile(share: number): number {
  return rootOf((x) => normalBelow(x) - share, -40, 40);
}

/** The value that `share` of a chi-squared distribution lies below. */
export function chiSquaredQuantile(share: number, degrees: number): number {
  return rootOf((x) => 1 - chiSquaredAbove(x, degrees) - share, 0, 40 * degrees + 1000);
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
