/**
 * Records that are nobody's now: kept until all of a comparison is done, since only then it can be said
 * whether they are suspiciously many, and then emptied of what is ours.
 */
import type { FieldValue } from '../ports/crm.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  crmAccounts,
  type ReconciliationDocument,
  straysOf,
  unclaimedOf,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { columnsRead, note, type StrayRecord } from './compare-accounts.ts';
import { crmFields } from './crm-fields.ts';
import { leftOnStrays, marksOf, recordOf, type Stray } from './former-records.ts';
import { isCopy } from './likeness.ts';
import { isOutside } from './pilot.ts';

/** Strays in one document, and documents looked at one time: what one call of Salesforce reads. */
const straysPerDocument = 200;
const documentsPerPage = 10;
const documentsForgotten = 200;
/** Records that are emptied without a person having looked: more of them are a mistake, perhaps. */
const fewRecords = 10;
const shareOfRecords = 0.05;

/** Keeps what a page brought up, under its name: once, however often that page is compared. */
export async function keepStrays(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  reconciliation: string,
  page: string,
  strays: readonly StrayRecord[],
): Promise<void> {
  for (let first = 0; first < strays.length; first += straysPerDocument) {
    const group = strays.slice(first, first + straysPerDocument);
    await snapshots.set(ref(straysOf(reconciliation), `${page}${first}`), {
      strays: group.map(({ account, recordId }) => ({ account, record_id: recordId })),
    });
  }
}

/** Counts what is left of ours on some of them. @returns where the next ones begin */
export async function judgeStrays(
  runtime: Runtime,
  mapping: SalesforceMapping,
  id: string,
  report: ReconciliationDocument,
): Promise<string | null> {
  const page = await pageOf(runtime, id, report.cursor);
  for (const { account } of await leftOf(runtime, mapping, page.strays)) note(report.left, account);
  return page.next;
}

/** Whether they are so few that they are emptied without a person. */
export const mayEmpty = ({ left, compared }: ReconciliationDocument): boolean =>
  left.count <= Math.max(fewRecords, compared * shareOfRecords);

/**
 * Takes back what stands on some of them, unless they are suspiciously many, and forgets them: whatever
 * is refused is found again the next night. @returns whether there are more
 */
export async function emptyStrays(
  runtime: Runtime,
  mapping: SalesforceMapping,
  id: string,
  report: ReconciliationDocument,
): Promise<boolean> {
  const page = await pageOf(runtime, id, null);
  if (mayEmpty(report)) {
    const left = await leftOf(runtime, mapping, page.strays);
    if (left.length > 0) await runtime.crm.update(mapping.object, left);
  }
  for (const document of page.documents) {
    await runtime.snapshots.delete(ref(straysOf(id), document));
  }
  return page.next !== null || (await forgetUnclaimed(runtime, id));
}

/** @returns whether there may be more */
async function forgetUnclaimed({ snapshots }: Runtime, id: string): Promise<boolean> {
  const found = await snapshots.query({ collection: unclaimedOf(id), limit: documentsForgotten });
  for (const { id: name } of found) await snapshots.delete(ref(unclaimedOf(id), name));
  return found.length === documentsForgotten;
}

async function pageOf({ snapshots }: Runtime, id: string, after: string | null) {
  const page = await snapshots.query({
    collection: straysOf(id),
    limit: documentsPerPage,
    ...(after !== null && { startAfter: { id: after } }),
  });
  return {
    documents: page.map((document) => document.id),
    strays: page.flatMap(({ data }) => data.strays),
    next: page.length < documentsPerPage ? null : (page.at(-1)?.id ?? null),
  };
}

/** Whether the record names the account still, or again: where several do, what stood there stays. */
const isShownThere = (
  mapping: SalesforceMapping,
  account: string,
  document: AccountDocument,
  shows: Record<string, FieldValue>,
): boolean =>
  mapping.externalId !== null &&
  shows[mapping.externalId] === account &&
  document.state === 'active' &&
  !isOutside(mapping, document);

/** By the latest documents: an account's record is known anew since, where it was moved. */
async function leftOf(
  runtime: Runtime,
  mapping: SalesforceMapping,
  found: readonly { account: string; record_id: string }[],
): Promise<Awaited<ReturnType<typeof leftOnStrays>>> {
  if (found.length === 0) return [];
  const { snapshots, crm } = runtime;
  const documents = await snapshots.getAll(found.map(({ account }) => ref(accounts, account)));
  const states = await snapshots.getAll(found.map(({ account }) => ref(crmAccounts, account)));
  const records = await crm.read(
    mapping.object,
    found.map((one) => one.record_id),
    columnsRead(mapping),
  );
  const strays = found.flatMap(({ account, record_id: recordId }, i): Stray[] => {
    const [document, state] = [documents[i]?.data, states[i]?.data];
    const shows = records.get(recordId);
    if (!document || !state || !shows || isShownThere(mapping, account, document, shows)) return [];
    const fields = crmFields(mapping, document);
    const known = recordOf(state, recordId);
    if (!known && !isCopy(mapping, state, shows)) return [];
    const shown = known?.shown ?? marksOf(state);
    return [{ account, recordId, found: shows, shown, fields }];
  });
  return leftOnStrays(runtime, mapping, strays);
}
