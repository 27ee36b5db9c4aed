import { code, hasCode } from '../errors.ts';
import { sweepMoving } from '../publish/move-pack.ts';
import { republishOverridden } from '../publish/overrides.ts';
import { keepOverridden } from '../publish/portfolio-counts.ts';
import { sweepRetired } from '../publish/retire-pack.ts';
import { ref } from '../records/collection.ts';
import { activeRunStates, type RunDocument, runs } from '../records/run-documents.ts';
import { watchAgeing } from '../runs/ageing.ts';
import { compareCandidate } from '../runs/candidate/compare-candidate.ts';
import { claimRun } from '../runs/claim-run.ts';
import { dropRunTables } from '../runs/end-run.ts';
import { endHeldRuns } from '../runs/held-runs.ts';
import { runsInState } from '../runs/leases.ts';
import { advanceRun } from '../runs/start-run.ts';
import { reportStuckRuns, unfinishedRuns } from '../runs/stuck-runs.ts';
import type { Runtime } from '../runtime.ts';
import { sweepAccounts } from './accounts.ts';
import { sweepEvents } from './events.ts';
import { sweepSignals } from './signals.ts';

/** A run without progress for this long is taken up again. */
const stalledMs = 5 * 60_000;
/** A run that is not closed by then never will be: the next slot has long been due. */
const expiredMs = 20 * 3_600_000;

/**
 * What nobody else would notice: runs that stopped or wait, accounts that wait for Salesforce,
 * overrides that began or ended, notices that were not sent, events that were not handled. Runs every ten
 * minutes; each step may be repeated, and does no more than a bounded part of its work: the next goes on.
 */
export async function sweep(
  runtime: Runtime,
  options: { stalledMs?: number; digestAfterMs?: number } = {},
): Promise<{ runs: string[]; accounts: number }> {
  const failures: unknown[] = [];
  const moved = await step(() => sweepMoving(runtime), 0);
  if (moved > 0) runtime.log.sweepResumed({ what: 'documents of renamed packs', count: moved });
  const held = await step(() => endHeldRuns(runtime), []);
  const resumed = await step(() => sweepRuns(runtime, options.stalledMs ?? stalledMs), []);
  await step(() => reportStuckRuns(runtime), undefined);
  const retired = await step(() => sweepRetired(runtime), 0);
  if (retired > 0) runtime.log.sweepResumed({ what: 'accounts of retired packs', count: retired });
  const waiting = await step(() => sweepAccounts(runtime), 0);
  if (waiting > 0) runtime.log.sweepResumed({ what: 'accounts', count: waiting });
  const overridden = await step(async () => {
    const count = await republishOverridden(runtime, { again: true });
    if (count > 0) await keepOverridden(runtime);
    return count;
  }, 0);
  if (overridden > 0) runtime.log.sweepResumed({ what: 'overrides', count: overridden });
  const unsent = await step(() => sweepSignals(runtime, options), 0);
  if (unsent > 0) runtime.log.sweepResumed({ what: 'notices', count: unsent });
  const unhandled = await step(() => sweepEvents(runtime), 0);
  if (unhandled > 0) runtime.log.sweepResumed({ what: 'events', count: unhandled });
  // Last: what is only looked at keeps nothing waiting.
  const compared = await step(
    () => compareCandidate(runtime, options.stalledMs ?? stalledMs),
    undefined,
  );
  if (compared !== undefined) {
    runtime.log.sweepResumed({ what: 'comparison of the candidate', count: 1, run: compared });
  }
  await step(() => watchAgeing(runtime), []);
  if (failures.length > 0) throw failures[0];
  return { runs: [...held, ...resumed], accounts: waiting + overridden };

  /** What fails in one step must not keep the others waiting; the first failure is the answer. */
  async function step<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (failures.length > 0) runtime.log.requestFailed({ function: 'sweep', error });
      failures.push(error);
      return otherwise;
    }
  }
}

async function sweepRuns(runtime: Runtime, idleMs: number): Promise<string[]> {
  const { snapshots, clock, log, pack } = runtime;
  const now = clock.now().getTime();
  const mine = await runsInState(snapshots, pack.id, activeRunStates);
  // Of a pack that was renamed meanwhile, what is scored still comes to its end.
  const others = (await unfinishedRuns(snapshots)).filter(({ data }) => data.pack !== pack.id);
  const active = [...mine, ...others];
  const resumed: string[] = [];
  const oldestFirst = active.sort((a, b) => (a.data.slot < b.data.slot ? -1 : 1));
  for (const { id, data: run } of oldestFirst) {
    const idle = now - Date.parse(run.progressed_at);
    if (run.state !== 'waiting' && idle < idleMs) continue;
    if (await expire(runtime, id, run, now)) continue;
    const claim = await claimRun(snapshots, {
      pack: run.pack,
      kind: run.kind,
      moment: { slot: run.slot, asOf: run.as_of, date: run.date },
      rulesHash: pack.hash,
      engineHash: runtime.engineHash,
      now: clock.now(),
    });
    if (!claim.holds) continue;
    log.sweepResumed({ what: 'run', count: 1, run: id });
    try {
      await advanceRun(runtime, id, claim.run);
    } catch (error) {
      // It moved on by itself; anything else must not keep the runs behind it waiting.
      if (!hasCode(error, code.oldRun)) log.requestFailed({ function: 'sweep', error });
    }
    resumed.push(id);
  }
  return resumed;
}

/** Ends a run whose shards never all came through: nothing of it was copied or published. */
async function expire(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  now: number,
): Promise<boolean> {
  if (run.state !== 'preparing' && run.state !== 'scoring') return false;
  if (now - Date.parse(run.started_at) < expiredMs) return false;
  const failure = {
    code: 'expired',
    message: 'Its shards did not all finish in time; see the dead letters of score-shards.',
  };
  const ended = await runtime.snapshots.transaction(async (tx) => {
    const latest = (await tx.get(ref(runs, id)))?.data;
    if (latest?.state !== run.state || latest.token !== run.token) return false;
    if (latest.attempt !== run.attempt) return false;
    tx.set(ref(runs, id), {
      ...latest,
      state: 'failed',
      failure,
      reached: { ...latest.reached, failed: new Date(now).toISOString() },
    });
    return true;
  });
  if (!ended) return false;
  await dropRunTables(runtime, id, run);
  runtime.log.runFailed({ run: id, code: failure.code, reason: failure.message });
  return true;
}
