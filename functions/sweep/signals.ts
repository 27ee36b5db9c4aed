import { ref } from '../records/collection.ts';
import { packs, runs } from '../records/run-documents.ts';
import { digestId, digests, episodes, rulesDigests } from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';

const accountsPerMessage = 200;
const episodesPerSweep = 2_000;
/** Notices of a run are on their way for a while after it has ended. */
const digestAfterMs = 5 * 60_000;

/**
 * Brings up episodes that have something left to send or whose quiet days are over, and asks
 * for the day's digest. @returns how many accounts
 */
export async function sweepSignals(
  runtime: Runtime,
  options: { digestAfterMs?: number } = {},
): Promise<number> {
  const { snapshots, bus, clock, pack } = runtime;
  if (!pack.signals) return 0;
  const due = await snapshots.query({
    collection: episodes,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'due_at', op: '<=', value: clock.now().toISOString() },
    ],
    orderBy: { field: 'due_at', direction: 'asc' },
    limit: episodesPerSweep,
  });
  const accounts = [...new Set(due.map(({ data }) => data.account))];
  for (let first = 0; first < accounts.length; first += accountsPerMessage) {
    const group = accounts.slice(first, first + accountsPerMessage);
    await bus.publish('signals-changed', [{ body: { pack: pack.id, accounts: group } }]);
  }
  await askForDigest(runtime, options.digestAfterMs ?? digestAfterMs);
  return accounts.length;
}

async function askForDigest({ snapshots, bus, clock, pack }: Runtime, afterMs: number) {
  if (pack.signals?.digestChannel == null) return;
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  if (!current) return;
  const finished = (await snapshots.get(ref(runs, current.run)))?.data.reached.finished;
  if (finished === undefined || clock.now().getTime() - Date.parse(finished) < afterMs) return;
  const known = await snapshots.get(ref(digests, digestId(pack.id, current.date)));
  const moved = await snapshots.get(ref(rulesDigests, pack.id));
  if (known?.data.done && moved?.data.done !== false) return;
  await bus.publish('signals-changed', [{ body: { pack: pack.id, digest: current.date } }]);
}
