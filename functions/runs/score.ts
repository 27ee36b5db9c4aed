import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { startRun } from './start-run.ts';

const scoreRequest = z.strictObject({
  pack: z.string().optional(),
  /** A past date whose history is computed anew; latest results stay as they are. */
  backfill: z.string().optional(),
});

/** What a caller of `score` learns; the run goes on behind the queues. */
export interface ScoreAnswer {
  run: string;
  state: RunDocument['state'];
  date: string;
  failure: RunDocument['failure'];
}

/**
 * Starts the run of a slot, as Cloud Scheduler does; with `{"backfill": "YYYY-MM-DD"}` the
 * backfill of a date.
 * @throws Rejected `bad-request` for another pack, a malformed body or date
 */
export async function score(
  runtime: Runtime,
  call: { slot: string; body: unknown },
): Promise<ScoreAnswer> {
  const request = scoreRequest.safeParse(call.body);
  if (!request.success) {
    throw new Rejected(
      code.badRequest,
      'The body is not understood; send {}, or {"backfill": "YYYY-MM-DD"}.',
    );
  }
  const { pack, backfill } = request.data;
  if (pack !== undefined && pack !== runtime.pack.id) {
    throw new Rejected(
      code.badRequest,
      `This deployment runs the pack "${runtime.pack.id}", not "${pack}".`,
    );
  }
  const { id, run } = await startRun(runtime, {
    slot: call.slot,
    ...(backfill === undefined ? {} : { backfill }),
  });
  return { run: id, state: run.state, date: run.date, failure: run.failure };
}
