/**
 * One lease per pack orders its runs; a backfill holds one for its date only. Tokens grow, so
 * a holder that lost its lease finds out at its next change of state.
 */
import { code, Rejected } from '../errors.ts';
import type { Snapshots, Stored, Transaction } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  type PackDocument,
  packs,
  type RunDocument,
  type RunState,
  runs,
} from '../records/run-documents.ts';

/** More of one pack at once than ever are under way, held or stuck. */
export const mostRuns = 1000;

/** Runs of a pack that are in one of the states. */
export function runsInState(
  snapshots: Snapshots,
  pack: string,
  states: readonly RunState[],
): Promise<Stored<RunDocument>[]> {
  return snapshots.query({
    collection: runs,
    where: [
      { field: 'pack', op: '==', value: pack },
      { field: 'state', op: 'in', value: states },
    ],
    limit: mostRuns,
  });
}

/** How long a run may go without a sign of life before another may take over. */
export const leaseMs = 15 * 60_000;

export const noLease: PackDocument = { current: null, lease: null, next_token: 1 };

/** The document that holds the run's lease. */
export function leaseHolder(run: Pick<RunDocument, 'pack' | 'kind' | 'date'>): string {
  return run.kind === 'backfill' ? `${run.pack}~backfill~${run.date}` : run.pack;
}

/** The lease as a run takes it, whoever held it before. */
export function takenLease(
  before: PackDocument,
  run: string,
  now: Date,
): { token: number; holder: PackDocument } {
  const until = new Date(now.getTime() + leaseMs).toISOString();
  const { next_token: token } = before;
  return { token, holder: { ...before, lease: { run, token, until }, next_token: token + 1 } };
}

/** The run is not (or no longer) in the state, or under the lease, that the caller relied on. */
export function lostRun(id: string, why: string): Rejected {
  return new Rejected(code.oldRun, `run ${id}: ${why}`);
}

/**
 * Changes a run in one transaction, only while it is in one of the states, in the attempt that the
 * caller knows, and holds its lease; renews the lease. Whoever prepared or scored an attempt before
 * must not take the next one a step further: its tables and shards are others.
 * @throws Rejected `old-run` where it does not, `not-found` where there is no such run.
 */
export async function changeRun(
  snapshots: Snapshots,
  id: string,
  known: Pick<RunDocument, 'attempt'>,
  from: readonly RunState[],
  now: Date,
  change: (
    run: RunDocument,
    holder: PackDocument,
    tx: Transaction,
  ) => Promise<Partial<RunDocument>> | Partial<RunDocument>,
  options: { release?: boolean; current?: (run: RunDocument) => PackDocument['current'] } = {},
): Promise<RunDocument> {
  return snapshots.transaction(async (tx) => {
    const run = (await tx.get(ref(runs, id)))?.data;
    if (!run) throw new Rejected(code.notFound, `run ${id} does not exist`);
    if (!from.includes(run.state)) {
      throw lostRun(id, `it is ${run.state}, not ${from.join(' or ')}`);
    }
    if (run.attempt !== known.attempt) throw lostRun(id, 'it was started again meanwhile');
    const holderRef = ref(packs, leaseHolder(run));
    const holder = (await tx.get(holderRef))?.data ?? noLease;
    if (holder.lease?.run !== id || holder.lease.token !== run.token) {
      throw lostRun(id, 'another run holds the lease');
    }
    const changed = await change(run, holder, tx);
    const next: RunDocument = { ...run, ...changed, progressed_at: now.toISOString() };
    if (next.state !== run.state) {
      next.reached = { ...run.reached, [next.state]: now.toISOString() };
    }
    tx.set(ref(runs, id), next);
    tx.set(holderRef, {
      ...holder,
      current: options.current ? options.current(next) : holder.current,
      lease: options.release
        ? null
        : { ...holder.lease, until: new Date(now.getTime() + leaseMs).toISOString() },
    });
    return next;
  });
}

/**
 * Shows that the run is alive, where it last did so some time ago.
 * @throws Rejected `old-run` where it has lost its lease
 */
export async function renewLease(
  snapshots: Snapshots,
  id: string,
  run: Pick<RunDocument, 'attempt' | 'progressed_at'>,
  now: Date,
): Promise<void> {
  if (now.getTime() - Date.parse(run.progressed_at) <= leaseMs / 3) return;
  await changeRun(
    snapshots,
    id,
    run,
    ['preparing', 'scoring', 'closing', 'publishing'],
    now,
    () => ({}),
  );
}
