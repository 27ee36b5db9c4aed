/** The record that carries the external id now is the account's, whatever people do in Salesforce. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import type { FieldValue } from '../../functions/ports/crm.ts';
import { ref } from '../../functions/records/collection.ts';
import { crmAccounts, type ReconciliationDocument } from '../../functions/records/documents.ts';
import { reconcile as reconcileNow } from '../../functions/sync/reconcile.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import type { Org } from '../support/contracts/salesforce-org.ts';
import { crmStateOf, openSystemWithOrg, reconciled } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, nextDay, usage } from '../support/system/tiny-data.ts';

let system: TestSystem;
let org: Org;
beforeEach(async () => {
  ({ system, org } = await openSystemWithOrg());
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
});
afterEach(() => system.close());

const ourFields = ['Kenko_Health__c', 'Kenko_Band__c', 'Kenko_Reasons__c', 'Kenko_Owner__c'];
const empty = Object.fromEntries(ourFields.map((name) => [name, null]));
const recordOf = (account: string): string =>
  String(system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === account)?.Id);
const shownOn = (id: string): FieldData => {
  const record = system.salesforce.accounts().find((one) => one.Id === id) ?? {};
  return Object.fromEntries(ourFields.map((name) => [name, record[name] ?? null]));
};
const stateOf = (account: string) => crmStateOf(system, account);

/** What an administrator does. */
async function edit(id: string, fields: Record<string, FieldValue>): Promise<void> {
  expect(await system.runtime.crm.update('Account', [{ id, fields }])).toEqual([
    { outcome: 'updated' },
  ]);
}
const nameAccount = (id: string, account: string | null) =>
  edit(id, { Kenko_Account_Id__c: account });
const remove = (id: string) => org.admin('DELETE', `/sobjects/Account/${id}`);
async function make(account: string | null): Promise<string> {
  const saved = (await org.admin('POST', '/composite/sobjects', {
    records: [{ attributes: { type: 'Account' }, Name: 'New', Kenko_Account_Id__c: account }],
  })) as { id: string }[];
  return saved[0]?.id ?? '';
}

let nights = 0;
function reconcile(): Promise<ReconciliationDocument> {
  nights += 1;
  return reconciled(system, new Date(Date.UTC(2026, 2, 1, 20, nights)).toISOString());
}
const lastEvent = () =>
  system.entries.filter(({ event }) => /^(reconciled|records-differ)$/.test(event)).at(-1)?.event;

async function everythingIsRight(): Promise<void> {
  expect(await reconcile()).toMatchObject({
    complete: true,
    differing: { count: 0 },
    moved: { count: 0 },
    left: { count: 0 },
    unsent: { count: 0 },
  });
}

