/** Splits points over measures so that the parts sum exactly: the largest remainders get the rest. */

/** As many as a scorecard may have measures, and some. */
const most = 256;
const remainders = new Float64Array(most);
const groupOf = new Uint8Array(most);
/** Remainders by size: few enough to count, many enough that a group is small. */
const groups = 32;
const sizes = new Int32Array(groups);

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
  sizes.fill(0);
  let rest = points;
  const count = to - from;
  const perGroup = groups / available;
  for (let m = 0; m < count; m++) {
    const value = earned[from + m] as number;
    const share = scale * Math.max(value, 0);
    const whole = Math.floor(share / available);
    const remainder = share - whole * available;
    parts[from + m] = value < 0 ? -1 : whole;
    rest -= whole;
    remainders[m] = remainder;
    const group = Math.floor(remainder * perGroup);
    groupOf[m] = group;
    sizes[group] = (sizes[group] as number) + 1;
  }
  if (rest === 0) return;
  // Groups that get one each as a whole, and the one that gets what is left.
  let last = groups - 1;
  while (last > 0 && (sizes[last] as number) <= rest) rest -= sizes[last--] as number;
  for (let m = 0; m < count; m++) {
    const more = +((groupOf[m] as number) > last);
    parts[from + m] = (parts[from + m] as number) + more;
  }
  for (; rest > 0; rest--) {
    let best = 0;
    let largest = 0;
    for (let m = 0; m < count; m++) {
      const remainder = remainders[m] as number;
      if (groupOf[m] === last && remainder > largest) {
        largest = remainder;
        best = m;
      }
    }
    remainders[best] = 0;
    parts[from + best] = (parts[from + best] as number) + 1;
  }
}
