/** Small systems of linear equations. */

/** Solves A x = b for a symmetric A that is positive definite, by Cholesky; A is given by rows. */
export function solveSymmetric(
  matrix: readonly ArrayLike<number>[],
  right: ArrayLike<number>,
): Float64Array {
  const size = matrix.length;
  const lower = matrix.map(() => new Float64Array(size));
  const at = (r: number, c: number) => lower[r]?.[c] ?? 0;
  for (let r = 0; r < size; r++) {
    for (let c = 0; c <= r; c++) {
      let sum = matrix[r]?.[c] ?? 0;
      for (let m = 0; m < c; m++) sum -= at(r, m) * at(c, m);
      // A column that others add up to would make the root of a negative number by rounding.
      lower[r]![c] = r === c ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(c, c);
    }
  }
  const answer = new Float64Array(size);
  for (let r = 0; r < size; r++) {
    let sum = right[r] ?? 0;
    for (let m = 0; m < r; m++) sum -= at(r, m) * (answer[m] ?? 0);
    answer[r] = sum / at(r, r);
  }
  for (let r = size - 1; r >= 0; r--) {
    let sum = answer[r] ?? 0;
    for (let m = r + 1; m < size; m++) sum -= at(m, r) * (answer[m] ?? 0);
    answer[r] = sum / at(r, r);
  }
  return answer;
}
