/**
 * Names of documents. Firestore takes no `/` in a document id, none that is `.` or `..` or
 * looks like `__x__`, and at most 1,500 bytes
 * (https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields),
 * while a user's ids may be anything.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { Collection } from './collection.ts';

/** Longest name that is still readable; 500 bytes are left for the rest of a path. */
const longestName = 1_000;
const hashMark = '~';

const unsafe = /[%/.~\p{Cc}]|^__/gu;

/**
 * The document name of a user's id: the id itself with `%`, `/`, `.`, `~`, control characters
 * and a leading `__` percent-encoded, or `~` and a SHA-256 where that exceeds 1,000 bytes.
 * Different ids have different names.
 * @throws Rejected `invalid-data` for an empty id and for one that is not valid Unicode.
 */
export function documentId(id: string): string {
  if (id === '') throw new Rejected(code.invalidData, 'An id is empty; it needs a character.');
  if (!id.isWellFormed()) {
    throw new Rejected(
      code.invalidData,
      `The id ${JSON.stringify(id)} holds half a surrogate pair; it has to be valid Unicode.`,
    );
  }
  const name = id.replace(unsafe, percentEncoded);
  if (Buffer.byteLength(name) <= longestName) return name;
  return hashMark + createHash('sha256').update(id).digest('hex');
}

/** The id that `documentId` encoded, or undefined where the name holds only its hash. */
export function idOfDocument(name: string): string | undefined {
  if (name.startsWith(hashMark)) return undefined;
  return name.replace(/(?:%[0-9A-F]{2})+/g, decodeURIComponent);
}

/** The collection `name` under one document of `parent`, e.g. the shards of a run. */
export function subcollection<T>(
  parent: Pick<Collection<unknown>, 'path'>,
  id: string,
  name: string,
  schema: z.ZodType<T>,
  expiry?: string,
): Collection<T> {
  const path = `${parent.path}/${documentId(id)}/${name}`;
  return { path, schema, ...(expiry === undefined ? {} : { expiry }) };
}

function percentEncoded(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
