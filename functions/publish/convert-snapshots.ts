/**
 * What earlier releases kept of accounts by date, a whole document each, becomes the years that are read
 * now. Asked for once after the upgrade, and again after a rollback: what is done already is left as it is.
 */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { Stored } from '../ports/snapshots.ts';
import { type Collection, ref } from '../records/collection.ts';
import { subcollection } from '../records/document-id.ts';
import { type AccountDocument, accountDocument, accounts } from '../records/documents.ts';
import { calendarId, calendars, type DayDocument, days } from '../records/run-documents.ts';
import type { Years } from '../records/timeline.ts';
import {
  type Before,
  type DatedEntry,
  type DayEntry,
  dayKey,
  daysIn,
  isNews,
  type YearDocument,
  yearOf,
  yearPatch,
  yearsOf,
} from '../records/years.ts';
import type { Runtime } from '../runtime.ts';
import { datedOf } from './keep-days.ts';

/** A copy of an account's document, as releases until 2026-11 kept it by date. */
const snapshotDocument = accountDocument.extend({ expires_at: z.iso.datetime() });
export type SnapshotDocument = z.infer<typeof snapshotDocument>;
export const snapshotsOf = (account: string): Collection<SnapshotDocument> =>
  subcollection(accounts, account, 'snapshots', snapshotDocument, 'expires_at');

/** What one request converts at most, well within its time. */
const accountsAtOnce = 200;
/** A transaction takes 500 writes: those that are removed, and some years. */
const snapshotsPerTransaction = 400;
const daysPerTransaction = 400;

export interface Converted {
  /** Accounts that had any. */
  accounts: number;
  /** Dated snapshots that were taken over and removed. */
  snapshots: number;
  /** Where the next request goes on; null where that was all. */
  next: string | null;
}

/**
 * @param after the last account of the request before; undefined for the first
 * @throws Rejected `bad-request` where another pack runs here
 */
export async function convertSnapshots(
  runtime: Runtime,
  pack: string,
  after: string | undefined,
): Promise<Converted> {
  const { snapshots } = runtime;
  if (pack !== runtime.pack.id) {
    throw new Rejected(
      code.badRequest,
      `${runtime.pack.id} runs here; its accounts are those that are converted.`,
    );
  }
  const first = await keepCalendars(runtime, after === undefined);
  const page = await snapshots.query({
    collection: accounts,
    limit: accountsAtOnce,
    ...(after !== undefined && { startAfter: { id: after } }),
  });
  const converted: Converted = { accounts: 0, snapshots: 0, next: null };
  for (const { id } of page) {
    const count = await convertAccount(runtime, id, first);
    if (count > 0) converted.accounts += 1;
    converted.snapshots += count;
  }
  const next = page.length < accountsAtOnce ? null : (page.at(-1)?.id ?? null);
  return { ...converted, next };
}

/** Every day that was closed stands in a calendar. @returns the first one of the pack */
async function keepCalendars({ snapshots, pack }: Runtime, all: boolean): Promise<string> {
  let first = '9999-12-31';
  let last: string | undefined;
  do {
    const page: Stored<DayDocument>[] = await snapshots.query({
      collection: days,
      where: [{ field: 'pack', op: '==', value: pack.id }],
      limit: all ? daysPerTransaction : 1,
      ...(last !== undefined && { startAfter: { id: last } }),
    });
    for (const { data } of page) if (data.date < first) first = data.date;
    // Ids of one pack are in the order of their dates.
    if (!all) return first;
    await snapshots.transaction(async (tx) => {
      const found = await tx.getAll(page.map(({ id }) => ref(days, id)));
      const closed = found.flatMap((day) => (day ? [day.data] : []));
      for (const [year, dates] of Map.groupBy(closed, ({ date }) => yearOf(date))) {
        tx.merge(ref(calendars, calendarId(pack.id, year)), {
          pack: pack.id,
          closed: Object.fromEntries(dates.map(({ date, revision }) => [dayKey(date), revision])),
        });
      }
    });
    last = page.length < daysPerTransaction ? undefined : page.at(-1)?.id;
  } while (last !== undefined);
  return first;
}

