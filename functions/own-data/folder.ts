/** A user's own tables, from a folder of CSV or Parquet files, one per table of the contract. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { addDays } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';
import { localDate } from '../inputs/moments.ts';
import { asContract } from '../inputs/source-types.ts';
import { pathOf, readColumns } from '../inputs/sources-query.ts';
import { literal, quoted, quotedTable, schemaOf } from '../local/googlesql/duckdb-text.ts';
import type { DuckDbWarehouse } from '../local/warehouse/warehouse.ts';
import { named } from '../ports/googlesql-text.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import type { SourceTable } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { systemClock } from '../system-clock.ts';
import { type DataFile, findDataFiles, openDataFile } from './files.ts';
import { loadDataFile, type MatchedColumn, matchColumns } from './load.ts';

export interface ImportedTable {
  /** The contract's name. */
  table: string;
  file: string;
  rows: number;
  /** False: the file is as it was when it was last read. */
  changed: boolean;
}

export interface ImportResult {
  tables: ImportedTable[];
  /** Whether anything in the warehouse changed. */
  changed: boolean;
}

/** What of a pack this folder needs. */
export type ImportPack = Pick<Pack, 'sources' | 'tables' | 'zone'>;

async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Cells are read in another way since: raise it, so that files are read anew. */
const readingVersion = 4;

/** Identifies how a file is read: another mapping or contract reads it anew. */
function shapeOf(contract: SourceTable, pack: ImportPack): string {
  const mapping = pack.tables.get(contract.table);
  return createHash('sha256')
    .update(
      JSON.stringify([
        readingVersion,
        contract,
        mapping?.table,
        [...(mapping?.columns ?? [])],
        pack.zone,
      ]),
    )
    .digest('hex');
}

interface Known {
  file: string;
  content: string;
  shape: string;
  rows: number;
}

async function knownImports(connection: DuckDBConnection): Promise<Map<string, Known>> {
  await connection.run(
    `CREATE TABLE IF NOT EXISTS kenko.imports ("table" VARCHAR PRIMARY KEY, file VARCHAR,
       content VARCHAR, shape VARCHAR, rows BIGINT, target VARCHAR)`,
  );
  const reader = await connection.runAndReadAll(
    'SELECT "table", file, content, shape, rows FROM kenko.imports',
  );
  return new Map(
    reader.getRows().map(([table, file, content, shape, rows]) => [
      String(table),
      {
        file: String(file),
        content: String(content),
        shape: String(shape),
        rows: Number(rows),
      },
    ]),
  );
}

/**
 * Reads the folder's files into the warehouse's source tables, all or none; files that have
 * not changed are left alone, and tables whose file is gone are dropped.
 * @throws Rejected `not-found` for no such folder, `invalid-data` with one sentence that names
 *   file, line and column of what is wrong.
 */
