/** The real client against the BigQuery stand-in, on a clock that waits for nobody. */
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type BigQueryWarehouseOptions,
  openBigQueryWarehouse,
} from '../../functions/gcp/bigquery/warehouse.ts';
import {
  type BigQueryServerOptions,
  startBigQueryServer,
} from '../../functions/local/bigquery/server.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/warehouse/warehouse.ts';
import type { TableSchema, Warehouse } from '../../functions/ports/warehouse.ts';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import { virtualClock } from '../support/virtual-clock.ts';

export const projectId = 'kenko-test';
export const location = 'asia-northeast1';

export type BigQueryUnderTest = Awaited<ReturnType<typeof openBigQuery>>;

export async function openBigQuery(options: Partial<BigQueryServerOptions> = {}) {
  const clock = virtualClock(new Date('2026-03-01T00:00:00Z'));
  const tables: DuckDbWarehouse = await openDuckDbWarehouse({ path: ':memory:' });
  const server = await startBigQueryServer({
    warehouse: tables,
    projectId,
    location,
    datasets: [
      { datasetId: 'kenko', schema: 'main' },
      { datasetId: 'source' },
      { datasetId: 'staging' },
      { datasetId: 'crm', projectId: 'crm-project' },
      { datasetId: 'elsewhere', location: 'EU' },
    ],
    clock,
    ...options,
  });
  const warehouseWith = (rest: Partial<BigQueryWarehouseOptions> = {}): Warehouse =>
    openBigQueryWarehouse({
      projectId,
      location,
      dataset: 'kenko',
      sourceDataset: 'source',
      maximumBytesBilled: 10 ** 9,
      clock,
      apiEndpoint: server.url,
      authClient: new PassThroughClient(),
      ...rest,
    });
  return {
    clock,
    tables,
    server,
    faults: server.faults,
    warehouse: warehouseWith(),
    /** The same with other options. */
    warehouseWith,
    /** Faults and counts of the test before. */
    forget(): void {
      server.faults.clear();
      server.usage.requests = {};
      server.usage.jobs = {};
      server.usage.bytesBilled = 0;
      server.usage.bytesProcessed = 0;
    },
    close: async () => {
      await server.close();
      await tables.close();
    },
  };
}

/** A table of ids and whole numbers, partitioned and clustered. */
export const numbers: TableSchema = {
  columns: [
    { name: 'date', type: 'DATE', required: true },
    { name: 'account_id', type: 'STRING', required: true },
    { name: 'n', type: 'INT64' },
  ],
  partition: 'date',
  cluster: ['account_id'],
};

/** A row for each id, whose number is its place. */
export const rowsOf = (date: string, ...ids: string[]): ColumnBatch => ({
  rows: ids.length,
  columns: new Map([
    ['date', { as: 'string', values: ids.map(() => date) }],
    ['account_id', { as: 'string', values: ids }],
    ['n', { as: 'number', values: Float64Array.from(ids, (_, i) => i) }],
  ]),
});

/** Ids of a table, in the order in which they are read. */
export async function idsIn(warehouse: Warehouse, table: string): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  const columns = [{ name: 'account_id', as: 'string' }] as const;
  for await (const batch of warehouse.read({ table, columns })) {
    const column = batch.columns.get('account_id');
    if (column?.as === 'string') ids.push(...column.values);
  }
  return ids;
}

/** One for all tests of a file, and of each test an empty table. */
export let world: BigQueryUnderTest;
export let t: string;
let next = 0;
export const fresh = (prefix: string): string => `${prefix}_${next++}`;

export function useBigQuery(): void {
  beforeAll(async () => {
    world = await openBigQuery();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    t = fresh('t');
    await world.warehouse.createTable(t, numbers);
    world.forget();
  });
}

/** Ids in order, and a load of them. */
export const ids = Array.from({ length: 40 }, (_, i) => `id-${String(i).padStart(3, '0')}`);
export const fill = () =>
  world.warehouse.load({ id: fresh('load'), table: t, batches: [rowsOf('2026-01-01', ...ids)] });

/** What work throws. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (thrown: unknown) => thrown,
  );
