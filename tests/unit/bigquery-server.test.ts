/** The BigQuery stand-in as the official client's own methods meet it, retries and all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery, type TableMetadata } from '@google-cloud/bigquery';
import avro from 'avsc';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BigQueryServer, startBigQueryServer } from '../../functions/local/bigquery-server.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/duckdb-warehouse.ts';

const projectId = 'a-project';
const location = 'asia-northeast1';
const folder = mkdtempSync(join(tmpdir(), 'kenko-bigquery-'));
let tables: DuckDbWarehouse;
let server: BigQueryServer;
let client: BigQuery;
const serve = () =>
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
  });
const clientOf = (place: string | undefined): BigQuery =>
  new BigQuery({
    projectId,
    ...(place === undefined ? {} : { location: place }),
    apiEndpoint: server.url,
    authClient: new PassThroughClient(),
    retryOptions: { autoRetry: false },
  });

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

const own = () => ({ projectId, datasetId: 'own' });
let table: string;
let next = 0;
const fresh = (prefix: string): string => `${prefix}_${next++}`;
const layout: TableMetadata = {
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
const query = (text: string, rest: object = {}) =>
  client.query({ query: text, location, defaultDataset: own(), ...rest });
/** Reason and message of a failure. */
const failureOf = (
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
});

describe('queries', () => {
  it('take named parameters of every type', async () => {
    const [rows] = await client.query({
      location,
      query: `SELECT @s AS s, @i AS i, @f AS f, @b AS b, @d AS d, @t AS t, 'x' IN UNNEST(@l) AS inside`,
      params: {
        s: "it's",
        i: 7,
        f: 0.5,
        b: true,
        d: BigQuery.date('2026-01-02'),
        t: BigQuery.timestamp('2026-01-02T03:04:05Z'),
        l: ['x', 'y'],
      },
    });
    expect(rows).toEqual([
      {
        s: "it's",
        i: 7,
        f: 0.5,
        b: true,
        d: BigQuery.date('2026-01-02'),
        t: BigQuery.timestamp('2026-01-02T03:04:05Z'),
        inside: true,
      },
    ]);
  });

  it('give values of every type, page by page', async () => {
    const many = Array.from({ length: 200 }, (_, i) => ({
      date: '2026-02-01',
      account_id: `id-${String(i).padStart(3, '0')}`,
      n: i,
      parts: [],
    }));
    await client.dataset('own').table(table).insert(many);
    const [rows] = await query(`SELECT * FROM ${table} ORDER BY date, account_id`);
    expect(rows).toHaveLength(203);
    expect(rows[1]).toEqual({
      date: BigQuery.date('2026-01-02'),
      account_id: 'b',
      n: 1,
      f: 0.5,
      at: BigQuery.timestamp('2026-01-01T00:00:00.123Z'),
      parts: [1, 2],
    });
    expect(rows.slice(3).map((row) => row.account_id)).toEqual(many.map((row) => row.account_id));
    expect(server.usage.requests['jobs.getQueryResults']).toBeGreaterThan(1);
  });

  it('name tables with their dataset, their project, or neither', async () => {
    for (const name of [table, `own.${table}`, `\`${projectId}\`.own.${table}`]) {
      const [rows] = await query(`SELECT COUNT(*) AS n FROM ${name}`);
      expect(rows).toEqual([{ n: 3 }]);
    }
    await client.dataset('second').createTable(table, layout);
    const second = { defaultDataset: { projectId, datasetId: 'second' } };
    const [rows] = await query(`SELECT COUNT(*) AS n FROM ${table}`, second);
    expect(rows).toEqual([{ n: 0 }]);
    const alone = query(`SELECT COUNT(*) AS n FROM ${table}`, { defaultDataset: undefined });
    const none = await failureOf(alone);
    expect(none).toMatchObject({ code: 404, reason: 'notFound' });
  });

  it.each([
    ['what is no SQL', 'SELEKT 1', 'invalidQuery'],
    ['a column that is not there', 'SELECT nothing FROM own.TABLE', 'invalidQuery'],
    ['a table that is not there', 'SELECT 1 AS n FROM own.no_such_table', 'notFound'],
    ['a dataset that is not there', 'SELECT 1 AS n FROM nowhere.t', 'notFound'],
    ['a parameter without a value', 'SELECT @missing AS n', 'invalidQuery'],
    ['two columns of one name', 'SELECT 1 AS n, 2 AS N', 'invalidQuery'],
    ['a division by zero', 'SELECT 1 / (n - n) AS x FROM own.TABLE', 'invalidQuery'],
    ['a NULL in a list', 'SELECT [1, NULL] AS list', 'invalidQuery'],
    ['a table in another place', 'SELECT 1 AS n FROM elsewhere.t', 'notFound'],
  ])('refuse %s', async (_, text, reason) => {
    const failure = await failureOf(query(text.replace('TABLE', table)));
    expect(failure.reason).toBe(reason);
  });

  it('refuse legacy SQL, and what the API does not know', async () => {
    const legacy = client.query({ query: 'SELECT 1 AS n', useLegacySql: true });
    expect((await failureOf(legacy)).reason).toBe('invalid');
    const unknown = new Promise((resolve, reject) => {
      const json = { query: 'SELECT 1 AS n', useLegacySql: false, unknown: 1 };
      client.request({ method: 'POST', uri: '/queries', json }, (error, body) =>
        error ? reject(error) : resolve(body),
      );
    });
    expect((await failureOf(unknown)).reason).toBe('invalid');
  });

  it('tell before they run what they would read', async () => {
    const dryRun = async (text: string) => {
      const request = { query: text, dryRun: true, defaultDataset: own() };
      const [job] = await client.createQueryJob(request);
      return Number(job.metadata.statistics.totalBytesProcessed);
    };
    // Eight bytes a number, two and its length a text.
    expect(await dryRun(`SELECT n FROM ${table}`)).toBe(24);
    expect(await dryRun(`SELECT account_id FROM ${table}`)).toBe(9);
    expect(await dryRun(`SELECT n FROM ${table} WHERE account_id = 'a'`)).toBe(33);
    expect(await dryRun(`SELECT n FROM ${table} WHERE date = DATE '2026-01-02'`)).toBe(16);
    expect(
      await dryRun(`SELECT parts FROM ${table} WHERE date >= '2026-01-02' AND date < '2026-01-03'`),
    ).toBe(24);
    expect(await dryRun(`SELECT COUNT(*) AS n FROM ${table}`)).toBe(0);
    const before = server.usage.bytesBilled;
    await query(`SELECT n FROM ${table}`);
    expect(server.usage.bytesBilled - before).toBe(10 * 2 ** 20);
  });

  it('end where they would be billed for more than they may', async () => {
    const text = `SELECT n FROM ${table}`;
    const limit = { defaultDataset: own(), maximumBytesBilled: '1000' };
    const failure = await failureOf(query(text, limit));
    expect(failure).toMatchObject({ code: 400, reason: 'bytesBilledLimitExceeded' });
    const [job] = await client.createQueryJob({ query: text, ...limit, jobId: fresh('job') });
    await expect(job.promise()).rejects.toThrow(/limit for bytes billed/);
  });
});

