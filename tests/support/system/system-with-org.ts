/** The whole system before a Salesforce that can be made to fail, and what the nightly comparison finds. */
import { ref } from '../../../functions/records/collection.ts';
import {
  type CrmDocument,
  crmAccounts,
  type ReconciliationDocument,
  reconciliations,
} from '../../../functions/records/documents.ts';
import { type Org, startOrg } from '../contracts/salesforce-org.ts';
import { openTestSystem, type TestSystem, type TestSystemOptions } from './test-system.ts';

export async function openSystemWithOrg(
  options: Omit<TestSystemOptions, 'startSalesforce'> = {},
): Promise<{ system: TestSystem; org: Org }> {
  const started: Org[] = [];
  const system = await openTestSystem({
    ...options,
    startSalesforce: async (given) => {
      // An org whose administrator left the external id without "Unique": the harder one.
      const fields = (given.fields ?? []).map(({ unique: _, ...field }) => field);
      const org = await startOrg({ ...given, fields });
      started.push(org);
      return org;
    },
  });
  const [org] = started;
  if (!org) throw new Error('the org was not started');
  return { system, org };
}

/** What is kept of an account in Salesforce. */
export async function crmStateOf(
  { runtime }: TestSystem,
  account: string,
): Promise<CrmDocument | undefined> {
  return (await runtime.snapshots.get(ref(crmAccounts, account)))?.data;
}

/** A nightly comparison, with all that it leads to. @returns what it found */
export async function reconciled(
  system: TestSystem,
  slot: string,
): Promise<ReconciliationDocument> {
  const { reconciliation } = (await system.reconcile(slot)) as { reconciliation: string };
  await system.settle();
  const report = await system.runtime.snapshots.get(ref(reconciliations, reconciliation));
  if (!report) throw new Error('nothing was reported');
  return report.data;
}
