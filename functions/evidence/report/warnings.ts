/** How early a score warned, whom it warned in vain, and how often its bands changed. */
import { daysBetween } from '../../calendar.ts';
import type { HistoryRow } from '../../scorecard/engine/history-row.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { isGood, relevant } from '../backtest.ts';
import { type Estimate, fewest, wilson } from '../intervals.ts';
import type { JudgedOutcome, PastRows } from '../past-outcomes.ts';

/** One account that left: was it warned of, when, by what? */
export interface ChurnReview {
  account: string;
  /** Local day on which it was known. */
  on: string;
  reason: string | null;
  /** First day of the warning that stood until the end; null where it stood in no low band then. */
  warned: string | null;
  /** Days from then until it was known. */
  days: number | null;
  /** An earlier warning that had ended by then. */
  recovered: boolean;
  /** What cost it most points on the day of the warning, or, without one, on the last day. */
  by: Label[];
}

export interface Warnings {
  /** Ids of the bands that count as a warning: the lower half, the middle one left out. */
  bands: string[];
  /** Of those that ended badly, in the order of time. */
  churns: ChurnReview[];
  /** Share of them that stood in such a band at the end. */
  warned: Estimate | null;
  /** Days of warning: the median, and the quarter that had least and most; null under five. */
  days: { median: number; quarter: number; threeQuarters: number } | null;
  /** Share of accounts that ended well although they stood in such a band. */
  inVain: Estimate | null;
}

/** Dates are looked at back to this many days before the end. */
const lookedBack = 365;
/** Measures named as what a warning rests on. */
const named = 3;

/** What is seen of some accounts: parts of them, one after the other, say the same as all at once. */
export interface Reviews {
  /** Of those that ended badly, in any order. */
  churns: ChurnReview[];
  /** Of each that ended well, whether it stood in a low band at the end. */
  low: boolean[];
}

/** The lower half of the bands, the middle one left out. */
const lowBands = ({ bands }: Pick<Score, 'bands'>): string[] =>
  bands.slice(0, Math.floor(bands.length / 2)).map(({ id }) => id);

/** @param rows every date, as people saw them */
export function reviewsOf(score: Score, all: readonly JudgedOutcome[], rows: PastRows): Reviews {
  const bands = lowBands(score);
  const dates = [...rows.keys()].sort();
  const judged = relevant(score, all);
  const last = (one: JudgedOutcome): HistoryRow | undefined => seenBefore(one)[0]?.row;
  const seenBefore = ({ account, on }: JudgedOutcome) =>
    dates
      .filter((date) => date < on && daysBetween(date, on) <= lookedBack)
      .reverse()
      .flatMap((date) => {
        const row = rows.get(date)?.get(account);
        return row?.state === 'scored' && row.points !== null ? [{ date, row }] : [];
      });
  const isLow = (row: HistoryRow | undefined) => bands.includes(row?.band ?? '');
  const churns = judged
    .filter(({ kind }) => !isGood(score, kind))
    .map((one): ChurnReview => {
      const seen = seenBefore(one);
      const ended = seen.findIndex(({ row }) => !isLow(row));
      const standing = seen.slice(0, ended < 0 ? seen.length : ended);
      const first = standing.at(-1);
      const shown = (first ?? seen[0])?.row;
      return {
        account: one.account,
        on: one.on,
        reason: one.reason ?? null,
        warned: first?.date ?? null,
        days: first ? daysBetween(first.date, one.on) : null,
        recovered: !first && seen.some(({ row }) => isLow(row)),
        by: shown ? costliest(score, shown) : [],
      };
    });
  const good = judged.filter(({ kind }) => isGood(score, kind));
  return { churns, low: good.map((one) => isLow(last(one))) };
}

