/** Accounts that Salesforce refuses: listed, and tried again when somebody mended what it was. */
import type { ParkedList, RetryAnswer, RetryRequest } from '../records/api/sync.ts';
import { ref } from '../records/collection.ts';
import { accountName, accounts } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import { countParked, parkedAccounts, retryParked } from '../sync/parked-accounts.ts';
import { waitingSince } from '../sync/record-outcomes.ts';
import { decodeIdCursor, encodeCursor } from './cursors.ts';
import type { ParkedParameters } from './parameters.ts';

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
