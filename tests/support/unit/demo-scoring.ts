/** The demo scored without the pipeline: real data, real metric SQL, real core, no snapshots. */
import { globSync, readFileSync } from 'node:fs';
import { endOfDate } from '../../../functions/inputs/moments.ts';
import { runInputsQuery } from '../../../functions/inputs/run-inputs.ts';
import { findSources, groupAges, sourceStates } from '../../../functions/inputs/sources.ts';
import { type DemoOptions, generateDemo } from '../../../functions/local/demo/generate.ts';
import { loadDemo } from '../../../functions/local/demo/load.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import { compilePack } from '../../../functions/scorecard/engine/compile.ts';
import { type HistoryRow, rowsOf } from '../../../functions/scorecard/engine/history-row.ts';
import { scoreBatch } from '../../../functions/scorecard/engine/score.ts';
import { type Pack, parsePack } from '../../../functions/scorecard/language/parse/pack.ts';

export function readPack(id: string): Pack {
  const paths = [
    ...globSync(`rules/${id}/**/*.yaml`),
    ...globSync('sql/{metrics,sources}/**/*.{sql,yaml}'),
  ];
  return parsePack(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])));
}

export interface ScoredDemo {
  pack: Pack;
  warehouse: DuckDbWarehouse;
  /** Results of a local day by score, each by account. */
  scoreOn(date: string): Promise<Map<string, Map<string, HistoryRow>>>;
  close(): Promise<void>;
}

/** A demo in memory, to be scored on any of its days; each day as if it were the first. */
export async function openScoredDemo(options: DemoOptions): Promise<ScoredDemo> {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  const demo = generateDemo(options);
  await warehouse.transaction((connection) => loadDemo(connection, warehouse.sourceSchema, demo));
  return scoredWarehouse(readPack(options.pack), warehouse);
}

/** CSV files in memory, by the name of their table, to be scored likewise. */
export async function scoredTables(pack: Pack, files: Record<string, string>): Promise<ScoredDemo> {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  await warehouse.transaction(async (connection) => {
    for (const [table, file] of Object.entries(files))
      await connection.run(
        `CREATE TABLE source.${table} AS FROM read_csv('${file}', types = {'account_id': 'VARCHAR'})`,
      );
  });
  return scoredWarehouse(pack, warehouse);
}

async function scoredWarehouse(pack: Pack, warehouse: DuckDbWarehouse): Promise<ScoredDemo> {
  const sources = await findSources(warehouse, pack);
  // A day that is scored again is scored from what the tables hold by then.
  let scored = 0;

  async function scoreOn(date: string): Promise<Map<string, Map<string, HistoryRow>>> {
    const asOf = endOfDate(date, pack.zone);
    const states = await sourceStates(warehouse, pack, sources, { asOf, date });
    const groupAgeDays = new Map(Object.entries(groupAges(pack, states, date)));
    const query = runInputsQuery({
      pack,
      sources,
      asOf,
      date,
      groupAges: groupAgeDays,
      beforeDate: null,
      trendDates: {},
    });
    const table = `inputs_${date.replaceAll('-', '')}`;
    scored += 1;
    const id = `demo-${date}-${scored}`;
    await warehouse.materialize({ id, table, cluster: ['account_id'], ...query });
    const compiled = compilePack(pack, {
      layouts: new Map(),
      groupAgeDays,
      engineHash: 'test',
      date,
    });
    const results = new Map(pack.scores.map(({ id }) => [id, new Map<string, HistoryRow>()]));
    for await (const batch of warehouse.read({ table, columns: compiled.requests }))
      for (const result of scoreBatch(compiled, batch).results)
        for (const row of rowsOf(result)) results.get(row.score)?.set(row.account_id, row);
    return results;
  }
  return { pack, warehouse, scoreOn, close: () => warehouse.close() };
}

/** Chance that a random one of `high` scores above a random one of `low`; ties count half. */
export function auc(low: readonly number[], high: readonly number[]): number {
  let wins = 0;
  for (const a of low) for (const b of high) wins += a < b ? 1 : a === b ? 0.5 : 0;
  return wins / (low.length * high.length);
}
