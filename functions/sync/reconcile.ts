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
import { nothingToCrm } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { crmFields } from './crm-fields.ts';
import { sameInCrm } from './field-values.ts';
import { leftOnStrays, type Stray, sameRecord } from './former-records.ts';
import { isByHand, keptFields } from './kept-by-hand.ts';
import { fieldsHash } from './pending-accounts.ts';
import { noRecord } from './sync-salesforce.ts';

/** Accounts compared at a time: what one call of Salesforce reads. */
const accountsPerPage = 2_000;
const accountsPerMessage = 200;
const mostExamples = 100;
/** Records that are emptied without a person having looked: more of them are a mistake, perhaps. */
const fewRecords = 10;
const shareOfRecords = 0.05;

/** What reconcile answers its caller, and logs. */
export interface ReconcileAnswer {
  reconciliation: string;
  complete: boolean;
  compared: number;
  resent: number;
}

/**
 * Compares every mapped field of every account in Salesforce with the latest results, sends
 * what differs again, and reports accounts without a record and records without an account. The
 * record that carries the external id now is the account's: one that was written to before is
 * emptied of what is ours, unless another account has it. Rows that Salesforce refused are tried
 * again, since nothing else tells that they were mended there. A value that a person typed over
 * ours is repaired, or kept where the mapping says so. Stops, and says so, where Salesforce has
 * no calls left for it; the next night begins anew. Nothing is compared while nothing is written
 * since most accounts have been unknown since the pack's first run.
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
  const withheld = await nothingToCrm(runtime);
  if (mapping && !withheld) {
    try {
      const strays = await compareAccounts(runtime, mapping, report, resend);
      await compareRecords(runtime, mapping, report, resend);
      await emptyRecords(runtime, mapping, strays, report);
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      report.complete = false;
      log.syncDelayed({ run: `reconcile~${id}`, accounts: 0, code: error.code });
    }
  }
  if (withheld) {
    report.complete = false;
    log.syncDelayed({ run: `reconcile~${id}`, accounts: 0, code: 'run-withheld' });
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
    moved: report.moved.count,
    left: report.left.count,
    complete: report.complete,
  };
  if (isReconciled(report)) log.reconciled(counts);
  else if (found(report) > 0) log.recordsDiffer(counts);
  return { reconciliation: id, complete: report.complete, compared: report.compared, resent };
}

/** What is to be looked at: something stands in Salesforce that should not, or does not that should. */
const found = ({
  differing,
  missing,
  parked,
  moved,
  left,
  unsent,
}: ReconciliationDocument): number =>
  // Records of customers who left before Kenko came name no account of ours, and never will.
  differing.count + missing.count + parked + moved.count + left.count + unsent.count;

const isReconciled = (report: ReconciliationDocument): boolean =>
  report.complete && found(report) === 0;

type Resend = (accounts: readonly string[]) => Promise<void>;

/** Every account of ours against its record. @returns records that may show what is not theirs */
async function compareAccounts(
  runtime: Runtime,
  mapping: SalesforceMapping,
  report: ReconciliationDocument,
  resend: Resend,
): Promise<Stray[]> {
  const strays: Stray[] = [];
  for await (const page of pagesOfAccounts(runtime)) {
    const states = await runtime.snapshots.getAll(page.map(({ id }) => ref(crmAccounts, id)));
    const again: string[] = [];
    const written: { account: Stored<AccountDocument>; crm: CrmDocument }[] = [];
    for (const [i, account] of page.entries()) {
      const crm = states[i]?.data;
      const hash = fieldsHash(mapping.object, crmFields(mapping, account.data));
      if (crm?.hash === hash && crm.state === 'parked') {
        report.parked += 1;
        if (crm.code === noRecord && !isAbsent(account)) note(report.missing, account.id);
        // One without a record is sent where the list of records names it.
        else again.push(account.id);
      } else if (crm?.hash === hash && crm.state === 'synced') {
        // One that left needs none; where a record names it after all, the list of records tells.
        if (crm.record_id !== null) written.push({ account, crm });
      } else {
        note(report.unsent, account.id);
        again.push(account.id);
      }
    }
    const records = await runtime.crm.read(
      mapping.object,
      written.map(({ crm }) => crm.record_id ?? ''),
      columnsRead(mapping),
    );
    for (const { account, crm } of written) {
      const recordId = crm.record_id ?? '';
      const record = records.get(recordId);
      if (!record) {
        if (!isAbsent(account)) note(report.missing, account.id);
        again.push(account.id);
        continue;
      }
      if (mapping.externalId !== null && record[mapping.externalId] !== account.id) {
        note(report.moved, account.id);
        again.push(account.id);
        strays.push(strayOf(mapping, account, { record_id: recordId, shown: crm.shown }, record));
        continue;
      }
      report.compared += 1;
      if (compareFields(mapping, account, crm, record, report)) again.push(account.id);
    }
    await resend(again);
    strays.push(...(await formerRecords(runtime, mapping, page, states)));
  }
  return strays;
}

const isAbsent = ({ data }: Stored<AccountDocument>): boolean => data.state === 'absent';

const columnsRead = ({ fields, externalId }: SalesforceMapping): string[] => [
  ...new Set([...fields.map(({ name }) => name), ...(externalId === null ? [] : [externalId])]),
];

const strayOf = (
  mapping: SalesforceMapping,
  account: Stored<AccountDocument>,
  { record_id: recordId, shown }: CrmDocument['former'][number],
  found: Stray['found'],
): Stray => {
  const fields = crmFields(mapping, account.data);
  return { account: account.id, recordId, found, shown, fields };
};

/** Records that were accounts' before, as far as they are still there. */
async function formerRecords(
  { crm }: Runtime,
  mapping: SalesforceMapping,
  page: readonly Stored<AccountDocument>[],
  states: readonly (Stored<CrmDocument> | undefined)[],
): Promise<Stray[]> {
  const ids = states.flatMap((state) => state?.data.former.map((one) => one.record_id) ?? []);
  if (ids.length === 0) return [];
  const records = await crm.read(mapping.object, ids, columnsRead(mapping));
  return page.flatMap((account, i) =>
    (states[i]?.data.former ?? []).flatMap((former) => {
      const found = records.get(former.record_id);
      return found ? [strayOf(mapping, account, former, found)] : [];
    }),
  );
}

/** Takes back what stands on records that are nobody's now, unless they are suspiciously many. */
async function emptyRecords(
  runtime: Runtime,
  mapping: SalesforceMapping,
  strays: readonly Stray[],
  report: ReconciliationDocument,
): Promise<void> {
  const left = await leftOnStrays(runtime, mapping, strays);
  for (const { account } of left) note(report.left, account);
  const most = Math.max(fewRecords, report.compared * shareOfRecords);
  if (left.length > most) {
    runtime.log.recordsLeft({ left: left.length, compared: report.compared });
    return;
  }
  // Whatever is refused is found again the next night.
  if (left.length > 0) await runtime.crm.update(mapping.object, left);
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
    for (const [i, { id: recordId, externalId: id }] of page.records.entries()) {
      const state = states[i]?.data;
      if (!documents[i]) note(report.orphans, id);
      // The record came after we had looked for it.
      else if (state?.state === 'parked' && state.code === noRecord) found.add(id);
      // It is not the one that is written to: a second one has the id, or moved meanwhile.
      else if (state?.state === 'synced' && !sameRecord(state.record_id, recordId)) found.add(id);
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
    moved: none(),
    left: none(),
  };
}
