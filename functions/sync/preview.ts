/** What a sync would write, field by field, found out without writing anything. */
import type { UpdateResult } from '../ports/crm.ts';
import type { Stored } from '../ports/snapshots.ts';
import type { PreviewPage, PreviewRequest } from '../records/api/sync.ts';
import { ref } from '../records/collection.ts';
import { type AccountDocument, accountName, accounts, noAccount } from '../records/documents.ts';
import { nothingToCrm } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { clearedFields, mappingOf } from './crm-fields.ts';
import { sameInCrm } from './field-values.ts';
import { isByHand, keptFields } from './kept-by-hand.ts';
import { type PendingAccount, pendingAccounts } from './pending-accounts.ts';
import { takenBack } from './pilot.ts';
import { noRecord, resolveRecords } from './sync-salesforce.ts';

/**
 * A page of accounts by id, or one account, against their records as they are now: looked up anew, as
 * reconcile does, so that what people moved there shows too. Nothing is written, here or there.
 * @throws Rejected `not-found`, and `conflict` where the pack has no mapping
 */
export async function previewSync(
  runtime: Runtime,
  { account, after, limit }: PreviewRequest,
): Promise<PreviewPage> {
  const { pack, snapshots } = runtime;
  const mapping = mappingOf(pack);
  const page =
    account === undefined
      ? await snapshots.query({
          collection: accounts,
          limit,
          ...(after !== undefined && { startAfter: { id: after } }),
        })
      : [await theAccount(snapshots, account)];
  const ids = page.map(({ id }) => id);
  const rows = await pendingAccounts(runtime, mapping, ids, 'to-record-found-anew');
  const refusals = await resolveRecords(runtime, mapping, rows);
  const found = rows.filter((row) => row.recordId !== null && !refusals.has(row));
  const names = new Map(page.map(({ id, data }) => [id, accountName(data)]));
  const { changes, gone } = await changesOf(runtime, mapping, found, names);
  const last = page.at(-1)?.id;
  const isLast = account !== undefined || page.length < limit || last === undefined;
  return {
    accounts: page.length,
    outside: page.length - rows.filter(({ isOutside }) => !isOutside).length,
    withheld: await nothingToCrm(runtime),
    changes,
    unwritable: [...refusals, ...gone].flatMap(([row, result]) =>
      result.outcome !== 'updated'
        ? [{ account: row.account, name: names.get(row.account) ?? null, ...saidOf(result) }]
        : [],
    ),
    ...(isLast ? {} : { next: last }),
  };
}

const saidOf = ({ code: why, reason }: { code: string; reason: string }) => ({ code: why, reason });

async function theAccount(
  snapshots: Runtime['snapshots'],
  id: string,
): Promise<Stored<AccountDocument>> {
  const found = await snapshots.get(ref(accounts, id));
  if (found) return found;
  throw noAccount(id);
}

async function changesOf(
  runtime: Runtime,
  mapping: SalesforceMapping,
  rows: readonly PendingAccount[],
  names: ReadonlyMap<string, string | null>,
): Promise<{ changes: PreviewPage['changes']; gone: [PendingAccount, UpdateResult][] }> {
  const gone: [PendingAccount, UpdateResult][] = [];
  if (rows.length === 0) return { changes: [], gone };
  const kept = new Set(keptFields(mapping));
  const outside = rows.filter(({ isOutside }) => isOutside);
  const taken = await takenBack(runtime, mapping, outside, clearedFields(mapping));
  const ids = rows.map(({ recordId }) => recordId ?? '');
  const fields = mapping.fields.map(({ name }) => name);
  const records = await runtime.crm.read(mapping.object, ids, fields);
  const changes = rows.flatMap((row) => {
    const { account, stored, isOutside } = row;
    const recordId = row.recordId ?? '';
    const found = records.get(recordId);
    if (!found) {
      const reason = `There is no ${mapping.object} ${recordId}.`;
      if (!isOutside) gone.push([row, { outcome: 'rejected', code: noRecord, reason }]);
      return [];
    }
    const wanted = isOutside ? (taken[outside.indexOf(row)] ?? {}) : row.fields;
    return Object.entries(wanted).flatMap(([field, value]) => {
      const before = found[field] ?? null;
      if (sameInCrm(value, before)) return [];
      if (kept.has(field) && isByHand(field, before, stored?.data.written)) return [];
      const name = names.get(account) ?? null;
      return [{ account, name, record: recordId, field, before, after: value }];
    });
  });
  return { changes, gone };
}
