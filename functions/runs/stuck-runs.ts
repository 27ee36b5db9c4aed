/** Runs that are closed, or nearly so, and do not come to their end: what keeps them, said aloud. */
import { code, hasCode } from '../errors.ts';
import { failureFields } from '../log.ts';
import type { Snapshots, Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { type RunDocument, type RunState, runs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { mostRuns } from './leases.ts';

/**
 * The copy into the history was refused as it is. It is one atomic step that had no effect, so the run
 * may still be discarded.
 */
export const copyFailed = 'copy-failed';

/** A state that lasts longer than this without progress is an operator's matter. */
const stuckMs = 60 * 60_000;

/**
 * Does a step of a run in this state, and keeps what it failed by, for whoever asks why the run does not
 * go on. Whatever goes wrong in keeping it must not hide the failure itself.
 */
export async function noting<T>(
  runtime: Runtime,
  id: string,
  state: RunState,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    // Somebody else took the run a step further meanwhile.
    if (!hasCode(error, code.oldRun)) await noteFailure(runtime, id, state, error);
    throw error;
  }
}

async function noteFailure(
  { snapshots, log }: Runtime,
  id: string,
  state: RunState,
  error: unknown,
): Promise<void> {
  const { code: why, reason: message } = failureFields(error);
  await snapshots
    .transaction(async (tx) => {
      const now = (await tx.get(ref(runs, id)))?.data;
      if (now?.state !== state) return;
      if (now.failure?.code === why && now.failure.message === message) return;
      tx.set(ref(runs, id), { ...now, failure: { code: why, message } });
    })
    .catch((second: unknown) => log.requestFailed({ function: 'sweep', error: second }));
}

/** Runs that are closed, or nearly so, of any pack: one that was renamed meanwhile left some behind. */
export const unfinishedRuns = (snapshots: Snapshots): Promise<Stored<RunDocument>[]> =>
  snapshots.query({
    collection: runs,
    where: [{ field: 'state', op: 'in', value: ['closing', 'publishing'] }],
    limit: mostRuns,
  });

/** Raises an alert for every run that has been closing or publishing for too long. */
export async function reportStuckRuns({ snapshots, clock, log }: Runtime): Promise<void> {
  const now = clock.now().getTime();
  const unfinished = await unfinishedRuns(snapshots).catch((error: unknown) => {
    log.runsUnreadable(failureFields(error));
    throw error;
  });
  for (const { id, data: run } of unfinished) {
    const since = Date.parse(run.reached[run.state] ?? run.started_at);
    // A run that still publishes shards shows it; one that closes has a single step to make.
    const idle = run.state === 'closing' ? since : Date.parse(run.progressed_at);
    if (now - idle < stuckMs) continue;
    const minutes = Math.floor((now - since) / 60_000);
    const { code: why, message } = run.failure ?? {
      code: 'no-progress',
      message: 'nothing was said to fail; its messages may be among the dead letters',
    };
    log.runStuck({ run: id, state: run.state, minutes, code: why, reason: message });
  }
}
