/** Ports that count what their calls cost, and pass them on. */
import type { Bus, Outgoing } from '../../functions/ports/bus.ts';
import type { Snapshots, Transaction } from '../../functions/ports/snapshots.ts';
import type { Ref } from '../../functions/records/collection.ts';
import type { Message, Queue } from '../../functions/records/messages.ts';

export interface DocumentCounts {
  reads: number;
  writes: number;
  deletes: number;
  /** Writes by the last part of the collection's path. */
  writesOf: Map<string, number>;
}

/** Index entries that cost one read where documents are only counted. */
const entriesPerRead = 1_000;

/** Counts as Firestore bills: documents that are not there too, and each try of a transaction. */
export function countedSnapshots(snapshots: Snapshots): {
  snapshots: Snapshots;
  counts: DocumentCounts;
} {
  const counts: DocumentCounts = { reads: 0, writes: 0, deletes: 0, writesOf: new Map() };
  const written = (ref: Ref<unknown>): void => {
    const kind = ref.collection.path.split('/').at(-1) ?? '';
    counts.writes += 1;
    counts.writesOf.set(kind, (counts.writesOf.get(kind) ?? 0) + 1);
  };
  const counted: Snapshots = {
    get: (ref) => {
      counts.reads += 1;
      return snapshots.get(ref);
    },
    getAll: (refs) => {
      counts.reads += refs.length;
      return snapshots.getAll(refs);
    },
    versions: (refs) => {
      counts.reads += refs.length;
      return snapshots.versions(refs);
    },
    create: async (ref, data) => {
      await snapshots.create(ref, data);
      written(ref);
    },
    set: async (ref, data, options) => {
      await snapshots.set(ref, data, options);
      written(ref);
      // A write over one version is a delete and a write.
      if (options?.ifVersion !== undefined) counts.deletes += 1;
    },
    delete: async (ref) => {
      await snapshots.delete(ref);
      counts.deletes += 1;
    },
    transaction: async (work) => {
      let writes: Ref<unknown>[] = [];
      let deletes = 0;
      const result = await snapshots.transaction((tx) => {
        writes = [];
        deletes = 0;
        const within: Transaction = {
          get: (ref) => {
            counts.reads += 1;
            return tx.get(ref);
          },
          getAll: (refs) => {
            counts.reads += refs.length;
            return tx.getAll(refs);
          },
          create: (ref, data) => {
            tx.create(ref, data);
            writes.push(ref);
          },
          set: (ref, data) => {
            tx.set(ref, data);
            writes.push(ref);
          },
          merge: (ref, fields) => {
            tx.merge(ref, fields);
            writes.push(ref);
          },
          delete: (ref) => {
            tx.delete(ref);
            deletes += 1;
          },
        };
        return work(within);
      });
      for (const ref of writes) written(ref);
      counts.deletes += deletes;
      return result;
    },
    query: async (query) => {
      const found = await snapshots.query(query);
      counts.reads += Math.max(1, found.length);
      return found;
    },
    count: async (query) => {
      const found = await snapshots.count(query);
      counts.reads += Math.max(1, Math.ceil(found / entriesPerRead));
      return found;
    },
  };
  return { snapshots: counted, counts };
}

/** Pub/Sub bills a smaller message as one of so many bytes. */
const leastMessageBytes = 1_000;

/** A bus in memory that delivers each message once, in order of publication. */
export class CountingBus implements Bus {
  messages = 0;
  /** Published and delivered once, as Pub/Sub bills both. */
  messageBytes = 0;
  readonly #waiting: { queue: Queue; body: Message }[] = [];

  async publish(queue: Queue, messages: readonly Outgoing[]): Promise<void> {
    for (const { body } of messages) {
      const bytes = Buffer.byteLength(JSON.stringify(body));
      this.messages += 1;
      this.messageBytes += 2 * Math.max(leastMessageBytes, bytes);
      this.#waiting.push({ queue, body });
    }
  }

  /** Delivers all messages, `concurrency` at once, until none are left. */
  async deliver(
    consume: (queue: Queue, body: Message) => Promise<unknown>,
    concurrency: number,
  ): Promise<void> {
    const worker = async (): Promise<void> => {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        await consume(next.queue, next.body);
      }
    };
    while (this.#waiting.length > 0) {
      await Promise.all(Array.from({ length: concurrency }, worker));
    }
  }

  deadLetters(): Promise<[]> {
    return Promise.resolve([]);
  }

  missing(): Promise<[]> {
    return Promise.resolve([]);
  }

  async replay(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) throw new Error('nothing here becomes a dead letter');
  }
}
