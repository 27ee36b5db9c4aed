/**
 * What the scores of an account were, day by day: one document a year, one short text a date on which
 * the result changed, as computed (overrides are intervals of their own). Such a text, of 60 bytes a
 * score at most, is made and read here alone.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { addDays, daysBetween, instantAfter } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';
import type { Collection, Patch } from './collection.ts';
import { subcollection } from './document-id.ts';
import { accounts } from './documents.ts';

const day = z.iso.date();
const hundredths = z.int();

/** What moved a result, in parts that sum to the change of its points. */
const dayChange = z.strictObject({
  since: day,
  rules: hundredths,
  phase: hundredths,
  data: hundredths,
  behaviour: hundredths,
});

/** One score on one date. */
const dayResult = z.strictObject({
  state: z.enum(['scored', 'error']),
  phase: z.string().nullable(),
  scorecard: z.string().nullable(),
  version: z.string().nullable(),
  /** As computed: no override is in it. */
  band: z.string().nullable(),
  points: hundredths.nullable(),
  /** To four places. */
  confidence: z.number().min(0).max(1).nullable(),
  waiting_for_data: z.boolean(),
  rules_hash: z.string(),
  change: dayChange.nullable(),
});
export type DayResult = z.infer<typeof dayResult>;
/** By score. */
const dayResults = z.record(z.string(), dayResult);

/** Results by score; `absent`: the account left. */
export type DayEntry = Readonly<z.infer<typeof dayResults>> | 'absent';

/** What an account was from a date on. */
export interface DatedEntry {
  date: string;
  entry: DayEntry;
}
/** What was before a date; `nothing`: no run had seen the account. */
export type Before = DatedEntry | 'nothing';

/** Written by publish-shard, field by field; nothing else in it is read for that. */
export const yearDocument = z.strictObject({
  /** By month and day (`03-02`): the result of a date on which it changed. */
  days: z.record(z.string(), z.string()).default({}),
  /** The names that days are written with, by key. */
  names: z.record(z.string(), z.string()).default({}),
  /**
   * The entry before the first of `days`, with its date; empty where there was none. Absent: what was
   * before is not known here.
   */
  opening: z.string().optional(),
  expires_at: z.iso.datetime(),
});
export type YearDocument = z.infer<typeof yearDocument>;

export const yearsOf = (account: string): Collection<YearDocument> =>
  subcollection(accounts, account, 'years', yearDocument, 'expires_at');

/** The year of a date, which is its document's id. */
export const yearOf = (date: string): string => date.slice(0, 4);
export const yearBefore = (year: string): string => String(Number(year) - 1).padStart(4, '0');
export const yearAfter = (year: string): string => String(Number(year) + 1).padStart(4, '0');
/** A date's field in its year. */
export const dayKey = (date: string): string => date.slice(5);

/** How long after its end a year is kept. */
const keptDays = 400;

/** Confidence as it is kept, and shown of the past. */
export const roundedConfidence = (confidence: number): number =>
  Math.round(confidence * confidenceUnit) / confidenceUnit;
const confidenceUnit = 10_000;

/**
 * What sets a date's entry, or removes it (`undefined`), and what was before the year's first one.
 * @param opening absent: it stays as it is
 */
export function yearPatch(
  year: string,
  days: Readonly<Record<string, DayEntry | undefined>>,
  opening?: Before,
): Patch<YearDocument> {
  const names: Record<string, string> = {};
  const packed = Object.entries(days).map(([date, entry]) => [
    dayKey(date),
    entry && packEntry(date, entry, names),
  ]);
  const first =
    opening === 'nothing'
      ? ''
      : opening &&
        `${opening.date} ${packEntry(opening.date, withoutChange(opening.entry), names)}`;
  return {
    ...(packed.length > 0 && { days: Object.fromEntries(packed) }),
    ...(Object.keys(names).length > 0 && { names }),
    ...(first !== undefined && { opening: first }),
    expires_at: instantAfter(`${year}-12-31`, keptDays + 1),
  };
}

/** Entries of documents that were read: a date that is put between others asks for them several times. */
const unpacked = new WeakMap<YearDocument, readonly DatedEntry[]>();

/** The entries of a document, oldest first. @throws Rejected `invalid-data` */
export function daysIn(year: string, document: YearDocument): readonly DatedEntry[] {
  const known = unpacked.get(document);
  if (known) return known;
  const { days, names } = document;
  const entries = Object.keys(days)
    .sort()
    .map((key) => entryOn(`${year}-${key}`, days[key] ?? '', names));
  unpacked.set(document, entries);
  return entries;
}

/** What was before the first entry; undefined where that is not known. @throws Rejected `invalid-data` */
export function openingOf({ opening, names }: YearDocument): Before | undefined {
  if (opening === undefined) return undefined;
  if (opening === '') return 'nothing';
  return entryOn(opening.slice(0, 10), opening.slice(11), names);
}

