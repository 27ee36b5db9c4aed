/** The BigQuery stand-in refuses what BigQuery does, whatever a dataset is called and whoever owns it. */
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { code, hasCode, Retryable } from '../../functions/errors.ts';
import type { TableName } from '../../functions/ports/warehouse.ts';
import {
  type BigQueryUnderTest,
  failureOf,
  fresh,
  location,
  numbers,
  openBigQuery,
  projectId,
  rowsOf,
} from './bigquery-under-test.ts';

let world: BigQueryUnderTest;
beforeAll(async () => {
  world = await openBigQuery({
    datasets: [
      { datasetId: 'kenko', schema: 'main' },
      { datasetId: 'team' },
      { datasetId: 'source' },
      { datasetId: 'order' },
      { datasetId: 'crm', projectId: 'crm-project' },
      { datasetId: 'far_team', location: 'EU' },
      { datasetId: 'select', location: 'EU' },
      { datasetId: 'crm', projectId: 'far-project', location: 'EU' },
    ],
  });
});
afterAll(() => world.close());
beforeEach(() => world.forget());

/** Project and dataset, and the words that DuckDB takes for its own among the names of columns. */
const near: [project: string, dataset: string][] = [
  [projectId, 'team'],
  [projectId, 'source'],
  [projectId, 'order'],
  ['crm-project', 'crm'],
];
const far: typeof near = [
  [projectId, 'far_team'],
  [projectId, 'select'],
  ['far-project', 'crm'],
];
const pathOf = (project: string, dataset: string, table: string): string =>
  `\`${project}\`.\`${dataset}\`.\`${table}\``;

