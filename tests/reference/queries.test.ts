/**
 * Every query that the deployed functions make, asked of both engines while each pack runs over
 * awkward rows for two days. A query that no step here reaches fails the last test by name.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getHistory } from '../../functions/api/accounts/history.ts';
import { getPortfolio } from '../../functions/api/accounts/portfolio.ts';
import { enterIntervention } from '../../functions/api/entries/enter-entry.ts';
import { dayMs } from '../../functions/calendar.ts';
import { code, Rejected } from '../../functions/errors.ts';
import { examineSources } from '../../functions/inputs/examine-sources.ts';
import { faultyMetrics } from '../../functions/inputs/freeze-inputs.ts';
import { endOfDate } from '../../functions/inputs/moments.ts';
import { findSources, groupAges, sourceStates } from '../../functions/inputs/sources.ts';
import { readTableSchemas } from '../../functions/inputs/table-schemas.ts';
import { judgeKept } from '../../functions/own-data/past/kept-past.ts';
import { ageing } from '../../functions/records/ageing-document.ts';
import { ref } from '../../functions/records/collection.ts';
import { calendarId, calendars } from '../../functions/records/run-documents.ts';
import { yearsOf } from '../../functions/records/years.ts';
import { watchAgeing } from '../../functions/runs/ageing.ts';
import { useRuntime } from '../../functions/wiring/deployed.ts';
import { packNames, readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { type CheckedWarehouse, checkedWarehouse } from '../support/reference/checked-warehouse.ts';
import { type ReferenceEngine, startReferenceEngine } from '../support/reference/engine.ts';
import { hostileIds, hostileSources } from '../support/reference/hostile-rows.ts';
import { placeInTwin } from '../support/reference/twin.ts';
import { sources } from '../support/sql/catalogue.ts';
import { date } from '../support/sql/fixture.ts';
import { outcomesFromSalesforce, salesforceTables } from '../support/sql/opportunities.ts';
import { readableTypes, systemWith } from '../support/system/column-types.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const root = repositoryRoot();
const partitions = new Map(
  [...readTableSchemas(join(root, 'sql', 'tables'))].flatMap(([name, { partition }]) =>
    partition ? [[name, partition] as const] : [],
  ),
);
/** Early on the day after, in Tokyo and in UTC. */
const firstSlot = '2024-04-01T02:00:00Z';
const secondSlot = '2024-04-02T02:00:00Z';
/** A revision of the same date. */
const thirdSlot = '2024-04-02T03:00:00Z';

let engine: ReferenceEngine;
let system: TestSystem;
const askedFrom = new Set<string>();

beforeAll(async () => {
  engine = await startReferenceEngine();
});
afterAll(() => engine.close());

async function begin(pack: string): Promise<CheckedWarehouse> {
  system = await openTestSystem({ files: readPackFiles(pack), now: firstSlot });
  await system.warehouse.transaction(async (connection) => {
    for (const table of hostileSources(sources.values())) await placeInTwin(connection, table);
  });
  return watched();
}

/** From here on, whatever the system asks of its warehouse is asked of both engines. */
function watched(): CheckedWarehouse {
  const warehouse = checkedWarehouse(system.warehouse, engine, partitions);
  useRuntime({ ...system.runtime, warehouse });
  return warehouse;
}

async function run(slot: string): Promise<string> {
  const { failure, state } = await system.run(slot);
  return failure?.message ?? state;
}

function expectSame(warehouse: CheckedWarehouse): void {
  for (const place of warehouse.askedFrom) askedFrom.add(place);
  expect(warehouse.findings).toEqual([]);
}

