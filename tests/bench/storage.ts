/**
 * What Firestore keeps of an account by date in a year, in bytes of documents and of index entries: by
 * fields of a year, and as it was before 2026-12, by a copy of the whole document for each date.
 * https://firebase.google.com/docs/firestore/storage-size
 */
import { dateOf, dayOf } from '../../functions/calendar.ts';
import { snapshotsOf } from '../../functions/publish/convert-snapshots.ts';
import { type Ref, ref } from '../../functions/records/collection.ts';
import { documentId } from '../../functions/records/document-id.ts';
import { documentBytes } from '../../functions/records/document-rules.ts';
import type { AccountDocument } from '../../functions/records/documents.ts';
import unindexed from '../../functions/records/unindexed-fields.json' with { type: 'json' };
import { type DayEntry, yearDocument, yearPatch, yearsOf } from '../../functions/records/years.ts';

/** Of a hundred accounts, 30 change on a day. */
const changesOfYear = Math.round(0.3 * 365);
/** Fields of the copies that had no index. */
const unindexedThen = ['details', 'metrics', 'worklists'];

export interface YearStorage {
  documents: number;
  bytes: number;
  indexBytes: number;
}

export const totalBytes = ({ bytes, indexBytes }: YearStorage): number => bytes + indexBytes;

/** Where every date on which it changed has a copy of the document. */
export function storageBefore(id: string, document: AccountDocument): YearStorage {
  const copy = { ...document, expires_at: '2028-02-05T00:00:00.000Z' };
  const of = ref(snapshotsOf(id), document.date);
  return {
    documents: changesOfYear,
    bytes: changesOfYear * documentBytes(of, copy),
    indexBytes: changesOfYear * indexBytes(of, copy, unindexedThen),
  };
}

/** Where each has a field of the year. */
export function storageNow(id: string, year: string, entry: DayEntry): YearStorage {
  const first = dayOf(`${year}-01-01`);
  const dates = Array.from({ length: changesOfYear }, (_, i) => dateOf(first + i * 3));
  const days = Object.fromEntries(dates.map((date) => [date, entry]));
  const opening = { date: `${Number(year) - 1}-12-31`, entry };
  const of = ref(yearsOf(id), year);
  const document = yearDocument.parse(yearPatch(year, days, opening));
  const none = unindexed.flatMap(({ collection, field }) =>
    collection === 'years' ? [field] : [],
  );
  return {
    documents: 1,
    bytes: documentBytes(of, document),
    indexBytes: indexBytes(of, document, none),
  };
}

const entryBytes = 32;
/** Ascending and descending. */
const entriesOfField = 2;

/** Of the automatic indexes: two entries a field, in maps too; a field with a TTL policy has none. */
function indexBytes(of: Ref<unknown>, data: object, none: readonly string[]): number {
  const names = [...of.collection.path.split('/'), documentId(of.id)];
  const nameBytes = 16 + names.reduce((sum, name) => sum + textBytes(name), 0);
  const parentBytes = 16 + names.slice(0, -2).reduce((sum, name) => sum + textBytes(name), 0);
  const left = new Set([...none, of.collection.expiry]);
  const fixed = nameBytes + parentBytes + entryBytes;
  return scalarsIn(Object.fromEntries(Object.entries(data).filter(([key]) => !left.has(key))), '')
    .map(({ path, bytes }) => entriesOfField * (fixed + textBytes(path) + bytes))
    .reduce((sum, bytes) => sum + bytes, 0);
}

function scalarsIn(map: object, path: string): { path: string; bytes: number }[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const inner = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'object' && value !== null) return scalarsIn(value, inner);
    return [{ path: inner, bytes: scalarBytes(value) }];
  });
}

const scalarBytes = (value: unknown): number =>
  typeof value === 'string' ? textBytes(value) : typeof value === 'number' ? 8 : 1;

const textBytes = (text: string): number => Buffer.byteLength(text) + 1;
