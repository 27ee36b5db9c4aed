/**
 * The scorecards of the bench as somebody would write them who wants nothing but speed: columns
 * in and out, thresholds and points in the code, no branch that depends on a metric's value.
 */
import type { ColumnBatch } from '../../../functions/scorecard/engine/columns.ts';
import { emptyScores, type Scores } from '../scores.ts';
import { scoreEnterprise } from './enterprise.ts';
import { scoreLarge } from './large.ts';
import { availableOf, backedOf, earnedOf, type Metrics, measureCount } from './metrics.ts';
import { scoreMiddle } from './middle.ts';
import { scoreSmall } from './small.ts';

const bySegment = [scoreSmall, scoreMiddle, scoreLarge, scoreEnterprise];
/** Enterprise has no condition: it is all others. */
const segmentOf = new Map([
  ['small', 0],
  ['middle', 1],
  ['large', 2],
]);
/** Hundredths of the score, and of the measures of every scorecard. */
const scale = 10_000;
const unknown = 5;

/**
 * Scores a batch of `run_inputs` rows into `out`, which has room for them: whoever needs results
 * only until the next batch need not pay for new memory.
 */
export function handWritten(
  batch: ColumnBatch,
  metrics = metricsOf(batch),
  out = emptyScores(batch.rows),
): Scores {
  const { rows } = batch;
  out.rows = rows;
  const sums = new Float64Array(rows);
  const lists = bySegment.map(() => new Int32Array(rows));
  const counts = [0, 0, 0, 0];
  const segments = textsOf(batch, 'account_segment');
  for (let r = 0; r < rows; r++) {
    const segment = segmentOf.get(segments[r] as string) ?? 3;
    out.scorecard[r] = segment;
    const at = counts[segment] as number;
    (lists[segment] as Int32Array)[at] = r;
    counts[segment] = at + 1;
  }
  for (const [segment, score] of bySegment.entries()) {
    const list = lists[segment] as Int32Array;
    score(metrics, list, counts[segment] as number, sums, out.earnedPoints);
  }
  finish(metrics, sums, out);
  return out;
}

/** Points, bands, caps and contributions. */
function finish(metrics: Metrics, sums: Float64Array, out: Scores): void {
  const { rows, earnedPoints, contributions } = out;
  const { daysOverdue, keyUsers, daysSinceStart } = metrics;
  contributions.set(earnedPoints);
  for (let r = 0; r < rows; r++) {
    const sum = sums[r] as number;
    const earned = earnedOf(sum);
    const available = availableOf(sum);
    const confidence = backedOf(sum) / scale;
    const points = available === 0 ? Number.NaN : Math.round((scale * earned) / available);
    out.earned[r] = earned;
    out.available[r] = available;
    out.confidence[r] = confidence;
    out.points[r] = points;
    out.phase[r] = +((daysSinceStart[r] as number) < 90) - 1;
    out.cap[r] = -1;
    if (available === 0 || confidence < 0.5) {
      out.band[r] = unknown;
    } else {
      const band = +(points >= 3000) + +(points >= 4500) + +(points >= 6000) + +(points >= 7500);
      const overdue = (daysOverdue[r] as number) > 60;
      const noKeyUser = keyUsers[r] === 0;
      const most = overdue ? 1 : noKeyUser ? 2 : 4;
      out.band[r] = Math.min(band, most);
      if (band > most) out.cap[r] = overdue ? 0 : 1;
    }
    if (available !== scale && available !== 0 && earned !== 0) {
      apportion(earnedPoints, contributions, r * measureCount, available, points);
    }
  }
}

const remainders = new Float64Array(measureCount);

/** Shares `points` by earned points; what rounding leaves goes to the largest remainders. */
function apportion(
  earned: Float64Array,
  parts: Float64Array,
  from: number,
  available: number,
  points: number,
): void {
  let rest = points;
  for (let m = 0; m < measureCount; m++) {
    const value = earned[from + m] as number;
    if (value < 0) {
      remainders[m] = -1;
      continue;
    }
    const share = scale * value;
    const part = Math.floor(share / available);
    parts[from + m] = part;
    // Of equal remainders the first counts as larger.
    remainders[m] = (share - part * available) * 32 + 31 - m;
    rest -= part;
  }
  if (rest === 0) return;
  // The rest-th largest remainder, without a branch on any of them.
  let least = Number.POSITIVE_INFINITY;
  for (; rest > 0; rest--) {
    let next = -1;
    for (let m = 0; m < measureCount; m++) {
      const remainder = remainders[m] as number;
      next = Math.max(next, remainder < least ? remainder : -1);
    }
    least = next;
  }
  for (let m = 0; m < measureCount; m++) {
    parts[from + m] = (parts[from + m] as number) + +((remainders[m] as number) >= least);
  }
}

export function metricsOf(batch: ColumnBatch): Metrics {
  const activeUsers = numbersOf(batch, 'active_users');
  const seats = numbersOf(batch, 'seats');
  const seatUtilisation = new Float64Array(batch.rows);
  for (let r = 0; r < batch.rows; r++) {
    const users = seats[r] as number;
    seatUtilisation[r] = users === 0 ? Number.NaN : (activeUsers[r] as number) / users;
  }
  return {
    seatUtilisation,
    seats,
    activeUsers,
    activeDays: numbersOf(batch, 'active_days'),
    minutesRatio: numbersOf(batch, 'minutes_ratio'),
    featuresUsed: numbersOf(batch, 'features_used'),
    optionsUsed: numbersOf(batch, 'options_used'),
    creations: numbersOf(batch, 'creations'),
    sharingUsers: numbersOf(batch, 'sharing_users'),
    loginsPerUser: numbersOf(batch, 'logins_per_user'),
    apiCalls: numbersOf(batch, 'api_calls'),
    errorRate: numbersOf(batch, 'error_rate'),
    tickets: numbersOf(batch, 'tickets'),
    bugs: numbersOf(batch, 'bugs'),
    daysToClose: numbersOf(batch, 'days_to_close'),
    reopened: numbersOf(batch, 'reopened'),
    nps: numbersOf(batch, 'nps'),
    csat: numbersOf(batch, 'csat'),
    answeredRate: numbersOf(batch, 'answered_rate'),
    daysSinceContact: numbersOf(batch, 'days_since_contact'),
    keyUsers: numbersOf(batch, 'key_users'),
    daysOverdue: numbersOf(batch, 'days_overdue'),
    daysSinceStart: numbersOf(batch, 'days_since_start'),
    proficiency: levelsOf(batch, 'proficiency'),
    embeddedness: levelsOf(batch, 'embeddedness'),
    usesSso: numbersOf(batch, 'uses_sso'),
  };
}

function numbersOf({ columns }: ColumnBatch, name: string): Float64Array {
  const column = columns.get(name);
  if (column?.as !== 'number') throw new Error(`${name} is no column of numbers`);
  return column.values;
}

export function textsOf({ columns }: ColumnBatch, name: string): (string | null)[] {
  const column = columns.get(name);
  if (column?.as !== 'string') throw new Error(`${name} is no column of texts`);
  return column.values;
}

function codesOf({ columns }: ColumnBatch, name: string): Uint16Array {
  const column = columns.get(name);
  if (column?.as !== 'code') throw new Error(`${name} is no column of codes`);
  return column.values;
}

/** Positions, from the codes that the warehouse gives. */
function levelsOf({ columns, rows }: ColumnBatch, name: string): Float64Array {
  const codes = codesOf({ columns, rows }, name);
  const levels = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const code = codes[r] as number;
    levels[r] = code === 0 ? Number.NaN : code - 1;
  }
  return levels;
}
