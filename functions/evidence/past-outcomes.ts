/** What became of accounts, each held against the score as it stood some time before. */

import { dateOf, dayOf } from '../calendar.ts';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';

/** From the one that hides the others where a table has several for one day. */
export const outcomeKinds = ['churned', 'expanded', 'renewed'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface PastOutcome {
  account: string;
  /** Local day it took effect. */
  on: string;
  kind: OutcomeKind;
}

/** An outcome with the result of a day before it. */
export interface JudgedOutcome extends PastOutcome {
  row: HistoryRow;
}

export interface Lead {
  /** Days that the result lies before the outcome, at least. */
  lead: number;
  /** Days between the dates that are scored: the result lies fewer than this earlier still. */
  every: number;
}

/**
 * The day whose result an outcome is held against. Days are counted from 1970, so that the same
 * outcome meets the same day whatever else the data holds.
 */
export function dateBefore({ on }: Pick<PastOutcome, 'on'>, { lead, every }: Lead): string {
  const day = dayOf(on) - lead;
  return dateOf(Math.floor(day / every) * every);
}

/** One outcome for an account and day: an expansion is a renewal too, and leaving ends both. */
export function distinctOutcomes(outcomes: readonly PastOutcome[]): PastOutcome[] {
  const found = new Map<string, PastOutcome>();
  for (const outcome of outcomes) {
    const key = JSON.stringify([outcome.account, outcome.on]);
    const known = found.get(key);
    const rank = ({ kind }: PastOutcome) => outcomeKinds.indexOf(kind);
    if (!known || rank(outcome) < rank(known)) found.set(key, outcome);
  }
  return [...found.values()];
}

/**
 * Outcomes of accounts that had points on the day they are held against.
 * @param rows one score's results by date
 */
export function judgeOutcomes(
  outcomes: readonly PastOutcome[],
  rows: ReadonlyMap<string, ReadonlyMap<string, HistoryRow>>,
  lead: Lead,
): JudgedOutcome[] {
  return distinctOutcomes(outcomes).flatMap((outcome) => {
    const row = rows.get(dateBefore(outcome, lead))?.get(outcome.account);
    return row?.state === 'scored' && row.points !== null ? [{ ...outcome, row }] : [];
  });
}
