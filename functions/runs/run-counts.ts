import type { RunCounts } from '../records/documents.ts';

export const noCounts: RunCounts = {
  scored: 0,
  absent: 0,
  errors: 0,
  unknown: 0,
  band_changes: 0,
  comparable: 0,
};

export function addCounts(a: RunCounts, b: RunCounts): RunCounts {
  return {
    scored: a.scored + b.scored,
    absent: a.absent + b.absent,
    errors: a.errors + b.errors,
    unknown: a.unknown + b.unknown,
    band_changes: a.band_changes + b.band_changes,
    comparable: a.comparable + b.comparable,
  };
}
