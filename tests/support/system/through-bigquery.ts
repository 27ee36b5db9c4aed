import { PassThroughClient } from 'google-auth-library';
import { openBigQueryWarehouse } from '../../../functions/gcp/bigquery/warehouse.ts';
import {
  type BigQueryServer,
  startBigQueryServer,
} from '../../../functions/local/bigquery/server.ts';
import type { TestSystem } from './test-system.ts';

/** The same system, whose functions reach its tables through the client and the stand-in. */
export async function throughBigQuery(system: TestSystem): Promise<BigQueryServer> {
  const { clock, warehouse } = system;
  const [projectId, location] = ['kenko-test', 'asia-northeast1'];
  const datasets = [{ datasetId: 'kenko', schema: 'main' }, { datasetId: 'source' }];
  const server = await startBigQueryServer({ warehouse, projectId, location, datasets, clock });
  system.runtime.warehouse = openBigQueryWarehouse({
    projectId,
    location,
    dataset: 'kenko',
    sourceDataset: `${projectId}.source`,
    maximumBytesBilled: 10 ** 9,
    clock,
    apiEndpoint: server.url,
    authClient: new PassThroughClient(),
  });
  return server;
}