export function warningsOf(score: Pick<Score, 'bands'>, reviews: Reviews): Warnings {
  const churns = reviews.churns.toSorted((a, b) =>
    a.on < b.on ? -1 : a.on > b.on ? 1 : a.account < b.account ? -1 : 1,
  );
  const days = churns.flatMap((one) => (one.days === null ? [] : [one.days])).sort((a, b) => a - b);
  const at = (share: number) => days[Math.round(share * (days.length - 1))] ?? 0;
  return {
    bands: lowBands(score),
    churns,
    warned: shareOf(churns.map(({ warned }) => warned !== null)),
    days:
      days.length < fewest ? null : { median: at(0.5), quarter: at(0.25), threeQuarters: at(0.75) },
    inVain: shareOf(reviews.low),
  };
}

function shareOf(which: readonly boolean[]): Estimate | null {
  if (which.length < fewest) return null;
  return wilson({ accounts: which.length, good: which.filter(Boolean).length });
}

/** Measures with the most points missing, in the row's scorecard. */
function costliest({ scorecards }: Score, row: HistoryRow): Label[] {
  const card = scorecards.find(({ id }) => id === row.scorecard);
  return (card?.measures ?? [])
    .map(({ label, points }, i) => ({ label, lost: points - (row.earned_points[i] ?? points) }))
    .filter(({ lost }, i) => lost > 0 && (row.earned_points[i] ?? -1) >= 0)
    .sort((a, b) => b.lost - a.lost)
    .slice(0, named)
    .map(({ label }) => label);
}

export interface Stability {
  /** Changes from one band to another, and those undone by the next date. */
  changes: number;
  undone: number;
  /** Account-months looked at. */
  months: number;
  /** Changes an account and month; null without any month. */
  perMonth: number | null;
}

const monthDays = 30;

/** How often bands changed from date to date; changes into or out of "unknown" are none. */
export function stabilityOf({ bands }: Pick<Score, 'bands'>, rows: PastRows): Stability {
  const known = new Set(bands.map(({ id }) => id));
  const dates = [...rows.keys()].sort();
  let [changes, undone, days] = [0, 0, 0];
  const before = new Map<string, { date: string; band: string; was: string | null }>();
  for (const date of dates) {
    for (const [account, { band }] of rows.get(date) ?? []) {
      if (band === null || !known.has(band)) {
        before.delete(account);
        continue;
      }
      const last = before.get(account);
      if (last) {
        days += daysBetween(last.date, date);
        if (last.band !== band) changes += 1;
        if (last.was === band) undone += 1;
      }
      before.set(account, { date, band, was: last && last.band !== band ? last.band : null });
    }
  }
  return stabilityFrom({ changes, undone, days });
}

/** @param counts of bands that changed, that came back at once, and days of accounts looked at */
export function stabilityFrom(counts: Record<'changes' | 'undone' | 'days', number>): Stability {
  const { changes, undone, days } = counts;
  const months = days / monthDays;
  return { changes, undone, months, perMonth: months === 0 ? null : changes / months };
}

export interface Capacity {
  /** Accounts that the team can call a month. */
  calls: number;
  /** Calls in all, and accounts among them that ended badly. */
  called: number;
  caught: number;
  bad: number;
  /** As many of as many calls at random. */
  atRandom: number;
}

/** In each month the accounts with the fewest points, of those whose outcome was due then. */
export function capacityOf(score: Score, all: readonly JudgedOutcome[], calls: number): Capacity {
  const found = { calls, called: 0, caught: 0, bad: 0, atRandom: 0 };
  const months = Map.groupBy(relevant(score, all), ({ on }) => on.slice(0, 7));
  for (const due of months.values()) {
    const lowest = due
      .toSorted(
        (a, b) => (a.row.points ?? 0) - (b.row.points ?? 0) || (a.account < b.account ? -1 : 1),
      )
      .slice(0, calls);
    const bad = (some: readonly JudgedOutcome[]) =>
      some.filter(({ kind }) => !isGood(score, kind)).length;
    found.called += lowest.length;
    found.caught += bad(lowest);
    found.bad += bad(due);
    found.atRandom += (lowest.length * bad(due)) / due.length;
  }
  return found;
}
