/** Snapshots on Firestore in native mode. */
import type { DocumentReference, Transaction as NativeTransaction } from '@google-cloud/firestore';
import { plannedQuery } from '../../ports/query-rules.ts';
import type { Query, Snapshots, Stored, Transaction } from '../../ports/snapshots.ts';
import type { Ref } from '../../records/collection.ts';
import { documentBytes } from '../../records/document-rules.ts';
import { type CompositeIndex, indexes } from '../../records/indexes.ts';
import { classifying, status, statusOf } from '../grpc-failures.ts';
import {
  type Client,
  otherVersion,
  referenceTo,
  storedDocument,
  storedDocuments,
  storedFields,
  updateTimeOf,
  versionOf,
} from './documents.ts';
import { filteredQuery, orderedQuery } from './queries.ts';
import type { RampUp } from './ramp-up.ts';
import { runTransaction } from './transaction.ts';

export interface FirestoreSnapshotsOptions {
  projectId: string;
  databaseId: string;
  /** `host:port` of an emulator, spoken to in plain text and without credentials. */
  emulator?: string;
  /** Runs of one transaction before contention is given up. Default 5, about eight seconds. */
  maxAttempts?: number;
  /** How long the client may repeat one commit. Default 30,000. */
  timeoutMs?: number;
  /** Default: those that are deployed. */
  indexes?: readonly CompositeIndex[];
  /** Keeps new documents to the rate at which a collection may grow; by default they come at once. */
  rampUp?: RampUp;
}

export interface FirestoreSnapshots extends Snapshots {
  close(): Promise<void>;
}

/** Neither loads the client nor connects: the first call does. */
export function openFirestoreSnapshots(options: FirestoreSnapshotsOptions): FirestoreSnapshots {
  return new Documents(options);
}

class Documents implements FirestoreSnapshots {
  readonly #options: FirestoreSnapshotsOptions;
  readonly #indexes: readonly CompositeIndex[];
  readonly #maxAttempts: number;
  #client: Promise<Client> | undefined;

  constructor(options: FirestoreSnapshotsOptions) {
    this.#options = options;
    this.#indexes = options.indexes ?? indexes;
    this.#maxAttempts = options.maxAttempts ?? 5;
  }

  async get<T>(ref: Ref<T>): Promise<Stored<T> | undefined> {
    const client = await this.#open();
    const snapshot = await classifying(`firestore: reading ${ref.collection.path}`, () =>
      referenceTo(client, ref).get(),
    );
    return storedDocument(ref.collection, snapshot);
  }

  async getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]> {
    if (refs.length === 0) return [];
    const client = await this.#open();
    const snapshots = await classifying('firestore: reading documents', () =>
      client.firestore.getAll(...refs.map((ref) => referenceTo(client, ref))),
    );
    return storedDocuments(refs, snapshots);
  }

  async versions(refs: readonly Ref<unknown>[]): Promise<(string | undefined)[]> {
    if (refs.length === 0) return [];
    const client = await this.#open();
    const snapshots = await classifying('firestore: reading versions', () =>
      client.firestore.getAll(...refs.map((ref) => referenceTo(client, ref)), { fieldMask: [] }),
    );
    return snapshots.map(({ updateTime }) => updateTime && versionOf(updateTime));
  }

  async create<T>(ref: Ref<T>, data: T): Promise<void> {
    await this.#write(ref, data, (tx, to, fields) => tx.create(to, fields));
  }

  async set<T>(ref: Ref<T>, data: T, options?: { ifVersion?: string }): Promise<void> {
    const ifVersion = options?.ifVersion;
    if (ifVersion === undefined) {
      await this.#write(ref, data, (tx, to, fields) => tx.set(to, fields));
      return;
    }
    const client = await this.#open();
    const lastUpdateTime = updateTimeOf(client, ref, ifVersion);
    await this.#write(ref, data, (tx, to, fields) => {
      // The client's `set` takes no precondition, its `update` leaves fields that are gone.
      tx.delete(to, { lastUpdateTime });
      tx.set(to, fields);
    }).catch((error: unknown) => {
      throw isUnmetPrecondition(error) ? otherVersion(ref, ifVersion, error) : error;
    });
  }

  async delete(ref: Ref<unknown>): Promise<void> {
    const client = await this.#open();
    await this.#commit(ref, async (tx) => {
      tx.delete(referenceTo(client, ref));
    });
  }

  async transaction<R>(work: (tx: Transaction) => Promise<R>): Promise<R> {
    const client = await this.#open();
    const { rampUp } = this.#options;
    // A transaction that waited would end by itself: whoever comes next waits before it begins.
    await rampUp?.ready();
    const { result, writesOfNew } = await runTransaction(client, work, this.#maxAttempts);
    if (writesOfNew > 0) rampUp?.took(writesOfNew);
    return result;
  }

  async query<T>(query: Query<T>): Promise<Stored<T>[]> {
    const plan = plannedQuery(query, this.#indexes);
    const client = await this.#open();
    const { docs } = await classifying(`firestore: a query on ${plan.collection}`, () =>
      orderedQuery(client, plan).limit(query.limit).get(),
    );
    return docs.flatMap((snapshot) => storedDocument(query.collection, snapshot) ?? []);
  }

  async count({ most, ...query }: Parameters<Snapshots['count']>[0]): Promise<number> {
    const plan = plannedQuery(query, this.#indexes);
    const client = await this.#open();
    const counted = await classifying(`firestore: counting ${plan.collection}`, () => {
      const all = filteredQuery(client, plan);
      return (most === undefined ? all : all.limit(most)).count().get();
    });
    return counted.data().count;
  }

  async close(): Promise<void> {
    const client = await this.#client;
    await client?.firestore.terminate();
  }

  async #write<T>(
    ref: Ref<T>,
    data: T,
    write: (tx: NativeTransaction, to: DocumentReference, fields: object) => void,
  ): Promise<void> {
    documentBytes(ref, data);
    const client = await this.#open();
    const fields = storedFields(client, ref, data as object);
    await this.#commit(ref, async (tx) => write(tx, referenceTo(client, ref), fields));
  }

  /**
   * A transaction without a read is one commit. Written in another way, the client would repeat
   * it for up to ten minutes, when nobody waits for it any more.
   */
  async #commit(ref: Ref<unknown>, write: (tx: NativeTransaction) => Promise<void>): Promise<void> {
    const { firestore } = await this.#open();
    await classifying(`firestore: writing ${ref.collection.path}/${ref.id}`, () =>
      firestore.runTransaction(write, { maxAttempts: this.#maxAttempts }),
    );
  }

  #open(): Promise<Client> {
    this.#client ??= connected(this.#options);
    return this.#client;
  }
}

function isUnmetPrecondition(error: unknown): boolean {
  const found = statusOf(error instanceof Error ? error.cause : undefined);
  return found === status.failedPrecondition || found === status.notFound;
}

async function connected(options: FirestoreSnapshotsOptions): Promise<Client> {
  const { projectId, databaseId, emulator, timeoutMs = 30_000 } = options;
  const client = await import('./client.ts');
  const firestore = new client.Firestore({
    projectId,
    databaseId,
    clientConfig: {
      interfaces: {
        'google.firestore.v1.Firestore': { methods: { Commit: { timeout_millis: timeoutMs } } },
      },
    },
    // Without a client that needs no credentials, some are looked for on the network.
    ...(emulator === undefined
      ? {}
      : { host: emulator, ssl: false, authClient: new client.PassThroughClient() }),
  });
  return { ...client, firestore };
}
