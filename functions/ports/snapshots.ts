/**
 * Documents by path, as Firestore keeps them. A collection is typed once (see
 * `records/documents.ts`); everything read is parsed with its schema, so a malformed
 * document is an error where it is read.
 */
import type { Collection, Ref } from '../records/collection.ts';

/** A document as read; `version` changes with every write (Firestore's `updateTime`). */
export interface Stored<T> {
  readonly id: string;
  readonly data: T;
  readonly version: string;
}

/** `field` is a dotted path inside the document. */
export interface Filter {
  field: string;
  op: '==' | '<' | '<=' | '>' | '>=' | 'in';
  value: string | number | boolean | null | readonly (string | number)[];
}

export interface Query<T> {
  collection: Collection<T>;
  where?: readonly Filter[];
  /** Documents without the field are left out, as in Firestore; ties go by id, same direction. */
  orderBy?: { field: string; direction: 'asc' | 'desc' };
  limit: number;
  /** Values of the last document seen: its order field (absent without `orderBy`) and id. */
  startAfter?: { value?: string | number | boolean | null; id: string };
}

export interface Transaction {
  get<T>(ref: Ref<T>): Promise<Stored<T> | undefined>;
  getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]>;
  /** Fails the transaction with Rejected `already-exists` where the document exists. */
  create<T>(ref: Ref<T>, data: T): void;
  set<T>(ref: Ref<T>, data: T): void;
  delete(ref: Ref<unknown>): void;
}

export interface Snapshots {
  get<T>(ref: Ref<T>): Promise<Stored<T> | undefined>;
  /** One entry per ref, in order. */
  getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]>;
  /** @throws Rejected `already-exists` */
  create<T>(ref: Ref<T>, data: T): Promise<void>;
  /**
   * Writes the whole document; with `ifVersion`, only over that version.
   * @throws Rejected `conflict` where the document has another version or is gone.
   */
  set<T>(ref: Ref<T>, data: T, options?: { ifVersion?: string }): Promise<void>;
  delete(ref: Ref<unknown>): Promise<void>;
  /**
   * All reads come before the writes; all writes happen or none. `work` may run again
   * on contention, so it has no other effect. At most 500 writes.
   * @throws Retryable when contention does not end.
   */
  transaction<R>(work: (tx: Transaction) => Promise<R>): Promise<R>;
  query<T>(query: Query<T>): Promise<Stored<T>[]>;
  /** Number of documents that a query without limit would give. */
  count<T>(query: Omit<Query<T>, 'limit' | 'orderBy' | 'startAfter'>): Promise<number>;
}
