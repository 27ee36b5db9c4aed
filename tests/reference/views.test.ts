/** Every reporting view: what Google's analyser says of it, and what it gives on both engines. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../functions/calendar.ts';
import { readTableSchemas } from '../../functions/inputs/table-schemas.ts';
import {
  placeView,
  readViews,
  twinPlace,
} from '../../functions/local/warehouse/reporting-views.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/warehouse/warehouse.ts';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { difference } from '../support/reference/compare.ts';
import {
  type ReferenceEngine,
  type ReferenceTable,
  startReferenceEngine,
} from '../support/reference/engine.ts';
import { emptied, hostileResults } from '../support/reference/hostile-rows.ts';
import { evaluateOnTwin, placeInTwin } from '../support/reference/twin.ts';
import { date } from '../support/sql/fixture.ts';

const folder = join(repositoryRoot(), 'sql', 'views');
const dataset = 'kenko';

const columns = [...readTableSchemas(join(repositoryRoot(), 'sql', 'tables'))];
/** Two days within a fortnight, and days on both sides of where views stop looking. */
const dates = [
  date,
  addDays(date, -1),
  addDays(date, -14),
  addDays(date, -400),
  addDays(date, -401),
];
const filled: readonly ReferenceTable[] = columns.map(([name, schema]) => {
  const table = hostileResults(
    { name, columns: schema.columns },
    { dates, scores: ['health', 'approach'] },
  );
  // Logs repeat themselves.
  return { ...table, dataset, rows: [...table.rows, ...table.rows.slice(0, 9)] };
});

let engine: ReferenceEngine;
const twins = new Map<readonly ReferenceTable[], DuckDbWarehouse>();
const empty = emptied(filled);

beforeAll(async () => {
  engine = await startReferenceEngine();
  for (const tables of [filled, empty]) {
    const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
    await warehouse.transaction(async (connection) => {
      for (const { dataset: _, ...table } of tables) await placeInTwin(connection, table);
    });
    twins.set(tables, warehouse);
  }
});
afterAll(async () => {
  for (const warehouse of twins.values()) await warehouse.close();
  await engine.close();
});

describe.each([...readViews(folder)])('%s', (_, sql) => {
  it('is GoogleSQL over our own tables, every column named', async () => {
    // As it is deployed, its current date included.
    const deployed = sql.replace(/`\$\{dataset\}\.(\w+)`/g, `\`${dataset}\`.\`$1\``);
    const found = await engine.analyse({ sql: deployed, tables: filled });
    const names = found.map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('');
    // Report tools take these; a date to filter by is among them or is what the view is about.
    for (const { type } of found) {
      expect(['STRING', 'INT64', 'FLOAT64', 'BOOL', 'DATE', 'TIMESTAMP']).toContain(type);
    }
  });

  it.each([
    ['awkward rows', filled],
    ['no rows', empty],
  ] as const)('gives the same on both engines, for %s', async (_, tables) => {
    const today = `(SELECT MAX(date) FROM \`${dataset}.score_history\`)`;
    const placed = placeView(sql, { dataset: `${dataset}.`, today });
    const reference = await engine.evaluate({ sql: placed, tables });
    const twin = await twins
      .get(tables)!
      .transaction((connection) => evaluateOnTwin(connection, placeView(sql, twinPlace)));
    expect(difference(reference, twin)).toBeUndefined();
    expect(reference.rows.length > 0).toBe(tables === filled);
  });
});
