/** A sheet that a pack begins with: its records, and which columns say what an account is. */
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { code, messageOf, Rejected } from '../../errors.ts';
import { profileSheet } from '../../evidence/sheet-profile.ts';
import { readText, tableStart } from '../../own-data/text-file.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { packNames, readPackFiles } from '../../wiring/deployed-files.ts';
import { type NewSheet, newPackFiles } from './new-pack.ts';

/** Columns of accounts by what Japanese sheets call them. */
const attributeNames: Record<string, string> = {
  会社名: 'name',
  顧客名: 'name',
  企業名: 'name',
  担当者: 'owner',
  担当: 'owner',
  プラン: 'plan',
  業種: 'industry',
  月額: 'mrr',
};

/**
 * A sheet as people export it.
 * @throws Rejected `not-found`, or `invalid-data` with one sentence about what to mend
 */
export function readSheet(path: string): NewSheet {
  const refuse = (why: string): Rejected => new Rejected(code.invalidData, `${path}: ${why}.`);
  if (!existsSync(path)) throw new Rejected(code.notFound, `There is no file ${path}.`);
  if (extname(path).toLowerCase() !== '.csv') {
    throw refuse('a CSV file is expected; export the sheet as CSV (UTF-8)');
  }
  const [header = [], ...records] = recordsOf(path);
  const names = header.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw refuse(
      `the first line holds "${twice}" twice; every column needs a name of its own there`,
    );
  if (names.includes('')) throw refuse('a column has no name; name every column in the first line');
  if (records.length === 0) throw refuse('it has no rows below the column names');
  const { columns, taken } = everyPackHas();
  const attributes = new Map<string, string>();
  for (const column of names) {
    const known = columns.includes(column) ? column : attributeNames[column];
    if (known !== undefined && !attributes.has(known)) attributes.set(known, column);
  }
  const profile = profileSheet(names, records, [...attributes.values()]);
  if ('problem' in profile) throw refuse(profile.problem);
  for (const [known, column] of attributes) {
    if (column === profile.id || column === profile.date) attributes.delete(known);
  }
  return {
    table: basename(path, extname(path)),
    profile,
    attributes: profile.date === null ? Object.fromEntries(attributes) : {},
    taken,
  };
}

/** Columns of accounts that can be shown, and the shared metrics. */
export function everyPackHas(): { columns: string[]; taken: string[] } {
  const label = { en: 'any', ja: 'any' };
  const template = newPackFiles({ name: 'any', label, purpose: 'churn', zone: 'UTC' });
  const { sources, metrics } = parsePack(new Map([...contract(), ...template]));
  return {
    columns: (sources.get('accounts')?.columns ?? [])
      .filter(({ name, type }) => name !== 'account_id' && type !== 'TIMESTAMP')
      .map(({ name }) => name),
    taken: [...metrics.keys()],
  };
}

/** The input contract and the shared metrics, which every pack is read with. */
export function contract(): [string, string][] {
  const [any = ''] = packNames();
  return [...readPackFiles(any)].filter(
    ([path]) => path.startsWith('sql/sources/') || path.startsWith('sql/metrics/shared/'),
  );
}

function recordsOf(path: string): string[][] {
  const { text } = readText(path);
  const { separator, above } = tableStart(text);
  try {
    return parse(text, {
      bom: true,
      delimiter: separator,
      from_line: above + 1,
      skip_empty_lines: true,
    });
  } catch (error) {
    throw new Rejected(code.invalidData, `${path} ${whyNotCsv(error)}.`, { cause: error });
  }
}

/** What the parser refuses, as the end of a sentence that starts with the file's name. */
export function whyNotCsv(error: unknown): string {
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
