import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import type { UpdateResult } from '../../../functions/ports/crm.ts';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import type { Row } from '../../../functions/ports/warehouse.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../../functions/records/documents.ts';
import type { SalesforceMapping } from '../../../functions/scorecard/language/pack/pack.ts';
import {
  changedSince,
  type PendingAccount,
  pendingAccounts,
  type Resend,
} from '../../../functions/sync/pending-accounts.ts';
import { recordOutcomes } from '../../../functions/sync/record-outcomes.ts';
import { accountOf, now } from '../../support/api/documents.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const mapping: SalesforceMapping = {
  object: 'Account',
  externalId: null,
  pilot: null,
  fields: [
    {
      name: 'Kenko_Health__c',
      value: { of: 'score', score: 'health', value: 'points' },
      keepByHand: false,
    },
  ],
} as unknown as SalesforceMapping;

let snapshots: Snapshots & { close(): void };
let logged: Row[];

beforeEach(async () => {
  snapshots = openSqliteSnapshots({ path: ':memory:' });
  logged = [];
  await show({ points: 50 });
});
afterEach(() => snapshots.close());

const show = (spec: { points: number; record?: string }): Promise<void> =>
  snapshots.set(
    ref(accounts, 'a1'),
    accountOf({
      id: 'a1',
      points: spec.points,
      attributes: { salesforce_id: spec.record ?? '001A' },
    }),
  );

const pending = (resend: Resend = 'no') => pendingAccounts({ snapshots }, mapping, ['a1'], resend);

async function attempt(rows: readonly PendingAccount[], result: UpdateResult) {
  const warehouse = { append: async (_: string, more: Row[]) => void logged.push(...more) };
  const runtime = { snapshots, warehouse, clock: virtualClock(now) } as unknown as Parameters<
    typeof recordOutcomes
  >[0];
  return recordOutcomes(
    runtime,
    'run-1',
    rows.map((row) => ({ row, result, sent: row.fields, written: {} })),
  );
}

const retry: UpdateResult = { outcome: 'retry', code: 'busy', reason: 'Later.' };
const state = async () => (await snapshots.get(ref(crmAccounts, 'a1')))?.data;

describe('an account', () => {
  it('is written once, and again when what it shows or its record is another', async () => {
    await attempt(await pending(), { outcome: 'updated' });
    expect(await pending()).toEqual([]);
    await show({ points: 60 });
    expect(await pending()).toMatchObject([{ fields: { Kenko_Health__c: 60 }, recordId: '001A' }]);
    await show({ points: 50, record: '001B' });
    expect(await pending()).toMatchObject([{ recordId: '001B' }]);
  });

  it('that waits is tried again; one that was refused is not', async () => {
    await attempt(await pending(), retry);
    expect(await state()).toMatchObject({ state: 'pending', synced_hash: null, code: 'busy' });
    expect(await pending()).toHaveLength(1);
    await attempt(await pending(), { outcome: 'rejected', code: 'too-long', reason: 'No.' });
    expect(await state()).toMatchObject({ state: 'parked' });
    expect(await pending()).toEqual([]);
    expect(await pending('to-record-known')).toHaveLength(1);
    expect(logged.map(({ outcome }) => outcome)).toEqual(['pending', 'parked']);
  });

  it('remembers its last success while later tries fail', async () => {
    const [first] = await pending();
    await attempt(await pending(), { outcome: 'updated' });
    await show({ points: 60 });
    await attempt(await pending(), retry);
    expect(await state()).toMatchObject({ state: 'pending', synced_hash: first?.hash });
  });

  it('goes round again where its document moved while it was written', async () => {
    const slow = await pending();
    await attempt(await pending(), { outcome: 'updated' });
    const { kept, again } = await attempt(slow, retry);
    expect({ kept, again }).toEqual({ kept: [], again: ['a1'] });
    expect(await state()).toMatchObject({ state: 'synced' });
  });

  it('is known to have changed while it was written, even back to what it was', async () => {
    const rows = await pending();
    expect(await changedSince({ snapshots }, rows)).toEqual([]);
    await show({ points: 60 });
    await show({ points: 50 });
    expect(await changedSince({ snapshots }, rows)).toEqual(['a1']);
  });
});
