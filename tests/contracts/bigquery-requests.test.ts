/** How the BigQuery adapter asks, and what it makes of answers that are late, cut short or wrong. */
import { execFileSync } from 'node:child_process';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  code,
  hasCode,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from '../../functions/errors.ts';
import type { Answer } from '../../functions/local/bigquery-faults.ts';
import { temporaryDays } from '../../functions/ports/warehouse.ts';
import {
  type BigQueryUnderTest,
  idsIn,
  location,
  numbers,
  openBigQuery,
  projectId,
  rowsOf,
} from './bigquery-under-test.ts';

let world: BigQueryUnderTest;
let t: string;
let next = 0;
const fresh = (prefix: string): string => `${prefix}_${next++}`;
beforeAll(async () => {
  world = await openBigQuery();
});
afterAll(() => world.close());
beforeEach(async () => {
  t = fresh('t');
  await world.warehouse.createTable(t, numbers);
  world.forget();
});

const ids = Array.from({ length: 40 }, (_, i) => `id-${String(i).padStart(3, '0')}`);
const fill = (table = t) =>
  world.warehouse.load({ id: fresh('load'), table, batches: [rowsOf('2026-01-01', ...ids)] });
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (thrown: unknown) => thrown,
  );
const count = () => world.warehouse.query(`SELECT COUNT(*) AS n FROM ${t}`);

describe('requests', () => {
  it.each<[string, Answer]>([
    ['rateLimitExceeded', { reason: 'rateLimitExceeded' }],
    ['backendError', { reason: 'backendError' }],
    ['internalError', { reason: 'internalError' }],
    ['a connection that ends', 'drop'],
    ['a connection that ends in the answer', 'cut'],
  ])('are repeated on the clock after %s', async (_, answer) => {
    const from = world.clock.now().getTime();
    world.faults.answer('jobs.query', answer, 3);
    expect(await count()).toEqual([{ n: 0 }]);
    expect(world.clock.now().getTime() - from).toBe(7_000);
    expect(world.server.usage.requests['jobs.query']).toBe(4);
  });

  it.each<[string, Answer, unknown]>([
    ['a limit that does not pass', { reason: 'rateLimitExceeded' }, Throttled],
    ['a service that is down', { reason: 'backendError' }, Retryable],
    ['nobody there', 'drop', Retryable],
  ])('give up after six tries at %s', async (_, answer, expected) => {
    world.faults.answer('jobs.query', answer, 100);
    const failure = await failureOf(count());
    expect(failure).toBeInstanceOf(expected);
    expect(world.server.usage.requests['jobs.query']).toBe(6);
  });

  it.each([
    ['quotaExceeded', Throttled, 'quota'],
    ['accessDenied', Unauthorized, 'unauthorized'],
    ['invalidQuery', Rejected, code.invalidData],
    ['notFound', Rejected, code.notFound],
    ['resourcesExceeded', Rejected, code.invalidData],
  ])('are not repeated after %s', async (reason, expected, itsCode) => {
    world.faults.answer('jobs.query', { reason, message: 'No.' });
    const failure = await failureOf(count());
    expect(failure).toBeInstanceOf(expected);
    expect(hasCode(failure, itsCode)).toBe(true);
    expect(String(failure)).toContain(`bigquery: POST ${projectId}/queries: ${reason}: No.`);
    expect(world.server.usage.requests['jobs.query']).toBe(1);
  });

  it('end with the time limit', async () => {
    const hasty = world.warehouseWith({ timeoutMs: 40 });
    world.faults.answer('jobs.query', 'hang', 6);
    const failure = await failureOf(hasty.query('SELECT 1 AS n'));
    expect(failure).toBeInstanceOf(Retryable);
    expect(String(failure)).toContain('no answer');
  });

  it('say so where there are no credentials, and the process lives', async () => {
    class NoCredentials extends PassThroughClient {
      override getRequestHeaders(): Promise<Headers> {
        return Promise.reject(new Error('Could not load the default credentials.'));
      }
    }
    const nobody = world.warehouseWith({ authClient: new NoCredentials() });
    for (const work of [
      () => nobody.query('SELECT 1 AS n'),
      () => nobody.describe(t),
      () => nobody.load({ id: 'l', table: t, batches: [] }),
    ]) {
      expect(await failureOf(work())).toBeInstanceOf(Unauthorized);
    }
    expect(world.server.usage.requests).toEqual({});
  });

  it('are none for what is not a query', async () => {
    const statements = [
      `DROP TABLE ${t}`,
      `SELECT 1; DROP TABLE ${t}`,
      `/* SELECT */ DROP TABLE ${t}`,
      `-- SELECT\nDELETE FROM ${t} WHERE TRUE`,
      `INSERT INTO ${t} (n) VALUES (1)`,
      `CREATE TABLE x AS SELECT 1 AS n`,
      `BEGIN SELECT 1; END`,
      `EXPORT DATA OPTIONS(uri='gs://x') AS SELECT 1`,
      `(DROP TABLE ${t})`,
      '',
    ];
    for (const sql of statements) {
      const failure = await failureOf(world.warehouse.query(sql));
      expect(hasCode(failure, code.badRequest), sql).toBe(true);
    }
    expect(world.server.usage.requests).toEqual({});
    const texts = await world.warehouse.query('SELECT \'a;b\' AS a, "; DROP" AS b -- ; c');
    expect(texts).toEqual([{ a: 'a;b', b: '; DROP' }]);
  });

  it('load the client only when one is made', () => {
    const adapter = new URL('../../functions/gcp/bigquery-warehouse.ts', import.meta.url).href;
    const script = `
      import { createRequire } from 'node:module';
      const { openBigQueryWarehouse } = await import(${JSON.stringify(adapter)});
      openBigQueryWarehouse({ projectId: 'p', location: 'EU', dataset: 'd', sourceDataset: 's', maximumBytesBilled: 1, clock: { now: () => new Date(), sleep: async () => {} } });
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      console.log(loaded.filter((path) => path.includes('@google-cloud')).length);`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(said.toString().trim()).toBe('0');
  });
});

