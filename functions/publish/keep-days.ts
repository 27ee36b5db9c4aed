/**
 * What accounts were by date: the run that people see sets one field of a year that it has not read; a
 * run of a date that has gone by, a backfill or one that was overtaken, puts its date between the others.
 */
import type { Transaction } from '../ports/snapshots.ts';
import { type Patch, type Ref, ref } from '../records/collection.ts';
import type { AccountDocument } from '../records/documents.ts';
import {
  calendarId,
  calendars,
  type PackDocument,
  type RunDocument,
} from '../records/run-documents.ts';
import { type PastDay, patchesOf, type Years } from '../records/timeline.ts';
import {
  type Before,
  type DatedEntry,
  type DayEntry,
  type DayResult,
  dayKey,
  isNews,
  roundedConfidence,
  type YearDocument,
  yearAfter,
  yearBefore,
  yearOf,
  yearPatch,
  yearsOf,
} from '../records/years.ts';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import { type AccountResult, isShown } from './account-document.ts';

/** A field to set, or several of several years. */
export type KeptDay = readonly { ref: Ref<YearDocument>; patch: Patch<YearDocument> }[];

const none: KeptDay = [];

/**
 * What to write of each result so that its date shows it. Reads years only where what was shown before
 * is not known otherwise.
 * @param given `latest`: the accounts' documents, as the transaction read them
 */
export async function daysToKeep(
  tx: Transaction,
  given: {
    id: string;
    run: RunDocument;
    current: PackDocument['current'] | undefined;
    results: readonly AccountResult[];
    latest: readonly (AccountDocument | undefined)[];
  },
): Promise<KeptDay[]> {
  const { id, run, current, results, latest } = given;
  const year = yearOf(run.date);
  const isCurrent = current?.run === id;
  const next = isCurrent ? null : await nextDate(tx, run, current);
  if (next === undefined) return results.map(() => none);
  const plans = results.map((result, i): KeptDay | 'read' => {
    const document = latest[i];
    // Its own document was written together with its day.
    if (document?.run === id) return none;
    return isCurrent ? planOf(run, result, document) : 'read';
  });
  const read = results.filter((_, i) => plans[i] === 'read').map(({ account }) => account);
  const around = yearsAround(year, [next, current?.date, ...latest.map((of) => of?.date)]);
  const years = await readYears(tx, read, around);
  return results.map((result, i): KeptDay => {
    const plan = plans[i] ?? none;
    if (plan !== 'read') return plan;
    const day = pastDayOf(run, result, latest[i], next);
    const patches = patchesOf(years.get(result.account) ?? new Map(), day);
    return [...patches].map(([of, patch]) => ({ ref: ref(yearsOf(result.account), of), patch }));
  });
}

/** What the run that people see does with an account's day, by what is shown of it. */
function planOf(
  run: RunDocument,
  result: AccountResult,
  latest: AccountDocument | undefined,
): KeptDay | 'read' {
  const { account, rows, before } = result;
  const year = yearOf(run.date);
  const entry = entryOfRows(rows);
  const setting = (opening?: Before): KeptDay => [
    { ref: ref(yearsOf(account), year), patch: yearPatch(year, { [run.date]: entry }, opening) },
  ];
  if (!latest) {
    // Whatever a backfill wrote of it stands in no document but its years.
    if (before.length > 0) return 'read';
    return entry === 'absent' ? none : setting('nothing');
  }
  if (latest.date < run.date) {
    if (!isNews(entry, datedOf(latest))) return none;
    // Once a year: what it opens with may be there already, by a backfill.
    return yearOf(latest.date) === year ? setting() : 'read';
  }
  // An earlier revision of the date wrote it: what was before that is only in the year.
  return isShown(latest, result) ? none : 'read';
}

/**
 * The closed date after that of a run which people do not see, null where there is none; undefined
 * where the run keeps nothing: another one revised its date since, or is still to be waited for.
 */
async function nextDate(
  tx: Transaction,
  run: RunDocument,
  current: PackDocument['current'] | undefined,
): Promise<string | null | undefined> {
  const isPast = run.kind === 'backfill' || (current && run.date < current.date);
  if (!isPast) return undefined;
  const year = yearOf(run.date);
  const ids = yearsAround(year, [yearAfter(year), current?.date]).slice(1);
  const found = await tx.getAll(ids.map((of) => ref(calendars, calendarId(run.pack, of))));
  // A date that an earlier release closed stands in no calendar.
  const revision = found[0]?.data.closed[dayKey(run.date)];
  if (revision !== undefined && revision !== run.revision) return undefined;
  const closed = found.flatMap((calendar, i) =>
    Object.keys(calendar?.data.closed ?? {}).map((key) => `${ids[i]}-${key}`),
  );
  const later = [...closed, ...(current ? [current.date] : [])].filter((date) => date > run.date);
  return later.sort()[0] ?? null;
}

