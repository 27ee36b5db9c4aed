/** The BigQuery stand-in and the official client, whose own methods it is tried with, retries and all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery, type TableMetadata } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type BigQueryServer,
  startBigQueryServer,
} from '../../../functions/local/bigquery/server.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import { virtualClock } from '../virtual-clock.ts';

export const projectId = 'a-project';
export const location = 'asia-northeast1';
export const clock = virtualClock(new Date('2026-03-01T00:00:00Z'));
export const folder = mkdtempSync(join(tmpdir(), 'kenko-bigquery-'));
let tables: DuckDbWarehouse;
export let server: BigQueryServer;
export let client: BigQuery;
export const serve = () =>
  startBigQueryServer({
    warehouse: tables,
    projectId,
    location,
    datasets: [
      { datasetId: 'own', schema: 'main' },
      { datasetId: 'second' },
      { datasetId: 'elsewhere', location: 'EU' },
    ],
    pageBytes: 2_000,
    clock,
  });
export const clientOf = (place: string | undefined): BigQuery =>
  new BigQuery({
    projectId,
    ...(place === undefined ? {} : { location: place }),
    apiEndpoint: server.url,
    authClient: new PassThroughClient(),
    retryOptions: { autoRetry: false },
  });

export const own = () => ({ projectId, datasetId: 'own' });
/** A table of three rows, of each test. */
export let table: string;
let next = 0;
export const fresh = (prefix: string): string => `${prefix}_${next++}`;
export const layout: TableMetadata = {
  schema: {
    fields: [
      { name: 'date', type: 'DATE', mode: 'REQUIRED' },
      { name: 'account_id', type: 'STRING', mode: 'REQUIRED' },
      { name: 'n', type: 'INT64' },
      { name: 'f', type: 'FLOAT64' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'parts', type: 'INT64', mode: 'REPEATED' },
    ],
  },
  timePartitioning: { type: 'DAY', field: 'date' },
  clustering: { fields: ['account_id'] },
};
/** A query: the client names its place in those that it sends as jobs only. */
export const query = (text: string, rest: object = {}) =>
  client.query({ query: text, location, defaultDataset: own(), ...rest });
/** Reason and message of a failure. */
export const failureOf = (
  work: Promise<unknown>,
): Promise<{ code?: number; reason: string; message: string }> =>
  work.then(
    () => ({ reason: 'none', message: '' }),
    (error: { code?: number; errors?: { reason: string }[]; message: string }) => ({
      ...(error.code === undefined ? {} : { code: error.code }),
      reason: error.errors?.[0]?.reason ?? 'unknown',
      message: error.message,
    }),
  );

/** Serves it for the tests of a file. */
export function serveStandIn(): void {
  beforeAll(async () => {
    tables = await openDuckDbWarehouse({ path: ':memory:' });
    server = await serve();
    client = clientOf(location);
  });
  afterAll(async () => {
    await server.close();
    await tables.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    server.faults.clear();
    table = fresh('t');
    await client.dataset('own').createTable(table, layout);
    await client
      .dataset('own')
      .table(table)
      .insert(
        ['a', 'b', 'c'].map((account_id, i) => ({
          date: `2026-01-0${i + 1}`,
          account_id,
          n: i,
          f: i / 2,
          at: '2026-01-01T00:00:00.123456Z',
          parts: [i, i + 1],
        })),
      );
    // Rows that have just been streamed are not copied.
    await clock.sleep(60 * 60_000);
  });
}
