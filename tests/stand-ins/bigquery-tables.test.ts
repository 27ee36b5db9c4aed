/** Where the BigQuery adapter reads and writes: within its limit, in its place, for a time. */

import { PassThroughClient } from 'google-auth-library';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { code, hasCode, Rejected } from '../../functions/errors.ts';
import { temporaryDays } from '../../functions/ports/warehouse.ts';
import {
  failureOf,
  fill,
  fresh,
  idsIn,
  location,
  numbers,
  projectId,
  rowsOf,
  t,
  useBigQuery,
  world,
} from './bigquery-under-test.ts';

useBigQuery();

const count = () => world.warehouse.query(`SELECT COUNT(*) AS n FROM ${t}`);

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
      expect(await warehouse.describe(table)).toEqual({
        columns: [{ name: 'account_id', type: 'STRING', required: true }],
        others: [],
        location,
      });
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
    await clock.advance((temporaryDays - 0.5) * dayMs);
    for (const table of [kept, staging, made]) {
      expect(await warehouse.describe(table)).toBeDefined();
    }
    await clock.advance(dayMs);
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
    const days = (Number(metadata.expirationTime) - world.clock.now().getTime()) / dayMs;
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
