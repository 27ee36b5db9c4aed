/** Fields on records of the org's own, one below each Account, whatever becomes of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import { sameRecord } from '../../functions/ports/record-ids.ts';
import type { ReconciliationDocument } from '../../functions/records/documents.ts';
import { previewSync } from '../../functions/sync/preview.ts';
import type { Org } from '../support/contracts/salesforce-org.ts';
import { crmStateOf, openSystemWithOrg, reconciled } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, nextDay } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const child = { object: 'Kenko_Health__c', lookup: 'Account__c', key: 'Kenko_Key__c' };
const path = 'rules/tiny/salesforce.yaml';
const mapping = (tinyPackFiles().get(path) ?? '').replace(
  'object: Account',
  `object: Account\nchild: ${JSON.stringify(child)}`,
);

let system: TestSystem;
let org: Org;
async function begin(text = mapping): Promise<void> {
  ({ system, org } = await openSystemWithOrg({ files: tinyPackFiles({ [path]: text }) }));
  await createWorld(system);
}
async function scored(day = '2026-03-01'): Promise<void> {
  await system.score(`${day}T17:00:00Z`);
  await system.settle();
}
afterEach(() => system.close());

const ourFields = ['Kenko_Health__c', 'Kenko_Band__c', 'Kenko_Reasons__c', 'Kenko_Owner__c'];
const empty = Object.fromEntries(ourFields.map((name) => [name, null]));
const children = () => system.salesforce.children();
const accountOf = (id: string): string =>
  String(system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === id)?.Id);
const shown = (record: FieldData | undefined): FieldData =>
  Object.fromEntries(ourFields.map((name) => [name, record?.[name] ?? null]));
const below = (record: string): FieldData | undefined =>
  children().find((one) => one.Account__c === record && one.Kenko_Key__c === record);
const edit = (object: string, record: unknown, fields: FieldData) =>
  org.admin('PATCH', `/sobjects/${object}/${record}`, fields);

let nights = 0;
function reconcile(): Promise<ReconciliationDocument> {
  nights += 1;
  return reconciled(system, new Date(Date.UTC(2026, 2, 1, 20, nights)).toISOString());
}
async function everythingIsRight(): Promise<void> {
  const none = { count: 0, examples: [] };
  expect(await reconcile()).toMatchObject({
    ...{ complete: true, differing: none, moved: none, left: none, unsent: none, missing: none },
  });
}

describe('where fields stand below Accounts', () => {
  beforeEach(async () => {
    await begin();
    await scored();
  });

  it('each Account gets one record, and nothing of Account itself is written', async () => {
    expect(children()).toHaveLength(9);
    for (const account of system.salesforce.accounts()) {
      const record = below(String(account.Id));
      expect(record?.Kenko_Health__c).toEqual(expect.any(Number));
      expect(account.LastModifiedDate).toBe(account.CreatedDate);
      expect('Kenko_Health__c' in account).toBe(false);
    }
    // The Account is what is known of it: tasks go there.
    expect((await crmStateOf(system, 'a2'))?.record_id).toBe(accountOf('a2'));
    await everythingIsRight();
    expect(children()).toHaveLength(9);
  });

  it('another result is written over it, and no second record is made', async () => {
    const before = below(accountOf('a2'));
    await execute(system, [
      "UPDATE source.accounts SET owner = 'new@example.com' WHERE account_id = 'a2'",
    ]);
    await nextDay(system, '2026-03-02');
    await scored('2026-03-02');
    expect(below(accountOf('a2'))).toMatchObject({
      Id: before?.Id,
      Kenko_Owner__c: 'new@example.com',
    });
    expect(children()).toHaveLength(9);
  });

  it('one that was deleted is made again at night', async () => {
    const before = shown(below(accountOf('a2')));
    await org.admin('DELETE', `/sobjects/${child.object}/${below(accountOf('a2'))?.Id}`);
    expect(await reconcile()).toMatchObject({ differing: { examples: ['a2'] } });
    expect(shown(below(accountOf('a2')))).toEqual(before);
    await everythingIsRight();
  });

  it('one that a person moved to another Account comes back', async () => {
    const [r2, r3] = [accountOf('a2'), accountOf('a3')];
    const [two, three] = [shown(below(r2)), shown(below(r3))];
    await edit(child.object, below(r2)?.Id, { Account__c: r3 });
    for (const _ of [1, 2]) await reconcile();
    expect([shown(below(r2)), shown(below(r3))]).toEqual([two, three]);
    await everythingIsRight();
  });

  it('ids of two Accounts that were swapped: each shows the account that it names', async () => {
    const [r2, r3] = [accountOf('a2'), accountOf('a3')];
    const [two, three] = [shown(below(r2)), shown(below(r3))];
    expect(two).not.toEqual(three);
    await edit('Account', r2, { Kenko_Account_Id__c: 'a3' });
    await edit('Account', r3, { Kenko_Account_Id__c: 'a2' });
    await reconcile();
    expect([shown(below(r2)), shown(below(r3))]).toEqual([three, two]);
    await everythingIsRight();
  });

  it('an Account that lost its id shows nothing: its record is emptied, not deleted', async () => {
    const r2 = accountOf('a2');
    await edit('Account', r2, { Kenko_Account_Id__c: null });
    await reconcile();
    await reconcile();
    expect(below(r2)).toBeDefined();
    expect(shown(below(r2))).toEqual(empty);
    expect(await crmStateOf(system, 'a2')).toMatchObject({ state: 'parked', code: 'no-record' });
  });

  it('Accounts that were merged: the record of the one that is no more is emptied', async () => {
    const [r2, r3] = [accountOf('a2'), accountOf('a3')];
    const [three, record] = [shown(below(r3)), below(r2)?.Id];
    expect(system.salesforce.merge(r3, [r2])).toMatchObject({ success: true });
    expect(children().filter(({ Account__c }) => Account__c === r3)).toHaveLength(2);
    for (const _ of [1, 2]) await reconcile();
    expect(shown(children().find(({ Id }) => Id === record))).toEqual(empty);
    expect(shown(below(r3))).toEqual(three);
  });

  it('a deleted Account leaves nothing, and its successor gets a record of its own', async () => {
    const r2 = accountOf('a2');
    const [before, record] = [shown(below(r2)), below(r2)?.Id];
    await org.admin('DELETE', `/sobjects/Account/${r2}`);
    system.salesforce.seedAccounts([{ Kenko_Account_Id__c: 'a2', Name: 'Again' }]);
    for (const _ of [1, 2]) await reconcile();
    expect(shown(children().find(({ Id }) => Id === record))).toEqual(empty);
    expect(shown(below(accountOf('a2')))).toEqual(before);
    await everythingIsRight();
  });

  it('a copy of a record below an Account is emptied, what a person typed there stays', async () => {
    const values = shown(below(accountOf('a2')));
    const record = {
      ...{ ...values, Kenko_Owner__c: 'somebody@example.com' },
      ...{ attributes: { type: child.object }, Account__c: accountOf('a3') },
    };
    const [copy] = (await org.admin('POST', '/composite/sobjects', {
      records: [record],
    })) as { id: string }[];
    expect(await reconcile()).toMatchObject({
      left: { examples: ['a2'] },
      typed: { count: 1, examples: [copy?.id] },
    });
    const now = children().find(({ Id }) => sameRecord(String(Id), copy?.id ?? null));
    expect(shown(now)).toEqual({ ...empty, Kenko_Owner__c: 'somebody@example.com' });
    await everythingIsRight();
  });

  it('an account that left is emptied', async () => {
    await execute(system, [
      "UPDATE source.accounts SET valid_to = '2026-03-02T06:00:00Z' WHERE account_id = 'a2'",
    ]);
    await nextDay(system, '2026-03-02');
    await scored('2026-03-02');
    expect(shown(below(accountOf('a2')))).toEqual(empty);
    expect(children()).toHaveLength(9);
    await everythingIsRight();
  });
});

describe('before there is a record', () => {
  it('a preview says what would stand there, and makes none', async () => {
    await begin();
    system.salesforce.mayCreate(false);
    await scored();
    expect(children()).toEqual([]);
    const page = await previewSync(system.runtime, { account: 'a2', limit: 200 });
    expect(page.unwritable).toEqual([]);
    expect(page.changes.map(({ field, before }) => [field, before])).toEqual(
      ourFields.map((field) => [field, null]),
    );
    expect(page.changes[0]?.record).toBe(accountOf('a2'));
    expect(children()).toEqual([]);
  });

  it('an account is refused where none may be made, and written once one may', async () => {
    await begin();
    system.salesforce.mayCreate(false);
    await scored();
    expect(await crmStateOf(system, 'a2')).toMatchObject({
      state: 'parked',
      code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    });
    system.salesforce.mayCreate(true);
    await reconcile();
    expect(children()).toHaveLength(9);
    await everythingIsRight();
  });

  it('one that Salesforce refuses is parked, and all others are written', async () => {
    await begin();
    await execute(system, [
      `UPDATE source.accounts SET owner = '${'x'.repeat(300)}' WHERE account_id = 'a4'`,
    ]);
    await scored();
    expect(await crmStateOf(system, 'a4')).toMatchObject({
      ...{ state: 'parked', code: 'STRING_TOO_LONG', record_id: accountOf('a4') },
    });
    expect(children()).toHaveLength(8);
    expect(below(accountOf('a4'))).toBeUndefined();
  });

  it('an account without an Account is refused, since none is ever made', async () => {
    await begin();
    const r4 = accountOf('a4');
    await org.admin('DELETE', `/sobjects/Account/${r4}`);
    await scored();
    expect(await crmStateOf(system, 'a4')).toMatchObject({ state: 'parked', code: 'no-record' });
    expect(system.salesforce.accounts()).toHaveLength(8);
    expect(children()).toHaveLength(8);
  });

  it('accounts outside the pilot get none', async () => {
    await begin(`${mapping}\npilot: account.owner == "csm-1@example.com"\n`);
    await scored();
    const named = system.salesforce.accounts().filter(({ Id }) => below(String(Id)));
    expect(named.length).toBeGreaterThan(0);
    expect(named.length).toBeLessThan(9);
    await everythingIsRight();
    expect(children()).toHaveLength(named.length);
  });
});