describe('answers', () => {
  const rewrite = (change: (body: Record<string, unknown>) => unknown): Answer => ({
    rewrite: (text) => JSON.stringify(change(JSON.parse(text))),
  });
  const rowsBut = (some: number) => (body: Record<string, unknown>) => ({
    ...body,
    rows: (body.rows as unknown[]).slice(some),
  });

  it.each<[string, Answer]>([
    ['a page of something else', 'garbage'],
    ['one row less', rewrite(rowsBut(1))],
    ['no rows', rewrite(({ rows: _, ...rest }) => rest)],
    ['more rows than there are', rewrite((body) => ({ ...body, totalRows: '39' }))],
    ['no total', rewrite(({ totalRows: _, ...rest }) => rest)],
    ['nothing about being complete', rewrite(({ jobComplete: _, ...rest }) => rest)],
    ['no object', rewrite(() => [])],
  ])('with %s are no result', async (_, answer) => {
    await fill();
    world.faults.answer('jobs.query', answer);
    const failure = await failureOf(idsIn(world.warehouse, t));
    expect(failure).toBeInstanceOf(Retryable);
    expect(String(failure)).toMatch(/bigquery: .*cannot be read/);
    world.faults.answer('jobs.query', answer);
    const sql = `SELECT account_id FROM ${t}`;
    expect(await failureOf(world.warehouse.query(sql))).toBeInstanceOf(Retryable);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['a list', []],
    ['an object', {}],
    ['a text that is no number', 'many'],
  ])('with %s in a number column are no result', async (_, cell) => {
    await fill();
    const answer = rewrite((body) => ({
      ...body,
      rows: (body.rows as unknown[]).map(() => ({ f: [{ v: cell }] })),
    }));
    world.faults.answer('jobs.query', answer);
    const reading = async () => {
      const columns = [{ name: 'n', as: 'number' }] as const;
      for await (const batch of world.warehouse.read({ table: t, columns })) void batch;
    };
    expect(await failureOf(reading())).toBeInstanceOf(Retryable);
  });

  it.each(['jobs.insert', 'jobs.get'] as const)(
    'that are no job to %s are told',
    async (operation) => {
      world.faults.answer(
        operation,
        rewrite(() => ({ kind: 'bigquery#job' })),
      );
      const failure = await failureOf(fill());
      expect(failure).toBeInstanceOf(Retryable);
      expect(String(failure)).toMatch(/cannot be read/);
    },
  );
});

