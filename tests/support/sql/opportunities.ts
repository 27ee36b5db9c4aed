/** Closed and open opportunities as a copy of Salesforce has them, and the mapping that reads them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

export const outcomesFromSalesforce = readFileSync(
  join(repositoryRoot(), 'sql', 'mappings', 'salesforce_outcomes.sql'),
  'utf8',
);

const opportunity = (
  id: string,
  account: string,
  { type = 'Renewal', won = false, closed = true, deleted = false, amount = 1200, why = '' },
): string =>
  `('${id}', '${account}', '${type}', ${closed}, ${won}, ${deleted}, '2026-03-01', ${amount}, ${why === '' ? 'NULL' : `'${why}'`})`;

const rows = [
  opportunity('1', '001A', { why: 'Price too high' }),
  opportunity('2', '001B', { why: ' Budget cut ' }),
  opportunity('3', '001C', { why: 'Merged with parent' }),
  opportunity('4', '001D', { won: true, amount: 1000 }),
  // Twice on a day: the larger one counts.
  opportunity('5', '001E', { won: true, amount: 600 }),
  opportunity('6', '001E', { won: true, amount: 2400 }),
  opportunity('7', '001F', { type: 'Upsell', won: true }),
  opportunity('8', '001G', { type: 'New Business', won: true }),
  // What ends no contract, is open, deleted, of another type, or of nobody that Kenko knows.
  opportunity('9', '001H', { type: 'New Business', why: 'Price too high' }),
  opportunity('10', '001H', { type: 'Upsell', why: 'Price too high' }),
  opportunity('11', '001H', { closed: false }),
  opportunity('12', '001H', { deleted: true }),
  opportunity('13', '001H', { type: 'Partner' }),
  opportunity('14', '001I', { why: 'Poor support' }),
];

export const salesforceTables = [
  'CREATE SCHEMA salesforce',
  'CREATE TABLE salesforce.account (id VARCHAR, kenko_account_id_c VARCHAR)',
  `INSERT INTO salesforce.account VALUES ${['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map((one, i) => `('001${one}', 'a${i + 1}')`).join(', ')}, ('001I', NULL)`,
  `CREATE TABLE salesforce.opportunity (id VARCHAR, account_id VARCHAR, type VARCHAR, is_closed BOOLEAN,
     is_won BOOLEAN, is_deleted BOOLEAN, close_date DATE, amount DOUBLE, loss_reason_c VARCHAR)`,
  `INSERT INTO salesforce.opportunity VALUES ${rows.join(', ')}`,
];
