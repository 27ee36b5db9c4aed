import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import type { PastOutcome } from '../../evidence/past-outcomes.ts';
import { isBool, isYes } from '../../evidence/sheet/cells.ts';
import { noColumn } from '../../evidence/sheet/read-table.ts';
import { readFlatFile } from '../../own-data/flat-file.ts';
import { type LotList, lotList } from '../../records/api/episodes.ts';
import { contractYear, isHeldBack } from '../../scorecard/meaning/lot.ts';
import type { OptionsOf } from '../options.ts';
import { csv, print, printJson } from '../output.ts';
import { readList } from '../session/http-client.ts';
import type { Session } from '../session/session.ts';

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
function readLot(path: string): Map<string, boolean> {
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

/** A lot, and on which side of it the account of an outcome stands; undefined: on none. */
export interface LotSides {
  /** Null: of a file. */
  signal: string | null;
  sideOf: (one: Pick<PastOutcome, 'account' | 'on'>) => boolean | undefined;
}

export function sidesOfFile(path: string): LotSides {
  const lot = readLot(path);
  return { signal: null, sideOf: ({ account }) => lot.get(account) };
}

/**
 * The lots that signals with `hold_out` drew, that with most accounts first. An outcome belongs to the
 * lot of its contract year, or, where the account was not in it, to that of the year before.
 */
export async function recordedLots(session: Session, yearFrom: number): Promise<LotSides[]> {
  const { pages } = await readList(session, '/v1/lots', lotList, { all: true });
  return sidesOfLots(
    pages.flatMap(({ lots }) => lots),
    yearFrom,
  );
}

export function sidesOfLots(drawn: LotList['lots'], yearFrom: number): LotSides[] {
  return [...Map.groupBy(drawn, ({ signal }) => signal)]
    .sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .map(([signal, lots]): LotSides => {
      const keyOf = (account: string, year: string) => JSON.stringify([account, year]);
      const held = new Map(lots.map((one) => [keyOf(one.account, one.year), one.held_back]));
      return {
        signal,
        sideOf: ({ account, on }) => {
          const year = contractYear(on, yearFrom);
          return (
            held.get(keyOf(account, year)) ?? held.get(keyOf(account, String(Number(year) - 1)))
          );
        },
      };
    });
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
