/** Records that two accounts name as theirs, where the team's own table holds the record's id. */
import type { UpdateResult } from '../ports/crm.ts';
import { longId, shortId } from '../ports/record-ids.ts';
import type { Snapshots, Stored } from '../ports/snapshots.ts';
import { type AccountDocument, accounts } from '../records/documents.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import type { PendingAccount } from './pending-accounts.ts';

export const sharedRecord = 'shared-record';

/** Values of one query, and documents it gives at most: two a record are enough to know. */
const idsPerQuery = 30;
const mostHolders = 1_000;

/**
 * Rows whose record another account names, too: neither is written, since what is shown there would
 * change from one to the other. The first time they wait, as the other may be about to let it go in the
 * same run. One that left leaves the record to the other.
 */
export async function sharedRecords(
  { snapshots }: { snapshots: Pick<Snapshots, 'query'> },
  mapping: SalesforceMapping,
  rows: readonly PendingAccount[],
): Promise<Map<PendingAccount, UpdateResult>> {
  const results = new Map<PendingAccount, UpdateResult>();
  if (mapping.externalId !== null) return results;
  const asked = rows.filter(({ recordId, isOutside }) => recordId !== null && !isOutside);
  const holders = await accountsNaming(
    snapshots,
    asked.map(({ recordId }) => recordId ?? ''),
  );
  for (const row of asked) {
    const recordId = row.recordId ?? '';
    const other = holders.get(shortId(recordId))?.find(({ id }) => id !== row.account)?.id;
    if (other === undefined) continue;
    if (row.isAbsent) {
      row.recordId = null;
      results.set(row, { outcome: 'updated' });
      continue;
    }
    const known = row.stored?.data;
    const isTried = known?.code === sharedRecord;
    const reason = `${mapping.object} ${recordId} is the account ${other}'s, too: mend salesforce_id of one of them.`;
    results.set(row, { outcome: isTried ? 'rejected' : 'retry', code: sharedRecord, reason });
  }
  return results;
}

/** Accounts by the record that they name, in 15 characters, but for those that left. */
export async function accountsNaming(
  snapshots: Pick<Snapshots, 'query'>,
  recordIds: readonly string[],
): Promise<Map<string, Stored<AccountDocument>[]>> {
  const ids = [...new Set(recordIds.flatMap((id) => [longId(id), shortId(id)]))];
  const holders = new Map<string, Stored<AccountDocument>[]>();
  for (let first = 0; first < ids.length; first += idsPerQuery) {
    const found = await snapshots.query({
      collection: accounts,
      where: [
        {
          field: 'attributes.salesforce_id',
          op: 'in',
          value: ids.slice(first, first + idsPerQuery),
        },
      ],
      limit: mostHolders,
    });
    for (const account of found) {
      if (account.data.state === 'absent') continue;
      const key = shortId(String(account.data.attributes.salesforce_id));
      holders.set(key, [...(holders.get(key) ?? []), account]);
    }
  }
  return holders;
}
