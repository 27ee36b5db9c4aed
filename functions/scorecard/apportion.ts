/** Splits points over measures so that the parts sum exactly: the largest remainder gets the rest. */

const remainders = new Float64Array(256);

/**
 * For the measures at `from` up to `to`: turns `earned` hundredths (-1: left out) into `parts`
 * of `points`, each earned / available of `scale` rounded down or up; ties in order.
 */
export function apportion(
  earned: Float64Array,
  parts: Float64Array,
  from: number,
  to: number,
  available: number,
  scale: number,
  points: number,
): void {
  let rest = points;
  for (let i = from; i < to; i++) {
    const value = earned[i] as number;
    if (value < 0) {
      parts[i] = -1;
      remainders[i - from] = -1;
      continue;
    }
    const share = scale * value;
    const whole = Math.floor(share / available);
    parts[i] = whole;
    rest -= whole;
    remainders[i - from] = share - whole * available;
  }
  for (; rest > 0; rest--) {
    let best = 0;
    let most = 0;
    for (let i = 0; i < to - from; i++) {
      const remainder = remainders[i] as number;
      if (remainder > most) {
        most = remainder;
        best = i;
      }
    }
    remainders[best] = 0;
    parts[from + best] = (parts[from + best] as number) + 1;
  }
}