async function api(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${world.server.url}/bigquery/v2/projects/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
async function make(project: string, dataset: string, properties = {}): Promise<string> {
  const tableId = fresh('usage');
  const made = await api('POST', `${project}/datasets/${dataset}/tables`, {
    tableReference: { projectId: project, datasetId: dataset, tableId },
    schema: {
      fields: [
        { name: 'account_id', type: 'STRING' },
        { name: 'order', type: 'STRING' },
        { name: 'date', type: 'DATE' },
      ],
    },
    timePartitioning: { type: 'DAY', field: 'date' },
    ...properties,
  });
  expect(made.status).toBe(200);
  return tableId;
}
const query = (sql: string, warehouse = world.warehouse) => warehouse.query(sql);

describe('case 10: a dataset whose name is a word of DuckDB’s, and one of another project', () => {
  it.each(far)(
    '%s.%s, elsewhere, is not found, whether anything of it is read or not',
    async (project, dataset) => {
      const table = pathOf(project, dataset, await make(project, dataset));
      for (const sql of [
        `SELECT MAX(account_id) AS n FROM ${table}`,
        `SELECT COUNT(*) AS n FROM ${table}`,
        `SELECT account_id FROM ${table} WHERE FALSE`,
      ]) {
        const failure = await failureOf(query(sql));
        expect(hasCode(failure, code.notFound), sql).toBe(true);
        expect(String(failure)).toContain(`was not found in location ${location}`);
      }
    },
  );

  it.each(near)('%s.%s is billed, and no more than may be', async (project, dataset) => {
    const table = pathOf(project, dataset, await make(project, dataset));
    const sql = `SELECT MAX(\`order\`) AS n FROM ${table}`;
    await query(sql);
    expect(world.server.usage.bytesBilled).toBe(10 * 2 ** 20);
    const poor = world.warehouseWith({ maximumBytesBilled: 1 });
    const failure = await failureOf(query(sql, poor));
    expect(String(failure)).toContain('bytesBilledLimitExceeded');
    expect(world.server.usage.bytesBilled).toBe(10 * 2 ** 20);
  });

  it.each(near)(
    '%s.%s is not read without the filter that it requires',
    async (project, dataset) => {
      const table = pathOf(
        project,
        dataset,
        await make(project, dataset, { requirePartitionFilter: true }),
      );
      const refused = await failureOf(query(`SELECT account_id FROM ${table}`));
      expect(String(refused)).toContain("without a filter over column(s) 'date'");
      expect(
        await query(`SELECT account_id FROM ${table} WHERE \`date\` >= DATE '2026-01-01'`),
      ).toEqual([]);
    },
  );

  it.each(near)('%s.%s has no table any more whose time is over', async (project, dataset) => {
    const expirationTime = String(world.clock.now().getTime() + dayMs);
    const table = pathOf(project, dataset, await make(project, dataset, { expirationTime }));
    const statements = [
      `SELECT account_id FROM ${table}`,
      `SELECT COUNT(*) AS n FROM ${table} WHERE FALSE`,
    ];
    for (const sql of statements) await query(sql);
    await world.clock.sleep(dayMs);
    for (const sql of statements) {
      expect(hasCode(await failureOf(query(sql)), code.notFound), sql).toBe(true);
    }
  });
});

describe('a query', () => {
  it('has at most a megabyte of text', async () => {
    const text = (length: number) => {
      const rest = "SELECT '' AS n".length;
      return `SELECT '${'x'.repeat(length - rest)}' AS n`;
    };
    const most = 1_024 * 1_024;
    expect(await query(text(most))).toHaveLength(1);
    const failure = await failureOf(query(text(most + 1)));
    expect(hasCode(failure, code.invalidData)).toBe(true);
    expect(String(failure)).toContain('The query is too large');
  });

  it('has at most 10,000 parameters', async () => {
    const ask = async (count: number) => {
      const queryParameters = Array.from({ length: count }, (_, i) => ({
        name: `p${i}`,
        parameterType: { type: 'INT64' },
        parameterValue: { value: String(i) },
      }));
      const response = await api('POST', `${projectId}/queries`, {
        query: 'SELECT @p0 AS n',
        useLegacySql: false,
        location,
        parameterMode: 'NAMED',
        queryParameters,
      });
      return { status: response.status, text: await response.text() };
    };
    expect((await ask(10_000)).status).toBe(200);
    const refused = await ask(10_001);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('Too many query parameters: 10001');
  });
});

describe('rows that were streamed', () => {
  const remove = async (where: string) => {
    const id = fresh('delete');
    const body = {
      jobReference: { projectId, jobId: id, location },
      configuration: {
        query: {
          query: `DELETE FROM ${table} WHERE ${where}`,
          useLegacySql: false,
          defaultDataset: { projectId, datasetId: 'kenko' },
        },
      },
    };
    expect((await api('POST', `${projectId}/jobs`, body)).status).toBe(200);
    const got = await api('GET', `${projectId}/jobs/${id}?location=${location}`);
    const { status } = (await got.json()) as { status: { errorResult?: { message: string } } };
    return status.errorResult?.message;
  };
  const streamed = `would affect rows in the streaming buffer, which is not supported`;
  const described = async () =>
    (await api('GET', `${projectId}/datasets/kenko/tables/${table}`)).json() as Promise<{
      streamingBuffer?: unknown;
    }>;
  let table: string;
  beforeEach(async () => {
    table = fresh('t');
    await world.warehouse.createTable(table, numbers);
    const date = '2026-01-01';
    await world.warehouse.load({ id: fresh('l'), table, batches: [rowsOf(date, 'loaded')] });
    await world.warehouse.append(table, [{ date, account_id: 'streamed', n: 1 }]);
  });

  it('are not deleted for half an hour, and others are', async () => {
    expect(await remove("account_id = 'streamed'")).toContain(streamed);
    expect(await remove("`date` = DATE '2026-01-01'")).toContain(streamed);
    expect(await remove("account_id = 'loaded'")).toBeUndefined();
    expect((await described()).streamingBuffer).toMatchObject({ estimatedRows: '1' });
    await world.clock.sleep(30 * 60_000);
    expect(await remove("account_id = 'streamed'")).toBeUndefined();
    expect((await described()).streamingBuffer).toBeUndefined();
    expect(await world.warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`)).toEqual([{ n: 0 }]);
  });

  it('make the partition that they are in wait, for whoever replaces it by nothing', async () => {
    const staging = fresh('s');
    await world.warehouse.createTable(staging, numbers);
    const replace = () =>
      world.warehouse.replacePartition({
        id: fresh('copy'),
        from: staging,
        to: table,
        date: '2026-01-01',
      });
    expect(await failureOf(replace())).toBeInstanceOf(Retryable);
    await world.clock.sleep(30 * 60_000);
    await replace();
    expect(await world.warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`)).toEqual([{ n: 0 }]);
  });

  it('are not in the way of a table of that name which is made anew', async () => {
    await world.warehouse.dropTable(table);
    await world.warehouse.createTable(table, numbers);
    await world.warehouse.load({ id: fresh('l'), table, batches: [rowsOf('2026-01-02', 'b')] });
    expect(await remove("account_id = 'b'")).toBeUndefined();
  });
});

it('a statement that deletes is billed for what it reads, unless it drops whole partitions', async () => {
  const name: TableName = fresh('t');
  await world.warehouse.createTable(name, numbers);
  const { client } = await clientOf();
  const billed = async (where: string) => {
    world.forget();
    await client.query({
      query: `DELETE FROM \`kenko\`.\`${name}\` WHERE ${where}`,
      location,
    });
    return world.server.usage.bytesBilled;
  };
  expect(await billed("`date` = DATE '2026-01-01'")).toBe(0);
  expect(await billed("`date` = DATE '2026-01-01' AND account_id = 'a'")).toBe(10 * 2 ** 20);
  expect(await billed("account_id = 'a'")).toBe(10 * 2 ** 20);
});

async function clientOf() {
  const { BigQuery } = await import('@google-cloud/bigquery');
  const client = new BigQuery({
    projectId,
    apiEndpoint: world.server.url,
    authClient: new PassThroughClient(),
  });
  return { client };
}