describe('queries of the pipeline and the API', () => {
  afterEach(() => system.close());

  it.each(packNames(root))('are answered alike on both engines: %s', async (pack) => {
    const warehouse = await begin(pack);
    const runtime = { ...system.runtime, warehouse };
    expect(await run(firstSlot)).toBe('finished');
    expect(await run(secondSlot)).toBe('finished');
    expect(await run(thirdSlot)).toBe('finished');
    await getPortfolio(runtime);
    const score = runtime.pack.scores[0]?.id ?? '';
    const account = hostileIds[0] ?? '';
    const history = () => getHistory(runtime, account, { score, limit: 10 });
    const kept = await history();
    expect(kept.results).toHaveLength(2);
    // What no document tells any more is asked of the warehouse.
    const { snapshots } = runtime;
    await snapshots.delete(ref(yearsOf(account), '2024'));
    await snapshots.delete(ref(calendars, calendarId(pack, '2024')));
    expect(await history()).toEqual(kept);
    // Of a day that has gone by: the bands of then come from the history.
    await system.clock.advance(dayMs);
    const call = { did: 'call', on: '2024-04-01', text: 'A call', author: 'csm' } as const;
    await enterIntervention(runtime, account, call, undefined);
    expectSame(warehouse);
    expect(warehouse.compared).toBeGreaterThan(10);
  });

  it('are so where the fault of metric SQL is looked for, and there is none', async () => {
    const warehouse = await begin('saas');
    const { pack } = system.runtime;
    const provided = await findSources(warehouse, pack);
    const instant = { asOf: endOfDate(date, pack.zone), date };
    const ages = groupAges(pack, await sourceStates(warehouse, pack, provided, instant), date);
    const request = {
      pack,
      sources: provided,
      ...instant,
      groupAges: new Map(Object.entries(ages)),
      beforeDate: null,
      trendDates: {},
    };
    const failure = new Rejected(code.invalidData, 'The query cannot be run');
    expect(await faultyMetrics(warehouse, request, failure)).toBeUndefined();
    expectSame(warehouse);
    expect(warehouse.compared).toBeGreaterThan(pack.groups.length);
  });

  it('are so where too many accounts have rows that differ', async () => {
    const warehouse = await begin('saas');
    await system.warehouse.transaction(async (connection) => {
      await connection.run(
        'INSERT INTO source.usage_daily SELECT * REPLACE (minutes + 1 AS minutes) FROM source.usage_daily',
      );
    });
    const { pack } = system.runtime;
    const provided = await findSources(warehouse, pack);
    const instant = { asOf: endOfDate(date, pack.zone), date };
    await expect(examineSources(warehouse, pack, provided, instant)).rejects.toThrow(
      /the pack tolerates 3. Of account .* in rows that differ/,
    );
    expectSame(warehouse);
  });
});

describe('queries of a first run of which most accounts are unknown', () => {
  afterEach(() => system.close());

  it('are answered alike, and so is which metrics are missing', async () => {
    system = await openTestSystem({ now: '2026-03-02T00:00:00Z' });
    await createWorld(system);
    await execute(system, ['UPDATE source.usage_daily SET minutes = NULL, active_users = NULL']);
    const warehouse = watched();
    const { withheld } = await system.run('2026-03-01T17:00:00Z');
    expect(withheld?.message).toContain('No account has a value of minutes_7d, users_7d.');
    expectSame(warehouse);
  });
});

/** The smallest pack, with a table of finished metrics beside its own. */
function martFiles(): Map<string, string> {
  const label = '{ en: Logins, ja: ログイン }';
  const textOf = (path: string): string => tinyPackFiles().get(path) ?? '';
  const [pack, card] = ['rules/tiny/pack.yaml', 'rules/tiny/scorecards/all.yaml'];
  return tinyPackFiles({
    [pack]: `${textOf(pack)}metrics: { table: finished, date: day, columns: { account_id: customer } }\n`,
    [card]: `${textOf(card)}reference: [logins, seen]\n`,
    'sql/metrics/tiny/finished.yaml': `group: finished
sources: [mart]
metrics:
  - { id: logins, type: int, direction: higher, nullable: true, label: ${label}, description: ${label} }
  - { id: seen, type: int, days_since: true, direction: lower, nullable: true, label: ${label}, description: ${label} }
`,
  });
}

describe('queries of results that runs kept', () => {
  afterEach(() => system.close());

  it('are answered alike', async () => {
    system = await openTestSystem({ now: '2026-03-02T00:00:00Z' });
    await createWorld(system);
    await execute(system, [
      'CREATE TABLE source.outcomes (account_id VARCHAR, outcome_on DATE, kind VARCHAR, notice_on DATE)',
      `INSERT INTO source.outcomes VALUES ('a1', '2026-03-02', 'churned', NULL),
         ('a2', '2026-03-02', 'churned', '2026-03-01'), ('a3', '2026-03-02', 'renewed', NULL)`,
    ]);
    await system.run('2026-02-28T17:00:00Z');
    await system.run('2026-03-02T17:00:00Z');
    await system.warehouse.append('interventions', [
      {
        ...{ id: 'i', account_id: 'a1', did: 'call', happened_on: '2026-03-01', bands: '{}' },
        entered_at: '2026-03-01T15:00:00.000Z',
      },
    ]);
    await system.warehouse.append('lots', [
      {
        ...{ account_id: 'a2', signal: 'low', year: '2026', held_back: true },
        seen_at: '2026-03-01T15:00:00.000Z',
      },
    ]);
    const warehouse = watched();
    const place = { ...system.runtime, warehouse, id: 'look' };
    const request = { lead: 1, every: 1, history: { leads: [2] } };
    const { scores, actions, lots } = await judgeKept(system.runtime.pack, place, request);
    expect(scores.get('health')).toMatchObject({ judged: { length: 1 }, results: 9 });
    expect([actions[0]?.entered, lots]).toMatchObject(['2026-03-02', [{ account: 'a2' }]]);
    expectSame(warehouse);
  });
});