describe('case 01: an external id on another record', () => {
  it('two that were swapped: each record shows the account that it names', async () => {
    const [r2, r3] = [recordOf('a2'), recordOf('a3')];
    const [two, three] = [shownOn(r2), shownOn(r3)];
    expect(two).not.toEqual(three);
    await nameAccount(r2, 'a3');
    await nameAccount(r3, 'a2');
    expect(await reconcile()).toMatchObject({ moved: { count: 2, examples: ['a2', 'a3'] } });
    expect(lastEvent()).toBe('records-differ');
    expect([shownOn(r2), shownOn(r3)]).toEqual([three, two]);
    expect([(await stateOf('a2'))?.record_id, (await stateOf('a3'))?.record_id]).toEqual([r3, r2]);
    await everythingIsRight();
    expect(lastEvent()).toBe('reconciled');
  });

  it('moved to a new record: the one before is emptied, and said', async () => {
    const r2 = recordOf('a2');
    const before = shownOn(r2);
    await nameAccount(r2, null);
    const other = await make('a2');
    expect(await reconcile()).toMatchObject({
      moved: { examples: ['a2'] },
      left: { examples: ['a2'] },
    });
    expect(shownOn(other)).toEqual(before);
    expect(shownOn(r2)).toEqual(empty);
    await everythingIsRight();
  });

  it('taken away: the record is emptied, the account has none', async () => {
    const r2 = recordOf('a2');
    await nameAccount(r2, null);
    await reconcile();
    expect(shownOn(r2)).toEqual(empty);
    expect(await stateOf('a2')).toMatchObject({ state: 'parked', code: 'no-record' });
    await nameAccount(r2, 'a2');
    await reconcile();
    expect((await stateOf('a2'))?.state).toBe('synced');
    expect(shownOn(r2).Kenko_Health__c).not.toBeNull();
    await everythingIsRight();
  });

  it('mistyped: an id that is no account of ours makes a record nobody’s', async () => {
    const r2 = recordOf('a2');
    await nameAccount(r2, 'a-2');
    await reconcile();
    expect(shownOn(r2)).toEqual(empty);
  });

  it('moved on while a change of the account is written to the record before', async () => {
    const r2 = recordOf('a2');
    await nameAccount(r2, null);
    const other = await make('a2');
    await nextDay(system, '2026-03-02');
    await execute(system, [
      "UPDATE source.accounts SET owner = 'new@example.com' WHERE account_id = 'a2'",
    ]);
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    expect(shownOn(r2).Kenko_Owner__c).toBe('new@example.com');
    await reconcile();
    expect(shownOn(other).Kenko_Owner__c).toBe('new@example.com');
    expect(shownOn(r2)).toEqual(empty);
    await everythingIsRight();
  });

  it('of an account that Salesforce refuses: its record shows nobody else meanwhile', async () => {
    const [r2, r3] = [recordOf('a2'), recordOf('a3')];
    await execute(system, [
      `UPDATE source.accounts SET owner = '${'x'.repeat(300)}' WHERE account_id = 'a3'`,
    ]);
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    expect((await stateOf('a3'))?.state).toBe('parked');
    await remove(r3);
    await nameAccount(r2, 'a3');
    await reconcile();
    await reconcile();
    expect((await stateOf('a3'))?.record_id).toBe(r2);
    expect(shownOn(r2)).toEqual(empty);
  });

  it('on two records: neither is written, until one of them has it', async () => {
    const r2 = recordOf('a2');
    const before = shownOn(r2);
    const other = await make('a2');
    await reconcile();
    expect(await stateOf('a2')).toMatchObject({ state: 'parked', code: 'ambiguous-record' });
    expect([shownOn(r2), shownOn(other)]).toEqual([before, empty]);
    await nameAccount(r2, null);
    await reconcile();
    expect(shownOn(other)).toEqual(before);
    await reconcile();
    expect(shownOn(r2)).toEqual(empty);
    await everythingIsRight();
  });
});

describe('a record that is no more', () => {
  it('was merged into another account’s, which shows that one still', async () => {
    const [r2, r3] = [recordOf('a2'), recordOf('a3')];
    const three = shownOn(r3);
    await remove(r3);
    await nameAccount(r2, 'a3');
    expect(await reconcile()).toMatchObject({ missing: { examples: ['a3'] } });
    expect(shownOn(r2)).toEqual(three);
    expect(await stateOf('a2')).toMatchObject({ state: 'parked', code: 'no-record' });
    await everythingIsRight();
  });

  it('is found by the next change, which goes to the account’s new one at once', async () => {
    await remove(recordOf('a2'));
    const other = await make('a2');
    const again = { pack: 'tiny', run: 'r', accounts: ['a2'] };
    await system.runtime.snapshots.transaction(async (tx) => {
      const known = await tx.get(ref(crmAccounts, 'a2'));
      if (known) tx.set(ref(crmAccounts, 'a2'), { ...known.data, state: 'pending' });
    });
    expect(await syncSalesforce(system.runtime, again)).toMatchObject({ updated: 1, parked: 0 });
    expect((await stateOf('a2'))?.record_id).toBe(other);
    expect(shownOn(other).Kenko_Band__c).not.toBeNull();
    await everythingIsRight();
  });

  it('is not missing where its account left; one that names it later shows nothing of it', async () => {
    await execute(system, [
      "UPDATE source.accounts SET valid_to = '2026-03-02T06:00:00Z' WHERE account_id = 'a2'",
    ]);
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    await remove(recordOf('a2'));
    const none = { count: 0, examples: [] };
    expect(await reconcile()).toMatchObject({ missing: none, parked: 0 });
    expect(await stateOf('a2')).toMatchObject({ state: 'synced', record_id: null });
    expect(await reconcile()).toMatchObject({ missing: none, unsent: none, parked: 0 });
    const other = await make('a2');
    await edit(other, { Kenko_Owner__c: 'somebody@example.com' });
    await reconcile();
    expect(await stateOf('a2')).toMatchObject({ state: 'synced', record_id: other });
    expect(shownOn(other)).toEqual(empty);
  });

  it('and has no successor leaves the account without one', async () => {
    await remove(recordOf('a2'));
    expect(await reconcile()).toMatchObject({ missing: { examples: ['a2'] } });
    expect(await stateOf('a2')).toMatchObject({ state: 'parked', code: 'no-record' });
  });
});