export async function importData(
  warehouse: DuckDbWarehouse,
  { folder, pack }: { folder: string; pack: ImportPack },
): Promise<ImportResult> {
  const files = findDataFiles(folder, pack);
  const accounts = pack.tables.get('accounts')?.table ?? 'accounts';
  if (!files.has('accounts')) {
    throw new Rejected(
      code.invalidData,
      `${folder} has neither ${accounts}.csv nor ${accounts}.parquet; that table is the only one that Kenko cannot do without.`,
    );
  }
  return warehouse.transaction(async (connection) => {
    const known = await knownImports(connection);
    const tables: ImportedTable[] = [];
    let changed = await dropGone(connection, new Set(files.keys()));
    for (const [table, file] of files) {
      const contract = pack.sources.get(table);
      if (!contract) continue;
      const content = await contentHash(join(folder, file));
      const shape = shapeOf(contract, pack);
      const before = known.get(table);
      if (before?.content === content && before.shape === shape && before.file === file) {
        tables.push({ table, file, rows: before.rows, changed: false });
        continue;
      }
      const opened = await openDataFile(connection, folder, file, contract, pack);
      const path = pathOf(warehouse, opened.table);
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(schemaOf(path.slice(0, -1)))}`);
      const target = quotedTable(path);
      let rows: number;
      try {
        const matched = await matchShared(connection, folder, file, files, pack, opened);
        rows = await loadDataFile(connection, target, opened, matched);
      } finally {
        opened.release();
      }
      const values = [table, file, content, shape].map(literal).join(', ');
      await connection.run(
        `INSERT OR REPLACE INTO kenko.imports VALUES (${values}, ${rows}, ${literal(target)})`,
      );
      tables.push({ table, file, rows, changed: true });
      changed = true;
    }
    return { tables, changed };
  });
}

/**
 * The columns of a file for all tables of the contract that it stands for: a sheet may be both
 * the accounts and their metrics.
 */
async function matchShared(
  connection: DuckDBConnection,
  folder: string,
  file: string,
  files: ReadonlyMap<string, string>,
  pack: ImportPack,
  opened: DataFile,
): Promise<MatchedColumn[]> {
  const matched = new Map<string, MatchedColumn>();
  const add = (from: DataFile, table: string): void => {
    for (const column of matchColumns(from, pack.tables.get(table)?.columns)) {
      if (!matched.has(column.file.name)) matched.set(column.file.name, column);
    }
  };
  add(opened, opened.contract.table);
  for (const [table, other] of files) {
    const contract = pack.sources.get(table);
    if (other !== file || !contract || table === opened.contract.table) continue;
    const again = await openDataFile(connection, folder, file, contract, pack);
    again.release();
    add(again, table);
  }
  return [...matched.values()];
}

async function dropGone(
  connection: DuckDBConnection,
  present: ReadonlySet<string>,
): Promise<boolean> {
  const reader = await connection.runAndReadAll('SELECT "table", target FROM kenko.imports');
  let dropped = false;
  for (const [table, target] of reader.getRows()) {
    if (present.has(String(table))) continue;
    await connection.run(`DROP TABLE IF EXISTS ${String(target)}`);
    await connection.run(`DELETE FROM kenko.imports WHERE "table" = ${literal(String(table))}`);
    dropped = true;
  }
  return dropped;
}

/**
 * The newest day that is complete in any feed: the newest of a DATE column, the day before the
 * newest instant's of a TIMESTAMP column, since that day may still go on. Feeds with a declared
 * freshness say it; without any, the other events do. Null where nothing says when anything
 * happened. @param today local day of the clock: no row of a later day counts
 */
export async function newestCompleteDay(
  warehouse: Warehouse,
  pack: Pick<Pack, 'sources' | 'tables' | 'zone'>,
  today: string,
): Promise<string | null> {
  const days = await eventDays(warehouse, pack, 'MAX', today);
  const newest = days.map(({ isDate, day, feed }) => ({
    day: isDate ? day : addDays(day, -1),
    feed,
  }));
  const feeds = newest.filter(({ feed }) => feed);
  return (
    (feeds.length > 0 ? feeds : newest)
      .map(({ day }) => day)
      .sort()
      .at(-1) ?? null
  );
}

/** The oldest day on which anything happened; null where nothing says when. */
export async function oldestDay(
  warehouse: Warehouse,
  pack: Pick<Pack, 'sources' | 'tables' | 'zone'>,
  today: string,
): Promise<string | null> {
  const days = await eventDays(warehouse, pack, 'MIN', today);
  return (
    days
      .map(({ day }) => day)
      .sort()
      .at(0) ?? null
  );
}

/** By table with events, the newest or oldest local day of one. */
async function eventDays(
  warehouse: Warehouse,
  pack: Pick<Pack, 'sources' | 'tables' | 'zone'>,
  which: 'MAX' | 'MIN',
  until: string,
): Promise<{ day: string; isDate: boolean; feed: boolean }[]> {
  const days: { day: string; isDate: boolean; feed: boolean }[] = [];
  for (const contract of pack.sources.values()) {
    const { event_time: event } = contract;
    const column = contract.columns.find(({ name }) => name === event);
    if (event === undefined || !column) continue;
    const mapping = pack.tables.get(contract.table);
    const table = mapping?.table ?? contract.table;
    const path = pathOf(warehouse, table);
    const described = await warehouse.describe(path);
    const own = described && readColumns(contract, mapping?.columns, described).columns.get(event);
    if (!own) continue;
    const isDate = column.type === 'DATE';
    const time = asContract(own, column.type, { zone: pack.zone, isId: false });
    const local = isDate ? time : `DATE(${time}, '${pack.zone}')`;
    const [row] = await warehouse.query(
      `SELECT ${which}(${local}) AS day FROM ${path.map(named).join('.')} WHERE ${local} <= @until`,
      { until: { date: until } },
    );
    if (typeof row?.day !== 'string') continue;
    days.push({ day: row.day, isDate, feed: contract.freshness !== 'none' });
  }
  return days;
}

/** The local day of the machine's clock, in the pack's zone. */
export const todayOf = ({ zone }: Pick<Pack, 'zone'>): string => localDate(systemClock.now(), zone);
