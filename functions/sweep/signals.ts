/** Notices that were not sent, episodes whose quiet days are over, and the day's digest. */
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { groupsPerMessage, type Message } from '../records/messages.ts';
import { packs, runs } from '../records/run-documents.ts';
import {
  digestId,
  digests,
  type EpisodeDocument,
  episodes,
  rulesDigests,
} from '../records/signal-documents.ts';
import type { SweepCursor } from '../records/sweep-documents.ts';
import type { Runtime } from '../runtime.ts';
import { sendBatch } from './batches.ts';
import { drainedInInterval } from './capacity.ts';

/** Notices of a run are on their way for a while after it has ended. */
const digestAfterMs = 5 * 60_000;

/**
 * Brings up episodes that have something left to send or whose quiet days are over, at most as many as
 * are dealt with until the next sweep, and asks for the day's digest. @returns how many episodes
 */
export async function sweepSignals(
  runtime: Runtime,
  options: { digestAfterMs?: number } = {},
): Promise<number> {
  const { pack } = runtime;
  if (!pack.signals) return 0;
  return sendBatch(runtime, 'signals-changed', async ({ cursor: from, looked_through }) => {
    const most = drainedInInterval(runtime, 'notify');
    const { due, cursor } = await dueEpisodes(runtime, from, most);
    const accounts = [...new Set(due.map(({ data }) => data.account))];
    const bodies: Message[] = [
      ...groupsPerMessage(accounts).map((group) => ({ pack: pack.id, accounts: group })),
      ...(await dueDigest(runtime, options.digestAfterMs ?? digestAfterMs)),
    ];
    return { bodies, sent: due.length, cursor, looked_through };
  });
}

/** Due the longest first, from the last one sent on, and from the beginning where the end is reached. */
async function dueEpisodes(
  { snapshots, clock, pack }: Runtime,
  from: SweepCursor | null,
  most: number,
): Promise<{ due: Stored<EpisodeDocument>[]; cursor: SweepCursor | null }> {
  const page = (after: SweepCursor | null, limit: number) =>
    snapshots.query({
      collection: episodes,
      where: [
        { field: 'pack', op: '==', value: pack.id },
        { field: 'due_at', op: '<=', value: clock.now().toISOString() },
      ],
      orderBy: { field: 'due_at', direction: 'asc' },
      limit,
      ...(after?.value !== undefined && { startAfter: { value: after.value, id: after.id } }),
    });
  const due = await page(from, most);
  if (due.length < most && from !== null) {
    const known = new Set(due.map(({ id }) => id));
    const others = await page(null, most - due.length);
    due.push(...others.filter(({ id }) => !known.has(id)));
  }
  const last = due.length < most ? undefined : due.at(-1);
  const value = last?.data.due_at;
  return { due, cursor: last && value ? { value, id: last.id } : null };
}

async function dueDigest({ snapshots, clock, pack }: Runtime, afterMs: number): Promise<Message[]> {
  if (pack.signals?.digestChannel == null) return [];
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  if (!current) return [];
  const finished = (await snapshots.get(ref(runs, current.run)))?.data.reached.finished;
  if (finished === undefined || clock.now().getTime() - Date.parse(finished) < afterMs) return [];
  const known = await snapshots.get(ref(digests, digestId(pack.id, current.date)));
  const moved = await snapshots.get(ref(rulesDigests, pack.id));
  if (known?.data.done && moved?.data.done !== false) return [];
  return [{ pack: pack.id, digest: current.date }];
}
