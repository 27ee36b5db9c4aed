/** Points are kept in whole hundredths, so that sums are exact. */

/** Hundredths of points as written in rules. */
export function hundredths(points: number): number {
  return Math.round(points * 100);
}

/** Points as people read them. */
export function pointsOf(value: number): number {
  return value / 100;
}

/** Most points that the measures of one scorecard may have together: totals are packed. */
export const mostPoints = 1300;
