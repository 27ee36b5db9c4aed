/**
 * What keeps effects single, taken away one at a time. Each works on the ports alone, as if the
 * product had never had the guard.
 */

import { Rejected, Unauthorized } from '../../../functions/errors.ts';
import type { Stored, Transaction } from '../../../functions/ports/snapshots.ts';
import type { Warehouse } from '../../../functions/ports/warehouse.ts';
import type { Ref } from '../../../functions/records/collection.ts';
import type { AccountDocument, CrmDocument } from '../../../functions/records/documents.ts';
import type { Message } from '../../../functions/records/messages.ts';
import type { PackDocument, RunDocument } from '../../../functions/records/run-documents.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import type { Without } from './schedule.ts';

/** The port with some of its methods replaced. */
function replaced<P extends object>(port: P, methods: Partial<P>): P {
  return new Proxy(port, {
    get(target, key) {
      const other: unknown = Reflect.get(methods, key);
      if (other !== undefined) return other;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The runtime whose transactions see other documents than there are. */
function withReads(
  runtime: Runtime,
  see: <T>(ref: Ref<T>, stored: Stored<T> | undefined) => Stored<T> | undefined,
): Runtime {
  const { snapshots } = runtime;
  return {
    ...runtime,
    snapshots: replaced(snapshots, {
      transaction: (work) =>
        snapshots.transaction((tx) => {
          const seen: Transaction = {
            get: async (ref) => see(ref, await tx.get(ref)),
            getAll: async (refs) =>
              (await tx.getAll(refs)).map((stored, i) => {
                const ref = refs[i];
                return ref ? see(ref, stored) : stored;
              }),
            create: (ref, data) => tx.create(ref, data),
            set: (ref, data) => tx.set(ref, data),
            merge: (ref, fields) => tx.merge(ref, fields),
            delete: (ref) => tx.delete(ref),
          };
          return work(seen);
        }),
    }),
  };
}

function withoutDeterministicIds(): Without {
  let calls = 0;
  return (runtime) => {
    const { warehouse } = runtime;
    const fresh = (id: string): string => `${id}-${++calls}`;
    return {
      ...runtime,
      warehouse: replaced(warehouse, {
        load: (request) => warehouse.load({ ...request, id: fresh(request.id) }),
        materialize: (request) => warehouse.materialize({ ...request, id: fresh(request.id) }),
        replacePartition: (request) =>
          warehouse.replacePartition({ ...request, id: fresh(request.id) }),
      }),
    };
  };
}

function withoutFrozenInputs(): Without {
  const queries = new Map<string, Parameters<Warehouse['materialize']>[0]>();
  let reads = 0;
  return (runtime) => {
    const { warehouse } = runtime;
    async function* readAnew(request: Parameters<Warehouse['read']>[0]) {
      const query = typeof request.table === 'string' ? queries.get(request.table) : undefined;
      if (query) await warehouse.materialize({ ...query, id: `${query.id}-${++reads}` });
      yield* warehouse.read(request);
    }
    return {
      ...runtime,
      warehouse: replaced(warehouse, {
        materialize: (request) => {
          queries.set(request.table, request);
          return warehouse.materialize(request);
        },
        read: readAnew,
      }),
    };
  };
}

/** Whoever changes a run believes to hold its lease. */
function withoutLeaseToken(): Without {
  return (runtime) => {
    let run: { id: string; token: number } | undefined;
    return withReads(runtime, (ref, stored) => {
      if (ref.collection.path === 'runs' && stored) {
        run = { id: ref.id, token: (stored.data as RunDocument).token };
      }
      if (ref.collection.path !== 'packs' || !stored || !run) return stored;
      const data = stored.data as PackDocument;
      const lease = { run: run.id, token: run.token, until: data.lease?.until ?? '9999-01-01' };
      return { ...stored, data: { ...data, lease } as typeof stored.data };
    });
  };
}

/** Whoever publishes believes that its run is the current one. */
function withoutRevisionCheck(): Without {
  return (runtime, { message }) =>
    withReads(runtime, (ref, stored) => {
      if (ref.collection.path !== 'packs' || !stored || !message || !('shard' in message)) {
        return stored;
      }
      const data = stored.data as PackDocument;
      const current = data.current && { ...data.current, run: message.run };
      return { ...stored, data: { ...data, current } as typeof stored.data };
    });
}

/** What is written to the CRM is what was there when the message was sent. */
function withoutLatestState(): Without {
  const sent = new WeakMap<Message, Map<string, Stored<AccountDocument>>>();
  return (runtime, process) => {
    const { bus, snapshots } = runtime;
    const before = process.message ? sent.get(process.message) : undefined;
    return {
      ...runtime,
      bus: replaced(bus, {
        publish: async (queue, messages) => {
          for (const { body } of messages) {
            if (!('accounts' in body)) continue;
            const { accounts } = await import('../../../functions/records/documents.ts');
            const refs = body.accounts.map((id) => ({ collection: accounts, id }));
            const stored = await snapshots.getAll(refs);
            const states = stored.flatMap((found) => (found ? [[found.id, found] as const] : []));
            sent.set(body, new Map(states));
          }
          return bus.publish(queue, messages);
        },
      }),
      snapshots: replaced(snapshots, {
        getAll: async (refs) => {
          const stored = await snapshots.getAll(refs);
          return stored.map((found, i) => {
            const ref = refs[i];
            const old = ref?.collection.path === 'accounts' ? before?.get(ref.id) : undefined;
            return (old as typeof found) ?? found;
          });
        },
        versions: async (refs) => {
          const versions = await snapshots.versions(refs);
          return versions.map((version, i) => {
            const ref = refs[i];
            const old = ref?.collection.path === 'accounts' ? before?.get(ref.id) : undefined;
            return old?.version ?? version;
          });
        },
      }),
    };
  };
}

/** What was tried counts as done: the hash of the last attempt, not of the last success. */
function withoutContentHash(): Without {
  return (runtime) => {
    const { snapshots } = runtime;
    return {
      ...runtime,
      snapshots: replaced(snapshots, {
        getAll: async (refs) =>
          (await snapshots.getAll(refs)).map((stored, i) => {
            if (refs[i]?.collection.path !== 'crm' || !stored) return stored;
            const data = stored.data as CrmDocument;
            return { ...stored, data: { ...data, state: 'synced' } as typeof stored.data };
          }),
      }),
    };
  };
}

/** After a call to the CRM, no document seems to have moved: neither its own nor the result's. */
function withoutCompareAndSet(): Without {
  return (runtime) => {
    const versions = new Map<string, string | undefined>();
    const results = new Map<string, string>();
    const reading = withReads(runtime, (ref, stored) => {
      if (ref.collection.path !== 'crm' || !versions.has(ref.id)) return stored;
      const version = versions.get(ref.id);
      return version === undefined || !stored ? undefined : { ...stored, version };
    });
    const { snapshots } = reading;
    return {
      ...reading,
      snapshots: replaced(snapshots, {
        getAll: async (refs) => {
          const stored = await snapshots.getAll(refs);
          return stored.map((found, i) => {
            const ref = refs[i];
            if (ref?.collection.path === 'crm') versions.set(ref.id, found?.version);
            if (ref?.collection.path !== 'accounts' || !found) return found;
            const version = results.get(ref.id) ?? found.version;
            results.set(ref.id, version);
            return { ...found, version };
          });
        },
        versions: async (refs) =>
          (await snapshots.versions(refs)).map((version, i) => {
            const ref = refs[i];
            return (ref?.collection.path === 'accounts' && results.get(ref.id)) || version;
          }),
      }),
    };
  };
}

/** Whoever gets a message believes to be the first who got it. */
function withoutSendingAgain(): Without {
  return (runtime, process) => {
    process.delivery = { repeated: false };
    return runtime;
  };
}

/** Whoever is not let in to look for a notice takes it that nobody ever can. */
function withoutWaitingForLogins(): Without {
  const lasting = async <T>(look: Promise<T>): Promise<T> => {
    try {
      return await look;
    } catch (error) {
      if (error instanceof Unauthorized) throw new Rejected(error.code, error.summary);
      throw error;
    }
  };
  return (runtime) => {
    const { crm, messenger } = runtime;
    return {
      ...runtime,
      crm: replaced(crm, { findTask: (key) => lasting(crm.findTask(key)) }),
      messenger: replaced(messenger, {
        find: (channel, key, since) => lasting(messenger.find(channel, key, since)),
      }),
    };
  };
}

/** Rows that Salesforce refused once are never tried again as they are. */
function withoutTryingAtNight(): Without {
  return (runtime) => {
    const { bus } = runtime;
    return {
      ...runtime,
      bus: replaced(bus, {
        publish: async (queue, messages) => {
          const others = messages.filter(
            ({ body }) => !('accounts' in body && 'again' in body && body.again),
          );
          if (others.length > 0) await bus.publish(queue, others);
        },
      }),
    };
  };
}

export const guards: Record<string, () => Without> = {
  'deterministic ids': withoutDeterministicIds,
  'frozen inputs': withoutFrozenInputs,
  'the lease token': withoutLeaseToken,
  'the revision check': withoutRevisionCheck,
  'loading the latest state': withoutLatestState,
  'the content hash': withoutContentHash,
  'compare-and-set after a sync': withoutCompareAndSet,
  'sending again what was delivered before': withoutSendingAgain,
  'waiting while a login is refused': withoutWaitingForLogins,
  'trying again at night': withoutTryingAtNight,
};
