/** The years of an account as one line of results, and a date that is put between them. */
import { addDays } from '../calendar.ts';
import type { Patch } from './collection.ts';
import {
  type Before,
  type DatedEntry,
  type DayEntry,
  dayKey,
  daysIn,
  isNews,
  openingOf,
  withoutChange,
  type YearDocument,
  yearOf,
  yearPatch,
} from './years.ts';

/** Documents by year; those that are not there are left out. */
export type Years = ReadonlyMap<string, YearDocument>;

export interface Timeline {
  /** Oldest first; each holds until the next. Before the first one nothing is known. */
  entries: readonly DatedEntry[];
  /** Nothing was before the first one. */
  complete: boolean;
}

/** @throws Rejected `invalid-data` */
export function timelineOf(years: Years): Timeline {
  const entries: DatedEntry[] = [];
  let opening: Before | undefined;
  for (const year of [...years.keys()].sort().reverse()) {
    const document = years.get(year);
    if (!document || isEmpty(document)) continue;
    const days = daysIn(year, document).toReversed();
    const [last] = days;
    // A year's own entry tells more than the copy of it that opens a later one, also than one that says
    // that nothing was: a date of long ago may have come through since.
    if (last && isDated(opening) && last.date < opening.date) entries.push(opening);
    entries.push(...days);
    opening = openingOf(document);
    if (opening === undefined) return { entries: entries.reverse(), complete: false };
  }
  if (isDated(opening)) entries.push(opening);
  return { entries: entries.reverse(), complete: opening === 'nothing' };
}

const isEmpty = ({ days, opening }: YearDocument): boolean =>
  opening === undefined && Object.keys(days).length === 0;

const isDated = (before: Before | undefined): before is DatedEntry =>
  before !== undefined && before !== 'nothing';

/** What held on a date; undefined where it is not known. */
export function entryAt({ entries, complete }: Timeline, date: string): Before | undefined {
  return entries.findLast((entry) => entry.date <= date) ?? (complete ? 'nothing' : undefined);
}

/** A date whose result was computed after later ones had been. */
export interface PastDay {
  date: string;
  entry: DayEntry;
  /** The closed date after it; null where it is the last. */
  next: string | null;
  /** What the history has of the date before; what documents have goes first. */
  before: Before;
  /** The latest result of all, as it is shown. */
  latest: DatedEntry | undefined;
}

/**
 * What to set so that the date shows its result, and every other closed date what it showed: its own
 * entry, or none where it is no news, that of the next date, and what opens their years.
 * @param years from the one before it to the last one
 */
export function patchesOf(years: Years, given: PastDay): Map<string, Patch<YearDocument>> {
  const { date, entry, latest } = given;
  const year = yearOf(date);
  const own = years.get(year);
  const until = new Map([...years].filter(([one]) => one <= year));
  const told =
    entryAt(timelineOf(until), addDays(date, -1)) ??
    (latest && latest.date < date ? latest : undefined);
  // What only the history has is in no document, so this one has to say it.
  const prior = told ?? given.before;
  const isNever = entry === 'absent' && prior === 'nothing';
  const isKept = !isNever && (told === undefined || isNews(entry, told));
  const days = new Map<string, Record<string, DayEntry | undefined>>();
  const set = (on: string, what: DayEntry | undefined): void => {
    days.set(yearOf(on), { ...days.get(yearOf(on)), [on]: what });
  };
  const openings = new Map<string, Before>();
  if (isKept) set(date, entry);
  else if (own && dayKey(date) in own.days) set(date, undefined);
  const isFirst = !Object.keys(own?.days ?? {}).some((key) => key < dayKey(date));
  // What stood in for it, from the history, as of a date that is not before this one any more.
  const opening = own && openingOf(own);
  const isLater = isDated(opening) && opening.date >= date;
  // Also where nothing is kept: whoever finds the latest result of this year relies on its opening.
  if (isFirst && (isLater || (opening === undefined && !isNever))) openings.set(year, prior);

  const next = nextOf(years, given);
  const held: Before = isKept ? { date, entry } : prior;
  if (next !== null) {
    const nextYear = years.get(yearOf(next));
    const known = nextYear && daysIn(yearOf(next), nextYear).find((one) => one.date === next);
    const was = entryAt(timelineOf(years), next) ?? shownOn(next, latest);
    // Where only the warehouse knows what came next, it stays the one to be asked for this date, too.
    if (was === undefined) return new Map();
    if (known && !isNews(known.entry, held)) set(next, undefined);
    if (!known) {
      const then = was === 'nothing' ? 'absent' : unmoved(was.entry, date);
      if (isNews(then, held)) set(next, then);
    }
  }

  // Years after it open with what is before them now.
  const after = entriesAfter(years, days);
  const later = new Set([...years.keys(), ...days.keys()]);
  for (const one of [...later].filter((of) => of > year)) {
    const document = years.get(one);
    if ((!document || isEmpty(document)) && !days.has(one)) continue;
    const before = after.findLast((of) => yearOf(of.date) < one) ?? held;
    const opening = document && openingOf(document);
    // Where it is not known, something may lie between that no document tells.
    const isOpen = opening === undefined && next !== null && yearOf(next) === one;
    if (isOpen || (opening && saysOther(opening, before))) openings.set(one, before);
  }

  const changed = new Set([...days.keys(), ...openings.keys()]);
  return new Map(
    [...changed].map((one) => [one, yearPatch(one, days.get(one) ?? {}, openings.get(one))]),
  );
}

function saysOther(opening: Before, before: Before): boolean {
  if (!isDated(before)) return isDated(opening);
  return !isDated(opening) || isNews(withoutChange(before.entry), opening);
}

/** The entries of all years as they will be, oldest first. */
function entriesAfter(
  years: Years,
  set: ReadonlyMap<string, Readonly<Record<string, DayEntry | undefined>>>,
): DatedEntry[] {
  const changed = Object.assign({}, ...set.values()) as Record<string, DayEntry | undefined>;
  const kept = [...years].flatMap(([year, document]) => daysIn(year, document));
  return [
    ...kept.filter(({ date }) => !(date in changed)),
    ...Object.entries(changed).flatMap(([date, entry]) => (entry ? [{ date, entry }] : [])),
  ].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** What the latest result says of a date that no year tells: what was never shown, no run has seen. */
function shownOn(date: string, latest: DatedEntry | undefined): Before | undefined {
  if (latest === undefined) return 'nothing';
  return latest.date <= date ? latest : undefined;
}

/** The closed date after it, or an earlier one that has an entry though nobody says that it was closed. */
function nextOf(years: Years, { date, next }: PastDay): string | null {
  const later = [...years]
    .flatMap(([year, { days }]) => Object.keys(days).map((key) => `${year}-${key}`))
    .filter((one) => one > date && (next === null || one < next))
    .sort();
  return later[0] ?? next;
}

/** The same result on a date on which nothing moved it. */
function unmoved(entry: DayEntry, since: string): DayEntry {
  if (entry === 'absent') return entry;
  const zero = { since, rules: 0, phase: 0, data: 0, behaviour: 0 };
  return Object.fromEntries(
    Object.entries(withoutChange(entry)).map(([score, result]) => [
      score,
      { ...result, change: result.points === null ? null : zero },
    ]),
  );
}
