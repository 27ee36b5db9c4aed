/** Every metric file there is: what Google's analyser says of it, and what it gives. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInputsQuery } from '../../functions/inputs/run-inputs.ts';
import { findSources } from '../../functions/inputs/sources.ts';
import { visibleColumns } from '../../functions/inputs/sources-query.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/warehouse/warehouse.ts';
import type { PackGroup } from '../../functions/scorecard/language/pack/pack.ts';
import { difference } from '../support/reference/compare.ts';
import {
  type ReferenceEngine,
  type ReferenceTable,
  startReferenceEngine,
} from '../support/reference/engine.ts';
import { emptied, hostileSources, oddIds } from '../support/reference/hostile-rows.ts';
import { evaluateOnTwin, placeInTwin } from '../support/reference/twin.ts';
import { groups, sources } from '../support/sql/catalogue.ts';
import { asOf, date, zone } from '../support/sql/fixture.ts';

/** What a metric may name. */
const given = { as_of: { timestamp: asOf }, date: { date } };
const provided = hostileSources(sources.values());

/** Types that BigQuery may give for a metric, by the catalogue's word. */
const types = { int: ['INT64'], float: ['FLOAT64', 'NUMERIC'], bool: ['BOOL'], enum: ['STRING'] };

let engine: ReferenceEngine;
/** Rows for the engine, and the twin that holds the same. */
interface World {
  tables: readonly ReferenceTable[];
  warehouse: DuckDbWarehouse;
}
const worlds = new Map<'awkward rows' | 'no rows', World>();

beforeAll(async () => {
  engine = await startReferenceEngine();
  for (const [name, tables] of [
    ['awkward rows', provided],
    ['no rows', emptied(provided)],
  ] as const) {
    const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
    await warehouse.transaction(async (connection) => {
      for (const table of tables) await placeInTwin(connection, table);
    });
    worlds.set(name, { tables, warehouse });
  }
});
afterAll(async () => {
  for (const { warehouse } of worlds.values()) await warehouse.close();
  await engine.close();
});

/** Tables as the group's SQL sees them: the contract's columns, and nothing else to name. */
const visibleTo = (group: PackGroup): ReferenceTable[] =>
  group.sources.flatMap((name) => {
    const contract = sources.get(name);
    if (!contract) return [];
    const columns = [...visibleColumns(contract)].map(([column, type]) => ({ name: column, type }));
    return [{ name, columns, rows: [] }];
  });

/** The group's rows, its tables cut off as a run cuts them. */
async function groupQuery(group: PackGroup, warehouse: DuckDbWarehouse) {
  const pack = {
    zone,
    sources,
    groups: [group],
    tables: new Map(),
    accountColumns: [],
    scores: [],
  };
  const { sql, parameters } = runInputsQuery({
    pack,
    sources: await findSources(warehouse, pack),
    asOf,
    date,
    groupAges: new Map([[group.group, 0]]),
    beforeDate: null,
    trendDates: {},
  });
  const tables = sql.slice(0, sql.lastIndexOf('\nSELECT\n'));
  return { sql: `${tables}\nSELECT * FROM group_${group.group}`, parameters };
}

describe.each(groups.map((group) => [group.sqlFile, group] as const))('%s', (_, group) => {
  it('is GoogleSQL over the input contract, with the types of its catalogue', async () => {
    const found = await engine.analyse({
      sql: group.sql,
      tables: visibleTo(group),
      parameters: given,
    });
    expect(found.map(({ name }) => name).sort()).toEqual(
      ['account_id', ...group.metrics.map(({ id }) => id)].sort(),
    );
    const typeOf = new Map(found.map(({ name, type }) => [name, type]));
    expect(typeOf.get('account_id')).toBe('STRING');
    for (const { id, type } of group.metrics) {
      expect(types[type], `${id} is declared as ${type}`).toContain(typeOf.get(id));
    }
  });

  it.each([
    ['awkward rows', true],
    ['no rows', false],
  ] as const)('gives the same on both engines, for %s', async (name, filled) => {
    const { tables, warehouse } = worlds.get(name)!;
    const query = await groupQuery(group, warehouse);
    const reference = await engine.evaluate({ ...query, tables });
    const twin = await warehouse.transaction((connection) =>
      evaluateOnTwin(connection, query.sql, query.parameters),
    );
    expect(difference(reference, twin)).toBeUndefined();
    const accounts = reference.rows.map(([account]) => account);
    expect(new Set(accounts).size).toBe(accounts.length);
    const odd = accounts.filter((account) => oddIds.includes(String(account)));
    expect(odd.length > 0).toBe(filled);
    // Equal NULLs prove little: every metric has a value somewhere.
    for (const [i, { name }] of reference.columns.entries()) {
      const valued = reference.rows.some((row) => row[i] !== null);
      expect(valued, name).toBe(filled);
    }
  });
});