describe('pages', () => {
  const small = async (pageBytes: number) => {
    const paged = await openBigQuery({ pageBytes });
    await paged.warehouse.createTable('t', numbers);
    await paged.warehouse.load({ id: 'l', table: 't', batches: [rowsOf('2026-01-01', ...ids)] });
    paged.forget();
    return paged;
  };

  it.each([1, 27, 300, 500])(
    'of at most %i bytes give every row once, in order',
    async (pageBytes) => {
      const paged = await small(pageBytes);
      expect(await idsIn(paged.warehouse, 't')).toEqual(ids);
      const rowBytes = '{"f":[{"v":"id-000"}]},'.length;
      const perPage = Math.max(1, Math.floor(pageBytes / rowBytes));
      expect(paged.server.usage.requests['jobs.getQueryResults'] ?? 0).toBe(
        Math.ceil(ids.length / perPage) - 1,
      );
      const rows = await paged.warehouse.query('SELECT account_id FROM t ORDER BY account_id');
      expect(rows.map((row) => row.account_id)).toEqual(ids);
      await paged.close();
    },
  );

  it('that fail are asked for again, and no row comes twice', async () => {
    const paged = await small(300);
    paged.faults.answer('jobs.getQueryResults', { reason: 'backendError' }, 2);
    paged.faults.answer('jobs.getQueryResults', 'cut');
    expect(await idsIn(paged.warehouse, 't')).toEqual(ids);
    await paged.close();
  });

  it('that lose a row, or end early, are no result', async () => {
    const paged = await small(300);
    const rewrite = (change: (body: Record<string, unknown>) => unknown): Answer => ({
      rewrite: (text) => JSON.stringify(change(JSON.parse(text))),
    });
    paged.faults.answer(
      'jobs.getQueryResults',
      rewrite((body) => ({ ...body, rows: (body.rows as unknown[]).slice(1) })),
    );
    expect(await failureOf(idsIn(paged.warehouse, 't'))).toBeInstanceOf(Retryable);
    paged.faults.answer(
      'jobs.getQueryResults',
      rewrite(({ pageToken: _, ...rest }) => rest),
    );
    expect(await failureOf(idsIn(paged.warehouse, 't'))).toBeInstanceOf(Retryable);
    paged.faults.answer(
      'jobs.getQueryResults',
      rewrite((body) => ({ ...body, rows: [] })),
      100,
    );
    expect(await failureOf(idsIn(paged.warehouse, 't'))).toBeInstanceOf(Retryable);
    await paged.close();
  });
});

describe('the limit of bytes billed', () => {
  it('refuses a query before it costs anything, and names the setting', async () => {
    await fill();
    world.forget();
    const poor = world.warehouseWith({ maximumBytesBilled: 1_000_000 });
    for (const work of [
      () => poor.query(`SELECT account_id FROM ${t}`),
      () => idsIn(poor, t),
      () =>
        poor.materialize({
          id: fresh('m'),
          sql: `SELECT n FROM ${t}`,
          table: fresh('m'),
          cluster: [],
        }),
    ]) {
      const failure = await failureOf(work());
      expect(hasCode(failure, code.invalidData)).toBe(true);
      expect(String(failure)).toContain('KENKO_MAX_BYTES_BILLED');
    }
    expect(world.server.usage.bytesBilled).toBe(0);
  });
});

