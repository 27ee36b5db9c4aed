/** What becomes of jobs under ids of ours when BigQuery fails, slows down or says nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import { code, hasCode, Rejected, Retryable, Throttled } from '../../functions/errors.ts';
import {
  fresh,
  idsIn,
  numbers,
  openBigQuery,
  rowsOf,
  t,
  useBigQuery,
  world,
} from './bigquery-under-test.ts';

/** A job of each test. */
let job: string;
useBigQuery();
beforeEach(() => {
  job = fresh('job');
});

const load = (id = job) =>
  world.warehouse.load({ id, table: t, batches: [rowsOf('2026-01-01', 'a', 'b')] });
const materialize = (id: string, sql: string, table: string) =>
  world.warehouse.materialize({ id, sql, table, cluster: [] });
/** Milliseconds that passed on the clock. */
async function waited(work: () => Promise<unknown>): Promise<number> {
  const from = world.clock.now().getTime();
  await work();
  return world.clock.now().getTime() - from;
}

describe('a job whose id is taken', () => {
  it('is fetched: an answer that was lost has its effect once', async () => {
    world.faults.answer('jobs.insert', 'drop-after', 2);
    expect(await load()).toEqual({ rows: 2 });
    expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
    expect(world.server.usage.jobs.load).toBe(1);
  });

  it('is waited for where another process started it', async () => {
    world.faults.job({ type: 'load', runningFor: 5 });
    const other = world.warehouseWith();
    const request = { id: job, table: t, batches: [rowsOf('2026-01-01', 'a', 'b')] };
    expect(await Promise.all([load(), other.load(request)])).toEqual([{ rows: 2 }, { rows: 2 }]);
    expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
  });

  it('is not another deployment’s in the same project', async () => {
    const other = world.warehouseWith({ dataset: 'staging' });
    await other.createTable(t, numbers);
    await load();
    await other.load({ id: job, table: t, batches: [rowsOf('2026-01-01', 'c')] });
    expect(await idsIn(other, t)).toEqual(['c']);
    expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
  });

  it('is refused where it did something else', async () => {
    await load();
    const u = fresh('u');
    await world.warehouse.createTable(u, numbers);
    const error = await world.warehouse
      .load({ id: job, table: u, batches: [] })
      .catch((thrown: unknown) => thrown);
    expect(hasCode(error, code.conflict)).toBe(true);
    await expect(materialize(job, 'SELECT 1 AS n', u)).rejects.toSatisfy((thrown) =>
      hasCode(thrown, code.conflict),
    );
  });
});

describe('a job that fails', () => {
  it.each(['backendError', 'internalError', 'rateLimitExceeded', 'jobRateLimitExceeded'])(
    'for %s is tried again under the next id',
    async (reason) => {
      world.faults.job({ type: 'load', reason }, 2);
      expect(await waited(load)).toBeGreaterThan(5_000);
      expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
      // The third id is the one that is done: nothing is left to do for anybody.
      expect(await load()).toEqual({ rows: 2 });
      expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
      expect(world.server.usage.jobs.load).toBe(1);
    },
  );

  it('for passing reasons is tried five times in one call, and goes on from there in the next', async () => {
    world.faults.job({ type: 'load', reason: 'backendError', message: 'Try later' }, 7);
    const error = await load().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Retryable);
    expect(String(error)).toContain(`bigquery: job kenko-${job}: backendError: Try later`);
    expect(world.server.usage.requests['jobs.insert']).toBe(5);
    expect(await load()).toEqual({ rows: 2 });
    expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
  });

  it('because of limits is Throttled in the end', async () => {
    world.faults.job({ type: 'load', reason: 'rateLimitExceeded' }, 5);
    await expect(load()).rejects.toBeInstanceOf(Throttled);
  });

  it.each([
    ['quotaExceeded', Throttled],
    ['invalid', Rejected],
    ['accessDenied', Error],
    ['notFound', Rejected],
  ])('for %s is not tried again', async (reason, expected) => {
    world.faults.job({ type: 'load', reason });
    const waitedMs = await waited(() => expect(load()).rejects.toBeInstanceOf(expected));
    expect(world.server.usage.requests['jobs.insert']).toBe(1);
    // Only the look at the job itself.
    expect(waitedMs).toBeLessThan(1_000);
    // Asked for once more, what was wrong may have been mended.
    expect(await load()).toEqual({ rows: 2 });
    expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
  });

  it('leaves nothing behind when it fails on its way', async () => {
    const made = fresh('made');
    await materialize(fresh('first'), "SELECT 'a' AS account_id", made);
    const sql = `SELECT CASE WHEN n = 1 THEN CAST('x' AS INT64) ELSE n END AS n FROM ${t}`;
    await load();
    const error = await materialize(fresh('second'), sql, made).catch((thrown: unknown) => thrown);
    expect(hasCode(error, code.invalidData)).toBe(true);
    expect(await world.warehouse.query(`SELECT * FROM ${made}`)).toEqual([{ account_id: 'a' }]);
  });

  it('is failed though the API answers with success', async () => {
    world.faults.job({ type: 'copy', reason: 'invalid', message: 'A field is missing' });
    const u = fresh('u');
    await world.warehouse.createTable(u, numbers);
    await load();
    const id = fresh('copy');
    await expect(
      world.warehouse.replacePartition({ id, from: t, to: u, date: '2026-01-01' }),
    ).rejects.toThrow(`bigquery: job kenko-${id}: invalid: A field is missing`);
    expect(await idsIn(world.warehouse, u)).toEqual([]);
  });

  it('is not even started between tables of other layouts', async () => {
    const u = fresh('u');
    await world.warehouse.createTable(u, { ...numbers, cluster: ['account_id', 'n'] });
    const failure = await world.warehouse
      .replacePartition({ id: fresh('copy'), from: t, to: u, date: '2026-01-01' })
      .catch((thrown: unknown) => thrown);
    expect(hasCode(failure, code.invalidData)).toBe(true);
    expect(world.server.usage.requests['jobs.insert']).toBeUndefined();
  });

  it('does not use up ids without end', async () => {
    // Five a call.
    world.faults.job({ type: 'load', reason: 'backendError' }, 50);
    for (let call = 0; call < 11; call++) await expect(load()).rejects.toBeInstanceOf(Retryable);
    expect(await idsIn(world.warehouse, t)).toEqual([]);
  });
});

