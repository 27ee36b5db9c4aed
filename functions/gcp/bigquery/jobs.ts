/**
 * Jobs under ids of ours. An id is used up by whatever became of its job: where that is known to
 * have failed, and so to have had no effect, the same id with an attempt's number is the next.
 * https://docs.cloud.google.com/bigquery/docs/running-jobs
 */
import { z } from 'zod';
import { code, hasCode, Rejected, Retryable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BigQueryApi, Piece } from './client.ts';
import { errorResult, type Failure, failed, isPassing, unreadable } from './failures.ts';

export interface JobRequest {
  /** Unique in the project and location; a repeated request has one effect. */
  id: string;
  type: 'query' | 'load' | 'copy';
  /** Of that type, as the API takes it. */
  configuration: Record<string, unknown>;
  /** What a load job loads. */
  data?: readonly Piece[];
  /** Failing for this reason, found again, is what became of it: it is not tried once more. */
  finalReason?: string;
}

const table = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });
const written = z.object({ destinationTable: table.optional() }).optional();
const jobResource = z.object({
  jobReference: z.object({ jobId: z.string() }),
  configuration: z.object({ query: written, load: written, copy: written }),
  status: z.object({ state: z.string(), errorResult: errorResult.optional() }),
  statistics: z.object({ load: z.object({ outputRows: z.string() }).optional() }).optional(),
});
export type Job = z.infer<typeof jobResource>;

/** Ids that one request may use up, over all calls. */
const mostIds = 50;
/** Jobs that one call may start, if each fails for a reason that passes. */
const mostStarted = 5;
/** A push is at most 600 s, so a call that waits longer is not heard any more. */
const longestWaitMs = 8 * 60_000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Limits of jobs are counted over 10 seconds for each table. */
const firstRestMs = 2_000;

/**
 * Runs a job to its end, or finds it ended already. Gives the job that succeeded.
 * @throws Retryable where it still runs or fails for reasons that pass; otherwise what its
 *   failure means
 */
export async function runJob(api: BigQueryApi, clock: Clock, request: JobRequest): Promise<Job> {
  let started = 0;
  let last: Failure | undefined;
  for (let number = 1; number <= mostIds; number++) {
    const id = number === 1 ? request.id : `${request.id}-r${number}`;
    const { job, isOurs } = await insertOrFind(api, request, id);
    const ended = await waitForJob(api, clock, job);
    last = ended.status.errorResult;
    if (last === undefined) return ended;
    if (last.reason === request.finalReason) break;
    // What failed for an earlier call may have been mended since.
    if (!isOurs) continue;
    started++;
    if (!isPassing(last) || started === mostStarted) break;
    await clock.sleep(firstRestMs * 2 ** (started - 1) + spread(id));
  }
  throw failed(`job ${request.id}`, last ?? { reason: 'unknown', message: 'no job was started' });
}

/** Up to two seconds, by the id: shards that hit a limit together do not come back together. */
function spread(id: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16_777_619);
  return (hash >>> 0) % 2_000;
}

async function insertOrFind(
  api: BigQueryApi,
  request: JobRequest,
  id: string,
): Promise<{ job: Job; isOurs: boolean }> {
  const { projectId } = api.client;
  const metadata = {
    jobReference: { projectId, jobId: id, location: api.location },
    configuration: { [request.type]: request.configuration },
  };
  try {
    const answer = request.data
      ? await api.upload(metadata, request.data)
      : await api.json({ method: 'POST', uri: '/jobs', json: metadata });
    return { job: parseJob(answer, id), isOurs: true };
  } catch (error) {
    if (!hasCode(error, code.alreadyExists)) throw error;
    const job = await getJob(api, id);
    assertSame(request, job);
    return { job, isOurs: false };
  }
}

/** Two things that share an id would each take the other's effect for their own. */
function assertSame({ type, configuration }: JobRequest, job: Job): void {
  const wanted = table.optional().parse(configuration.destinationTable);
  if (wanted === undefined) return;
  const found = job.configuration[type]?.destinationTable;
  if (
    found &&
    Object.entries(wanted).every(([key, value]) => found[key as keyof typeof found] === value)
  ) {
    return;
  }
  throw new Rejected(
    code.conflict,
    `bigquery: job ${job.jobReference.jobId} is there and does something else; give each ${type} an id of its own.`,
  );
}

async function getJob(api: BigQueryApi, id: string): Promise<Job> {
  const [metadata] = await api.client.job(id, { location: api.location }).getMetadata();
  return parseJob(metadata, id);
}

function parseJob(answer: unknown, id: string): Job {
  const job = jobResource.safeParse(answer);
  if (job.success) return job.data;
  throw unreadable(`job ${id}`, z.prettifyError(job.error), job.error);
}

async function waitForJob(api: BigQueryApi, clock: Clock, inserted: Job): Promise<Job> {
  const { jobId } = inserted.jobReference;
  const until = clock.now().getTime() + longestWaitMs;
  let job = inserted;
  for (
    let pause = firstPauseMs;
    job.status.state !== 'DONE';
    pause = Math.min(pause * 1.5, longestPauseMs)
  ) {
    if (clock.now().getTime() >= until) {
      throw new Retryable(
        code.unavailable,
        `bigquery: job ${jobId} still runs after ${longestWaitMs / 60_000} minutes; asked again, it is waited for.`,
      );
    }
    await clock.sleep(pause);
    job = await getJob(api, jobId);
  }
  return job;
}
