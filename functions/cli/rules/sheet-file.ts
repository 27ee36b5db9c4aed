/** A sheet that a pack begins with: its records, and which columns say what an account is. */
import { basename, extname } from 'node:path';
import { dayOf } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { readOutcome } from '../../evidence/sheet/outcome.ts';
import { profileSheet } from '../../evidence/sheet/profile.ts';
import { noColumn } from '../../evidence/sheet/read-table.ts';
import { readFlatFile } from '../../own-data/flat-file.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { systemClock } from '../../system-clock.ts';
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
 * @param outcome the column that says who left; found by its name without it
 * @param left what that holds where an account left
 * @throws Rejected `not-found`, or `invalid-data` with one sentence about what to mend
 */
export function readSheet(path: string, outcome?: string, left?: string): NewSheet {
  const refuse = (why: string): Rejected => new Rejected(code.invalidData, `${path}: ${why}.`);
  if (extname(path).toLowerCase() !== '.csv') {
    throw refuse('a CSV file is expected; export the sheet as CSV (UTF-8)');
  }
  const { header, records } = readFlatFile(path);
  const names = header.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw refuse(
      `the first line holds "${twice}" twice; every column needs a name of its own there`,
    );
  if (names.includes('')) throw refuse('a column has no name; name every column in the first line');
  const { columns, taken } = everyPackHas();
  const attributes = new Map<string, string>();
  for (const column of names) {
    const known = columns.includes(column) ? column : attributeNames[column];
    if (known !== undefined && !attributes.has(known)) attributes.set(known, column);
  }
  const today = dayOf(systemClock.now().toISOString().slice(0, 10));
  const at = outcome === undefined ? -1 : names.indexOf(outcome);
  if (outcome !== undefined && at < 0) throw noColumn(outcome, names);
  const cells = records.map((record) => (record[at] ?? '').trim());
  const ends = outcome === undefined ? undefined : readOutcome(outcome, cells, left);
  const profile = profileSheet(names, records, [...attributes.values()], today, ends);
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