/** What may open with the year, or end before it: from the one before to the last of these dates. */
function yearsAround(year: string, dates: readonly (string | null | undefined)[]): string[] {
  const last = dates.flatMap((date) => (date ? [yearOf(date)] : [])).reduce(later, year);
  const around = [yearBefore(year), year];
  while ((around.at(-1) ?? last) < last && around.length < mostYears) {
    around.push(yearAfter(around.at(-1) ?? last));
  }
  return around;
}
const later = (a: string, b: string): string => (a > b ? a : b);

/** Years that may still have a document, and the one before. */
const mostYears = 4;

/** By account. */
async function readYears(
  tx: Transaction,
  accounts: readonly string[],
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Years>> {
  if (accounts.length === 0) return new Map();
  const found = await tx.getAll(
    accounts.flatMap((account) => wanted.map((year) => ref(yearsOf(account), year))),
  );
  return new Map(
    accounts.map((account, i) => [
      account,
      new Map(
        wanted.flatMap((year, j): [string, YearDocument][] => {
          const stored = found[i * wanted.length + j];
          return stored ? [[year, stored.data]] : [];
        }),
      ),
    ]),
  );
}

function pastDayOf(
  run: RunDocument,
  { rows, before }: AccountResult,
  latest: AccountDocument | undefined,
  next: string | null,
): PastDay {
  return {
    date: run.date,
    entry: entryOfRows(rows),
    next,
    before: beforeIn(run, before, latest),
    latest: latest && datedOf(latest),
  };
}

/** What the history has of the date before, for years that do not tell it. */
function beforeIn(
  { date: own, before_date: date }: RunDocument,
  before: AccountResult['before'],
  latest: AccountDocument | undefined,
): Before {
  if (date === null) return 'nothing';
  const entry = before.length === 0 ? 'absent' : entryOfRows(before.map(({ row }) => row));
  // Who is shown may have been there earlier, and have left before that date; who never was would stand
  // in the year before, which was read.
  const isRead = yearOf(date) >= yearBefore(yearOf(own));
  return entry === 'absent' && !latest && isRead ? 'nothing' : { date, entry };
}

/** That an account left on a date, beside the document that says so. */
export function leavingOn(date: string, account: string, before: AccountDocument): KeptDay {
  const year = yearOf(date);
  const opening = yearOf(before.date) < year ? datedOf(before) : undefined;
  return [
    { ref: ref(yearsOf(account), year), patch: yearPatch(year, { [date]: 'absent' }, opening) },
  ];
}

export function keepDay(tx: Transaction, day: KeptDay | undefined): void {
  for (const { ref: target, patch } of day ?? none) tx.merge(target, patch);
}

/** Results as they are kept by date. */
export function entryOfRows(rows: readonly HistoryRow[]): DayEntry {
  const there = rows.filter(({ state }) => state !== 'absent');
  if (there.length === 0) return 'absent';
  return Object.fromEntries(there.map((row) => [row.score, resultOfRow(row)]));
}

function resultOfRow(row: HistoryRow): DayResult {
  const { points, before_date: since, before_points: before } = row;
  return {
    state: row.state === 'error' ? 'error' : 'scored',
    ...{ phase: row.phase, scorecard: row.scorecard, version: row.version, band: row.band },
    points,
    confidence: row.confidence === null ? null : roundedConfidence(row.confidence),
    waiting_for_data: row.waiting_for_data ?? false,
    rules_hash: row.rules_hash,
    change:
      since === null || points === null || before === null
        ? null
        : {
            since,
            rules: row.change_rules ?? 0,
            phase: row.change_phase ?? 0,
            data: row.change_data ?? 0,
            behaviour: row.change_behaviour ?? 0,
          },
  };
}

/** What a document shows, since its date; the change that led to it stands in that date's own entry. */
export function datedOf(document: AccountDocument): DatedEntry {
  return { date: document.date, entry: entryOfDocument(document) };
}

function entryOfDocument(document: AccountDocument): DayEntry {
  if (document.state === 'absent') return 'absent';
  const { phase, rules_hash } = document;
  return Object.fromEntries(
    Object.entries(document.scores).map(([score, result]): [string, DayResult] => [
      score,
      {
        ...{ state: result.state, phase, scorecard: result.scorecard, version: result.version },
        ...{ band: result.computed_band, points: result.points, rules_hash, change: null },
        confidence: result.confidence === null ? null : roundedConfidence(result.confidence),
        waiting_for_data: result.waiting_for_data,
      },
    ]),
  );
}
