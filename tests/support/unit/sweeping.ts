/** Documents, and a bus that takes messages and delivers none, for what sweep does with them. */
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import type { Outgoing } from '../../../functions/ports/bus.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, type CrmDocument, crmAccounts } from '../../../functions/records/documents.ts';
import type { Message, Queue } from '../../../functions/records/messages.ts';
import { runs } from '../../../functions/records/run-documents.ts';
import { episodeId, episodes } from '../../../functions/records/signal-documents.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { leaveReceipt } from '../../../functions/sweep/batches.ts';
import { sweep } from '../../../functions/sweep/sweep.ts';
import { accountOf, episodeOf, runOf } from '../api/documents.ts';
import { signalPackFiles } from '../system/tiny-signals.ts';
import { virtualClock } from '../virtual-clock.ts';

const interval = 10 * 60_000;

/** @param instances of the consumers, by which the size of batches goes */
export function openSweeping(instances: Record<string, number> = {}) {
  const pack = parsePack(signalPackFiles());
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const clock = virtualClock(new Date('2026-03-02T00:00:00Z'));
  const entries: LogEntry[] = [];
  const sent: { queue: Queue; body: Message }[] = [];
  let dies = () => false;
  const runtime = {
    pack,
    snapshots,
    clock,
    instances,
    log: createLog((entry) => entries.push(entry), clock),
    bus: {
      publish: async (queue: Queue, messages: readonly Outgoing[]) => {
        for (const { body } of messages) sent.push({ queue, body });
        if (dies()) throw new Error('it dies');
      },
    },
  } as unknown as Runtime;
  const at = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
  return {
    runtime,
    snapshots,
    clock,
    entries,
    at,
    /** What was sent since this was asked last. */
    taken: (): Message[] => sent.splice(0).map(({ body }) => body),
    /** The next sweep, ten minutes later. @returns what it sent */
    async sweep(): Promise<Message[]> {
      await clock.advance(interval);
      await sweep(runtime);
      return sent.splice(0).map(({ body }) => body);
    },
    /** The next one dies once its first messages are out. */
    async dyingSweep(): Promise<Message[]> {
      dies = () => true;
      await clock.advance(interval);
      await sweep(runtime).catch(() => undefined);
      dies = () => false;
      return sent.splice(0).map(({ body }) => body);
    },
    /** Consumers are done with these, and left the documents as they were. */
    async receive(queue: Queue, messages: readonly Message[]): Promise<void> {
      for (const body of messages) {
        if ('swept' in body) await leaveReceipt(runtime, queue, body.swept);
      }
    },
    async crm(id: string, changes: Partial<CrmDocument> = {}): Promise<void> {
      await snapshots.set(ref(crmAccounts, id), { ...waiting, ...changes });
    },
    async account(id: string, run: string): Promise<void> {
      const document = accountOf({ id, points: 50 });
      await snapshots.set(ref(accounts, id), { ...document, pack: pack.id, run });
    },
    async finishedRun(id: string, finished: string): Promise<void> {
      const run = runOf({ pack: pack.id, state: 'finished', started_at: finished });
      await snapshots.set(ref(runs, id), { ...run, reached: { finished } });
    },
    async dueEpisode(account: string): Promise<void> {
      const data = episodeOf({ pack: pack.id, account, due_at: at(-interval) });
      await snapshots.set(ref(episodes, episodeId(account, data.signal)), data);
    },
  };
}

const waiting: CrmDocument = {
  state: 'pending',
  record_id: '001000000000001AAA',
  synced_hash: null,
  hash: 'h',
  run: 'r',
  at: '2026-03-01T18:00:00.000Z',
  code: 'daily-limit',
  reason: 'None left.',
  fields: [],
  since: '2026-03-01T18:00:00.000Z',
  written: {},
  shown: {},
  former: [],
};

/** Accounts, however many messages they stand in. */
export const accountsIn = (messages: readonly Message[]): string[] =>
  messages.flatMap((body) => ('accounts' in body ? body.accounts : []));
