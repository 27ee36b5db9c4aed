/** Jobs of the stand-in: an id is used up by whatever becomes of its job. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { TableColumn } from '../../ports/warehouse.ts';
import { countRows } from '../warehouse/tables.ts';
import { nameOf } from './datasets.ts';
import { asFailure, BigQueryFailure, invalid, notFound } from './errors.ts';
import type { JobFault } from './faults.ts';
import { fieldOf, parse } from './fields.ts';
import { type JobResource, jobResource, recordEnd, storedJob } from './job-records.ts';
import { workOf } from './job-work.ts';
import { queryConfiguration, queryRequest } from './query.ts';
import { pageToken, readPage, rowOfToken } from './results.ts';
import { bodyWithRows, type StandIn } from './stand-in.ts';

/** Where BigQuery looks when a request names no location. */
const usualLocation = 'US';

const jobId = z.string().regex(/^[A-Za-z0-9_-]{1,1024}$/);
const jobRequest = z.strictObject({
  jobReference: z
    .strictObject({
      projectId: z.string().optional(),
      jobId: jobId.optional(),
      location: z.string().optional(),
    })
    .default({}),
  configuration: z.strictObject({
    query: z.unknown().optional(),
    load: z.unknown().optional(),
    copy: z.unknown().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});

/** Of a statement that changes rows, and so gives none. */
const affectedRows = z.object({ numDmlAffectedRows: z.string() });

interface KnownJob {
  resource: JobResource;
  /** Asked for so many more times, it still runs. */
  runningFor: number;
  work: () => Promise<void>;
  done?: Promise<void>;
}

export interface ResultsRequest {
  maxResults: number | undefined;
  pageToken?: string | undefined;
  startIndex?: number | undefined;
  int64Timestamps: boolean;
}

export class Jobs {
  private readonly standIn: StandIn;
  private readonly known = new Map<string, KnownJob>();
  private generated = 0;

  constructor(standIn: StandIn) {
    this.standIn = standIn;
  }

  /** jobs.insert: gives the job as it starts. */
  async insert(body: unknown, file?: Buffer): Promise<unknown> {
    const { jobReference, configuration } = parse(jobRequest, body, 'job');
    const { location = usualLocation } = jobReference;
    const types = (['query', 'load', 'copy'] as const).filter(
      (one) => configuration[one] !== undefined,
    );
    const [type, ...more] = types;
    if (type === undefined || more.length > 0) {
      throw invalid('A job has exactly one configuration: query, load or copy.');
    }
    const id = jobReference.jobId;
    const job = await this.begin(type, configuration[type], location, id, file);
    // BigQuery answers before the job is done.
    const answer = structuredClone(job.resource);
    this.start(job);
    return answer;
  }

  /** jobs.query: gives the first page, or that the job still runs. */
  async query(body: unknown): Promise<string> {
    const request = parse(queryRequest, body, 'query');
    const { location = usualLocation, formatOptions, maxResults } = request;
    const { query, useLegacySql, defaultDataset, maximumBytesBilled } = request;
    const { parameterMode, queryParameters, useQueryCache } = request;
    const configuration = {
      query,
      useLegacySql,
      defaultDataset,
      maximumBytesBilled,
      parameterMode,
      queryParameters,
      useQueryCache,
    };
    const job = await this.begin('query', configuration, location);
    return this.answer(job, {
      maxResults,
      int64Timestamps: formatOptions?.useInt64Timestamp ?? false,
    });
  }

  /** jobs.get */
  async get(id: string, location: string | undefined): Promise<unknown> {
    const job = await this.find(id, location);
    await this.settle(job);
    return job.resource;
  }

  /** jobs.cancel: a job whose work has not begun does none. */
  async cancel(id: string, location: string | undefined): Promise<unknown> {
    const job = await this.find(id, location);
    if (job.done === undefined && job.resource.status.state !== 'DONE') {
      job.runningFor = 0;
      job.work = () => Promise.reject(new BigQueryFailure('stopped', 'Job was cancelled.'));
    }
    await this.settle(job);
    return { kind: 'bigquery#jobCancelResponse', job: job.resource };
  }

  /** jobs.getQueryResults */
  async queryResults(
    id: string,
    location: string | undefined,
    request: ResultsRequest,
  ): Promise<string> {
    return this.answer(await this.find(id, location), request);
  }

  private start(job: KnownJob): void {
    if (job.runningFor === 0) job.done ??= this.execute(job);
  }

  /** Somebody asks: a job that is not held back by a test is done now. */
  private async settle(job: KnownJob): Promise<void> {
    if (job.resource.status.state === 'DONE') return;
    if (job.runningFor > 0) job.runningFor--;
    else {
      this.start(job);
      await job.done;
    }
  }

  /** Checks a request and takes its id. */
  private async begin(
    type: JobFault['type'],
    configuration: unknown,
    location: string,
    wantedId?: string,
    file?: Buffer,
  ): Promise<KnownJob> {
    const { datasets, faults, clock } = this.standIn;
    const { projectId } = datasets;
    const id = wantedId ?? (await this.freeId(location));
    const reference = { projectId, jobId: id, location };
    const resource = jobResource(type, configuration, reference, clock.now());
    const stored = await this.lookUp(id, location);
    // Of requests at the same time, one is first: nothing is awaited from here on.
    if (stored || this.known.has(keyOf(id, location))) {
      throw new BigQueryFailure('duplicate', `Already Exists: Job ${resource.id}`);
    }
    const work = workOf(this.standIn, type, configuration, resource, file);
    const { runningFor = 0, reason, message = 'a fault' } = faults.takeJob(type) ?? {};
    const job: KnownJob = {
      resource,
      runningFor,
      work: reason ? () => Promise.reject(new BigQueryFailure(reason, message)) : work,
    };
    this.known.set(keyOf(id, location), job);
    return job;
  }

  private async execute({ resource, work }: KnownJob): Promise<void> {
    const { warehouse, clock, usage } = this.standIn;
    const { jobId: id, location } = resource.jobReference;
    try {
      await work();
      const type = resource.configuration.jobType.toLowerCase();
      usage.jobs[type] = (usage.jobs[type] ?? 0) + 1;
    } catch (error) {
      const failure = asFailure(error).result();
      await warehouse.transaction((connection) =>
        recordEnd(connection, resource, clock.now(), { failure }),
      );
    }
    const ended = await warehouse.reader((connection) => storedJob(connection, id, location));
    Object.assign(resource, ended);
  }

  private async find(id: string, location = usualLocation): Promise<KnownJob> {
    const job = await this.lookUp(id, location);
    if (job) return job;
    throw notFound(`Job ${this.standIn.datasets.projectId}:${id}`);
  }

  private async lookUp(id: string, location: string): Promise<KnownJob | undefined> {
    const job = this.known.get(keyOf(id, location));
    if (job) return job;
    const resource = await this.standIn.warehouse.reader((connection) =>
      storedJob(connection, id, location),
    );
    return resource && { resource, runningFor: 0, work: async () => undefined };
  }

  private async freeId(location: string): Promise<string> {
    for (;;) {
      const id = `generated_${++this.generated}`;
      if (!(await this.lookUp(id, location))) return id;
    }
  }

  private async answer(job: KnownJob, request: ResultsRequest): Promise<string> {
    await this.settle(job);
    const { jobReference, status, statistics, id } = job.resource;
    const head = { kind: 'bigquery#queryResponse', jobReference };
    if (status.state !== 'DONE') return JSON.stringify({ ...head, jobComplete: false });
    if (status.errorResult) {
      throw new BigQueryFailure(status.errorResult.reason, status.errorResult.message);
    }
    const deleted = affectedRows.safeParse(statistics.query).data?.numDmlAffectedRows;
    if (deleted !== undefined) {
      return JSON.stringify({ ...head, jobComplete: true, numDmlAffectedRows: deleted });
    }
    return this.standIn.warehouse.reader(async (connection) => {
      const { rows: total, ...source } = await this.resultOf(connection, job.resource);
      const { maxResults, int64Timestamps } = request;
      const from = request.pageToken
        ? rowOfToken(request.pageToken, id)
        : (request.startIndex ?? 0);
      const { pageBytes } = this.standIn;
      const page = { ...source, from, maxResults, int64Timestamps, pageBytes };
      const rows = await readPage(connection, page);
      const next = from + rows.length;
      const goesOn = next < total && maxResults !== 0;
      return bodyWithRows(
        {
          ...head,
          schema: { fields: source.columns.map(fieldOf) },
          totalRows: String(total),
          ...(goesOn ? { pageToken: pageToken(id, next) } : {}),
          totalBytesProcessed: statistics.totalBytesProcessed,
          jobComplete: true,
          cacheHit: false,
        },
        rows,
      );
    });
  }

  private async resultOf(
    connection: DuckDBConnection,
    resource: JobResource,
  ): Promise<{ table: string; columns: readonly TableColumn[]; rows: number }> {
    const { datasets, results } = this.standIn;
    const kept = results.get(resource.id);
    if (kept) return kept;
    const query = queryConfiguration.safeParse(resource.configuration.query).data;
    if (!query?.destinationTable) throw notFound(`Results of job ${resource.id}`);
    const { projectId, datasetId, tableId } = query.destinationTable;
    const table = await datasets.require(connection, datasets.get(projectId, datasetId), tableId);
    const name = nameOf(table.dataset, tableId);
    return { table: name, columns: table.schema.columns, rows: await countRows(connection, name) };
  }
}

const keyOf = (id: string, location: string): string => `${location.toLowerCase()}.${id}`;
