/** Data that rules are tried on, apart from any run: nothing is written but into memory. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { code, Rejected } from '../errors.ts';
import { examineSources, remarksOf } from '../inputs/examine-sources.ts';
import { freezeInputs } from '../inputs/freeze-inputs.ts';
import { dateEndingAt, endOfDate, momentOf } from '../inputs/moments.ts';
import { hasRevenue, readRevenue, withRevenue } from '../inputs/revenue.ts';
import { findSources, groupAges, sourceStates } from '../inputs/sources.ts';
import { advanceDemo } from '../local/demo/advance.ts';
import { literal, quoted } from '../local/googlesql/duckdb-text.ts';
import { type DuckDbWarehouse, openDuckDbWarehouse } from '../local/warehouse/warehouse.ts';
import { compilePack } from '../scorecard/engine/compile.ts';
import { type HistoryRow, rowsOf } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import { scoreBatch } from '../scorecard/engine/score.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { importData, newestCompleteDay, todayOf } from './folder.ts';

/** Where the data is: a folder of files, the warehouse of a state folder, or the demo. */
export type DataPlace =
  | { folder: string; asOf?: string }
  | { state: string; asOf?: string }
  | { demo: { accounts: number; today: string } };

/** What rules make of data: one row per account and score, as of the end of `date`. */
export interface ScoredData {
  date: string;
  layout: RulesLayout;
  /** What was found in the data, one sentence each. */
  notes: string[];
  /** By score. */
  rows: Map<string, HistoryRow[]>;
  /** Days between each group's last complete day and the date; null: not provided. */
  groupAges: Record<string, number | null>;
  /** Monthly revenue by account; empty where accounts have no such column. */
  revenue: Map<string, number>;
}

interface Names {
  /** By account; empty where the pack shows none. */
  names: Map<string, string>;
}

/**
 * Scores every account by each pack's rules, all as of one instant and without results before:
 * no band is held or waits. The last pack decides what the newest day is.
 * @throws Rejected for data that cannot be scored, with the sentence that a run would give
 */
export async function scoreOnData(
  packs: readonly Pack[],
  place: DataPlace,
): Promise<(ScoredData & Names)[]> {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  try {
    const last = packs.at(-1);
    if (!last) return [];
    const asOf = await provideData(warehouse, last, place);
    const scored: (ScoredData & Names)[] = [];
    for (const [i, pack] of packs.entries()) {
      // Files are read by the pack's own names; those that are read alike stay as they are.
      if ('folder' in place) await importData(warehouse, { folder: place.folder, pack });
      const inputs = `rules_inputs_${i}`;
      const found = await scoreAll(warehouse, pack, asOf, inputs);
      scored.push({ ...found, names: await readNames(warehouse, pack, inputs) });
    }
    return scored;
  } finally {
    await warehouse.close();
  }
}

/** Makes the source tables readable; gives the instant to look at them. */
export async function provideData(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  place: DataPlace,
): Promise<string> {
  if ('demo' in place) {
    const { accounts, today } = place.demo;
    await advanceDemo(warehouse, { pack: pack.id, accounts, seed: 1, days: 400, today });
    return momentOf(`${today}T23:59:59Z`, pack).asOf;
  }
  if ('folder' in place) await importData(warehouse, { folder: place.folder, pack });
  const last = 'state' in place ? await attach(warehouse, pack, place.state) : undefined;
  if (place.asOf !== undefined) return momentOf(place.asOf, pack).asOf;
  const date = last ?? (await newestCompleteDay(warehouse, pack, todayOf(pack)));
  if (date === null) {
    throw new Rejected(
      code.invalidData,
      'No table says when anything happened, so the newest day is unknown; name one with --as-of.',
    );
  }
  return endOfDate(date, pack.zone);
}

/** The tables of a state folder as views; gives the date of its newest results, if any. */
async function attach(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  state: string,
): Promise<string | undefined> {
  const path = join(resolve(state), pack.id, 'warehouse.duckdb');
  if (!existsSync(path)) {
    throw new Rejected(
      code.notFound,
      `There is no data of pack "${pack.id}" in ${state} yet; run \`npm start -- --once --pack ${pack.id}\` first, or name files with --data.`,
    );
  }
  return warehouse.reader(async (connection) => {
    await connection.run(`ATTACH ${literal(path)} AS state (READ_ONLY)`).catch((error: unknown) => {
      throw new Rejected(
        code.unavailable,
        `${path} cannot be read while Kenko works on it; stop that one first, or name files with --data.`,
        { cause: error },
      );
    });
    const tables = await connection.runAndReadAll(
      `SELECT schema_name, table_name FROM duckdb_tables()
       WHERE database_name = 'state' AND schema_name NOT IN ('main', 'kenko')`,
    );
    for (const [schema, table] of tables.getRows()) {
      const name = `${quoted(String(schema))}.${quoted(String(table))}`;
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(String(schema))}`);
      await connection.run(`CREATE VIEW ${name} AS SELECT * FROM state.${name}`);
    }
    return lastDate(connection);
  });
}

async function lastDate(connection: DuckDBConnection): Promise<string | undefined> {
  const reader = await connection.runAndReadAll(
    'SELECT CAST(MAX(date) AS VARCHAR) FROM state.main.score_history',
  );
  const [row] = reader.getRows();
  return typeof row?.[0] === 'string' ? row[0] : undefined;
}

/** What people call accounts, where the pack shows that. */
async function readNames(
  warehouse: DuckDbWarehouse,
  { accountColumns }: Pack,
  inputs: string,
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  if (!accountColumns.some(({ name }) => name === 'name')) return names;
  const columns = ['account_id', 'account_name'].map((name) => ({ name, as: 'string' as const }));
  for await (const batch of warehouse.read({ table: inputs, columns })) {
    const [accounts, values] = columns.map(({ name }) => batch.columns.get(name)?.values ?? []);
    for (let i = 0; i < batch.rows; i++) {
      const name = values?.[i];
      if (typeof name === 'string') names.set(String(accounts?.[i]), name);
    }
  }
  return names;
}

export async function scoreAll(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  asOf: string,
  inputs: string,
): Promise<ScoredData> {
  const date = dateEndingAt(asOf, pack.zone);
  const found = await findSources(warehouse, pack);
  const today = [todayOf(pack), date].sort().at(-1);
  const examined = await examineSources(warehouse, pack, found, { asOf, date, today });
  const { sources, faults } = examined;
  const ages = groupAges(pack, await sourceStates(warehouse, pack, sources, { asOf, date }), date);
  const accountColumns = withRevenue(pack, sources);
  await freezeInputs(
    warehouse,
    { id: inputs, table: inputs },
    {
      pack: { ...pack, scores: [], accountColumns },
      sources,
      faults,
      asOf,
      date,
      groupAges: new Map(Object.entries(ages)),
      beforeDate: null,
      trendDates: {},
    },
  );
  const compiled = compilePack(pack, {
    layouts: new Map(),
    groupAgeDays: new Map(Object.entries(ages)),
    engineHash: 'rules',
    date,
  });
  const rows = new Map<string, HistoryRow[]>(pack.scores.map(({ id }) => [id, []]));
  for await (const batch of warehouse.read({ table: inputs, columns: compiled.requests })) {
    for (const result of scoreBatch(compiled, batch).results) {
      for (const row of rowsOf(result)) rows.get(row.score)?.push(row);
    }
  }
  return {
    date,
    notes: remarksOf(examined.found),
    layout: compiled.layout,
    rows,
    groupAges: ages,
    revenue: hasRevenue(accountColumns)
      ? await readRevenue(warehouse, { table: inputs })
      : new Map(),
  };
}