describe('places', () => {
  it('have to be named right', async () => {
    await fill();
    const elsewhere = world.warehouseWith({ location: 'EU' });
    const from = world.clock.now().getTime();
    for (const work of [
      () => elsewhere.query(`SELECT COUNT(*) AS n FROM ${t}`),
      () => idsIn(elsewhere, t),
      () => elsewhere.load({ id: fresh('l'), table: t, batches: [rowsOf('2026-01-01', 'a')] }),
      () =>
        elsewhere.materialize({
          id: fresh('m'),
          sql: 'SELECT 1 AS n',
          table: fresh('m'),
          cluster: [],
        }),
    ]) {
      expect(hasCode(await failureOf(work()), code.notFound)).toBe(true);
    }
    expect(world.clock.now().getTime() - from).toBeLessThan(2_000);
    expect(await count()).toEqual([{ n: 40 }]);
  });

  it('of the team’s tables may be another dataset, in another project too', async () => {
    await world.tables.transaction(async (connection) => {
      for (const schema of ['source', 'crm-project.crm']) {
        await connection.run(
          `CREATE OR REPLACE TABLE "${schema}".accounts (account_id VARCHAR NOT NULL)`,
        );
        await connection.run(`INSERT INTO "${schema}".accounts VALUES ('of ${schema}')`);
      }
    });
    for (const [sourceDataset, path, found] of [
      ['source', ['source'], 'of source'],
      [`${projectId}.source`, [projectId, 'source'], 'of source'],
      ['crm-project.crm', ['crm-project', 'crm'], 'of crm-project.crm'],
    ] as const) {
      const warehouse = world.warehouseWith({ sourceDataset });
      expect(warehouse.sourceDataset).toEqual(path);
      const table = [...warehouse.sourceDataset, 'accounts'];
      expect(await warehouse.describe(table)).toEqual([
        { name: 'account_id', type: 'STRING', required: true },
      ]);
      const name = table.map((part) => `\`${part}\``).join('.');
      expect(await warehouse.query(`SELECT account_id FROM ${name}`)).toEqual([
        { account_id: found },
      ]);
    }
    expect(await world.warehouse.describe(['crm', 'accounts'])).toBeUndefined();
  });
});

describe('tables of one run', () => {
  it('end by themselves, and the others do not', async () => {
    const { warehouse, clock } = world;
    const [kept, staging, made] = [fresh('kept'), fresh('staging'), fresh('made')];
    await warehouse.createTable(kept, numbers);
    await warehouse.createTable(staging, numbers, { temporary: true });
    await warehouse.materialize({ id: fresh('m'), sql: 'SELECT 1 AS n', table: made, cluster: [] });
    await clock.advance((temporaryDays - 0.5) * 86_400_000);
    for (const table of [kept, staging, made]) {
      expect(await warehouse.describe(table)).toBeDefined();
    }
    await clock.advance(86_400_000);
    expect(await warehouse.describe(kept)).toBeDefined();
    expect(await warehouse.describe(staging)).toBeUndefined();
    expect(await warehouse.describe(made)).toBeUndefined();
  });

  it('say so in BigQuery’s terms', async () => {
    const { BigQuery } = await import('@google-cloud/bigquery');
    const client = new BigQuery({
      projectId,
      location,
      apiEndpoint: world.server.url,
      authClient: new PassThroughClient(),
    });
    const made = fresh('made');
    await world.warehouse.materialize({
      id: fresh('m'),
      sql: "SELECT 'a' AS account_id, 1 AS n",
      table: made,
      cluster: ['account_id'],
    });
    const [metadata] = await client.dataset('kenko').table(made).getMetadata();
    expect(metadata).toMatchObject({ clustering: { fields: ['account_id'] }, numRows: '1' });
    const days = (Number(metadata.expirationTime) - world.clock.now().getTime()) / 86_400_000;
    expect(days).toBeCloseTo(temporaryDays, 1);
  });
});

describe('a table that must be filtered', () => {
  it('is read by date, and not without one', async () => {
    await fill();
    const { BigQuery } = await import('@google-cloud/bigquery');
    const client = new BigQuery({
      projectId,
      location,
      apiEndpoint: world.server.url,
      authClient: new PassThroughClient(),
    });
    await client.dataset('kenko').table(t).setMetadata({ requirePartitionFilter: true });
    const columns = [{ name: 'account_id', as: 'string' }] as const;
    let rows = 0;
    for await (const batch of world.warehouse.read({ table: t, columns, date: '2026-01-01' })) {
      rows += batch.rows;
    }
    expect(rows).toBe(40);
    expect(await failureOf(idsIn(world.warehouse, t))).toBeInstanceOf(Rejected);
  });
});
