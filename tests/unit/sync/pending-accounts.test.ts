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
  type ShownAccounts,
} from '../../../functions/sync/pending-accounts.ts';
import { recordFound, recordOutcomes } from '../../../functions/sync/record-outcomes.ts';
import { accountOf, now } from '../../support/api/documents.ts';
import { countedSnapshots } from '../../support/counted-ports.ts';
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

const runtimeAt = (at: Date) => {
  const warehouse = { append: async (_: string, more: Row[]) => void logged.push(...more) };
  return { snapshots, warehouse, clock: virtualClock(at) } as unknown as Parameters<
    typeof recordOutcomes
  >[0];
};

async function attempt(
  rows: readonly PendingAccount[],
  result: UpdateResult,
  { run = 'run-1', at = now } = {},
) {
  return recordOutcomes(
    runtimeAt(at),
    run,
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

  it('whose record was found moved meanwhile: what was found is not kept over it', async () => {
    const slow = await pending();
    await recordFound(runtimeAt(now), 'run-1', slow);
    expect(await state()).toMatchObject({ state: 'pending', record_id: '001A', run: 'run-1' });
    await attempt(await pending(), { outcome: 'updated' });
    await recordFound(runtimeAt(now), 'run-2', slow);
    expect(await state()).toMatchObject({ state: 'synced', run: 'run-1' });
  });

  it('is of the run that brought its content, also where that is sent again', async () => {
    await attempt(await pending(), { outcome: 'updated' });
    await attempt(await pending('to-record-known'), { outcome: 'updated' }, { run: 'run-2' });
    expect((await state())?.run).toBe('run-1');
    await show({ points: 60 });
    await attempt(await pending(), { outcome: 'updated' }, { run: 'run-3' });
    expect((await state())?.run).toBe('run-3');
  });

  it('waits since its first failure, until it is written', async () => {
    const at = new Date(now.getTime() + 3_600_000);
    await attempt(await pending(), retry);
    await attempt(await pending(), retry, { at });
    expect(await state()).toMatchObject({ since: now.toISOString(), at: at.toISOString() });
    await attempt(await pending(), { outcome: 'updated' }, { at });
    expect((await state())?.since).toBeNull();
  });

  it.each([
    ['in 15 characters', '001A0000006Vm9r', '001A0000006Vm9rIAC'],
    ['in 18 characters', '001A0000006Vm9rIAC', '001A0000006Vm9r'],
  ])(
    'has not moved where its record is named %s once, and otherwise then',
    async (_, one, other) => {
      await show({ points: 50, record: one });
      await attempt(await pending(), { outcome: 'updated' });
      await show({ points: 50, record: other });
      expect(await pending()).toEqual([]);
    },
  );

  it('has no record where the column is blank', async () => {
    await show({ points: 50, record: ' ' });
    expect(await pending()).toMatchObject([{ recordId: null }]);
  });

  it('is read once while its document stays, and again once that moved', async () => {
    const { snapshots: counting, counts } = countedSnapshots(snapshots);
    const shown: ShownAccounts = new Map();
    const asked = async () => {
      const read: string[] = [];
      const noting: Snapshots = {
        ...counting,
        getAll: (refs) => {
          read.push(...refs.map(({ collection }) => collection.path));
          return counting.getAll(refs);
        },
      };
      const rows = await pendingAccounts({ snapshots: noting }, mapping, ['a1'], 'no', shown);
      return { read, fields: rows[0]?.fields };
    };
    const first = { Kenko_Health__c: 50 };
    expect(await asked()).toEqual({ read: ['crm', 'accounts'], fields: first });
    expect(await asked()).toEqual({ read: ['crm'], fields: first });
    await show({ points: 60 });
    expect(await asked()).toEqual({ read: ['crm', 'accounts'], fields: { Kenko_Health__c: 60 } });
    await snapshots.delete(ref(accounts, 'a1'));
    expect(await asked()).toEqual({ read: ['crm', 'accounts'], fields: undefined });
    // Of a document that is known its version is read, which is a read, too.
    expect(counts.reads).toBe(2 + 2 + 3 + 3);
  });

  it('is known to have changed while it was written, even back to what it was', async () => {
    const rows = await pending();
    expect(await changedSince({ snapshots }, rows)).toEqual([]);
    await show({ points: 60 });
    await show({ points: 50 });
    expect(await changedSince({ snapshots }, rows)).toEqual(['a1']);
  });
});
