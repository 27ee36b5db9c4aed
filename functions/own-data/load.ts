/** One file into its table: every cell is checked before anything is written. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { code, Rejected } from '../errors.ts';
import { quoted } from '../local/googlesql/duckdb-text.ts';
import { duckDbError } from '../local/warehouse/errors.ts';
import type { SourceColumn } from '../scorecard/language/pack/catalogue.ts';
import { type CellCheck, cellChecks, typedCell } from './cells.ts';
import type { DataFile, FileColumn } from './files.ts';

/** A column of the contract as a file has it. */
export interface MatchedColumn {
  column: SourceColumn;
  file: FileColumn;
}

const invalid = (sentence: string, cause?: unknown): Rejected =>
  new Rejected(code.invalidData, sentence, { cause });

/**
 * The contract's columns in the file, by the pack's mapping.
 * @throws Rejected `invalid-data` for a required column that is not there, or mapped to one
 *   that is not.
 */
export function matchColumns(
  file: DataFile,
  mapping: ReadonlyMap<string, string> | undefined,
): MatchedColumn[] {
  const byName = new Map(file.columns.map((column) => [column.name.toLowerCase(), column]));
  return file.contract.columns.flatMap((column) => {
    const own = mapping?.get(column.name);
    const found = byName.get((own ?? column.name).toLowerCase());
    if (found) return [{ column, file: found }];
    if (!column.required) return [];
    const { table } = file.contract;
    throw invalid(
      own === undefined
        ? `${file.file} has no column ${column.name}; add it, or name yours in pack.yaml under tables.${table}.columns.${column.name}.`
        : `${file.file} has no column ${own}, which pack.yaml names as tables.${table}.columns.${column.name}.`,
    );
  });
}

/** What DuckDB says of a CSV file that it cannot read, in our words. */
function readError(file: DataFile, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const place = line === undefined ? file.file : `${file.file} line ${line}`;
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (counts) {
    return invalid(`${place}: ${counts[2]} values; the header names ${counts[1]} columns.`, error);
  }
  if (/unterminated quote/i.test(message)) {
    return invalid(`${place}: a quoted text has no end; close it with ".`, error);
  }
  if (/unicode|utf-8/i.test(message)) {
    return invalid(`${place}: the text is not UTF-8; save the file as UTF-8.`, error);
  }
  if (/CSV Parser state machine/.test(message)) {
    return invalid(`${place}: it mixes line ends or quotes; use one kind throughout.`, error);
  }
  if (/Maximum line size/i.test(message)) {
    return invalid(`${place}: a line is longer than 2 MB.`, error);
  }
  return line === undefined && !message.startsWith('Invalid Input')
    ? duckDbError(error)
    : invalid(
        `${place}: it cannot be read as ${file.file.split('.').at(-1)?.toUpperCase()}.`,
        error,
      );
}

async function rowsOf(connection: DuckDBConnection, file: DataFile, sql: string) {
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } catch (error) {
    throw readError(file, error);
  }
}

/** The first cell that a check refuses, as a sentence. */
async function tellFirst(
  connection: DuckDBConnection,
  file: DataFile,
  failing: readonly CellCheck[],
): Promise<never> {
  const conditions = failing.map(({ condition }) => `(${condition})`);
  const [row] = await rowsOf(
    connection,
    file,
    `SELECT * FROM (
       SELECT row_number() OVER () AS position, ${conditions.map((condition, i) => `${condition} AS fails_${i}`).join(', ')},
         ${failing.map(({ column }, i) => `CAST(${expressionOf(file, column)} AS VARCHAR) AS cell_${i}`).join(', ')}
       FROM ${file.scan}
     ) WHERE ${failing.map((_, i) => `fails_${i}`).join(' OR ')} ORDER BY position LIMIT 1`,
  );
  const which = failing.findIndex((_, i) => row?.[1 + i] === true);
  const check = failing[which];
  const cell = row?.[1 + failing.length + which];
  const place = file.place(Number(row?.[0] ?? 0));
  const found =
    cell === null || cell === undefined || cell === '' ? 'empty' : `'${String(cell).slice(0, 60)}'`;
  throw invalid(`${place}: ${check?.column} is ${found}; ${check?.expected}.`);
}

function expressionOf(file: DataFile, name: string): string {
  return file.columns.find((column) => column.name === name)?.expression ?? 'NULL';
}

/** An account that has no versions stands in one row only. */
async function refuseRepeatedIds(
  connection: DuckDBConnection,
  file: DataFile,
  matched: readonly MatchedColumn[],
): Promise<void> {
  const { contract } = file;
  const versioned = matched.some(({ column }) =>
    [contract.validity?.from, contract.validity?.to].includes(column.name),
  );
  const id = matched.find(({ column }) => column.name === 'account_id');
  if (contract.table !== 'accounts' || versioned || !id) return;
  const cell = typedCell(id.file, 'STRING', file.zone);
  const [row] = await rowsOf(
    connection,
    file,
    `SELECT id, position FROM (
       SELECT id, position, row_number() OVER (PARTITION BY id ORDER BY position) AS nth FROM (
         SELECT ${cell} AS id, row_number() OVER () AS position FROM ${file.scan}))
     WHERE nth = 2 ORDER BY position LIMIT 1`,
  );
  if (!row) return;
  throw invalid(
    `${file.place(Number(row[1]))}: ${id.file.name} '${String(row[0]).slice(0, 60)}' is there a second time; every account has one row.`,
  );
}

/**
 * Replaces the table `target`, quoted, by the file's rows, under the team's own column names and in the
 * contract's types; columns that the contract does not know are left out. Gives the rows.
 * @throws Rejected `invalid-data` naming file, line and column of the first bad cell.
 */
export async function loadDataFile(
  connection: DuckDBConnection,
  target: string,
  file: DataFile,
  matched: readonly MatchedColumn[],
): Promise<number> {
  const checks = matched.flatMap(({ column, file: found }) => cellChecks(column, found, file.zone));
  const [counts = []] = await rowsOf(
    connection,
    file,
    `SELECT COUNT(*)${checks.map(({ condition }) => `, COUNT_IF(${condition})`).join('')} FROM ${file.scan}`,
  );
  const rows = Number(counts[0]);
  if (rows === 0 && file.contract.table === 'accounts') {
    throw invalid(`${file.file} has no rows; there is nothing to score.`);
  }
  const failing = checks.filter((_, i) => Number(counts[i + 1] ?? 0) > 0);
  if (failing.length > 0) await tellFirst(connection, file, failing);
  await refuseRepeatedIds(connection, file, matched);
  const selected = matched.map(
    ({ column, file: found }) =>
      `${typedCell(found, column.type, file.zone)} AS ${quoted(found.name)}`,
  );
  // Texts are read for the first time here: none was needed for a check.
  await rowsOf(
    connection,
    file,
    `CREATE OR REPLACE TABLE ${target} AS SELECT ${selected.join(', ')} FROM ${file.scan}`,
  );
  return rows;
}
