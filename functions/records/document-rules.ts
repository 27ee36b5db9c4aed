/**
 * What a document may be: Firestore's rules, held to by every adapter, so that a document
 * which one of them takes is one that all of them give back as it was. Limits:
 * https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { Collection, Ref } from './collection.ts';
import { documentId, idOfDocument } from './document-id.ts';

const mostDocumentBytes = 1_048_576;
const mostTextBytes = 1_048_487;
const mostNameBytes = 1_500;
const deepest = 20;

/**
 * Where a document whose name is only a hash keeps the user's id. No field of a document's own
 * begins with this mark.
 */
export const idField = '~id';

/** @throws Rejected `bad-request` where the path is that of a document, or has a gap */
export function collectionPath(collection: Pick<Collection<unknown>, 'path'>): string {
  const segments = collection.path.split('/');
  if (segments.length % 2 === 0 || segments.includes('')) {
    throw new Rejected(
      code.badRequest,
      `"${collection.path}" is no collection; its path needs an odd number of segments.`,
    );
  }
  return collection.path;
}

/**
 * The bytes that Firestore counts for a document, names included
 * (https://firebase.google.com/docs/firestore/storage-size).
 * @throws Rejected `invalid-data` for what would not be read as it was written (undefined,
 *   NaN, infinities, dates, other objects with a class, lists in lists, half a surrogate
 *   pair, reserved field names, more than 20 levels) and above 1 MiB
 */
export function documentBytes(ref: Ref<unknown>, data: unknown): number {
  const where = `${ref.collection.path}/${ref.id}`;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw refusal(where, `the document is ${shown(data)}; it has to be an object.`);
  }
  const bytes = overheadBytes(ref) + mapBytes(data, where, '', 1);
  const { expiry } = ref.collection;
  if (expiry !== undefined) refuseBadInstant(Object.entries(data), expiry, where);
  if (bytes > mostDocumentBytes) {
    throw new Rejected(
      code.invalidData,
      `${where} has ${bytes} bytes; a document holds at most ${mostDocumentBytes}.`,
    );
  }
  return bytes;
}

/**
 * The bytes that fields to be set have, as `documentBytes` counts them; what is to be removed has none.
 * @throws Rejected `invalid-data` as for a document, and for null and empty maps, which adapters would
 *   not all take alike
 */
export function patchBytes(ref: Ref<unknown>, fields: object): number {
  const where = `${ref.collection.path}/${ref.id}`;
  const set = setIn(fields, where);
  const bytes = overheadBytes(ref) + mapBytes(set, where, '', 1);
  const { expiry } = ref.collection;
  if (expiry !== undefined && expiry in set) refuseBadInstant(Object.entries(set), expiry, where);
  return bytes;
}

/** The fields of a patch that are set. */
function setIn(fields: object, where: string, field = ''): object {
  const set: Record<string, unknown> = {};
  const entries = Object.entries(fields);
  if (entries.length === 0) throw refusal(where, `${field || 'a patch'} is an empty map.`);
  for (const [key, value] of entries) {
    const inner = field === '' ? key : `${field}.${key}`;
    if (value === undefined) continue;
    if (value === null)
      throw refusal(where, `${inner} is null, which only a whole document holds.`);
    set[key] = isPlain(value) ? setIn(value, where, inner) : value;
  }
  return set;
}

/**
 * The document as this release knows it. Fields that only a later release knows are no mistake: they
 * are left out, and those of the document itself kept where the collection's are modified in place.
 * @throws Rejected `invalid-data` where the stored document does not follow the schema
 */
export function parsedDocument<T>(collection: Collection<T>, id: string, data: unknown): T {
  const { known, unknown } = parsedAsKnown(collection.schema, data, `${collection.path}/${id}`);
  return collection.keepsUnknown ? { ...unknown, ...known } : known;
}

/**
 * What this release knows of a value, and the fields of its outermost object that it does not.
 * @throws Rejected `invalid-data` where it does not follow the schema; `where` says what it is
 */
