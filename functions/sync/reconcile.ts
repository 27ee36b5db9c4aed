import { Throttled } from '../errors.ts';
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type CrmDocument,
  crmAccounts,
  type ReconciliationDocument,
  reconciliations,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { crmFields } from './crm-fields.ts';
import { sameInCrm } from './field-values.ts';
import { isByHand, keptFields } from './kept-by-hand.ts';
import { fieldsHash } from './pending-accounts.ts';
import { ambiguousRecord, noRecord } from './sync-salesforce.ts';

/** Accounts compared at a time: what one call of Salesforce reads. */
const accountsPerPage = 2_000;
const accountsPerMessage = 200;
const mostExamples = 100;

/** What reconcile answers its caller, and logs. */
export interface ReconcileAnswer {
  reconciliation: string;
  complete: boolean;
  compared: number;
  resent: number;
}

/**
 * Compares every mapped field of every account in Salesforce with the latest results, sends
 * what differs again, and reports accounts without a record and records without an account. A
 * value that a person typed over ours is repaired, or kept where the mapping says so. Stops,
 * and says so, where Salesforce has no calls left for it; the next night begins anew.
 */
export async function reconcile(
  runtime: Runtime,
  { slot }: { slot: string },
): Promise<ReconcileAnswer> {
  const { snapshots, clock, log, pack } = runtime;
  const id = `${pack.id}~${new Date(slot).toISOString()}`;
  const report = emptyReport(pack.id, clock.now().toISOString());
  const mapping = pack.salesforce;
  let resent = 0;
  const resend = async (found: readonly string[]): Promise<void> => {
    resent += found.length;
    for (let first = 0; first < found.length; first += accountsPerMessage) {
      const group = found.slice(first, first + accountsPerMessage);
      await runtime.bus.publish('accounts-changed', [
        { body: { pack: pack.id, run: `reconcile~${id}`, accounts: group, again: true } },
      ]);
    }
  };
  if (mapping) {
    try {
      await compareAccounts(runtime, mapping, report, resend);
      await compareRecords(runtime, mapping, report, resend);
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      report.complete = false;
      log.syncDelayed({ run: `reconcile~${id}`, accounts: 0, code: error.code });
    }
  }
  report.ended_at = clock.now().toISOString();
  await snapshots.set(ref(reconciliations, id), report);
  const counts = {
    compared: report.compared,
    differing: report.differing.count,
    kept: report.kept.count,
    unsent: report.unsent.count,
    parked: report.parked,
    missing: report.missing.count,
    orphans: report.orphans.count,
    complete: report.complete,
  };
  // Records of customers who left before Kenko came name no account of ours, and never will.
  if (counts.differing + counts.missing > 0) log.recordsDiffer(counts);
  else log.reconciled(counts);
  return { reconciliation: id, complete: report.complete, compared: report.compared, resent };
}

type Resend = (accounts: readonly string[]) => Promise<void>;

/** Every account of ours against its record. */
async function compareAccounts(
  runtime: Runtime,
  mapping: SalesforceMapping,
  report: ReconciliationDocument,
  resend: Resend,
): Promise<void> {
  for await (const page of pagesOfAccounts(runtime)) {
    const states = await runtime.snapshots.getAll(page.map(({ id }) => ref(crmAccounts, id)));
    const differing: string[] = [];
    const written: { account: Stored<AccountDocument>; crm: CrmDocument }[] = [];
    for (const [i, account] of page.entries()) {
      const crm = states[i]?.data;
      const hash = fieldsHash(mapping.object, crmFields(mapping, account.data));
      if (crm?.hash === hash && crm.state === 'parked') {
        report.parked += 1;
        if (crm.code === noRecord) note(report.missing, account.id);
      } else if (crm?.hash === hash && crm.state === 'synced') {
        written.push({ account, crm });
      } else {
        note(report.unsent, account.id);
        differing.push(account.id);
      }
    }
    const records = await runtime.crm.read(
      mapping.object,
      written.map(({ crm }) => crm.record_id ?? ''),
      mapping.fields.map(({ name }) => name),
    );
    for (const { account, crm } of written) {
      const record = records.get(crm.record_id ?? '');
      if (!record) {
        note(report.missing, account.id);
        differing.push(account.id);
        continue;
      }
      report.compared += 1;
      if (compareFields(mapping, account, crm, record, report)) differing.push(account.id);
    }
    await resend(differing);
  }
}

/** @returns whether a field differs that is to be repaired */
function compareFields(
  mapping: SalesforceMapping,
  account: Stored<AccountDocument>,
  crm: CrmDocument,
  record: Record<string, string | number | boolean | null>,
  report: ReconciliationDocument,
): boolean {
  const kept = new Set(keptFields(mapping));
  const differing = Object.entries(crmFields(mapping, account.data))
    .filter(([name, value]) => !sameInCrm(value, record[name]))
    .map(([name]) => name);
  const byHand = differing.filter(
    (name) => kept.has(name) && isByHand(name, record[name], crm.written),
  );
  if (byHand.length > 0) note(report.kept, account.id);
  const toRepair = differing.filter((name) => !byHand.includes(name));
  for (const name of toRepair) report.fields[name] = (report.fields[name] ?? 0) + 1;
  if (toRepair.length > 0) note(report.differing, account.id);
  return toRepair.length > 0;
}

/** Every record that names an account: one of ours, and found by it? */
async function compareRecords(
  { snapshots, crm }: Runtime,
  { object, externalId }: SalesforceMapping,
  report: ReconciliationDocument,
  resend: Resend,
): Promise<void> {
  if (externalId === null) return;
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof crm.list>> = await crm.list(object, externalId, after);
    const ids = page.records.map((record) => record.externalId);
    const documents = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
    const states = await snapshots.getAll(ids.map((id) => ref(crmAccounts, id)));
    const found = new Set<string>();
    for (const [i, id] of ids.entries()) {
      const state = states[i]?.data;
      if (!documents[i]) note(report.orphans, id);
      // The record came after we had looked for it.
      else if (state?.state === 'parked' && state.code === noRecord) found.add(id);
      // One of several records was merged away or lost its id, perhaps.
      else if (state?.state === 'parked' && state.code === ambiguousRecord) found.add(id);
    }
    await resend([...found]);
    after = page.next;
  } while (after !== null);
}

async function* pagesOfAccounts({
  snapshots,
}: Pick<Runtime, 'snapshots'>): AsyncGenerator<Stored<AccountDocument>[]> {
  let last: string | undefined;
  do {
    const page: Stored<AccountDocument>[] = await snapshots.query({
      collection: accounts,
      limit: accountsPerPage,
      ...(last !== undefined && { startAfter: { id: last } }),
    });
    if (page.length > 0) yield page;
    last = page.length < accountsPerPage ? undefined : page.at(-1)?.id;
  } while (last !== undefined);
}

function note(found: ReconciliationDocument['differing'], account: string): void {
  found.count += 1;
  if (found.examples.length < mostExamples) found.examples.push(account);
}

function emptyReport(pack: string, now: string): ReconciliationDocument {
  const none = () => ({ count: 0, examples: [] });
  return {
    pack,
    started_at: now,
    ended_at: now,
    complete: true,
    compared: 0,
    differing: none(),
    fields: {},
    kept: none(),
    unsent: none(),
    parked: 0,
    missing: none(),
    orphans: none(),
  };
}
