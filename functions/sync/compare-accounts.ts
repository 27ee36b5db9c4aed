/** A page of accounts against their records. */
import type { FieldValue } from '../ports/crm.ts';
import { sameRecord } from '../ports/record-ids.ts';
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type CrmDocument,
  crmAccounts,
  type ReconciliationDocument,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { crmFields, writtenTo } from './crm-fields.ts';
import { sameInCrm } from './field-values.ts';
import { isByHand, keptFields } from './kept-by-hand.ts';
import { fieldsHash, recordIdColumn } from './pending-accounts.ts';
import { isUntouched } from './pilot.ts';
import { noRecord } from './sync-salesforce.ts';

/** Accounts compared at a time: what one call of Salesforce reads. */
const accountsPerPage = 2_000;
const mostExamples = 100;

/** A record that may show what is an account's, and is not that account's. */
export interface StrayRecord {
  account: string;
  recordId: string;
}

/** What a page comes to, beside what the report counts of it. */
export interface ComparedPage {
  /** Accounts to be sent again. */
  again: string[];
  strays: StrayRecord[];
  /** Where the next page begins; null where there is none. */
  next: string | null;
}

interface WrittenAccount {
  account: Stored<AccountDocument>;
  crm: CrmDocument;
  /** What its record should show. */
  fields: Record<string, FieldValue>;
}

/** Accounts of ours, from one on, against their records: counted in the report. */
export async function compareAccounts(
  runtime: Runtime,
  mapping: SalesforceMapping,
  report: ReconciliationDocument,
  after: string | null,
): Promise<ComparedPage> {
  const page = await runtime.snapshots.query({
    collection: accounts,
    limit: accountsPerPage,
    ...(after !== null && { startAfter: { id: after } }),
  });
  const strays: StrayRecord[] = [];
  const states = await runtime.snapshots.getAll(page.map(({ id }) => ref(crmAccounts, id)));
  const again: string[] = [];
  const written: WrittenAccount[] = [];
  for (const [i, account] of page.entries()) {
    const crm = states[i]?.data;
    if (isUntouched(mapping, account.data, crm)) continue;
    if (!crm || crm.state === 'pending') {
      note(report.unsent, account.id);
      again.push(account.id);
      continue;
    }
    const fields = crmFields(mapping, account.data);
    const hash = fieldsHash(writtenTo(mapping), fields);
    if (crm.hash === hash && crm.state === 'parked') {
      report.parked += 1;
      if (crm.code === noRecord && !isAbsent(account)) note(report.missing, account.id);
      // One without a record is sent where the list of records names it.
      else again.push(account.id);
    } else if (crm.hash === hash) {
      // One that left needs none; where a record names it after all, the list of records tells.
      if (crm.record_id !== null) written.push({ account, crm, fields });
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
  for (const one of written) {
    const { account, crm } = one;
    const recordId = crm.record_id ?? '';
    const record = records.get(recordId);
    if (!record) {
      if (!isAbsent(account)) note(report.missing, account.id);
      again.push(account.id);
      continue;
    }
    if (!isItsRecord(mapping, account, recordId, record)) {
      note(report.moved, account.id);
      again.push(account.id);
      strays.push({ account: account.id, recordId });
      continue;
    }
    report.compared += 1;
    if (compareFields(mapping, one, record, report)) again.push(account.id);
  }
  const former = page.flatMap(({ id: account }, i) =>
    (states[i]?.data.former ?? []).map(({ record_id: recordId }) => ({ account, recordId })),
  );
  const next = page.length < accountsPerPage ? null : (page.at(-1)?.id ?? null);
  return { again, strays: [...strays, ...former], next };
}

const isAbsent = ({ data }: Stored<AccountDocument>): boolean => data.state === 'absent';

/** Columns that tell what a record shows, and of whom. */
export const columnsRead = ({ fields, externalId }: SalesforceMapping): string[] => [
  ...new Set([...fields.map(({ name }) => name), ...(externalId === null ? [] : [externalId])]),
];

/** Whether the record that was written to is the account's now. */
function isItsRecord(
  mapping: SalesforceMapping,
  account: Stored<AccountDocument>,
  recordId: string,
  record: Record<string, FieldValue>,
): boolean {
  if (mapping.externalId !== null) return record[mapping.externalId] === account.id;
  return sameRecord(recordIdColumn(mapping, account.data), recordId);
}

/** @returns whether a field differs that is to be repaired */
function compareFields(
  mapping: SalesforceMapping,
  { account, crm, fields }: WrittenAccount,
  record: Record<string, FieldValue>,
  report: ReconciliationDocument,
): boolean {
  const kept = new Set(keptFields(mapping));
  const differing = Object.entries(fields)
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

export function note(found: ReconciliationDocument['differing'], account: string): void {
  found.count += 1;
  if (found.examples.length < mostExamples) found.examples.push(account);
}
