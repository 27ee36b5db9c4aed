/**
 * A stand-in for BigQuery: the parts of its REST API that Kenko and the official client use, on
 * loopback, with queries run by DuckDB. Requests and answers follow
 * https://docs.cloud.google.com/bigquery/docs/reference/rest
 *
 * It is strict: what nothing of ours uses is refused, and so is what BigQuery refuses.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system-clock.ts';
import { bodyOf, closeServer, listenOnLoopback } from '../loopback.ts';
import type { DuckDbWarehouse } from '../warehouse/warehouse.ts';
import { type DatasetOptions, Datasets } from './datasets.ts';
import { asFailure, BigQueryFailure, invalid, notFound, notServed } from './errors.ts';
import { type Answer, BigQueryFaults } from './faults.ts';
import { methodsOf } from './methods.ts';
import { emptySchema } from './query.ts';
import { QueryResults, resultsDatabase } from './results.ts';
import { type Route, routeOf, unservedMethod } from './routes.ts';
import type { BigQueryUsage, StandIn } from './stand-in.ts';
import { StreamedRows } from './streamed.ts';

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
    streamed: new StreamedRows(clock),
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
  const methods = methodsOf(standIn);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const route = routeOf(request.method ?? 'GET', url.pathname);
    const body = await bodyOf(request, route?.isUpload ? longestUpload : longestJson);
    if (!route) return reply(response, noRoute(request.method ?? 'GET', url.pathname));
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
    { headers }: IncomingMessage,
    body: Buffer | undefined,
  ): Promise<string | BigQueryFailure> {
    try {
      if (body === undefined) throw invalid('The request is too large.');
      const result = await methods[route.operation]({ ...route, query, headers, body });
      return typeof result === 'string' ? result : JSON.stringify(result ?? '');
    } catch (error) {
      return asFailure(error);
    }
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      // The other side went away, within its request or before its answer.
      if (response.headersSent) response.destroy();
      else reply(response, asFailure(error));
    });
  });
  return {
    url: await listenOnLoopback(server, { port: options.port }),
    faults: standIn.faults,
    usage: standIn.usage,
    close: () => closeServer(server),
  };
}

function noRoute(method: string, pathname: string): BigQueryFailure {
  const name = unservedMethod(method, pathname);
  return name === undefined ? notFound(`${method} ${pathname}`) : notServed(name);
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
  } else if (typeof fault === 'object' && 'rewrite' in fault && typeof answer === 'string') {
    response.writeHead(200, json);
    response.end(fault.rewrite(text));
  } else reply(response, answer);
}