describe('jobs', () => {
  it('have the ids that they are given, once', async () => {
    const jobId = fresh('job');
    const request = { query: 'SELECT 1 AS n', jobId };
    const [job] = await client.createQueryJob(request);
    expect(job.metadata.status.state).toBe('RUNNING');
    expect((await job.getQueryResults())[0]).toEqual([{ n: 1 }]);
    expect(await failureOf(client.createQueryJob(request))).toMatchObject({
      code: 409,
      reason: 'duplicate',
    });
    const [metadata] = await client.job(jobId).getMetadata();
    expect(metadata).toMatchObject({
      status: { state: 'DONE' },
      jobReference: { projectId, jobId, location },
      configuration: { jobType: 'QUERY' },
    });
  });

  it('are found in their place only', async () => {
    const jobId = fresh('job');
    await client.createQueryJob({ query: 'SELECT 1 AS n', jobId });
    for (const place of ['EU', 'US', undefined]) {
      const failure = await failureOf(clientOf(place).job(jobId).getMetadata());
      expect(failure).toMatchObject({ code: 404, reason: 'notFound' });
    }
    const nowhere = clientOf(undefined).query(`SELECT COUNT(*) AS n FROM own.${table}`);
    expect((await failureOf(nowhere)).reason).toBe('notFound');
  });

  it('write what a query gives, replacing it whole', async () => {
    const made = fresh('made');
    const write = (text: string, rest: object = {}) =>
      client
        .createQueryJob({
          query: text,
          destination: client.dataset('own').table(made),
          writeDisposition: 'WRITE_TRUNCATE',
          ...rest,
        })
        .then(([job]) => job.promise());
    await write(`SELECT account_id FROM own.${table}`);
    expect((await client.dataset('own').table(made).getMetadata())[0]).toMatchObject({
      numRows: '3',
      schema: { fields: [{ name: 'account_id', type: 'STRING', mode: 'NULLABLE' }] },
    });
    await write('SELECT 1 AS n');
    expect((await client.dataset('own').table(made).getRows())[0]).toEqual([{ n: 1 }]);
    await expect(write('SELECT 2 AS n', { writeDisposition: 'WRITE_EMPTY' })).rejects.toThrow(
      /Already Exists/,
    );
    await expect(write('SELECT 2 AS n', { clustering: { fields: ['n'] } })).rejects.toThrow(
      /Incompatible table partitioning/,
    );
    await expect(write('SELECT 0.5 AS f', { clustering: { fields: ['f'] } })).rejects.toThrow();
    expect((await client.dataset('own').table(made).getRows())[0]).toEqual([{ n: 1 }]);
  });

  it('may be cancelled while they run', async () => {
    server.faults.job({ type: 'query', runningFor: 10 });
    const [job] = await client.createQueryJob('SELECT 1 AS n');
    await job.cancel();
    expect((await job.getMetadata())[0].status.errorResult.reason).toBe('stopped');
  });

  it('are kept with the tables', async () => {
    const jobId = fresh('job');
    const [job] = await client.createQueryJob({ query: 'SELECT 1 AS n', jobId });
    await job.promise();
    const again = await serve();
    const other = new BigQuery({
      projectId,
      location,
      apiEndpoint: again.url,
      authClient: new PassThroughClient(),
    });
    expect((await other.job(jobId).getMetadata())[0].status.state).toBe('DONE');
    const failure = await failureOf(other.createQueryJob({ query: 'SELECT 1 AS n', jobId }));
    expect(failure.code).toBe(409);
    await again.close();
  });
});

