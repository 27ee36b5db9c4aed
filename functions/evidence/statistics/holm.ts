/**
 * P-values adjusted for how many questions were asked at once (Holm, Scandinavian Journal of
 * Statistics 6, 1979), in the order given.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => (pValues[i] ?? 1) - (pValues[j] ?? 1));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues[i] ?? 1) * (pValues.length - rank)));
    adjusted[i] = least;
  }
  return adjusted;
}
