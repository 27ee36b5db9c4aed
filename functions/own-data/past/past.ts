/** What is asked of the past, and what it says, whoever looks back: at files, or at results that runs kept. */
import { addDays, dayOf } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import {
  dateBefore,
  type JudgedOutcome,
  type Lead,
  type LeftOutOutcomes,
  type PastOutcome,
} from '../../evidence/past-outcomes.ts';
import type { Reviews, Stability } from '../../evidence/report/warnings.ts';

/** A year of outcomes, without other wishes. */
const usualDays = 365;

export interface PastRequest extends Lead {
  /** Local days of the outcomes looked at, inclusive; without them, the last year of the data. */
  from?: string;
  to?: string;
  /**
   * Leads that outcomes are held against as well, and every date in between, as people saw it: bands
   * that hysteresis held follow from date to date, or `daily` from day to day.
   */
  history?: { leads: readonly number[]; daily?: boolean };
}

export interface PastScore {
  /** Accounts with points, over all dates: also those without any outcome. */
  results: number;
  /** Each outcome with the one result that it is held against. */
  judged: JudgedOutcome[];
  /** Outcomes that no result is held against, and what became of them. */
  leftOut: LeftOutOutcomes[];
  /** What people saw of these accounts over time, and how often bands changed. */
  reviews: Reviews;
  stability: Stability;
  /** Outcomes held against other leads, where a history was asked for. */
  byLead: { lead: number; judged: JudgedOutcome[] }[];
}

export interface PastData {
  from: string;
  to: string;
  /** Outcomes that there are, judged or not; one for an account and day. */
  outcomes: number;
  /** Dates scored. */
  dates: number;
  /** By score. */
  scores: Map<string, PastScore>;
  /** Columns of accounts that decide on a phase or scorecard, of which only today's values are known. */
  timelessAccounts: string[];
  /** Tables under the measures that hold today's values only, by the team's names. */
  timeless: string[];
}

/**
 * The days of the outcomes asked for.
 * @param last day of the data
 * @throws Rejected for days after it
 */
export function periodOf({ from, to }: PastRequest, last: string): { from: string; to: string } {
  for (const [flag, day] of [
    ['--from', from],
    ['--to', to],
  ] as const) {
    if (day === undefined || day <= last) continue;
    throw new Rejected(
      code.badRequest,
      `${flag} ${day} is after ${last}, the last day of the data; name that day or an earlier one.`,
    );
  }
  const until = to ?? last;
  return { from: from ?? addDays(until, 1 - usualDays), to: until };
}

/** Days to score: those that outcomes are held against; for a history, every one of the grid between. */
export function datesOf(outcomes: readonly PastOutcome[], request: PastRequest): string[] {
  const { lead, every, history } = request;
  const leads = history ? [lead, ...history.leads] : [lead];
  const held = new Set(
    outcomes.flatMap((outcome) => leads.map((one) => dateBefore(outcome, { lead: one, every }))),
  );
  const dates = [...held].sort();
  const [first, last] = [dates[0], dates.at(-1)];
  if (!history || first === undefined || last === undefined) return dates;
  const days = dayOf(last) - dayOf(first);
  return Array.from({ length: days / every + 1 }, (_, i) => addDays(first, i * every));
}

/** Columns of accounts by which teams look at their customers apart. */
export const segmentColumns = ['segment', 'plan', 'industry', 'region'];