describe('a job that takes long', () => {
  it('is asked for less and less often', async () => {
    world.faults.job({ type: 'load', runningFor: 30 });
    const ms = await waited(load);
    expect(ms).toBeGreaterThan(60_000);
    expect(ms).toBeLessThan(150_000);
    expect(world.server.usage.requests['jobs.get']).toBe(31);
  });

  it('is given up after eight minutes, and found by the next call', async () => {
    world.faults.job({ type: 'load', runningFor: 150 });
    const error = await load().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Retryable);
    expect(String(error)).toContain('still runs after 8 minutes');
    expect(await load()).toEqual({ rows: 2 });
    expect(world.server.usage.jobs.load).toBe(1);
  });

  it('is stopped where it is a query, whose result nobody will fetch', async () => {
    world.faults.job({ type: 'query', runningFor: 1_000 });
    await expect(world.warehouse.query('SELECT 1 AS n')).rejects.toThrow(/is stopped/);
    expect(world.server.usage.requests['jobs.cancel']).toBe(1);
    // What matters is that it took too long, not that it went on.
    world.faults.job({ type: 'query', runningFor: 1_000 });
    world.faults.answer('jobs.cancel', { reason: 'accessDenied' });
    await expect(world.warehouse.query('SELECT 1 AS n')).rejects.toBeInstanceOf(Retryable);
  });

  it('gives its rows once it is through', async () => {
    world.faults.job({ type: 'query', runningFor: 3 });
    expect(await world.warehouse.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await load();
    world.faults.job({ type: 'query', runningFor: 3 });
    expect(await idsIn(world.warehouse, t)).toEqual(['a', 'b']);
  });
});

describe('an empty partition', () => {
  it.each(['missing', 'copied'] as const)(
    'that is %s empties the other one, once',
    async (emptyPartitions) => {
      const strict = await openBigQuery({ emptyPartitions });
      const { warehouse } = strict;
      await warehouse.createTable('from_t', numbers);
      await warehouse.createTable('to_t', numbers);
      await warehouse.load({
        id: 'l',
        table: 'to_t',
        batches: [rowsOf('2026-01-01', 'a'), rowsOf('2026-01-02', 'z')],
      });
      const request = { id: 'c', from: 'from_t', to: 'to_t', date: '2026-01-01' };
      await warehouse.replacePartition(request);
      expect(await idsIn(warehouse, 'to_t')).toEqual(['z']);
      await warehouse.load({
        id: 'late',
        table: 'from_t',
        batches: [rowsOf('2026-01-01', 'late')],
      });
      await warehouse.replacePartition(request);
      expect(await idsIn(warehouse, 'to_t')).toEqual(['z']);
      await strict.close();
    },
  );
});
