/** What a folder of files gives a pack, found out by reading it into a warehouse in memory. */
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type ExamineOptions,
  examineSources,
  nothingFound,
  remarksOf,
} from '../inputs/examine-sources.ts';
import { faultyMetrics } from '../inputs/freeze-inputs.ts';
import { endOfDate } from '../inputs/moments.ts';
import { type RunInputsRequest, runInputsQuery } from '../inputs/run-inputs.ts';
import { blanks } from '../inputs/source-types.ts';
import {
  findSources,
  groupAges,
  type Instant,
  type Sources,
  sourceStates,
} from '../inputs/sources.ts';
import { pathOf } from '../inputs/sources-query.ts';
import { literal, quoted, quotedTable } from '../local/googlesql/duckdb-text.ts';
import { type DuckDbWarehouse, openDuckDbWarehouse } from '../local/warehouse/warehouse.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { findDataFiles, openDataFile } from './files.ts';
import { importData, newestCompleteDay, todayOf } from './folder.ts';

export interface CheckedTable {
  /** The contract's name. */
  table: string;
  file: string;
  rows: number;
  columns: {
    /** Columns of the contract that the file has. */
    found: string[];
    /** Columns of the contract that the file does not have. */
    missing: string[];
    /** Of those found, the ones that the pack maps from another name. */
    mapped: { column: string; from: string }[];
    /** Columns of the file that nothing reads. */
    extra: string[];
  };
  /** Rows whose account is in no row of accounts, and one of these ids: nothing reads them. */
  strangers: { rows: number; example: string } | null;
}

export interface DataCheck {
  tables: CheckedTable[];
  /** Tables of the contract that the pack reads and the folder does not have. */
  missingTables: string[];
  /** Measures that no account will have a value for. */
  missingMeasures: { scorecard: string; measure: string; because: string }[];
  newestCompleteDay: string | null;
  /** What else was found in the rows, one sentence each: equal rows, ids that almost match, bad cells. */
  notes: string[];
}

/**
 * Checks a folder against the contract and the pack, writing nothing.
 * @throws Rejected as `importData` does and a run would, with one sentence about the first thing
 *   wrong.
 */
export async function checkData(folder: string, pack: Pack): Promise<DataCheck> {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  try {
    const imported = await importData(warehouse, { folder, pack });
    const rows = new Map(imported.tables.map((table) => [table.table, table.rows]));
    const tables = await checkTables(warehouse, folder, pack, rows);
    const read = new Set(['accounts', ...pack.groups.flatMap((group) => group.sources)]);
    const newest = await newestCompleteDay(warehouse, pack, todayOf(pack));
    const moment = momentOn(newest, pack);
    // What a run would refuse is better reported before there is one.
    const examined =
      newest === null
        ? { sources: await findSources(warehouse, pack), found: nothingFound }
        : await examineSources(warehouse, pack, await findSources(warehouse, pack), moment);
    return {
      tables,
      missingTables: [...read].filter((table) => !rows.has(table)).sort(),
      missingMeasures: await missingMeasures(warehouse, pack, tables, examined.sources, moment),
      newestCompleteDay: newest,
      notes: remarksOf(examined.found),
    };
  } finally {
    await warehouse.close();
  }
}

async function checkTables(
  warehouse: DuckDbWarehouse,
  folder: string,
  pack: Pack,
  rows: ReadonlyMap<string, number>,
): Promise<CheckedTable[]> {
  return warehouse.transaction(async (connection) => {
    const tables: CheckedTable[] = [];
    for (const [table, file] of findDataFiles(folder, pack)) {
      const contract = pack.sources.get(table);
      if (!contract) continue;
      const opened = await openDataFile(connection, folder, file, contract, pack);
      opened.release();
      const mapping = pack.tables.get(table)?.columns;
      const names = new Map(opened.columns.map(({ name }) => [name.toLowerCase(), name]));
      const own = (column: string) => names.get((mapping?.get(column) ?? column).toLowerCase());
      const found = contract.columns.map(({ name }) => name).filter(own);
      const used = new Set(found.map(own));
      tables.push({
        table,
        file,
        rows: rows.get(table) ?? 0,
        columns: {
          found,
          missing: contract.columns.map(({ name }) => name).filter((name) => !own(name)),
          mapped: found.flatMap((column) => {
            const from = own(column);
            return from === undefined || from === column ? [] : [{ column, from }];
          }),
          extra: opened.columns.map(({ name }) => name).filter((name) => !used.has(name)),
        },
        strangers: await strangersIn(connection, warehouse, pack, opened.table, own('account_id')),
      });
    }
    return tables;
  });
}

