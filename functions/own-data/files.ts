/** The files of a data folder: which table each one is, its columns, and where a row stands in it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { code, Rejected } from '../errors.ts';
import { literal, quoted } from '../local/googlesql/duckdb-text.ts';
import { guardedCell } from '../safe-text.ts';
import type { SourceTable } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { openAsUtf8, tableStart } from './text-file.ts';

/** A column of a file: its name there and DuckDB's expression and type for it. */
export interface FileColumn {
  name: string;
  expression: string;
  /** As DuckDB names it; every cell of a CSV file is VARCHAR. */
  type: string;
}

export interface DataFile {
  contract: SourceTable;
  /** The team's name of the table, which the file is called by. */
  table: string;
  /** File name, for errors. */
  file: string;
  path: string;
  columns: FileColumn[];
  /** What stands after FROM. */
  scan: string;
  /** The pack's zone: a day alone in a column of instants is a day there. */
  zone: string;
  /** Where the row of this number, from 1, stands: `purchases.csv line 7`. */
  place: (row: number) => string;
  /** To call when nothing is read from it any more. */
  release: () => void;
}

const invalid = (sentence: string): Rejected => new Rejected(code.invalidData, sentence);

type Mapped = Pick<Pack, 'sources' | 'tables' | 'zone'>;

/**
 * The file of every table of the contract that the folder has, by the contract's name.
 * @throws Rejected `not-found` for no such folder, `invalid-data` where one table has two files.
 */
export function findDataFiles(folder: string, pack: Mapped): Map<string, string> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Rejected(
      code.notFound,
      `${folder} is not a folder; name one with CSV or Parquet files.`,
    );
  }
  const names = readdirSync(folder).sort();
  const files = new Map<string, string>();
  for (const table of pack.sources.keys()) {
    const own = (pack.tables.get(table)?.table ?? table).toLowerCase();
    const matching = names.filter((name) =>
      [`${own}.csv`, `${own}.parquet`].includes(name.toLowerCase()),
    );
    const [file] = matching;
    if (matching.length > 1) {
      throw invalid(`${folder} has both ${matching.join(' and ')}; keep one of them.`);
    }
    if (file !== undefined) files.set(table, file);
  }
  return files;
}

/** Values of the first record of a CSV text. */
function firstRecord(text: string, separator: string): string[] {
  const values: string[] = [];
  let value = '';
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inQuotes) {
      if (character !== '"') value += character;
      else if (text[i + 1] === '"') {
        value += '"';
        i++;
      } else inQuotes = false;
    } else if (character === '"') inQuotes = true;
    else if (character === separator) {
      values.push(value);
      value = '';
    } else if (character === '\n' || character === '\r') break;
    else value += character;
  }
  values.push(value);
  return values;
}

/**
 * Line of a record, both from 1 and the header counted: quoted texts may hold line breaks, and
 * empty lines are no records.
 */
export function lineOfRecord(text: string, record: number): number {
  let line = 1;
  let seen = 0;
  let start = 1;
  let empty = true;
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') inQuotes = !inQuotes;
    const isBreak = character === '\n' || (character === '\r' && text[i + 1] !== '\n');
    if (!isBreak) {
      if (character !== '\r') empty = false;
      continue;
    }
    line++;
    if (inQuotes) continue;
    if (!empty) {
      seen++;
      if (seen === record) return start;
    }
    start = line;
    empty = true;
  }
  return start;
}

/** What a column's cell holds, without the apostrophe that kept a spreadsheet from computing it. */
const cellOf = (column: number): string =>
  `(CASE WHEN starts_with(c${column}, '''') AND regexp_matches(c${column}, ${literal(guardedCell)}) THEN substr(c${column}, 2) ELSE c${column} END)`;

/** One of DuckDB's, at the file's own lines. */
function csvFile(
  { contract, table, file, zone }: Pick<DataFile, 'contract' | 'table' | 'file' | 'zone'>,
  path: string,
): DataFile {
  if (statSync(path).size === 0) {
    throw invalid(`${file} is empty; a first line with column names is expected.`);
  }
  const opened = openAsUtf8(path, file);
  try {
    const { separator, above } = tableStart(opened.start);
    const rest = above === 0 ? opened.start : opened.start.replace(/^.*?(\r\n|\r|\n)/, '');
    const header = firstRecord(rest, separator).map((name) => name.trim());
    requireNames(header, `${file} line ${above + 1}`);
    const columns = header.map((name, i) => ({ name, expression: cellOf(i), type: 'VARCHAR' }));
    const types = header.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ');
    return {
      contract,
      table,
      file,
      path: opened.path,
      columns,
      zone,
      // Nothing is guessed from samples: an id such as 00001 stays a text.
      scan: `read_csv(${literal(opened.path)}, auto_detect = false, header = true, skip = ${above}, delim = ${literal(separator)}, quote = '"', escape = '"', nullstr = '', columns = {${types}})`,
      place: (row) =>
        `${file} line ${lineOfRecord(readFileSync(opened.path, 'utf8'), row + 1 + above)}`,
      release: opened.release,
    };
  } catch (error) {
    opened.release();
    throw error;
  }
}

function requireNames(header: readonly string[], place: string): void {
  const known = new Set<string>();
  for (const [index, name] of header.entries()) {
    if (name === '') {
      throw invalid(`${place}: column ${index + 1} has no name; every column needs one.`);
    }
    if (known.has(name.toLowerCase())) {
      throw invalid(`${place}: the column ${name} is there twice; give every column its own name.`);
    }
    known.add(name.toLowerCase());
  }
}

async function parquetFile(
  connection: DuckDBConnection,
  known: Pick<DataFile, 'contract' | 'table' | 'file' | 'zone'>,
  path: string,
): Promise<DataFile> {
  const { file } = known;
  const scan = `read_parquet(${literal(path)})`;
  const described = await connection
    .runAndReadAll(`DESCRIBE SELECT * FROM ${scan}`)
    .catch((error: unknown) => {
      throw new Rejected(code.invalidData, `${file} is not a Parquet file.`, { cause: error });
    });
  const columns = described.getRows().map(([name, type]) => ({
    name: String(name),
    expression: quoted(String(name)),
    type: String(type),
  }));
  return {
    ...known,
    path,
    columns,
    scan,
    place: (row) => `${file} row ${row}`,
    release: () => undefined,
  };
}

/** Opens the file of a table of the contract. @throws Rejected `invalid-data` for a bad header */
export async function openDataFile(
  connection: DuckDBConnection,
  folder: string,
  file: string,
  contract: SourceTable,
  pack: Mapped,
): Promise<DataFile> {
  const table = pack.tables.get(contract.table)?.table ?? contract.table;
  const path = join(folder, file);
  const known = { contract, table, file, zone: pack.zone };
  return file.toLowerCase().endsWith('.csv')
    ? csvFile(known, path)
    : parquetFile(connection, known, path);
}
