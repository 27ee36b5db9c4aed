import type { DocumentSnapshot, Transaction as NativeTransaction } from '@google-cloud/firestore';
import { code, messageOf, Retryable } from '../../errors.ts';
import type { Stored, Transaction } from '../../ports/snapshots.ts';
import { TransactionRules } from '../../ports/transaction-rules.ts';
import type { Patch, Ref } from '../../records/collection.ts';
import { documentBytes, patchBytes } from '../../records/document-rules.ts';
import { classified, classifying, status, statusOf } from '../grpc-failures.ts';
import {
  type Client,
  patchFields,
  referenceTo,
  storedDocument,
  storedDocuments,
  storedFields,
} from './documents.ts';

const what = 'firestore: a transaction';

/**
 * The client repeats `work`, with waits between, where a read or the commit may pass later.
 * @returns what the last run gave, and what it wrote where it made documents
 */
export function runTransaction<R>(
  client: Client,
  work: (tx: Transaction) => Promise<R>,
  maxAttempts: number,
): Promise<Outcome<R>> {
  return classifying(what, () =>
    client.firestore
      .runTransaction((native) => runOnce(client, native, work), { maxAttempts })
      .catch((error: unknown) => {
        throw isTooLate(error) ? tooLate(error) : error;
      }),
  );
}

interface Outcome<R> {
  result: R;
  /** 0 where no document was made. */
  writesOfNew: number;
}

async function runOnce<R>(
  client: Client,
  native: NativeTransaction,
  work: (tx: Transaction) => Promise<R>,
): Promise<Outcome<R>> {
  const tx = new FirestoreTransaction(client, native);
  let outcome: { result: R } | { error: unknown };
  try {
    outcome = { result: await work(tx) };
  } catch (error) {
    outcome = { error };
  }
  tx.end();
  // The client looks at a read's own failure, whatever the work made of it.
  if (tx.failure !== undefined) throw tx.failure;
  if ('error' in outcome) throw outcome.error;
  return { ...outcome, writesOfNew: tx.makes ? tx.writes : 0 };
}

class FirestoreTransaction implements Transaction {
  /** What a read ended in, as the client threw it. */
  failure: unknown;
  /** Whether it makes a document, as far as it has looked, and all that it writes. */
  makes = false;
  writes = 0;
  readonly #absent = new Set<string>();
  readonly #client: Client;
  readonly #native: NativeTransaction;
  readonly #rules = new TransactionRules();

  constructor(client: Client, native: NativeTransaction) {
    this.#client = client;
    this.#native = native;
  }

  async get<T>(ref: Ref<T>): Promise<Stored<T> | undefined> {
    const snapshot = await this.#read(() => this.#native.get(referenceTo(this.#client, ref)));
    this.#look([snapshot]);
    return storedDocument(ref.collection, snapshot);
  }

  async getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]> {
    if (refs.length === 0) return [];
    const snapshots = await this.#read(() =>
      this.#native.getAll(...refs.map((ref) => referenceTo(this.#client, ref))),
    );
    this.#look(snapshots);
    return storedDocuments(refs, snapshots);
  }

  create<T>(ref: Ref<T>, data: T): void {
    this.#rules.write(documentBytes(ref, data));
    this.makes = true;
    this.writes += 1;
    this.#native.create(referenceTo(this.#client, ref), this.#fields(ref, data));
  }

  set<T>(ref: Ref<T>, data: T): void {
    this.#rules.write(documentBytes(ref, data));
    const target = referenceTo(this.#client, ref);
    if (this.#absent.has(target.path)) this.makes = true;
    this.writes += 1;
    this.#native.set(target, this.#fields(ref, data));
  }

  merge<T>(ref: Ref<T>, fields: Patch<T>): void {
    this.#rules.write(patchBytes(ref, fields as object));
    this.writes += 1;
    const patch = patchFields(this.#client, ref, fields as object);
    this.#native.set(referenceTo(this.#client, ref), patch, { merge: true });
  }

  delete(ref: Ref<unknown>): void {
    this.#rules.write(0);
    this.#native.delete(referenceTo(this.#client, ref));
  }

  end(): void {
    this.#rules.end();
  }

  #look(snapshots: readonly DocumentSnapshot[]): void {
    for (const { exists, ref } of snapshots) if (!exists) this.#absent.add(ref.path);
  }

  #fields(ref: Ref<unknown>, data: unknown): object {
    return storedFields(this.#client, ref, data as object);
  }

  async #read<S>(send: () => Promise<S>): Promise<S> {
    this.#rules.read();
    try {
      return await send();
    } catch (error) {
      if (statusOf(error) !== undefined) this.failure ??= error;
      throw classified(error, what);
    }
  }
}

/**
 * A transaction ends by itself after 270 s, or 60 s without a request; what comes later is
 * answered as if it were malformed
 * (https://firebase.google.com/docs/firestore/quotas#writes_and_transactions).
 */
function isTooLate(error: unknown): boolean {
  return (
    statusOf(error) === status.invalidArgument &&
    /transaction (has expired|is invalid or closed)|no longer valid/i.test(messageOf(error))
  );
}

function tooLate(error: unknown): Retryable {
  return new Retryable(code.unavailable, `${what} took so long that it had ended`, {
    said: messageOf(error),
    cause: error,
  });
}