describe('what stands on a record that is nobody’s', () => {
  it('stays where a person typed it', async () => {
    const r2 = recordOf('a2');
    await nameAccount(r2, null);
    await edit(r2, { Kenko_Owner__c: 'somebody@example.com' });
    await reconcile();
    expect(shownOn(r2)).toEqual({ ...empty, Kenko_Owner__c: 'somebody@example.com' });
  });

  it('is ours also where no answer told whether it had arrived', async () => {
    const r2 = recordOf('a2');
    await execute(system, [
      "UPDATE source.accounts SET owner = 'newer@example.com' WHERE account_id = 'a2'",
    ]);
    org.fault = ({ method, url }) =>
      method === 'PATCH' && url.includes('/composite/sobjects') ? 'drop-after' : undefined;
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    expect(await stateOf('a2')).toMatchObject({ state: 'pending' });
    expect(shownOn(r2).Kenko_Owner__c).toBe('newer@example.com');
    org.fault = () => undefined;
    await nameAccount(r2, null);
    await reconcile();
    await reconcile();
    expect(shownOn(r2)).toEqual(empty);
  });

  it('is ours also where one attempt arrived unsaid, and the next was refused', async () => {
    const r2 = recordOf('a2');
    await execute(system, [
      "UPDATE source.accounts SET owner = 'newer@example.com' WHERE account_id = 'a2'",
    ]);
    let attempts = 0;
    org.fault = ({ method, url }) => {
      if (method !== 'PATCH' || !url.includes('/composite/sobjects')) return undefined;
      attempts += 1;
      if (attempts === 1) return 'drop-after';
      return { refusedRows: () => 'FIELD_CUSTOM_VALIDATION_EXCEPTION' };
    };
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    expect(await stateOf('a2')).toMatchObject({ state: 'parked' });
    expect(shownOn(r2).Kenko_Owner__c).toBe('newer@example.com');
    org.fault = () => undefined;
    await nameAccount(r2, null);
    await make('a2');
    await reconcile();
    await execute(system, [
      "UPDATE source.accounts SET owner = 'newest@example.com' WHERE account_id = 'a2'",
    ]);
    await nextDay(system, '2026-03-03');
    await system.score('2026-03-03T17:00:00Z');
    await system.settle();
    await reconcile();
    expect(shownOn(r2)).toEqual(empty);
  });

  it('of very many at once is left to a person', async () => {
    const extra = Array.from({ length: 11 }, (_, i) => `b${i}`);
    await execute(
      system,
      extra.flatMap((id) => [
        `INSERT INTO source.accounts VALUES ('${id}', 'B', 'csm-1@example.com', NULL, NULL)`,
        usage(id, '2026-03-02', 3, 90),
      ]),
    );
    system.salesforce.seedAccounts(
      extra.map((id) => ({ Kenko_Account_Id__c: id, Name: `Record of ${id}` })),
    );
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    const records = extra.map(recordOf);
    for (const id of records) await nameAccount(id, null);
    await reconcileNow(system.runtime, { slot: '2026-03-02T20:00:00Z' });
    expect(system.entries.find(({ event }) => event === 'records-left')).toMatchObject({
      severity: 'ERROR',
      left: 11,
    });
    expect(records.map((id) => shownOn(id).Kenko_Owner__c)).toEqual(
      records.map(() => 'csm-1@example.com'),
    );
  });
});

it('what Salesforce refused is tried again every night, and arrives once it was mended there', async () => {
  org.fault = ({ method, url, body }) =>
    method === 'PATCH' && url.includes('/composite/sobjects')
      ? {
          status: 200,
          body: (JSON.parse(body) as { records: unknown[] }).records.map(() => ({
            success: false,
            errors: [{ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Industry' }],
          })),
        }
      : undefined;
  await nextDay(system, '2026-03-02');
  await system.score('2026-03-02T17:00:00Z');
  await system.settle();
  expect(await stateOf('a2')).toMatchObject({ state: 'parked' });
  await reconcile();
  expect(lastEvent()).toBe('records-differ');
  org.fault = () => undefined;
  await reconcile();
  expect((await stateOf('a2'))?.state).toBe('synced');
  await everythingIsRight();
});
