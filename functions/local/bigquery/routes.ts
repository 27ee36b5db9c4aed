/** Which request is which method of BigQuery's API v2. */
import type { Operation } from './faults.ts';

export interface Route {
  operation: Operation;
  projectId: string;
  /** Names in the path. */
  datasetId: string;
  tableId: string;
  jobId: string;
  isUpload: boolean;
}

const routes: readonly [method: string, path: RegExp, operation: Operation][] = [
  ['POST', /^jobs$/, 'jobs.insert'],
  ['GET', /^jobs\/(?<jobId>[^/]+)$/, 'jobs.get'],
  ['POST', /^jobs\/(?<jobId>[^/]+)\/cancel$/, 'jobs.cancel'],
  ['POST', /^queries$/, 'jobs.query'],
  ['GET', /^queries\/(?<jobId>[^/]+)$/, 'jobs.getQueryResults'],
  ['GET', /^datasets\/(?<datasetId>[^/]+)$/, 'datasets.get'],
  ['POST', /^datasets\/(?<datasetId>[^/]+)\/tables$/, 'tables.insert'],
  ['GET', /^datasets\/(?<datasetId>[^/]+)\/tables\/(?<tableId>[^/]+)$/, 'tables.get'],
  ['PATCH', /^datasets\/(?<datasetId>[^/]+)\/tables\/(?<tableId>[^/]+)$/, 'tables.patch'],
  ['DELETE', /^datasets\/(?<datasetId>[^/]+)\/tables\/(?<tableId>[^/]+)$/, 'tables.delete'],
  ['GET', /^datasets\/(?<datasetId>[^/]+)\/tables\/(?<tableId>[^/]+)\/data$/, 'tabledata.list'],
  [
    'POST',
    /^datasets\/(?<datasetId>[^/]+)\/tables\/(?<tableId>[^/]+)\/insertAll$/,
    'tabledata.insertAll',
  ],
];

const root = /^\/(?<upload>upload\/)?bigquery\/v2\/projects\/(?<projectId>[^/]+)\/(?<path>.+)$/;

/** Undefined for a path that is none of the API's. */
export function routeOf(method: string, pathname: string): Route | undefined {
  const { upload, projectId = '', path = '' } = root.exec(pathname)?.groups ?? {};
  for (const [expected, pattern, operation] of routes) {
    const match = expected === method ? pattern.exec(path) : null;
    if (!match) continue;
    if (upload && operation !== 'jobs.insert') return undefined;
    const { datasetId = '', tableId = '', jobId = '' } = match.groups ?? {};
    return {
      operation,
      projectId: decodeURIComponent(projectId),
      datasetId: decodeURIComponent(datasetId),
      tableId: decodeURIComponent(tableId),
      jobId: decodeURIComponent(jobId),
      isUpload: Boolean(upload),
    };
  }
  return undefined;
}
