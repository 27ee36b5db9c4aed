/** What the loops of the four segments share. */

export const measureCount = 25;

/** Metrics of a batch; NaN where missing, enums by position. */
export type Metrics = Record<MetricName, Float64Array>;

type MetricName =
  | 'seatUtilisation'
  | 'activeUsers'
  | 'seats'
  | 'activeDays'
  | 'minutesRatio'
  | 'featuresUsed'
  | 'optionsUsed'
  | 'creations'
  | 'sharingUsers'
  | 'loginsPerUser'
  | 'apiCalls'
  | 'errorRate'
  | 'tickets'
  | 'bugs'
  | 'daysToClose'
  | 'reopened'
  | 'nps'
  | 'csat'
  | 'answeredRate'
  | 'daysSinceContact'
  | 'keyUsers'
  | 'daysOverdue'
  | 'daysSinceStart'
  | 'proficiency'
  | 'embeddedness'
  | 'usesSso';

/** Every number is at or above it, NaN is not. */
export const any = Number.NEGATIVE_INFINITY;

/** The measure is left out where it has no value. */
export const left = -1;

/** Earned, available and backed hundredths in one number: one addition per measure. */
const unit = 2 ** 17;

/** A measure with a value can earn `points`. */
export const backed = (points: number): number => points * unit + points * unit * unit;

// Without %, which is a call for doubles.
export const earnedOf = (sum: number): number => sum - Math.floor(sum / unit) * unit;
export const availableOf = (sum: number): number =>
  Math.floor(sum / unit) - Math.floor(sum / (unit * unit)) * unit;
export const backedOf = (sum: number): number => Math.floor(sum / (unit * unit));

/** All entries of a scorecard, one measure after the other. */
export function tablesOf(measures: readonly (readonly number[])[]): {
  packed: Float64Array;
  earned: Float64Array;
} {
  const packed: number[] = [];
  const earned: number[] = [];
  for (const [most = 0, none = left, ...steps] of measures) {
    packed.push(none === left ? 0 : none + most * unit, ...steps.map((p) => p + backed(most)));
    earned.push(none, ...steps);
  }
  return { packed: Float64Array.from(packed), earned: Float64Array.from(earned) };
}