export function parsedAsKnown<T>(
  schema: z.ZodType<T>,
  value: unknown,
  where: string,
): { known: T; unknown: Record<string, unknown> } {
  const result = schema.safeParse(value);
  if (result.success) return { known: result.data, unknown: {} };
  const found = knownFields(value, result.error);
  const again = found && schema.safeParse(found.fields);
  if (again?.success) return { known: again.data, unknown: found?.unknown ?? {} };
  const why = z.prettifyError(result.error).replaceAll('\n', ' ');
  throw new Rejected(code.invalidData, `${where} is malformed: ${why}`, { cause: result.error });
}

/**
 * A copy without the fields that the schema does not know; undefined where something else is wrong.
 * `unknown`: those of them that stand in the document itself.
 */
function knownFields(
  data: unknown,
  { issues }: z.ZodError,
): { fields: unknown; unknown: Record<string, unknown> } | undefined {
  const fields = structuredClone(data);
  const unknown: Record<string, unknown> = {};
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') return undefined;
    let holder: unknown = fields;
    for (const key of issue.path) holder = Reflect.get(Object(holder), key);
    for (const key of issue.keys) {
      if (issue.path.length === 0) unknown[key] = Reflect.get(Object(holder), key);
      Reflect.deleteProperty(Object(holder), key);
    }
  }
  return { fields, unknown };
}

function overheadBytes(ref: Ref<unknown>): number {
  const name = documentId(ref.id);
  const hidden = idOfDocument(name) === undefined ? textBytes(idField) + textBytes(ref.id) : 0;
  const segments = [...collectionPath(ref.collection).split('/'), name];
  return segments.reduce((sum, segment) => sum + textBytes(segment), 48 + hidden);
}

function mapBytes(map: object, where: string, field: string, level: number): number {
  if (level > deepest) throw refusal(where, `${field} is more than ${deepest} levels deep.`);
  let bytes = 0;
  for (const [key, value] of Object.entries(map)) {
    const inner = field === '' ? key : `${field}.${key}`;
    if (!isFieldName(key)) {
      throw refusal(
        where,
        `${JSON.stringify(inner)} is no field; a name has 1 to ${mostNameBytes} bytes, does not begin with "~" and is not like "__x__".`,
      );
    }
    bytes += textBytes(key) + valueBytes(value, where, inner, level);
  }
  return bytes;
}

function isFieldName(key: string): boolean {
  return (
    key !== '' &&
    key.isWellFormed() &&
    Buffer.byteLength(key) <= mostNameBytes &&
    !key.startsWith('~') &&
    !/^__.*__$/s.test(key)
  );
}

function valueBytes(value: unknown, where: string, field: string, level: number): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number' && Number.isFinite(value)) return 8;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) {
      throw refusal(where, `${field} holds half a surrogate pair; it has to be valid Unicode.`);
    }
    const bytes = textBytes(value);
    if (bytes - 1 <= mostTextBytes) return bytes;
    throw refusal(where, `${field} has ${bytes - 1} bytes; a text holds at most ${mostTextBytes}.`);
  }
  if (Array.isArray(value)) return listBytes(value, where, field, level);
  // An empty map or list takes one byte.
  if (isPlain(value)) return mapBytes(value, where, field, level + 1) || 1;
  throw refusal(
    where,
    `${field} is ${shown(value)}; documents hold null, text, finite numbers, booleans, lists and plain objects.`,
  );
}

function listBytes(list: unknown[], where: string, field: string, level: number): number {
  let bytes = 0;
  for (let i = 0; i < list.length; i++) {
    const inner = `${field}[${i}]`;
    if (Array.isArray(list[i])) throw refusal(where, `${inner} is a list in a list.`);
    bytes += valueBytes(list[i], where, inner, level + 1);
  }
  return bytes || 1;
}

function refuseBadInstant(entries: [string, unknown][], expiry: string, where: string): void {
  const value = entries.find(([key]) => key === expiry)?.[1];
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  if (!Number.isNaN(date.getTime()) && date.toISOString() === value) return;
  throw refusal(
    where,
    `${expiry} is ${shown(value)}; it has to be an instant like 2026-04-01T00:00:00.000Z.`,
  );
}

function refusal(where: string, why: string): Rejected {
  return new Rejected(code.invalidData, `${where}: ${why}`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return String(value);
  return `a ${value.constructor?.name ?? 'object'}`;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function textBytes(text: string): number {
  return Buffer.byteLength(text) + 1;
}
