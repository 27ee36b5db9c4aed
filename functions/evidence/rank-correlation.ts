/**
 * Spearman's rank correlation of pairs, from -1 to 1; ties get the mean of their ranks.
 * Undefined where one side is the same in all pairs.
 */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | undefined {
  const a = ranks(pairs.map(([x]) => x));
  const b = ranks(pairs.map(([, y]) => y));
  const mean = (pairs.length + 1) / 2;
  let both = 0;
  let ofA = 0;
  let ofB = 0;
  for (const [i, rank] of a.entries()) {
    const x = rank - mean;
    const y = (b[i] ?? 0) - mean;
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? undefined : both / Math.sqrt(ofA * ofB);
}

/** Ranks from 1, in the order of the values given. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const found = new Array<number>(values.length).fill(0);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (values[order[last + 1] ?? -1] === values[order[first] ?? -1]) last += 1;
    for (let i = first; i <= last; i++) found[order[i] ?? 0] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return found;
}