const entryOn = (date: string, text: string, names: Names): DatedEntry => ({
  date,
  entry: unpackEntry(date, text, names),
});

/** The entry of a date on which nothing moved: the change that led to it stands where it was made. */
export function withoutChange(entry: DayEntry): DayEntry {
  if (typeof entry === 'string') return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([score, result]) => [score, { ...result, change: null }]),
  );
}

/** Whether an entry says something that those before it do not: a result, or what moved it. */
export function isNews(entry: DayEntry, before: Before): boolean {
  const then = before === 'nothing' ? 'absent' : before.entry;
  if (entry === 'absent' || then === 'absent') return entry !== then;
  const scores = Object.keys(entry);
  if (scores.length !== Object.keys(then).length) return true;
  return scores.some((score) => {
    const [now, earlier] = [entry[score], then[score]];
    return !now || !earlier || hasMoved(now) || resultKey(now) !== resultKey(earlier);
  });
}

const hasMoved = ({ change }: DayResult): boolean =>
  change !== null && parts.some((part) => change[part] !== 0);

/** Rules alone are no result: they stand with the results that they made. */
const resultKey = (result: DayResult): string =>
  JSON.stringify([
    ...[result.state, result.phase, result.scorecard, result.version, result.band],
    ...[result.points, result.confidence, result.waiting_for_data],
  ]);

/** In the order in which they are written: what moves most often first, so that zeros are left out. */
const parts = ['behaviour', 'data', 'phase', 'rules'] as const;

type Names = Readonly<Record<string, string>>;

const absentMark = '-';
const nullMark = '-';

/**
 * `names,band,points,confidence,flags,since,behaviour,data,phase,rules` of each score, one after
 * another: names are keys of `names`; numbers are written to the base of 36; zeros and nothings at the
 * end are left out.
 */
function packEntry(date: string, entry: DayEntry, names: Record<string, string>): string {
  if (typeof entry === 'string') return absentMark;
  const keyOf = (text: string): string => {
    const key = nameKey(text);
    names[key] = text;
    return key;
  };
  return Object.entries(entry)
    .map(([score, result]) => {
      const { change, confidence } = result;
      const { phase, scorecard, version, rules_hash: rules } = result;
      const cells = [
        keyOf(JSON.stringify([score, phase, scorecard, version, rules])),
        result.band === null ? '' : keyOf(result.band),
        result.points === null ? '' : short(result.points),
        confidence === null ? nullMark : confidenceCell(confidence),
        `${result.state === 'error' ? 'e' : ''}${result.waiting_for_data ? 'w' : ''}`,
        change === null ? '' : short(daysBetween(change.since, date)),
        ...parts.map((part) => (change?.[part] ? short(change[part]) : '')),
      ];
      return cells.join(',').replace(/,+$/, '');
    })
    .join('|');
}

const short = (number: number): string => number.toString(36);
const long = (text: string): number => Number.parseInt(text, 36);

/** Most results rest on all their data. */
const confidenceCell = (confidence: number): string =>
  confidence === 1 ? '' : short(Math.round(confidence * confidenceUnit));

/** @throws Rejected `invalid-data` */
function unpackEntry(date: string, text: string, names: Names): DayEntry {
  if (text === absentMark) return 'absent';
  const results = text.split('|').map((cells): [string, unknown] => {
    const [key = '', band = '', points = '', confidence = '', flags = '', since = '', ...moved] =
      cells.split(',');
    const [score, phase, scorecard, version, rules] = namesAt(key, names);
    return [
      String(score),
      {
        state: flags.includes('e') ? 'error' : 'scored',
        ...{ phase, scorecard, version },
        band: band === '' ? null : names[band],
        points: points === '' ? null : long(points),
        confidence: confidence === nullMark ? null : unpackConfidence(confidence),
        waiting_for_data: flags.includes('w'),
        rules_hash: rules,
        change:
          since === ''
            ? null
            : {
                since: addDays(date, -long(since)),
                ...Object.fromEntries(parts.map((part, i) => [part, long(moved[i] || '0')])),
              },
      },
    ];
  });
  const entry = dayResults.safeParse(Object.fromEntries(results));
  if (entry.success) return entry.data;
  const why = z.prettifyError(entry.error).replaceAll('\n', ' ');
  throw new Rejected(code.invalidData, `The result kept of ${date} is malformed: ${why}`);
}

const unpackConfidence = (text: string): number => (text === '' ? 1 : long(text) / confidenceUnit);

function namesAt(key: string, names: Names): unknown[] {
  try {
    return JSON.parse(names[key] ?? '[]');
  } catch {
    return [];
  }
}

/**
 * Whoever sets a field has not read which keys there are, so a name's key is made of the name: 30 bits
 * of its hash, for the some dozen names of a year.
 */
function nameKey(text: string): string {
  const key = hash('sha256', text, 'base64').slice(0, 5);
  return key.replaceAll('+', 'a').replaceAll('/', 'b');
}
