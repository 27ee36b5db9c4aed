/** What became of accounts, each held against the score as it stood some time before. */

import { dateOf, dayOf } from '../calendar.ts';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';

/** From the one that hides the others where a table has several at once. */
export const outcomeKinds = ['churned', 'expanded', 'renewed'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface PastOutcome {
  account: string;
  /** Local day on which it was known: that of the notice, where there was one, else when it took effect. */
  on: string;
  kind: OutcomeKind;
  /**
   * Whether the account decided to stay or to leave: an expansion in mid-term is no such decision,
   * and an account that grew in summer may leave in spring.
   */
  decided: boolean;
  /** Why it left, in the team's own words; only where the data says so. */
  reason?: string;
}

/** Something that people did for an account. */
export interface PastAction {
  account: string;
  /** Local day. */
  on: string;
  did: string;
  /** Local day on which it was entered; without it, on the day itself. */
  entered?: string;
}

/** An outcome with the result of a day before it. */
export interface JudgedOutcome extends PastOutcome {
  row: HistoryRow;
  /** Segment, plan and their like as of the day of the result, where the pack reads them. */
  segments?: Readonly<Record<string, string>>;
}

export interface Lead {
  /** Days that the result lies before the outcome, at least. */
  lead: number;
  /** Days between the dates that are scored: the result lies fewer than this earlier still. */
  every: number;
}

/** Rows of an account within so many days speak of one decision: renewed one day, churned the next. */
const oneDecision = 45;

/**
 * The day whose result an outcome is held against. Days are counted from 1970, so that the same
 * outcome meets the same day whatever else the data holds.
 */
export function dateBefore({ on }: Pick<PastOutcome, 'on'>, { lead, every }: Lead): string {
  const day = dayOf(on) - lead;
  return dateOf(Math.floor(day / every) * every);
}

/** A row of a table of outcomes. */
export type OutcomeRow = Pick<PastOutcome, 'account' | 'on' | 'kind' | 'reason'>;

/**
 * One outcome for an account and decision: an expansion at the renewal is a renewal too, and leaving
 * ends both. It is known from the first of its days on.
 */
export function distinctOutcomes(rows: readonly OutcomeRow[]): PastOutcome[] {
  const rank = ({ kind }: Pick<PastOutcome, 'kind'>) => outcomeKinds.indexOf(kind);
  return [...Map.groupBy(rows, ({ account }) => account).values()].flatMap((own) => {
    const found: PastOutcome[] = [];
    for (const row of own.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))) {
      const last = found.at(-1);
      if (!last || dayOf(row.on) - dayOf(last.on) > oneDecision) {
        found.push({ ...row, decided: row.kind !== 'expanded' });
        continue;
      }
      if (rank(row) < rank(last)) last.kind = row.kind;
      if (row.reason !== undefined) last.reason ??= row.reason;
      last.decided ||= row.kind !== 'expanded';
    }
    return found;
  });
}

/** By account, one score's results of a date. */
export type PastResults = ReadonlyMap<string, HistoryRow>;
/** By date. */
export type PastRows = ReadonlyMap<string, PastResults>;

/** By date and account: segment, plan and their like as they were then. */
export type PastSegments = ReadonlyMap<
  string,
  ReadonlyMap<string, Readonly<Record<string, string>>>
>;

/** Outcomes of accounts that had points on the day they are held against. */
export function judgeOutcomes(
  outcomes: readonly PastOutcome[],
  rows: PastRows,
  lead: Lead,
  segments?: PastSegments,
): JudgedOutcome[] {
  return outcomes.flatMap((outcome) => {
    const date = dateBefore(outcome, lead);
    const row = rows.get(date)?.get(outcome.account);
    if (!row || !hasPoints(row)) return [];
    const own = segments?.get(date)?.get(outcome.account);
    return [{ ...outcome, row, ...(own ? { segments: own } : {}) }];
  });
}

const hasPoints = ({ state, points }: HistoryRow): boolean => state === 'scored' && points !== null;

/** Why an outcome is held against nothing. */
export type WhyLeftOut = 'before the data' | 'no such account' | 'no points';

/** Outcomes that no result is held against, by what became of them: who is left out is no accident. */
export interface LeftOutOutcomes extends Record<OutcomeKind, number> {
  because: WhyLeftOut;
}

export function leftOutOutcomes(
  outcomes: readonly PastOutcome[],
  rows: PastRows,
  lead: Lead,
): LeftOutOutcomes[] {
  const found = new Map<WhyLeftOut, LeftOutOutcomes>();
  for (const outcome of outcomes) {
    const onDate = rows.get(dateBefore(outcome, lead));
    const row = onDate?.get(outcome.account);
    if (row && hasPoints(row)) continue;
    const because = !onDate ? 'before the data' : row ? 'no points' : 'no such account';
    const counts = found.get(because) ?? { because, churned: 0, expanded: 0, renewed: 0 };
    counts[outcome.kind] += 1;
    found.set(because, counts);
  }
  return sumLeftOut([...found.values()]);
}

/** One entry for each cause: of parts of the accounts, what all of them come to. */
export function sumLeftOut(some: readonly LeftOutOutcomes[]): LeftOutOutcomes[] {
  const sum = (own: readonly LeftOutOutcomes[], kind: OutcomeKind) =>
    own.reduce((total, one) => total + one[kind], 0);
  return [...Map.groupBy(some, ({ because }) => because)]
    .map(([because, own]) => ({
      because,
      churned: sum(own, 'churned'),
      expanded: sum(own, 'expanded'),
      renewed: sum(own, 'renewed'),
    }))
    .sort((a, b) => (a.because < b.because ? -1 : 1));
}
