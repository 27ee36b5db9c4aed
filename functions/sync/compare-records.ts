/** A page of records against the accounts that they are of. */
import { sameRecord, shortId } from '../ports/record-ids.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type CrmDocument,
  crmAccounts,
  type ReconciliationDocument,
  type UnclaimedRecord,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { type ComparedPage, columnsRead, note } from './compare-accounts.ts';
import { keepUnclaimed } from './copies.ts';
import { marksOf } from './former-records.ts';
import { countAlike, marksShown } from './likeness.ts';
import { isOutside, isUntouched } from './pilot.ts';
import { accountsNaming } from './shared-records.ts';
import { noRecord } from './sync-salesforce.ts';

/** An account that a record names, or whose row in the team's table names the record. */
interface Claim {
  account: string;
  /** Whether there is a document of it; what it holds is read for a pilot only. */
  exists: boolean;
  document: AccountDocument | undefined;
  state: CrmDocument | undefined;
}
type Listed = { id: string; externalId: string | null };

/**
 * Records that name an account or show something in our fields, from one on: of one of ours, and found by
 * it? Counted in the report; those that are nobody's are kept.
 */
export async function compareRecords(
  runtime: Runtime,
  mapping: SalesforceMapping,
  id: string,
  report: ReconciliationDocument,
): Promise<Omit<ComparedPage, 'strays'>> {
  const { object, externalId: externalIdField } = mapping;
  // What people fill in stands on others' records, too.
  const showing = mapping.fields.filter((one) => !one.keepByHand).map(({ name }) => name);
  const page = await runtime.crm.list(object, { externalIdField, showing }, report.cursor);
  const claims = await claimsOn(runtime, mapping, page.records);
  const again = new Set<string>();
  const nobodys: Listed[] = [];
  for (const record of page.records) {
    const its = claims.get(record.id) ?? [];
    if (record.externalId !== null && !its[0]?.exists) note(report.orphans, record.externalId);
    const toSend = its.filter((claim) => isToBeSent(mapping, claim, record.id));
    for (const { account } of toSend) again.add(account);
    if (toSend.length === 0 && !its.some((claim) => isKept(mapping, claim, record.id))) {
      nobodys.push(record);
    }
  }
  const unclaimed = await unclaimedAmong(runtime, mapping, nobodys, claims);
  await keepUnclaimed(runtime, id, `${report.cursor ?? ''} `, unclaimed, report);
  return { again: [...again], next: page.next };
}

async function claimsOn(
  { snapshots }: Runtime,
  { externalId, pilot }: SalesforceMapping,
  records: readonly Listed[],
): Promise<Map<string, Claim[]>> {
  const named = records.flatMap(({ id, externalId: account }) =>
    account === null ? [] : [{ id, account }],
  );
  const pairs: ({ id: string } & Omit<Claim, 'state'>)[] = [];
  if (externalId === null) {
    const naming = await accountsNaming(
      snapshots,
      records.map(({ id }) => id),
    );
    for (const { id } of records) {
      for (const { id: account, data: document } of naming.get(shortId(id)) ?? []) {
        pairs.push({ id, account, exists: true, document });
      }
    }
  } else {
    const refs = named.map(({ account }) => ref(accounts, account));
    const known = await snapshots.versions(refs);
    const documents = pilot === null ? [] : await snapshots.getAll(refs);
    for (const [i, one] of named.entries()) {
      const exists = known[i] !== undefined;
      pairs.push({ ...one, exists, document: documents[i]?.data });
    }
  }
  const states = await snapshots.getAll(pairs.map(({ account }) => ref(crmAccounts, account)));
  const claims = new Map<string, Claim[]>();
  for (const [i, { id, ...pair }] of pairs.entries()) {
    const claim = { ...pair, state: states[i]?.data };
    claims.set(id, [...(claims.get(id) ?? []), claim]);
  }
  return claims;
}

/** Whether the account is sent there by what the record says: it is found by its external id alone. */
function isToBeSent(
  mapping: SalesforceMapping,
  { exists, document, state }: Claim,
  recordId: string,
): boolean {
  if (mapping.externalId === null || !exists) return false;
  if (document && isUntouched(mapping, document, state)) return false;
  // The record came after we had looked for it.
  if (state?.state === 'parked') return state.code === noRecord;
  // It is not the one that is written to: a second one has the id, or moved meanwhile.
  return state?.state === 'synced' && !sameRecord(state.record_id, recordId);
}

/** Whether the account's sync sees to what the record shows. */
function isKept(
  mapping: SalesforceMapping,
  { exists, document, state }: Claim,
  recordId: string,
): boolean {
  if (!exists) return false;
  if (document && isOutside(mapping, document))
    return sameRecord(state?.record_id ?? null, recordId);
  return state?.state !== 'parked';
}

/** Of records that nobody writes to, those that show something which is not their own account's. */
async function unclaimedAmong(
  { crm }: Runtime,
  mapping: SalesforceMapping,
  records: readonly Listed[],
  claims: ReadonlyMap<string, Claim[]>,
): Promise<UnclaimedRecord[]> {
  if (records.length === 0) return [];
  const ids = records.map(({ id }) => id);
  const found = await crm.read(mapping.object, ids, columnsRead(mapping));
  return ids.flatMap((recordId) => {
    const shown = marksShown(mapping, found.get(recordId) ?? {});
    const fields = Object.keys(shown).length;
    const its = claims.get(recordId) ?? [];
    const isItsOwn = its.some(({ state }) => state && countAlike(marksOf(state), shown) === fields);
    if (fields === 0 || isItsOwn) return [];
    const names = its[0]?.account ?? null;
    return [{ record_id: recordId, names, shown, account: null, alike: 0 }];
  });
}