describe('load jobs', () => {
  const fields = [
    { name: 'date', type: { type: 'int', logicalType: 'date' } },
    { name: 'account_id', type: 'string' },
    { name: 'n', type: ['null', 'long'] },
    { name: 'parts', type: { type: 'array', items: 'long' } },
  ];
  const rows = ['x', 'y'].map((account_id, i) => ({
    date: 20_000,
    account_id,
    n: i === 0 ? null : { long: 5 },
    parts: [1, 2],
  }));
  /** A file that the library wrote. */
  async function file(given: unknown, values: unknown[]): Promise<string> {
    const path = join(folder, `${fresh('file')}.avro`);
    const type = avro.Type.forSchema(
      { type: 'record', name: 'row', fields: given as never },
      { wrapUnions: true },
    );
    const encoder = new avro.streams.BlockEncoder(type);
    const chunks: Buffer[] = [];
    encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => encoder.on('end', resolve));
    for (const value of values) encoder.write(value);
    encoder.end();
    await ended;
    writeFileSync(path, Buffer.concat(chunks));
    return path;
  }
  const load = (path: string, rest: object = {}) =>
    client
      .dataset('own')
      .table(table)
      .createLoadJob(path, { sourceFormat: 'AVRO', useAvroLogicalTypes: true, ...rest })
      .then(([job]) => job.promise());

  it('append a file that the client uploads', async () => {
    const plain = fields.map((field) =>
      field.name === 'date' ? { ...field, type: 'int' } : field,
    );
    const target = fresh('loaded');
    await client.dataset('own').createTable(target, {
      schema: {
        fields: [
          { name: 'date', type: 'INT64', mode: 'REQUIRED' },
          { name: 'account_id', type: 'STRING', mode: 'REQUIRED' },
          { name: 'n', type: 'INT64' },
          { name: 'parts', type: 'INT64', mode: 'REPEATED' },
          { name: 'left_out', type: 'FLOAT64' },
        ],
      },
    });
    const [job] = await client
      .dataset('own')
      .table(target)
      .createLoadJob(await file(plain, rows), { sourceFormat: 'AVRO' });
    await job.promise();
    const [metadata] = await job.getMetadata();
    expect(metadata.statistics.load.outputRows).toBe('2');
    expect((await client.dataset('own').table(target).getRows())[0]).toEqual([
      { date: 20_000, account_id: 'x', n: null, parts: [1, 2], left_out: null },
      { date: 20_000, account_id: 'y', n: 5, parts: [1, 2], left_out: null },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['another type', [fields[1], { name: 'n', type: 'double' }], 'changed type'],
    ['another mode', [fields[1], { name: 'n', type: 'long' }], 'changed mode'],
    ['a column that is not there', [fields[1], { name: 'more', type: 'long' }], 'not in the table'],
    ['a REQUIRED column missing', [fields[1]], 'REQUIRED'],
  ])('refuse %s', async (_, given, message) => {
    const row = { account_id: 'x', n: 5, more: 5 };
    await expect(load(await file(given, [row]))).rejects.toThrow(message);
    expect((await client.dataset('own').table(table).getMetadata())[0].numRows).toBe('3');
  });

  it('refuse a file that is cut, and one that is none', async () => {
    const path = join(folder, 'cut.avro');
    const whole = await file(
      [fields[1]],
      rows.map(({ account_id }) => ({ account_id })),
    );
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(whole);
    const target = fresh('loaded');
    await client.dataset('own').createTable(target, {
      schema: { fields: [{ name: 'account_id', type: 'STRING', mode: 'REQUIRED' }] },
    });
    for (const cut of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 20),
      Buffer.from('no'),
    ]) {
      writeFileSync(path, cut);
      const [job] = await client
        .dataset('own')
        .table(target)
        .createLoadJob(path, { sourceFormat: 'AVRO' });
      await expect(job.promise()).rejects.toThrow(/Avro/);
    }
    expect((await client.dataset('own').table(target).getMetadata())[0].numRows).toBe('0');
  });

  it('refuse other formats, and a table that is not there', async () => {
    const path = join(folder, 'rows.csv');
    writeFileSync(path, 'a,b\n');
    await expect(
      load(path, { sourceFormat: 'CSV', useAvroLogicalTypes: undefined }),
    ).rejects.toThrow(/CSV is not used/);
    const missing = client
      .dataset('own')
      .table('no_such_table')
      .createLoadJob(path, { sourceFormat: 'AVRO', createDisposition: 'CREATE_NEVER' })
      .then(([job]) => job.promise());
    await expect(missing).rejects.toThrow(/Not found/);
  });
});

