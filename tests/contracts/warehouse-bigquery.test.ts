import { PassThroughClient } from 'google-auth-library';
import { openBigQueryWarehouse } from '../../functions/gcp/bigquery-warehouse.ts';
import { startBigQueryServer } from '../../functions/local/bigquery-server.ts';
import { openDuckDbWarehouse } from '../../functions/local/duckdb-warehouse.ts';
import { virtualClock } from '../../functions/local/virtual-clock.ts';
import { describeWarehouse } from './warehouse-contract.ts';

describeWarehouse('BigQuery on its stand-in', async () => {
  const clock = virtualClock(new Date('2026-03-01T00:00:00Z'));
  const tables = await openDuckDbWarehouse({ path: ':memory:' });
  const server = await startBigQueryServer({
    warehouse: tables,
    projectId: 'kenko-test',
    location: 'asia-northeast1',
    datasets: [{ datasetId: 'kenko', schema: 'main' }, { datasetId: 'source' }],
    clock,
  });
  const warehouse = openBigQueryWarehouse({
    projectId: 'kenko-test',
    location: 'asia-northeast1',
    dataset: 'kenko',
    sourceDataset: 'source',
    maximumBytesBilled: 10 ** 9,
    clock,
    apiEndpoint: server.url,
    authClient: new PassThroughClient(),
  });
  return {
    warehouse,
    close: async () => {
      await server.close();
      await tables.close();
    },
  };
});