describe('queries of whether a scorecard has aged', () => {
  afterEach(() => system.close());

  it('are answered alike', async () => {
    const card = 'rules/tiny/scorecards/all.yaml';
    const tuned = `${tinyPackFiles().get(card)}tuned_until: '2026-02-01'\n`;
    system = await openTestSystem({ files: tinyPackFiles({ [card]: tuned }) });
    await createWorld(system);
    await system.run('2026-02-22T17:00:00Z');
    const warehouse = watched();
    await watchAgeing({ ...system.runtime, warehouse });
    await system.run('2026-03-01T17:00:00Z');
    await watchAgeing({ ...system.runtime, warehouse });
    const known = await system.runtime.snapshots.get(ref(ageing, 'tiny'));
    expect(known?.data).toMatchObject({ since: '2026-02-22', checked: '2026-03-01' });
    expectSame(warehouse);
  });
});

describe('the mapping of Salesforce’s opportunities', () => {
  afterEach(() => system.close());

  it('is answered alike', async () => {
    system = await openTestSystem();
    await execute(system, salesforceTables);
    const warehouse = watched();
    expect(await warehouse.query(outcomesFromSalesforce)).toHaveLength(7);
    expectSame(warehouse);
  });
});

describe('queries of columns of other types', () => {
  afterEach(() => system.close());

  it.each(Object.entries(readableTypes))('are answered alike: %s', async (_, statements) => {
    system = await systemWith(statements);
    const warehouse = watched();
    expect(await run('2026-03-01T17:00:00Z')).toBe('finished');
    expectSame(warehouse);
  });
});

describe('queries of a metrics mart', () => {
  afterEach(() => system.close());

  it('are answered alike, and so is that a key is there twice', async () => {
    system = await openTestSystem({ files: martFiles(), now: '2026-03-02T00:00:00Z' });
    await createWorld(system);
    await execute(system, [
      'CREATE TABLE source.finished (customer VARCHAR, day DATE, logins BIGINT, seen DATE)',
      `INSERT INTO source.finished VALUES ('a1', '2026-02-28', 3, '2026-02-20'),
         ('a1', '2026-03-01', 5, '2024-02-29'), ('a2', '2026-03-01', NULL, NULL),
         ('a3', '2026-03-02', 7, '2026-03-02'), ('a4', '2026-02-27', 7, '2026-12-31')`,
    ]);
    const warehouse = watched();
    expect(await run('2026-03-01T17:00:00Z')).toBe('finished');
    await execute(system, [`INSERT INTO source.finished VALUES ('a1', '2026-03-01', 6, NULL)`]);
    const { found_in_rows: found } = await system.run('2026-03-01T18:00:00Z');
    expect(found?.set_aside).toMatchObject({
      count: 1,
      examples: [
        { account: 'a1', table: 'mart', reason: expect.stringContaining('rows that differ') },
      ],
    });
    expectSame(warehouse);
  });
});

describe('no query is left out', () => {
  /** Calls in the source, by file and line. */
  function placesIn(folder: string): string[] {
    return readdirSync(join(root, 'functions', folder), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const text = readFileSync(join(root, 'functions', folder, name), 'utf8');
        return [...text.matchAll(/warehouse\s*\.(?=(?:query|materialize)\()/g)].map((found) => {
          const line = text.slice(0, found.index + found[0].length).split('\n').length;
          return `functions/${folder}/${name}:${line}`;
        });
      });
  }

  const folders = readdirSync(join(root, 'functions'), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !['local', 'own-data', 'cli', 'gcp'].includes(entry.name),
    )
    .map(({ name }) => name);

  it.each(folders.flatMap(placesIn))('%s is reached by a step above', (place) => {
    expect([...askedFrom]).toContain(place);
  });
});
