/** What is known of jobs, for as long as the state is kept. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from '../googlesql/duckdb-text.ts';
import type { JobFault } from './faults.ts';

export interface JobResource {
  kind: 'bigquery#job';
  id: string;
  jobReference: { projectId: string; jobId: string; location: string };
  configuration: { jobType: string; [type: string]: unknown };
  status: { state: string; errorResult?: { reason: string; message: string }; errors?: unknown[] };
  statistics: Record<string, unknown>;
}

/** A job as it begins. */
export function jobResource(
  type: JobFault['type'],
  configuration: unknown,
  jobReference: JobResource['jobReference'],
  now: Date,
): JobResource {
  const { projectId, jobId, location } = jobReference;
  const time = String(now.getTime());
  return {
    kind: 'bigquery#job',
    id: `${projectId}:${location}.${jobId}`,
    jobReference,
    configuration: { jobType: type.toUpperCase(), [type]: configuration },
    status: { state: 'RUNNING' },
    statistics: { creationTime: time, startTime: time },
  };
}

/** Stores the end of a job, in the transaction of its effect, and then says so in `resource`. */
export async function recordEnd(
  connection: DuckDBConnection,
  resource: JobResource,
  now: Date,
  end: { statistics?: Record<string, unknown>; failure?: { reason: string; message: string } },
): Promise<void> {
  const { jobId, location } = resource.jobReference;
  const statistics = {
    ...resource.statistics,
    endTime: String(now.getTime()),
    ...end.statistics,
  };
  const status = {
    state: 'DONE',
    ...(end.failure && { errorResult: end.failure, errors: [end.failure] }),
  };
  const text = JSON.stringify({ ...resource, statistics, status });
  await connection.run(
    `INSERT OR REPLACE INTO kenko.bigquery_jobs VALUES (${literal(jobId)}, ${literal(location)}, ${literal(text)})`,
  );
}

/** A job that has ended, maybe before this process. */
export async function storedJob(
  connection: DuckDBConnection,
  jobId: string,
  location: string,
): Promise<JobResource | undefined> {
  const reader = await connection.runAndReadAll(
    `SELECT job FROM kenko.bigquery_jobs WHERE id = ${literal(jobId)} AND lower(location) = ${literal(location.toLowerCase())}`,
  );
  const text = reader.getRows()[0]?.[0];
  return text === undefined ? undefined : (JSON.parse(String(text)) as JobResource);
}
