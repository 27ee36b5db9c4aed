import { Rejected } from '../errors.ts';
import { ref } from '../records/collection.ts';
import { crmAccounts } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';

/** The CRM's record of an account: as it was last written to, else by the external id. @throws Rejected */
export async function recordOf(
  { snapshots, crm, pack }: Runtime,
  account: string,
): Promise<string> {
  const known = (await snapshots.get(ref(crmAccounts, account)))?.data.record_id;
  if (known) return known;
  const externalId = pack.salesforce?.externalId;
  const found = externalId
    ? (await crm.resolve(externalId, [account])).ids.get(account)
    : undefined;
  if (found === undefined) {
    throw new Rejected('no-record', 'the account has no record in the CRM to put a task on');
  }
  return found;
}
