/** A flat table as people have it: any of the usual encodings and separators. */
import { existsSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { code, messageOf, Rejected } from '../errors.ts';
import { textOfCell } from '../safe-text.ts';
import { type Encoding, readText, tableStart } from './text-file.ts';

export interface FlatFile {
  header: string[];
  records: string[][];
  encoding: Encoding;
  separator: string;
}

/** @throws Rejected `not-found`, or `invalid-data` with one sentence about what to mend */
export function readFlatFile(path: string): FlatFile {
  if (!existsSync(path)) throw new Rejected(code.notFound, `There is no file ${path}.`);
  const { text, encoding } = readText(path);
  const { separator, above } = tableStart(text);
  let rows: string[][];
  try {
    rows = parse(text, {
      bom: true,
      delimiter: separator,
      from_line: above + 1,
      skip_empty_lines: true,
    });
  } catch (error) {
    throw new Rejected(code.invalidData, `${path} ${whyNotCsv(error)}.`, { cause: error });
  }
  const [header = [], ...records] = rows.map((row) => row.map(textOfCell));
  if (records.length === 0) {
    throw new Rejected(code.invalidData, `${path}: it has no rows below the column names.`);
  }
  return { header, records, encoding, separator };
}

/** What the parser refuses, as the end of a sentence that starts with the file's name. */
function whyNotCsv(error: unknown): string {
  if (!(error instanceof CsvError)) return `cannot be read as CSV: ${messageOf(error)}`;
  const { lines, record } = error;
  const columns = Number(/expect (\d+)/.exec(error.message)?.[1]);
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' && Array.isArray(record)) {
    const cells = `line ${lines} has ${record.length} cells, but the first line has ${columns}`;
    return columns === 1
      ? `${cells}: the first line must hold the column names, without a title above them`
      : `${cells}: every line needs as many, and a text that holds a comma stands in quotes`;
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return `line ${lines}: a quoted text has no end; close it with "`;
  }
  if (error.code === 'INVALID_OPENING_QUOTE') {
    return `line ${lines}: a quote stands within a text; put the whole text into quotes, and write "" for each one in it`;
  }
  return `cannot be read as CSV: ${error.message}`;
}
