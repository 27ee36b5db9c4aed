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

/** Methods of the API that nothing of ours calls, so that whoever does is told. */
const unserved: readonly [method: string, path: RegExp, name: string][] = [
  ['GET', /^jobs$/, 'jobs.list'],
  ['DELETE', /^jobs\/[^/]+\/delete$/, 'jobs.delete'],
  ['GET', /^serviceAccount$/, 'projects.getServiceAccount'],
  ['GET', /^datasets$/, 'datasets.list'],
  ['POST', /^datasets$/, 'datasets.insert'],
  ['PATCH', /^datasets\/[^/]+$/, 'datasets.patch'],
  ['PUT', /^datasets\/[^/]+$/, 'datasets.update'],
  ['DELETE', /^datasets\/[^/]+$/, 'datasets.delete'],
  ['GET', /^datasets\/[^/]+\/tables$/, 'tables.list'],
  ['PUT', /^datasets\/[^/]+\/tables\/[^/]+$/, 'tables.update'],
  ['GET', /^datasets\/[^/]+\/models$/, 'models.list'],
  ['GET', /^datasets\/[^/]+\/models\/[^/]+$/, 'models.get'],
  ['PATCH', /^datasets\/[^/]+\/models\/[^/]+$/, 'models.patch'],
  ['DELETE', /^datasets\/[^/]+\/models\/[^/]+$/, 'models.delete'],
  ['GET', /^datasets\/[^/]+\/routines$/, 'routines.list'],
  ['POST', /^datasets\/[^/]+\/routines$/, 'routines.insert'],
  ['GET', /^datasets\/[^/]+\/routines\/[^/]+$/, 'routines.get'],
  ['PUT', /^datasets\/[^/]+\/routines\/[^/]+$/, 'routines.update'],
  ['DELETE', /^datasets\/[^/]+\/routines\/[^/]+$/, 'routines.delete'],
  ['GET', /^datasets\/[^/]+\/tables\/[^/]+\/rowAccessPolicies$/, 'rowAccessPolicies.list'],
  ['POST', /^datasets\/[^/]+\/tables\/[^/]+:getIamPolicy$/, 'tables.getIamPolicy'],
  ['POST', /^datasets\/[^/]+\/tables\/[^/]+:setIamPolicy$/, 'tables.setIamPolicy'],
  ['POST', /^datasets\/[^/]+\/tables\/[^/]+:testIamPermissions$/, 'tables.testIamPermissions'],
];

/** The name of a method that is the API's but not served; undefined for any other request. */
export function unservedMethod(method: string, pathname: string): string | undefined {
  if (method === 'GET' && pathname === '/bigquery/v2/projects') return 'projects.list';
  const path = root.exec(pathname)?.groups?.path ?? '';
  return unserved.find(([expected, pattern]) => expected === method && pattern.test(path))?.[2];
}

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
