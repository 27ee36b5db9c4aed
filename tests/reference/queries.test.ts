/**
 * Every query that the deployed functions make, asked of both engines while each pack runs over
 * awkward rows for two days. A query that no step here reaches fails the last test by name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { historyOf } from '../../functions/api/history.ts';
import { portfolioOf } from '../../functions/api/portfolio.ts';
import { packNames, readPackFiles, repositoryRoot } from '../../functions/deployed-files.ts';
import { endOfDate } from '../../functions/pipeline/slot.ts';
import { findSources, validateSources } from '../../functions/pipeline/sources.ts';
import { readTableSchemas } from '../../functions/pipeline/table-schemas.ts';
import { ref } from '../../functions/records/collection.ts';
import { runs } from '../../functions/records/documents.ts';
import { useRuntime } from '../../functions/wiring.ts';
import { openTestSystem, type TestSystem } from '../pipeline/support/test-system.ts';
import { sources } from '../sql/support/catalogue.ts';
import { date } from '../sql/support/fixture.ts';
import { type CheckedWarehouse, checkedWarehouse } from './support/checked-warehouse.ts';
import { type ReferenceEngine, startReferenceEngine } from './support/engine.ts';
import { hostileIds, hostileSources } from './support/hostile-rows.ts';
import { placeInTwin } from './support/twin.ts';

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
  const warehouse = checkedWarehouse(system.warehouse, engine, partitions);
  useRuntime({ ...system.runtime, warehouse });
  return warehouse;
}

async function run(slot: string): Promise<string | undefined> {
  const answer = (await system.score(slot)) as { run: string };
  await system.settle();
  const stored = await system.runtime.snapshots.get(ref(runs, answer.run));
  return stored?.data.failure?.message ?? stored?.data.state;
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
    await portfolioOf(runtime);
    const score = runtime.pack.scores[0]?.id ?? '';
    const account = hostileIds[0] ?? '';
    const history = await historyOf(runtime, account, { score, limit: 10 });
    expect(history.results).toHaveLength(2);
    expectSame(warehouse);
    expect(warehouse.compared).toBeGreaterThan(10);
  });

  it('are so where an account is there twice', async () => {
    const warehouse = await begin('saas');
    await system.warehouse.transaction(async (connection) => {
      await connection.run('INSERT INTO source.accounts SELECT * FROM source.accounts');
    });
    const { pack } = system.runtime;
    const provided = await findSources(warehouse, pack);
    const instant = { asOf: endOfDate(date, pack.zone), date };
    await expect(validateSources(warehouse, pack, provided, instant)).rejects.toThrow(
      /has one row/,
    );
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
    .filter((entry) => entry.isDirectory() && !['local', 'cli', 'gcp'].includes(entry.name))
    .map(({ name }) => name);

  it.each(folders.flatMap(placesIn))('%s is reached by a step above', (place) => {
    expect([...askedFrom]).toContain(place);
  });
});
