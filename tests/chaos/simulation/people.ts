/** What people do to records in Salesforce, by chance, past Kenko. */

import type { Random } from '../../../functions/local/demo/random.ts';
import type { FieldData } from '../../../functions/local/salesforce/record-table.ts';
import type { Org } from '../../support/contracts/salesforce-org.ts';
import { accountIds } from '../../support/system/tiny-data.ts';

type Record = FieldData;
const idOf = ({ Id }: Record): string => String(Id);
const nameOf = ({ Kenko_Account_Id__c: name }: Record): string | null =>
  name === null || name === undefined ? null : String(name);

async function nameRecord(org: Org, record: Record, account: string | null): Promise<void> {
  const attributes = { type: 'Account' };
  const records = [{ attributes, id: idOf(record), Kenko_Account_Id__c: account }];
  await org.admin('PATCH', '/composite/sobjects', { records });
}

async function make(org: Org, account: string): Promise<void> {
  const attributes = { type: 'Account' };
  const records = [{ attributes, Name: 'Made by hand', Kenko_Account_Id__c: account }];
  await org.admin('POST', '/composite/sobjects', { records });
}

const remove = (org: Org, record: Record) =>
  org.admin('DELETE', `/sobjects/Account/${idOf(record)}`);

/** Accounts that no record names. */
function without(org: Org): string[] {
  const named = new Set(org.accounts().map(nameOf));
  return accountIds.filter((account) => !named.has(account));
}

/** One thing that somebody does. @returns it in words */
export async function actByHand(org: Org, random: Random): Promise<string> {
  const all = org.accounts();
  const named = all.filter((record) => nameOf(record) !== null);
  const free = all.filter((record) => nameOf(record) === null);
  const missing = without(org);
  const other = random.pick(['give', 'swap', 'move', 'take', 'copy', 'mistype', 'renew', 'merge']);
  const act = missing.length > 0 && random.chance(0.4) ? 'give' : other;
  if (act === 'give') {
    if (missing.length === 0) return 'nothing is missing';
    const account = random.pick(missing);
    if (free.length > 0 && random.chance(0.7)) await nameRecord(org, random.pick(free), account);
    else await make(org, account);
    return `${account} gets a record`;
  }
  if (named.length < 2) return 'nothing to do';
  const one = random.pick(named);
  const another = random.pick(named.filter((record) => record !== one));
  const [name, anothers] = [nameOf(one) ?? '', nameOf(another)];
  switch (act) {
    case 'swap':
      await nameRecord(org, one, anothers);
      await nameRecord(org, another, name);
      return `${name} and ${anothers} are swapped`;
    case 'move':
      await nameRecord(org, one, null);
      await make(org, name);
      return `${name} moves to a new record`;
    case 'take':
      await nameRecord(org, one, null);
      return `${name} is taken from its record`;
    case 'copy':
      await make(org, name);
      return `a second record names ${name}`;
    case 'mistype':
      await nameRecord(org, one, `${name}-`);
      return `${name} is mistyped`;
    case 'renew':
      await remove(org, one);
      if (random.chance(0.5)) await make(org, name);
      return `the record of ${name} is deleted`;
    default:
      await remove(org, another);
      if (random.chance(0.5)) await nameRecord(org, one, anothers);
      return `the record of ${anothers} is merged into that of ${name}`;
  }
}

/** Somebody clears up: every account is named by one record, and no record names anything else. */
export async function putRight(org: Org, random: Random): Promise<void> {
  const known = new Set<string>(accountIds);
  for (const record of org.accounts()) {
    const name = nameOf(record);
    if (name !== null && !known.delete(name)) await nameRecord(org, record, null);
  }
  for (const account of without(org)) {
    const free = org.accounts().filter((record) => nameOf(record) === null);
    if (free.length > 0 && random.chance(0.7)) await nameRecord(org, random.pick(free), account);
    else await make(org, account);
  }
}
