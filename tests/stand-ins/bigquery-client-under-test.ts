/** The official client as it comes, against the BigQuery stand-in, and of each test a table of three cats. */
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type BigQueryUnderTest,
  fresh,
  location,
  openBigQuery,
  projectId,
} from './bigquery-under-test.ts';

export let world: BigQueryUnderTest;
export let client: BigQuery;
/** Of each test a table of three cats. */
export let id: string;

export function useBigQueryClient(): void {
  beforeAll(async () => {
    world = await openBigQuery();
    client = new BigQuery({
      projectId,
      location,
      apiEndpoint: world.server.url,
      authClient: new PassThroughClient(),
      autoRetry: false,
    });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    id = fresh('cats');
    await client.dataset('kenko').createTable(id, {
      schema: {
        fields: [
          { name: 'id', type: 'INTEGER' },
          { name: 'name', type: 'STRING' },
          { name: 'at', type: 'TIMESTAMP' },
          { name: 'around', type: 'BOOLEAN' },
          { name: 'numbers', type: 'INTEGER', mode: 'REPEATED' },
        ],
      },
    });
    await table().insert(
      [1, 2, 3].map((n) => ({ id: n, name: `cat ${n}`, around: n > 1, numbers: [n, n + 1] })),
    );
  });
}

export const dataset = () => client.dataset('kenko');
export const table = () => dataset().table(id);
export const names = () => `SELECT name FROM \`kenko.${id}\` ORDER BY id`;
/** The client names its place in what it sends as a job only. */
export const asked = (query = names()) => ({ query, location });

export async function streamed(stream: NodeJS.ReadableStream): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of stream) rows.push(row);
  return rows;
}
