/** What the methods of BigQuery's API do here, by name. */
import type { IncomingHttpHeaders } from 'node:http';
import { invalid, notFound } from './errors.ts';
import type { Operation } from './faults.ts';
import { insertAll } from './insert-all.ts';
import { Jobs } from './jobs.ts';
import type { Route } from './routes.ts';
import type { StandIn } from './stand-in.ts';
import { Tables } from './tables.ts';
import { uploadParts } from './upload.ts';

export interface Call extends Route {
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Gives the answer, as an object or as its JSON. */
export type Method = (call: Call) => Promise<unknown>;

/** Every method. @throws BigQueryFailure, from the method called */
export function methodsOf(standIn: StandIn): Record<Operation, Method> {
  const jobs = new Jobs(standIn);
  const tables = new Tables(standIn);
  const datasetOf = ({ projectId, datasetId }: Call) => standIn.datasets.get(projectId, datasetId);
  const location = ({ query }: Call) => query.get('location') ?? undefined;
  const ofJobs =
    (method: Method): Method =>
    async (call) => {
      if (call.projectId === standIn.datasets.projectId) return method(call);
      throw notFound(`Project ${call.projectId}`);
    };
  return {
    'jobs.insert': ofJobs(async ({ isUpload, query, headers, body }) => {
      if (!isUpload) return jobs.insert(jsonOf(body));
      if (query.get('uploadType') !== 'multipart') throw invalid('uploadType must be multipart.');
      const { metadata, data } = uploadParts(headers['content-type'], body);
      return jobs.insert(metadata, data);
    }),
    'jobs.query': ofJobs(({ body }) => jobs.query(jsonOf(body))),
    'jobs.get': ofJobs((call) => jobs.get(call.jobId, location(call))),
    'jobs.cancel': ofJobs((call) => jobs.cancel(call.jobId, location(call))),
    'jobs.getQueryResults': ofJobs((call) =>
      jobs.queryResults(call.jobId, location(call), rowsRequest(call.query)),
    ),
    'tables.insert': async (call) => tables.insert(datasetOf(call), jsonOf(call.body)),
    'tables.get': async (call) => tables.get(datasetOf(call), call.tableId),
    'tables.patch': async (call) => tables.patch(datasetOf(call), call.tableId, jsonOf(call.body)),
    'tables.delete': async (call) => tables.delete(datasetOf(call), call.tableId),
    'tabledata.insertAll': async (call) =>
      insertAll(standIn, datasetOf(call), call.tableId, jsonOf(call.body)),
    'tabledata.list': async (call) =>
      tables.rows(datasetOf(call), call.tableId, {
        ...rowsRequest(call.query),
        selectedFields: call.query.get('selectedFields') ?? undefined,
      }),
    'datasets.get': async (call) => {
      const { projectId, datasetId, location } = datasetOf(call);
      return {
        kind: 'bigquery#dataset',
        id: `${projectId}:${datasetId}`,
        datasetReference: { projectId, datasetId },
        location,
      };
    },
  };
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
