/** What holds for every metric file there is, on rows made from the contract's schema. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayMs } from '../../../functions/calendar.ts';
import { runInputsQuery } from '../../../functions/inputs/run-inputs.ts';
import { findSources } from '../../../functions/inputs/sources.ts';
import { lintPackSql } from '../../../functions/local/googlesql/lint.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import type { Row } from '../../../functions/ports/warehouse.ts';
import { groups, sources } from '../../support/sql/catalogue.ts';
import {
  accountIds,
  asOf,
  date,
  dayAfter,
  type Fixture,
  loadFixture,
  pastRows,
  withFutureRows,
  withoutLaterDays,
  zone,
} from '../../support/sql/fixture.ts';

const metrics = groups.flatMap((group) =>
  group.metrics.map((metric) => ({ file: group.sqlFile, id: metric.id, metric })),
);
const pack = {
  zone,
  sources,
  groups,
  tables: new Map(),
  accountColumns: [{ name: 'name', type: 'STRING' as const, required: false }],
  scores: [],
};
const past = pastRows(sources.values());

let warehouse: DuckDbWarehouse;
let atRun: Row[];
let withFuture: Row[];
let withoutLater: Row[];
let laterWithFuture: Row[];
let laterWithout: Row[];

async function inputsOn(fixture: Fixture, at: { asOf: string; date: string }): Promise<Row[]> {
  await loadFixture(warehouse, sources.values(), fixture);
  const query = runInputsQuery({
    pack,
    sources: await findSources(warehouse, pack),
    ...at,
    groupAges: new Map(groups.map(({ group }) => [group, 0])),
    beforeDate: null,
    trendDates: {},
  });
  return warehouse.query(
    `SELECT * FROM (${query.sql}) AS inputs ORDER BY account_id`,
    query.parameters,
  );
}

beforeAll(async () => {
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  const future = withFutureRows(past, sources.values());
  // Far enough on that every injected row counts, near enough that windows of 28 days see it.
  const later = {
    asOf: new Date(Date.parse(asOf) + 16 * dayMs).toISOString(),
    date: dayAfter(16),
  };
  atRun = await inputsOn(past, { asOf, date });
  laterWithout = await inputsOn(past, later);
  withoutLater = await inputsOn(withoutLaterDays(past, sources), { asOf, date });
  withFuture = await inputsOn(future, { asOf, date });
  laterWithFuture = await inputsOn(future, later);
});
afterAll(() => warehouse.close());

const valuesOf = (rows: readonly Row[], id: string): unknown[] => rows.map((row) => row[id]);

describe('every metric file', () => {
  it.each(groups.map((group) => [group.sqlFile, group] as const))(
    '%s passes the lint',
    (_, group) => {
      for (const name of group.sources) expect(sources.has(name), name).toBe(true);
      lintPackSql({ groups: [group], sources });
    },
  );

  it.each(groups.map((group) => [group.sqlFile, group] as const))(
    '%s gives account_id and its catalogue, one row per account',
    async (_, group) => {
      await loadFixture(warehouse, sources.values(), past);
      const wanted = { ...pack, groups: [{ ...group, metrics: group.metrics.slice(0, 1) }] };
      const { sql, parameters } = runInputsQuery({
        pack: wanted,
        sources: await findSources(warehouse, wanted),
        asOf,
        date,
        groupAges: new Map([[group.group, 0]]),
        beforeDate: null,
        trendDates: {},
      });
      const table = `group_${group.group}`;
      const own = `${sql.slice(0, sql.lastIndexOf('\nSELECT\n'))}\nSELECT * FROM ${table}`;
      await warehouse.materialize({
        id: `${group.sqlFile.replaceAll(/\W/g, '-')}`,
        sql: own,
        parameters,
        table: 'one_group',
        cluster: [],
      });
      const types = {
        int: ['INT64'],
        float: ['FLOAT64', 'NUMERIC'],
        bool: ['BOOL'],
        enum: ['STRING'],
      };
      const columns = new Map(
        (await warehouse.describe('one_group'))?.columns.map(({ name, type }) => [name, type]),
      );
      expect([...columns.keys()].sort()).toEqual(
        ['account_id', ...group.metrics.map(({ id }) => id)].sort(),
      );
      for (const { id, type } of group.metrics) {
        expect(types[type], `${id} is declared as ${type}`).toContain(columns.get(id));
      }
      const [counts] = await warehouse.query(
        'SELECT COUNT(*) AS n, COUNT(DISTINCT account_id) AS ids FROM one_group',
      );
      expect(counts?.n).toBeGreaterThan(0);
      expect(counts?.n).toBe(counts?.ids);
    },
  );

  it('gives one row of inputs per account that no other took over', () => {
    const taken = (past.get('accounts') ?? [])
      .filter(
        ({ account_id, merged_into: into }) =>
          !['', account_id].includes(String(into ?? '').trim()),
      )
      .map(({ account_id }) => account_id);
    const expected = accountIds.filter((account) => !taken.includes(account));
    expect(expected.length).toBeLessThan(accountIds.length);
    expect(valuesOf(atRun, 'account_id').length).toBe(expected.length);
    expect(new Set(valuesOf(atRun, 'account_id'))).toEqual(new Set(expected));
  });

  it.each(metrics)('$id of $file has a value somewhere, within its catalogue', ({ id, metric }) => {
    const values = valuesOf(atRun, id).filter((value) => value !== null);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      if (metric.type === 'enum') expect(metric.values).toContain(value);
      else if (metric.type === 'bool') expect(typeof value).toBe('boolean');
      else expect(Number.isFinite(value)).toBe(true);
      if (metric.type === 'int') expect(Number.isInteger(value)).toBe(true);
    }
    if (!metric.nullable) expect(values.length).toBe(atRun.length);
  });
});

describe('no metric looks ahead', () => {
  it.each(metrics)('$id of $file is not moved by rows and changes after as_of', ({ id }) => {
    expect(valuesOf(withFuture, id)).toEqual(valuesOf(atRun, id));
  });

  it.each(metrics)('$id of $file is moved by them once they are visible', ({ id }) => {
    expect(valuesOf(laterWithFuture, id)).not.toEqual(valuesOf(laterWithout, id));
  });

  it.each(metrics)('$id of $file is the same before later days of a row are known', ({ id }) => {
    expect(valuesOf(withoutLater, id)).toEqual(valuesOf(atRun, id));
  });
});

describe('these checks would notice', () => {
  const leaking = (sql: string, source: string) => ({
    ...pack,
    groups: [
      {
        group: 'leaking',
        sources: [source],
        metrics: metrics.slice(0, 1).map(({ metric }) => ({ ...metric, id: 'leak' })),
        sql,
        file: '',
        sqlFile: '',
      },
    ],
  });
  const leaksOn = async (wanted: ReturnType<typeof leaking>, fixture: Fixture): Promise<Row[]> => {
    await loadFixture(warehouse, sources.values(), fixture);
    const query = runInputsQuery({
      pack: wanted,
      sources: await findSources(warehouse, wanted),
      asOf,
      date,
      groupAges: new Map([['leaking', 0]]),
      beforeDate: null,
      trendDates: {},
    });
    const sql = `SELECT account_id, leak FROM (${query.sql}) AS inputs ORDER BY account_id`;
    return warehouse.query(sql, query.parameters);
  };

  it('a metric that reads a table past the conditions of its source', async () => {
    const sql = 'SELECT account_id, COUNT(*) AS leak FROM source.tickets GROUP BY account_id';
    const future = withFutureRows(past, sources.values());
    const wanted = leaking(sql, 'tickets');
    expect(await leaksOn(wanted, future)).not.toEqual(await leaksOn(wanted, past));
  });

  it('a metric that counts days that had not come yet', async () => {
    const sql = 'SELECT account_id, COUNT(closed_on) AS leak FROM tickets GROUP BY account_id';
    const wanted = leaking(sql, 'tickets');
    const known = withoutLaterDays(past, sources);
    expect(await leaksOn(wanted, known)).not.toEqual(await leaksOn(wanted, past));
  });
});
