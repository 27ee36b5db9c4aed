/** Documents as Firestore holds them, and back. */
import type {
  DocumentData,
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Timestamp,
} from '@google-cloud/firestore';
import { code, Rejected, Retryable } from '../../errors.ts';
import type { Stored } from '../../ports/snapshots.ts';
import type { Ref } from '../../records/collection.ts';
import { documentId, idOfDocument } from '../../records/document-id.ts';
import { collectionPath, idField, parsedDocument } from '../../records/document-rules.ts';

export type Client = typeof import('./client.ts') & { firestore: Firestore };

export function referenceTo({ firestore }: Client, ref: Ref<unknown>): DocumentReference {
  return firestore.collection(collectionPath(ref.collection)).doc(documentId(ref.id));
}

/** Fields to store: the data, its expiry as a timestamp, and the id that its name would lose. */
export function storedFields(client: Client, ref: Ref<unknown>, data: object): DocumentData {
  const fields: DocumentData = { ...data };
  const { expiry } = ref.collection;
  if (expiry !== undefined && fields[expiry] !== undefined) {
    fields[expiry] = client.Timestamp.fromDate(new Date(String(fields[expiry])));
  }
  if (idOfDocument(documentId(ref.id)) === undefined) fields[idField] = ref.id;
  return fields;
}

/** Fields to merge into a document: what is undefined is removed from it. */
export function patchFields(client: Client, ref: Ref<unknown>, patch: object): DocumentData {
  const removed = client.FieldValue.delete();
  const marked = (map: object): DocumentData =>
    Object.fromEntries(
      Object.entries(map).map(([name, value]) => {
        if (value === undefined) return [name, removed];
        return [name, isMap(value) ? marked(value) : value];
      }),
    );
  return marked(storedFields(client, ref, patch));
}

/** A map of ours: its instants are the client's own. */
const isMap = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) === Object.prototype;

/** @throws Rejected `invalid-data` where the document does not follow its schema */
export function storedDocument<T>(
  collection: Ref<T>['collection'],
  snapshot: DocumentSnapshot,
): Stored<T> | undefined {
  const fields = snapshot.data();
  if (fields === undefined || snapshot.updateTime === undefined) return undefined;
  const { [idField]: kept, ...data } = fields;
  const id = idOfDocument(snapshot.id) ?? String(kept);
  const expires = collection.expiry === undefined ? undefined : data[collection.expiry];
  if (collection.expiry !== undefined && hasDate(expires)) {
    data[collection.expiry] = expires.toDate().toISOString();
  }
  return {
    id,
    data: parsedDocument(collection, id, data),
    version: versionOf(snapshot.updateTime),
  };
}

/** One entry per ref, in order. */
export function storedDocuments<T>(
  refs: readonly Ref<T>[],
  snapshots: readonly DocumentSnapshot[],
): (Stored<T> | undefined)[] {
  if (snapshots.length !== refs.length) {
    throw new Retryable(
      code.unavailable,
      `firestore: ${snapshots.length} answers to ${refs.length} reads.`,
    );
  }
  return refs.map(({ collection }, i) => {
    const snapshot = snapshots[i];
    return snapshot && storedDocument(collection, snapshot);
  });
}

/** Seconds and nanoseconds; a `Date` would lose what lies below the millisecond. */
export function versionOf({ seconds, nanoseconds }: Timestamp): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}

/** The update time that a version is. @throws Rejected `conflict` where it is none */
export function updateTimeOf({ Timestamp }: Client, ref: Ref<unknown>, version: string): Timestamp {
  const parts = /^(\d{1,12})\.(\d{9})$/.exec(version);
  if (parts === null) throw otherVersion(ref, version);
  return new Timestamp(Number(parts[1]), Number(parts[2]));
}

export function otherVersion(ref: Ref<unknown>, version: string, cause?: unknown): Rejected {
  return new Rejected(
    code.conflict,
    `firestore: ${ref.collection.path}/${ref.id} is not at version ${version} any more.`,
    { cause },
  );
}

function hasDate(value: unknown): value is Timestamp {
  return typeof value === 'object' && value !== null && 'toDate' in value;
}