describe('copy jobs', () => {
  const copy = (from: string, to: string, rest: object = {}) =>
    client
      .dataset('own')
      .table(from)
      .createCopyJob(client.dataset('own').table(to), {
        writeDisposition: 'WRITE_TRUNCATE',
        ...rest,
      })
      .then(([job]) => job.promise());

  it('replace one partition by another table’s', async () => {
    const history = fresh('history');
    await client.dataset('own').createTable(history, layout);
    await client
      .dataset('own')
      .table(history)
      .insert([
        { date: '2026-01-01', account_id: 'old', parts: [] },
        { date: '2026-01-02', account_id: 'kept', parts: [] },
      ]);
    await copy(`${table}$20260101`, `${history}$20260101`);
    const [rows] = await query(`SELECT account_id FROM ${history} ORDER BY account_id`);
    expect(rows).toEqual([{ account_id: 'a' }, { account_id: 'kept' }]);
    expect(
      await failureOf(
        copy(`${table}$20260101`, `${history}$20260101`, { writeDisposition: 'WRITE_EMPTY' }),
      ),
    ).toMatchObject({ reason: 'duplicate' });
    expect((await failureOf(copy(`${table}$20260101`, `${history}$20260102`))).reason).toBe(
      'invalid',
    );
    expect((await failureOf(copy(`${table}$20301231`, `${history}$20301231`))).reason).toBe(
      'notFound',
    );
    expect((await failureOf(copy(`${table}$20261301`, `${history}$20261301`))).reason).toBe(
      'notFound',
    );
  });

  it.each<[string, TableMetadata]>([
    [
      'columns',
      {
        ...layout,
        schema: {
          fields: [
            { name: 'date', type: 'DATE' },
            { name: 'account_id', type: 'STRING' },
          ],
        },
      },
    ],
    ['clusters', { ...layout, clustering: { fields: ['account_id', 'n'] } }],
    ['partitions', { schema: layout.schema as object, clustering: layout.clustering as object }],
  ])('are refused between tables of other %s', async (_, metadata) => {
    const other = fresh('other');
    await client.dataset('own').createTable(other, metadata);
    const failure = await failureOf(copy(`${table}$20260101`, `${other}$20260101`));
    expect(failure.reason).toBe('invalid');
  });
});

