/**
 * Documents by path, as Firestore keeps them. A collection is typed once (see
 * `records/`); everything read is parsed with its schema, so a malformed
 * document is an error where it is read.
 */
import type { Collection, Patch, Ref } from '../records/collection.ts';

/**
 * A document as read. `version` changes with every write that changes the document
 * (Firestore's `updateTime`: one that changes nothing may leave it as it was).
 */
export interface Stored<T> {
  readonly id: string;
  readonly data: T;
  readonly version: string;
}

/** `field` is a dotted path inside the document. */
export interface Filter {
  field: string;
  op: '==' | '<' | '<=' | '>' | '>=' | 'in' | 'array-contains';
  value: string | number | boolean | null | readonly (string | number)[];
}

export interface Query<T> {
  collection: Collection<T>;
  where?: readonly Filter[];
  /**
   * Default: by the field of the range, where there is one, else by id. Documents without the
   * field are left out, as in Firestore; ties go by id, same direction. A range is of this
   * field only. An id counts as it is encoded (see `documentId`), byte by byte.
   */
  orderBy?: { field: string; direction: 'asc' | 'desc' };
  limit: number;
  /** Values of the last document seen: its order field (absent where there is none) and id. */
  startAfter?: { value?: string | number | boolean | null; id: string };
}

export interface Transaction {
  get<T>(ref: Ref<T>): Promise<Stored<T> | undefined>;
  getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]>;
  /** Fails the transaction with Rejected `already-exists` where the document exists. */
  create<T>(ref: Ref<T>, data: T): void;
  set<T>(ref: Ref<T>, data: T): void;
  /**
   * Sets fields without reading the document, which is made where it is not there: what nobody else
   * wrote meanwhile is not lost, and nobody has to wait.
   * @throws Rejected `invalid-data` for null and for an empty map
   */
  merge<T>(ref: Ref<T>, fields: Patch<T>): void;
  delete(ref: Ref<unknown>): void;
}

/**
 * A write whose answer got lost may be sent again, so `already-exists` and `conflict` can mean
 * one's own write: whoever gets them looks at the document. Every method throws Retryable where
 * the documents cannot be reached, and Unauthorized where they may not be.
 */
export interface Snapshots {
  get<T>(ref: Ref<T>): Promise<Stored<T> | undefined>;
  /** One entry per ref, in order. */
  getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]>;
  /** The versions alone, in order: a read each, but nothing of the documents is sent or parsed. */
  versions(refs: readonly Ref<unknown>[]): Promise<(string | undefined)[]>;
  /** @throws Rejected `already-exists` */
  create<T>(ref: Ref<T>, data: T): Promise<void>;
  /**
   * Writes the whole document; with `ifVersion`, only over that version.
   * @throws Rejected `conflict` where the document has another version or is gone.
   */
  set<T>(ref: Ref<T>, data: T, options?: { ifVersion?: string }): Promise<void>;
  delete(ref: Ref<unknown>): Promise<void>;
  /**
   * All reads come before the writes; all writes happen or none, as if no other writer were
   * there: others wait, or `work` runs again, so it has no other effect. At most 500 writes
   * and 8.75 MiB. `work` does not wait for what others write to the documents it read.
   * @throws Retryable when contention does not end.
   */
  transaction<R>(work: (tx: Transaction) => Promise<R>): Promise<R>;
  /** @throws Rejected `bad-request` also where Firestore would need an index that is not listed */
  query<T>(query: Query<T>): Promise<Stored<T>[]>;
  /** Number of documents that a query without limit would give; no more than `most` are counted. */
  count<T>(query: Omit<Query<T>, 'limit' | 'startAfter'> & { most?: number }): Promise<number>;
}