async function strangersIn(
  connection: DuckDBConnection,
  warehouse: DuckDbWarehouse,
  pack: Pack,
  table: string,
  id: string | undefined,
): Promise<CheckedTable['strangers']> {
  if (id === undefined) return null;
  const accounts = pack.tables.get('accounts');
  const known = quoted(accounts?.columns.get('account_id') ?? 'account_id');
  const all = quotedTable(pathOf(warehouse, accounts?.table ?? 'accounts'));
  const plain = (column: string) => `trim(${column}, ${literal(blanks)})`;
  const found = await connection.runAndReadAll(
    `SELECT COUNT(*), MIN(${quoted(id)}) FROM ${quotedTable(pathOf(warehouse, table))}
     WHERE ${plain(quoted(id))} NOT IN (SELECT ${plain(known)} FROM ${all})`,
  );
  const [[rows, example] = []] = found.getRows();
  return Number(rows) === 0 ? null : { rows: Number(rows), example: String(example) };
}

/** Without any event no day is newest; the tables that are there say enough on any day. */
function momentOn(newest: string | null, pack: Pack): ExamineOptions {
  const date = newest ?? '2000-01-01';
  return { asOf: endOfDate(date, pack.zone), date, today: todayOf(pack) };
}

/** Metrics without a value for any account on the newest day, each with the reason. */
async function emptyMetrics(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  tables: readonly CheckedTable[],
  sources: Sources,
  { asOf, date }: Instant,
): Promise<Map<string, string>> {
  const states = await sourceStates(warehouse, pack, sources, { asOf, date });
  const request: RunInputsRequest = {
    pack: { ...pack, scores: [] },
    sources,
    asOf,
    date,
    groupAges: new Map(Object.entries(groupAges(pack, states, date))),
    beforeDate: null,
    trendDates: {},
  };
  const query = runInputsQuery(request);
  const metrics = pack.groups.flatMap((group) => group.metrics.map(({ id }) => ({ id, group })));
  const empty = new Map<string, string>();
  if (metrics.length === 0) return empty;
  const [counts = {}] = await warehouse
    .query(
      `SELECT ${metrics.map(({ id }) => `COUNT(\`${id}\`) AS \`${id}\``).join(', ')} FROM (${query.sql}) AS inputs`,
      query.parameters,
    )
    .catch(async (error: unknown) => {
      throw (await faultyMetrics(warehouse, request, error)) ?? error;
    });
  for (const { id, group } of metrics) {
    if (counts[id] !== 0) continue;
    const gone = group.sources.filter((name) => !sources.has(name));
    const blank = states
      .filter((state) => group.sources.includes(state.table) && state.complete_through === null)
      .map((state) => state.table);
    const words = new Set(group.sql.toLowerCase().match(/[a-z_][a-z0-9_]*/g));
    const columns = tables
      .filter(({ table }) => group.sources.includes(table))
      .flatMap(({ table, columns: { missing } }) =>
        missing.filter((name) => words.has(name)).map((name) => `${table}.${name}`),
      );
    empty.set(
      id,
      gone.length > 0
        ? `there is no table ${gone.join(', ')}`
        : blank.length > 0
          ? `the table ${blank.join(', ')} is empty`
          : columns.length > 0
            ? `there is no column ${columns.join(', ')}`
            : `no account has a value on ${date}`,
    );
  }
  return empty;
}

async function missingMeasures(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  tables: readonly CheckedTable[],
  sources: Sources,
  instant: Instant,
): Promise<DataCheck['missingMeasures']> {
  const empty = await emptyMetrics(warehouse, pack, tables, sources, instant);
  // Derived metrics come after those they read.
  for (const { id, expression } of pack.derived) {
    const reason = expression.metrics.flatMap((metric) => empty.get(metric) ?? [])[0];
    if (reason !== undefined) empty.set(id, reason);
  }
  return pack.scores.flatMap((score) =>
    score.scorecards.flatMap((scorecard) =>
      scorecard.measures.flatMap((measure) => {
        const because = empty.get(measure.metric);
        return because === undefined
          ? []
          : [{ scorecard: `${score.id}/${scorecard.id}`, measure: measure.id, because }];
      }),
    ),
  );
}