/** @param first the first date that was closed: what was there then, nothing was before */
async function convertAccount(
  { snapshots }: Runtime,
  account: string,
  first: string,
): Promise<number> {
  let count = 0;
  for (let full = true; full; ) {
    const page = await snapshots.query({
      collection: snapshotsOf(account),
      limit: snapshotsPerTransaction,
    });
    full = page.length === snapshotsPerTransaction;
    if (page.length === 0) break;
    const dated = entriesOf(page.map(({ data }) => data));
    await snapshots.transaction(async (tx) => {
      const wanted = yearsFrom(dated);
      const found = await tx.getAll(wanted.map((year) => ref(yearsOf(account), year)));
      const years = new Map(
        wanted.flatMap((year, i): [string, YearDocument][] => {
          const document = found[i]?.data;
          return document ? [[year, document]] : [];
        }),
      );
      for (const [year, patch] of takenOver(years, dated, first)) {
        tx.merge(ref(yearsOf(account), year), patch);
      }
      for (const { id } of page) tx.delete(ref(snapshotsOf(account), id));
    });
    count += page.length;
  }
  return count;
}

/** Those of the snapshots, and the one after, which may open with the last of them. */
function yearsFrom(dated: readonly DatedEntry[]): string[] {
  const years = dated.map(({ date }) => Number(yearOf(date)));
  const [from, to] = [Math.min(...years), Math.max(...years) + 1];
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(4, '0'));
}

/** Oldest first. */
function entriesOf(snapshots: readonly SnapshotDocument[]): DatedEntry[] {
  const sorted = snapshots.toSorted((a, b) => (a.date < b.date ? -1 : 1));
  return sorted.map((snapshot, i) => withChanges(snapshot, sorted[i - 1]));
}

/** The changes that led to it: a score that did not change shows that of an earlier date. */
function withChanges(snapshot: AccountDocument, before: AccountDocument | undefined): DatedEntry {
  const { date, entry } = datedOf(snapshot);
  if (entry === 'absent') return { date, entry };
  const changed: DayEntry = Object.fromEntries(
    Object.entries(entry).map(([score, result]) => {
      const change = snapshot.scores[score]?.change ?? null;
      const then = before?.scores[score]?.change ?? null;
      if (change === null || JSON.stringify(change) === JSON.stringify(then))
        return [score, result];
      const { since, rules, phase, data, behaviour } = change;
      return [score, { ...result, change: { since, rules, phase, data, behaviour } }];
    }),
  );
  return { date, entry: changed };
}

/** What years lack of it. A date that they have is theirs. */
function takenOver(years: Years, dated: readonly DatedEntry[], first: string) {
  const kept = [...years].flatMap(([year, document]) => daysIn(year, document));
  const has = new Set(kept.map(({ date }) => date));
  const fresh = dated.filter(({ date, entry }, i) => {
    const before = dated[i - 1];
    return !has.has(date) && isNews(entry, before ?? 'nothing');
  });
  const all = [...kept, ...fresh].sort((a, b) => (a.date < b.date ? -1 : 1));
  return [...Map.groupBy(all, ({ date }) => yearOf(date))].flatMap(([year, entries]) => {
    const own = fresh.filter(({ date }) => yearOf(date) === year);
    const opening =
      years.get(year)?.opening === undefined ? openingOf(all, entries, first) : undefined;
    if (own.length === 0 && opening === undefined) return [];
    const set = Object.fromEntries(own.map(({ date, entry }) => [date, entry]));
    return [[year, yearPatch(year, set, opening)] as const];
  });
}

function openingOf(
  all: readonly DatedEntry[],
  [oldest]: readonly DatedEntry[],
  first: string,
): Before | undefined {
  const before = all.findLast(({ date }) => oldest !== undefined && date < oldest.date);
  return before ?? (oldest && oldest.date <= first ? 'nothing' : undefined);
}
