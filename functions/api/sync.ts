/** How far the comparison with Salesforce is; accounts that it refuses, listed and tried again. */
import type {
  ComparisonAnswer,
  ParkedList,
  RetryAnswer,
  RetryRequest,
} from '../records/api/sync.ts';
import { ref } from '../records/collection.ts';
import {
  accountName,
  accounts,
  type ReconciliationDocument,
  reconciliations,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import { countParked, parkedAccounts, retryParked } from '../sync/parked-accounts.ts';
import { waitingSince } from '../sync/record-outcomes.ts';
import { decodeIdCursor, encodeCursor } from './cursors.ts';
import type { ParkedParameters } from './parameters.ts';

/** Comparisons among which the one under way, and the last that ended, are looked for. */
const latest = 10;

export async function getComparison({
  snapshots,
  pack,
}: Pick<Runtime, 'snapshots' | 'pack'>): Promise<ComparisonAnswer> {
  const found = await snapshots.query({
    collection: reconciliations,
    where: [{ field: 'pack', op: '==', value: pack.id }],
    orderBy: { field: 'started_at', direction: 'desc' },
    limit: latest,
  });
  let current: ComparisonAnswer['current'] = null;
  let last: ComparisonAnswer['last'] = null;
  for (const { data } of found) {
    const { state, started_at, ended_at, step, compared } = data;
    if (state !== 'ended') current ??= { state, started_at, seen_at: ended_at, step, compared };
    else if (data.complete) last ??= { started_at, ended_at, found: foundBy(data) };
  }
  return { current, last };
}

const foundBy = (data: ReconciliationDocument) => ({
  compared: data.compared,
  differing: data.differing.count,
  kept: data.kept.count,
  unsent: data.unsent.count,
  parked: data.parked,
  missing: data.missing.count,
  moved: data.moved.count,
  left: data.left.count,
  orphans: data.orphans.count,
  typed: data.typed.count,
});

/** By id. @throws Rejected `bad-request` for a bad cursor */
export async function listParked(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  { limit, cursor }: ParkedParameters,
): Promise<ParkedList> {
  const after = cursor === undefined ? undefined : decodeIdCursor(cursor).id;
  const [count, { page, next }] = await Promise.all([
    countParked({ snapshots }),
    parkedAccounts({ snapshots }, { limit, after }),
  ]);
  const documents = await snapshots.getAll(page.map(({ id }) => ref(accounts, id)));
  return {
    count,
    accounts: page.map(({ id, data }, i) => {
      const document = documents[i]?.data;
      return {
        account: id,
        name: document ? accountName(document) : null,
        record_id: data.record_id,
        code: data.code ?? '',
        reason: data.reason ?? '',
        fields: data.fields,
        since: waitingSince(data) ?? data.at,
        tried_at: data.at,
      };
    }),
    ...(next === undefined ? {} : { next: encodeCursor({ id: next }) }),
  };
}

/** @throws Rejected as `retryParked` does, and `bad-request` for a bad cursor */
export async function retry(
  runtime: Pick<Runtime, 'snapshots' | 'bus' | 'pack' | 'clock'>,
  { account, cursor }: RetryRequest,
): Promise<RetryAnswer> {
  const after = cursor === undefined ? undefined : decodeIdCursor(cursor).id;
  const { accounts: sent, next } = await retryParked(runtime, { account, after });
  return {
    accounts: sent,
    ...(next === undefined ? {} : { next: encodeCursor({ id: next }) }),
  };
}
