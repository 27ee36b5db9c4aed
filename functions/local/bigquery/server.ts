/**
 * A stand-in for BigQuery: the parts of its REST API that Kenko and the official client use, on
 * loopback, with queries run by DuckDB. Requests and answers follow
 * https://docs.cloud.google.com/bigquery/docs/reference/rest
 *
 * It is strict: what nothing of ours uses is refused, and so is what BigQuery refuses.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system-clock.ts';
import type { DuckDbWarehouse } from '../warehouse/warehouse.ts';
import { type DatasetOptions, Datasets } from './datasets.ts';
import { asFailure, BigQueryFailure, invalid, notFound } from './errors.ts';
import { type Answer, BigQueryFaults } from './faults.ts';
import { insertAll } from './insert-all.ts';
import { Jobs } from './jobs.ts';
import { emptySchema } from './query.ts';
import { QueryResults, resultsDatabase } from './results.ts';
import { type Route, routeOf } from './routes.ts';
import type { BigQueryUsage, StandIn } from './stand-in.ts';
import { Tables } from './tables.ts';
import { uploadParts } from './upload.ts';

export interface BigQueryServerOptions {
  /** Holds the tables, and stays its owner's to close. */
  warehouse: DuckDbWarehouse;
  /** Runs every job. */
  projectId: string;
  /** Of datasets that name no other. */
  location: string;
  /** All there are; each is a schema of the warehouse, `main` being that of its own tables. */
  datasets: readonly DatasetOptions[];
  /** Default: a free one. */
  port?: number;
  clock?: Clock;
  /** Largest page of rows; default 10 MB, BigQuery's own. */
  pageBytes?: number;
  /** Whether a partition without rows is there to be copied; default `missing`. */
  emptyPartitions?: 'missing' | 'copied';
}

export interface BigQueryServer {
  /** The client's `apiEndpoint`. */
  url: string;
  /** What tests want to go wrong. */
  faults: BigQueryFaults;
  usage: BigQueryUsage;
  close(): Promise<void>;
}

const tenMegabytes = 10 * (1 << 20);
/** A body that is not uploaded. */
const longestJson = tenMegabytes;
const longestUpload = 100 * (1 << 20);

