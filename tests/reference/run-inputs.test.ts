/** The query that freezes a run's inputs, in every shape it takes, for every pack there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../functions/calendar.ts';
import { examineSources } from '../../functions/inputs/examine-sources.ts';
import { type RunInputsRequest, runInputsQuery } from '../../functions/inputs/run-inputs.ts';
import { historyTable } from '../../functions/inputs/run-tables.ts';
import { findSources } from '../../functions/inputs/sources.ts';
import { readTableSchemas } from '../../functions/inputs/table-schemas.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/warehouse/warehouse.ts';
import type { Pack } from '../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { packNames, readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { difference } from '../support/reference/compare.ts';
import {
  type ReferenceEngine,
  type ReferenceTable,
  startReferenceEngine,
} from '../support/reference/engine.ts';
import { hostileIds, hostileResults, hostileSources } from '../support/reference/hostile-rows.ts';
import { evaluateOnTwin, placeInTwin } from '../support/reference/twin.ts';
import { sources } from '../support/sql/catalogue.ts';
import { asOf, date } from '../support/sql/fixture.ts';

const root = repositoryRoot();
const packs = packNames(root).map((name) => parsePack(readPackFiles(name)));
const yesterday = addDays(date, -1);
const weekAgo = addDays(date, -7);

const schema = readTableSchemas(`${root}/sql/tables`).get(historyTable)!;
const history = hostileResults(
  { name: historyTable, columns: schema.columns },
  {
    dates: [date, yesterday, weekAgo],
    scores: [...new Set(packs.flatMap(({ scores }) => scores.map(({ id }) => id)))],
  },
);
const tables: readonly ReferenceTable[] = [...hostileSources(sources.values()), history];

/** Accounts that another one took over. */
const merged = new Set(
  tables
    .filter(({ name }) => name === 'accounts')
    .flatMap(({ columns, rows }) => {
      const at = (column: string) => columns.findIndex(({ name }) => name === column);
      const texts = rows.map((row) => ({
        id: String(row[at('account_id')]),
        by: String(row[at('merged_into')] ?? '').trim(),
      }));
      return texts.filter(({ id, by }) => by !== '' && by !== id).map(({ id }) => id);
    }),
);

let engine: ReferenceEngine;
let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  engine = await startReferenceEngine();
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  await warehouse.transaction(async (connection) => {
    for (const table of tables) await placeInTwin(connection, table);
  });
});
afterAll(async () => {
  await warehouse.close();
  await engine.close();
});

type Shape = Pick<RunInputsRequest, 'groupAges' | 'beforeDate' | 'trendDates' | 'revisedBy'>;

/** How late each group is: on time, a day, three days, not there at all. */
const lateness = [0, 1, 3, null];

const shapes: Readonly<Record<string, (pack: Pack) => Shape>> = {
  'on a first run': ({ groups }) => ({
    groupAges: new Map(groups.map(({ group }) => [group, 0])),
    beforeDate: null,
    trendDates: {},
  }),
  'beside results before and a trend': ({ groups, scores }) => ({
    groupAges: new Map(groups.map(({ group }) => [group, 0])),
    beforeDate: yesterday,
    trendDates: Object.fromEntries(scores.map(({ id }) => [id, weekAgo])),
  }),
  'beside bands of an hour before': ({ groups, hash }) => ({
    groupAges: new Map(groups.map(({ group }) => [group, 0])),
    beforeDate: yesterday,
    trendDates: {},
    revisedBy: hash,
  }),
  'with late groups and groups that are not there': ({ groups }) => ({
    groupAges: new Map(groups.map(({ group }, i) => [group, lateness[i % 4] ?? null])),
    beforeDate: yesterday,
    trendDates: {},
  }),
};

describe.each(packs.map((pack) => [pack.id, pack] as const))('run inputs of %s', (_, pack) => {
  it.each(Object.entries(shapes))('are the same on both engines %s', async (_, shapeOf) => {
    const found = await findSources(warehouse, pack);
    const { sources, faults } = await examineSources(warehouse, pack, found, { asOf, date });
    const shape = shapeOf(pack);
    const { sql, parameters } = runInputsQuery({ pack, sources, faults, asOf, date, ...shape });
    const reference = await engine.evaluate({ sql, parameters, tables });
    const twin = await warehouse.transaction((connection) =>
      evaluateOnTwin(connection, sql, parameters),
    );
    expect(difference(reference, twin)).toBeUndefined();
    const ids = reference.rows.map(([account]) => account);
    expect(ids.length).toBe(new Set(ids).size);
    // Who was taken over is there only to become absent.
    const first = shape.beforeDate === null;
    const gone = first ? merged : new Set();
    // Blanks around an id do not count; one that was shown with them leaves.
    const now = hostileIds.filter((id) => !gone.has(id)).map((id) => id.trim());
    expect(new Set(ids)).toEqual(new Set([...now, ...(first ? [] : hostileIds)]));
  });

  it('have the names and types that BigQuery gives them', async () => {
    const { sql, parameters } = runInputsQuery({
      pack,
      sources: await findSources(warehouse, pack),
      asOf,
      date,
      ...shapes['beside results before and a trend']!(pack),
    });
    const columns = await engine.analyse({ sql, parameters, tables });
    const typeOf = new Map(columns.map(({ name, type }) => [name, type]));
    const types = { int: 'INT64', float: 'FLOAT64', bool: 'BOOL', enum: 'STRING' };
    for (const { id, type } of pack.groups.flatMap(({ metrics }) => metrics)) {
      expect(typeOf.get(id), id).toBe(types[type]);
    }
  });
});
