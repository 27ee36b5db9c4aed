/** Queries and jobs of the BigQuery stand-in, as the official client asks for them. */
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { describe, expect, it } from 'vitest';
import {
  client,
  clientOf,
  failureOf,
  fresh,
  layout,
  location,
  own,
  projectId,
  query,
  serve,
  server,
  serveStandIn,
  table,
} from '../../support/unit/bigquery-stand-in.ts';

serveStandIn();

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
    expect((await failureOf(unknown)).reason).toBe('notImplemented');
  });

  it('say what they have read', async () => {
    const bytesOf = async (text: string) => {
      const [job] = await client.createQueryJob({ query: text, defaultDataset: own() });
      await job.promise();
      return Number(job.metadata.statistics.totalBytesProcessed);
    };
    // Eight bytes a number, two and its length a text.
    expect(await bytesOf(`SELECT n FROM ${table}`)).toBe(24);
    expect(await bytesOf(`SELECT account_id FROM ${table}`)).toBe(9);
    expect(await bytesOf(`SELECT n FROM ${table} WHERE account_id = 'a'`)).toBe(33);
    expect(await bytesOf(`SELECT n FROM ${table} WHERE date = DATE '2026-01-02'`)).toBe(16);
    expect(
      await bytesOf(
        `SELECT parts FROM ${table} WHERE date >= '2026-01-02' AND date < '2026-01-03'`,
      ),
    ).toBe(24);
    expect(await bytesOf(`SELECT COUNT(*) AS n FROM ${table}`)).toBe(0);
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