describe('tables', () => {
  it('are described, listed, changed and deleted', async () => {
    const dataset = client.dataset('own');
    const [metadata] = await dataset.table(table).getMetadata();
    expect(metadata).toMatchObject({
      id: `${projectId}:own.${table}`,
      location,
      numRows: '3',
      timePartitioning: { type: 'DAY', field: 'date' },
      clustering: { fields: ['account_id'] },
      schema: {
        fields: [
          { name: 'date', type: 'DATE', mode: 'REQUIRED' },
          {},
          { type: 'INTEGER' },
          { type: 'FLOAT' },
          {},
          { type: 'INTEGER', mode: 'REPEATED' },
        ],
      },
    });
    expect((await dataset.getTables())[0].map(({ id }) => id)).toContain(table);
    await dataset.table(table).setMetadata({ description: 'Of a test' });
    expect((await dataset.table(table).getMetadata())[0].description).toBe('Of a test');
    await dataset.table(`${table}$20260101`).delete();
    expect((await dataset.table(table).getMetadata())[0].numRows).toBe('2');
    await dataset.table(table).delete();
    expect(await dataset.table(table).exists()).toEqual([false]);
    expect(await dataset.exists()).toEqual([true]);
    expect(await client.dataset('nowhere').exists()).toEqual([false]);
  });

  it('give their rows without a query, some of their columns, and page by page', async () => {
    const [rows] = await client.dataset('own').table(table).getRows();
    expect(rows).toMatchObject([
      { account_id: 'a', n: 0 },
      { account_id: 'b' },
      { account_id: 'c' },
    ]);
    const [some] = await client
      .dataset('own')
      .table(table)
      .getRows({ selectedFields: 'n', startIndex: '1' });
    expect(some).toEqual([{ n: 1 }, { n: 2 }]);
    const [first] = await client
      .dataset('own')
      .table(table)
      .getRows({ maxResults: 2, autoPaginate: false });
    expect(first).toHaveLength(2);
  });

  it.each<[string, TableMetadata]>([
    ['a type that is not used', { schema: { fields: [{ name: 'x', type: 'GEOGRAPHY' }] } }],
    ['no columns', { schema: { fields: [] } }],
    [
      'two columns of one name',
      {
        schema: {
          fields: [
            { name: 'x', type: 'DATE' },
            { name: 'X', type: 'DATE' },
          ],
        },
      },
    ],
    ['a partition that is no DATE', { ...layout, timePartitioning: { type: 'DAY', field: 'n' } }],
    ['clusters of a FLOAT64', { ...layout, clustering: { fields: ['f'] } }],
    [
      'five clusters',
      { ...layout, clustering: { fields: ['account_id', 'n', 'date', 'at', 'n'] } },
    ],
    ['a cluster that is not there', { ...layout, clustering: { fields: ['nothing'] } }],
  ])('are not created with %s', async (_, metadata) => {
    const failure = await failureOf(client.dataset('own').createTable(fresh('bad'), metadata));
    expect(failure).toMatchObject({ code: 400, reason: 'invalid' });
  });

  it('are not created twice', async () => {
    const failure = await failureOf(client.dataset('own').createTable(table, layout));
    expect(failure).toMatchObject({ code: 409, reason: 'duplicate' });
  });

  it('take rows all or none', async () => {
    const insert = client
      .dataset('own')
      .table(table)
      .insert([{ date: '2026-01-01', account_id: 'fine', parts: [] }, { account_id: 'no date' }]);
    await expect(insert).rejects.toMatchObject({ name: 'PartialFailureError' });
    expect((await client.dataset('own').table(table).getMetadata())[0].numRows).toBe('3');
  });
});