/** @throws Error where the port is taken */
export async function startBigQueryServer(options: BigQueryServerOptions): Promise<BigQueryServer> {
  const { warehouse, clock = systemClock } = options;
  const standIn: StandIn = {
    warehouse,
    datasets: new Datasets(options, clock),
    results: new QueryResults(),
    faults: new BigQueryFaults(),
    usage: { requests: {}, jobs: {}, bytesProcessed: 0, bytesBilled: 0 },
    clock,
    pageBytes: options.pageBytes ?? tenMegabytes,
    emptyPartitions: options.emptyPartitions ?? 'missing',
  };
  await warehouse.transaction(async (connection) => {
    await connection.run(`ATTACH IF NOT EXISTS ':memory:' AS ${resultsDatabase}`);
    await standIn.datasets.prepare(connection);
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${emptySchema}`);
    // It drops conditions that all rows meet anyway, and with them what a query says it reads.
    await connection.run("SET GLOBAL disabled_optimizers = 'statistics_propagation'");
  });
  const jobs = new Jobs(standIn);
  const tables = new Tables(standIn);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const route = routeOf(request.method ?? 'GET', url.pathname);
    const body = await bodyOf(request, route?.isUpload ? longestUpload : longestJson);
    if (!route) return reply(response, notFound(`${request.method} ${url.pathname}`));
    const { operation } = route;
    standIn.usage.requests[operation] = (standIn.usage.requests[operation] ?? 0) + 1;
    const fault = standIn.faults.takeAnswer(operation);
    if (fault === 'hang') return;
    if (fault === 'drop') return void response.destroy();
    if (typeof fault === 'object' && 'reason' in fault) {
      const { reason, message = 'a fault', ...status } = fault;
      return reply(response, new BigQueryFailure(reason, message, status));
    }
    const answer = await answered(route, url.searchParams, request, body);
    spoil(response, answer, fault);
  }

  async function answered(
    route: Route,
    query: URLSearchParams,
    request: IncomingMessage,
    body: Buffer | undefined,
  ): Promise<string | BigQueryFailure> {
    try {
      if (body === undefined) throw invalid('The request is too large.');
      const result = await call(route, query, request, body);
      return typeof result === 'string' ? result : JSON.stringify(result ?? '');
    } catch (error) {
      return asFailure(error);
    }
  }

  async function call(
    route: Route,
    query: URLSearchParams,
    request: IncomingMessage,
    body: Buffer,
  ): Promise<unknown> {
    const { operation, projectId, jobId, tableId } = route;
    const location = query.get('location') ?? undefined;
    if (operation.startsWith('jobs.')) {
      if (projectId !== standIn.datasets.projectId) throw notFound(`Project ${projectId}`);
      switch (operation) {
        case 'jobs.insert': {
          if (!route.isUpload) return jobs.insert(jsonOf(body));
          if (query.get('uploadType') !== 'multipart')
            throw invalid('uploadType must be multipart.');
          const { metadata, data } = uploadParts(request.headers['content-type'], body);
          return jobs.insert(metadata, data);
        }
        case 'jobs.query':
          return jobs.query(jsonOf(body));
        case 'jobs.get':
          return jobs.get(jobId, location);
        case 'jobs.cancel':
          return jobs.cancel(jobId, location);
        default:
          return jobs.queryResults(jobId, location, rowsRequest(query));
      }
    }
    const dataset = standIn.datasets.get(projectId, route.datasetId);
    switch (operation) {
      case 'tables.insert':
        return tables.insert(dataset, jsonOf(body));
      case 'tables.get':
        return tables.get(dataset, tableId);
      case 'tables.patch':
        return tables.patch(dataset, tableId, jsonOf(body));
      case 'tables.delete':
        return tables.delete(dataset, tableId);
      case 'tables.list':
        return tables.list(dataset);
      case 'tabledata.insertAll':
        return insertAll(standIn, dataset, tableId, jsonOf(body));
      case 'tabledata.list':
        return tables.rows(dataset, tableId, {
          ...rowsRequest(query),
          selectedFields: query.get('selectedFields') ?? undefined,
        });
      default:
        return {
          kind: 'bigquery#dataset',
          id: `${projectId}:${dataset.datasetId}`,
          datasetReference: { projectId, datasetId: dataset.datasetId },
          location: dataset.location,
        };
    }
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      // The other side went away, within its request or before its answer.
      if (response.headersSent) response.destroy();
      else reply(response, asFailure(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults: standIn.faults,
    usage: standIn.usage,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function reply(response: ServerResponse, answer: string | BigQueryFailure): void {
  if (answer instanceof BigQueryFailure) {
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(answer.body()));
  } else if (answer === '""') {
    response.writeHead(204).end();
  } else {
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(answer);
  }
}

/** Sends an answer, or what a fault makes of it. */
function spoil(
  response: ServerResponse,
  answer: string | BigQueryFailure,
  fault: Answer | undefined,
): void {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer.body());
  const json = { 'content-type': 'application/json; charset=UTF-8' };
  if (fault === 'drop-after') response.destroy();
  else if (fault === 'cut') {
    response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  } else if (fault === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>The service is busy.</body></html>');
  } else if (typeof fault === 'object' && 'rewrite' in fault) {
    response.writeHead(200, json);
    response.end(fault.rewrite(text));
  } else reply(response, answer);
}

function rowsRequest(query: URLSearchParams) {
  const number = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^\d+$/.test(text)) throw invalid(`Invalid value for ${name}: ${text}`);
    return Number(text);
  };
  return {
    maxResults: number('maxResults'),
    startIndex: number('startIndex'),
    pageToken: query.get('pageToken') ?? undefined,
    int64Timestamps: query.get('formatOptions.useInt64Timestamp') === 'true',
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid('Parse Error');
  }
}

/** Undefined for a body beyond the limit. */
async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  }
  return bytes > limit ? undefined : Buffer.concat(chunks);
}
