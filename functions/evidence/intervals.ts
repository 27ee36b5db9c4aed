/** Figures with the range that chance leaves open: 95 % intervals. */

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** Of the normal distribution: 95 % lie within so many standard deviations. */
export const z = 1.959_963_984_540_054;

/** With fewer on either side, a figure would say more about chance than about customers. */
export const fewest = 5;

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
  return differenceBy(wilson, first, second);
}

/** The same by his method 11, which is corrected for continuity: it errs on the side of no verdict. */
export function cautiousDifference(first: Share, second: Share): Estimate | null {
  return differenceBy(wilsonCorrected, first, second);
}

function differenceBy(
  interval: (share: Share) => Estimate,
  first: Share,
  second: Share,
): Estimate | null {
  if (first.accounts < fewest || second.accounts < fewest) return null;
  const [a, b] = [interval(first), interval(second)];
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/** Wilson's score interval of a share (Journal of the American Statistical Association 22, 1927). */
export function wilson({ accounts: n, good }: Share): Estimate {
  const value = good / n;
  const centre = (value + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const margin =
    (z * Math.sqrt((value * (1 - value)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
  return { value, low: centre - margin, high: centre + margin };
}

/** With half an account more on either side (Fleiss, Statistical Methods for Rates and Proportions). */
function wilsonCorrected({ accounts: n, good }: Share): Estimate {
  const value = good / n;
  const at = (sign: 1 | -1): number => {
    const inner = z ** 2 + sign * 2 - 1 / n + 4 * value * (n * (1 - value) - sign);
    return (
      (2 * good + z ** 2 + sign * (1 + z * Math.sqrt(Math.max(0, inner)))) / (2 * (n + z ** 2))
    );
  };
  return { value, low: good === 0 ? 0 : at(-1), high: good === n ? 1 : at(1) };
}
