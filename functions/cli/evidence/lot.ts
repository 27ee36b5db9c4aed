import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { isHeldBack } from '../../evidence/effects/hold-out.ts';
import { isBool, isYes } from '../../evidence/sheet/cells.ts';
import { noColumn } from '../../evidence/sheet/read-table.ts';
import { readFlatFile } from '../../own-data/flat-file.ts';
import type { OptionsOf } from '../options.ts';
import { csv, print, printJson } from '../output.ts';

const command = (evidence: Command) =>
  evidence
    .command('lot')
    .description('draws the accounts that are held back from an action, so that its effect shows')
    .argument('<file>', 'CSV file of the accounts that the action is meant for')
    .requiredOption('--account <column>', 'the column that names the account')
    .requiredOption('--signal <name>', 'what the action answers; each has a lot of its own')
    .requiredOption('--year <year>', 'contract year; each has a lot of its own')
    .requiredOption('--share <share>', 'of the accounts that are held back, such as 0.2', share)
    .option('--json', 'print one JSON value instead of CSV');

/** `kenko evidence lot FILE`: who is held back, the same whenever it is asked. */
export function addLot(evidence: Command): void {
  command(evidence).action(draw);
}

const columns = ['account_id', 'held_back'] as const;

function draw(path: string, options: OptionsOf<typeof command>): void {
  const { account, signal, year, share: held, json } = options;
  const { header, records } = readFlatFile(path);
  const at = placeOf(header, account);
  const ids = new Set(records.map((record) => (record[at] ?? '').trim()).filter((id) => id !== ''));
  const drawn = [...ids].map((id) => ({
    account_id: id,
    held_back: isHeldBack(id, signal, year, held),
  }));
  if (json) printJson({ signal, year, share: held, accounts: drawn });
  else print(csv([columns, ...drawn.map((one) => [one.account_id, one.held_back ? 'yes' : 'no'])]));
}

/**
 * Whether each account of a lot was held back, from the file that a lot was written to.
 * @throws Rejected where a column is missing, a cell says neither yes nor no, or rows disagree
 */
export function readLot(path: string): Map<string, boolean> {
  const { header, records } = readFlatFile(path);
  const [account, held] = columns.map((name) => placeOf(header, name));
  const lot = new Map<string, boolean>();
  for (const [i, record] of records.entries()) {
    const refused = (why: string) =>
      new Rejected(code.invalidData, `${path}, row ${i + 2}: ${why}.`);
    const id = (record[account ?? -1] ?? '').trim();
    const cell = (record[held ?? -1] ?? '').trim();
    if (!isBool(cell)) throw refused(`held_back is "${cell}"; yes or no is expected`);
    if ((lot.get(id) ?? isYes(cell)) !== isYes(cell)) {
      throw refused(`account ${id} is held back in one row and not in another; keep the one drawn`);
    }
    lot.set(id, isYes(cell));
  }
  return lot;
}

function placeOf(header: readonly string[], name: string): number {
  const at = header.findIndex((column) => column.trim() === name);
  if (at < 0) throw noColumn(name, header);
  return at;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError('a number between 0 and 1 is expected');
  }
  return value;
}
