/** How the BigQuery adapter asks, and what it does when there is no answer or a refusal. */
import { execFileSync } from 'node:child_process';
import { PassThroughClient } from 'google-auth-library';
import { describe, expect, it } from 'vitest';
import {
  code,
  hasCode,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from '../../functions/errors.ts';
import type { Answer } from '../../functions/local/bigquery/faults.ts';
import {
  failureOf,
  fresh,
  numbers,
  projectId,
  t,
  useBigQuery,
  world,
} from './bigquery-under-test.ts';

useBigQuery();

const materialize = () =>
  world.warehouse.materialize({
    id: fresh('m'),
    sql: 'SELECT 1 AS n',
    table: fresh('m'),
    cluster: [],
  });
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

  it('about tables tell what is wrong, unless it is that there is none', async () => {
    const refused: Answer = { reason: 'accessDenied' };
    for (const [operation, work] of [
      ['tables.get', () => world.warehouse.describe(t)],
      ['tables.delete', () => world.warehouse.dropTable(t)],
      ['tables.insert', () => world.warehouse.createTable(fresh('u'), numbers)],
      ['tables.patch', () => materialize()],
      ['tabledata.insertAll', () => world.warehouse.append(t, [{ account_id: 'a' }])],
    ] as const) {
      world.faults.answer(operation, refused);
      expect(await failureOf(work()), operation).toBeInstanceOf(Unauthorized);
    }
    expect((await world.warehouse.describe(t))?.columns).toHaveLength(3);
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
    const adapter = new URL('../../functions/gcp/bigquery/warehouse.ts', import.meta.url).href;
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
