/** Runs that are closed, or nearly so, and do not come to their end: what keeps them, said aloud. */
import { code, hasCode } from '../errors.ts';
import { failureFields } from '../log.ts';
import { ref } from '../records/collection.ts';
import { type RunDocument, runs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { runsInState } from './leases.ts';

/**
 * The copy into the history was refused as it is. It is one atomic step that had no effect, so the run
 * may still be discarded.
 */
export const copyFailed = 'copy-failed';

/** A state that lasts longer than this without progress is an operator's matter. */
const stuckMs = 60 * 60_000;

/**
 * Keeps what a run last failed by, for whoever asks why it does not go on. Whatever goes wrong here
 * must not hide the failure itself.
 */
export async function noteFailure(
  runtime: Runtime,
  id: string,
  run: Pick<RunDocument, 'state' | 'failure'>,
  error: unknown,
): Promise<void> {
  if (hasCode(error, code.oldRun)) return;
  const { code: why, reason: message } = failureFields(error);
  const { failure } = run;
  if (failure?.code === why && failure.message === message) return;
  await runtime.snapshots
    .transaction(async (tx) => {
      const now = (await tx.get(ref(runs, id)))?.data;
      if (now?.state !== run.state) return;
      tx.set(ref(runs, id), { ...now, failure: { code: why, message } });
    })
    .catch((second: unknown) => runtime.log.requestFailed({ function: 'sweep', error: second }));
}

/** Raises an alert for every run that has been closing or publishing for too long. */
export async function reportStuckRuns(runtime: Runtime): Promise<void> {
  const { snapshots, clock, log, pack } = runtime;
  const now = clock.now().getTime();
  const unfinished = await runsInState(snapshots, pack.id, ['closing', 'publishing']);
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
