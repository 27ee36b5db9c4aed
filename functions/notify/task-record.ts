import { Rejected } from '../errors.ts';
import { ref } from '../records/collection.ts';
import { crmAccounts } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';

/**
 * The CRM's record of an account: the one that carries its external id now, since a task on
 * another's record stays there; without such a field, the one that was last written to.
 * @throws Rejected
 */
export async function recordOf(
  { snapshots, crm, pack }: Runtime,
  account: string,
): Promise<string> {
  const externalId = pack.salesforce?.externalId;
  const found = externalId
    ? (await crm.resolve(externalId, [account])).ids.get(account)
    : (await snapshots.get(ref(crmAccounts, account)))?.data.record_id;
  if (!found) {
    throw new Rejected('no-record', 'the account has no record in the CRM to put a task on');
  }
  return found;
}
