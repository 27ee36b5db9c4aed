/** Records whose values a person copied from an account's: clones, imports, merges. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import type { ReconciliationDocument } from '../../functions/records/documents.ts';
import type { Org } from '../support/contracts/salesforce-org.ts';
import { crmStateOf, openSystemWithOrg, reconciled } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, nextDay } from '../support/system/tiny-data.ts';

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
const ours = (record: FieldData): FieldData =>
  Object.fromEntries(ourFields.map((name) => [name, record[name] ?? null]));
const byId = (id: string): FieldData =>
  system.salesforce.accounts().find((one) => one.Id === id) ?? {};
const shownOn = (id: string): FieldData => ours(byId(id));
const recordOf = (account: string): string =>
  String(system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === account)?.Id);

async function make(...records: FieldData[]): Promise<string[]> {
  const saved = (await org.admin('POST', '/composite/sobjects', {
    records: records.map((record) => ({ attributes: { type: 'Account' }, Name: 'New', ...record })),
  })) as { id: string }[];
  return saved.map(({ id }) => id);
}
/** A person clones the account's record, and changes some of it. */
async function clone(account: string, changes: FieldData = {}): Promise<string> {
  const [id = ''] = await make({ ...shownOn(recordOf(account)), ...changes });
  return id;
}

let nights = 0;
function reconcile(): Promise<ReconciliationDocument> {
  nights += 1;
  return reconciled(system, new Date(Date.UTC(2026, 2, 1, 20, nights)).toISOString());
}
const lastEvent = () =>
  system.entries.filter(({ event }) => /^(reconciled|records-differ)$/.test(event)).at(-1)?.event;

const none = { count: 0, examples: [] };

describe('a record that was copied from an account’s', () => {
  it('shows nothing of it after the night, and its own record does still', async () => {
    const before = shownOn(recordOf('a2'));
    const copy = await clone('a2');
    expect(await reconcile()).toMatchObject({ left: { count: 1, examples: ['a2'] }, typed: none });
    expect(lastEvent()).toBe('records-differ');
    expect(shownOn(copy)).toEqual(empty);
    expect(shownOn(recordOf('a2'))).toEqual(before);
    expect(await reconcile()).toMatchObject({ left: none, unclaimed: 0 });
    expect(lastEvent()).toBe('reconciled');
  });

  it('nor where it names no account of ours', async () => {
    const copy = await clone('a2', { Kenko_Account_Id__c: 'stranger' });
    expect(await reconcile()).toMatchObject({ orphans: { count: 1 }, left: { count: 1 } });
    expect(shownOn(copy)).toEqual(empty);
  });

  it('nor where the account has had another result since', async () => {
    const copy = await clone('a2');
    for (const day of ['2026-03-02', '2026-03-03']) {
      await nextDay(system, day);
      await execute(system, [
        `UPDATE source.accounts SET owner = 'from-${day}@example.com' WHERE account_id = 'a2'`,
      ]);
      await system.score(`${day}T17:00:00Z`);
      await system.settle();
    }
    expect(shownOn(copy).Kenko_Owner__c).not.toBe(shownOn(recordOf('a2')).Kenko_Owner__c);
    await reconcile();
    expect(shownOn(copy)).toEqual(empty);
  });

  it('keeps what a person typed there since, which is said', async () => {
    const copy = await clone('a2', { Kenko_Owner__c: 'somebody@example.com' });
    expect(await reconcile()).toMatchObject({
      left: { examples: ['a2'] },
      typed: { count: 1, examples: [copy] },
    });
    expect(shownOn(copy)).toEqual({ ...empty, Kenko_Owner__c: 'somebody@example.com' });
    expect(await reconcile()).toMatchObject({ left: none, typed: { count: 1 } });
    expect(lastEvent()).toBe('reconciled');
  });

  it('shows nothing of it where it names an account that Salesforce refuses, either', async () => {
    await execute(system, [
      `UPDATE source.accounts SET owner = '${'x'.repeat(300)}' WHERE account_id = 'a3'`,
    ]);
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    const r3 = recordOf('a3');
    await system.runtime.crm.update('Account', [
      { id: r3, fields: shownOn(recordOf('a2')) as Record<string, string | number | null> },
    ]);
    expect((await crmStateOf(system, 'a3'))?.state).toBe('parked');
    await reconcile();
    expect(shownOn(r3)).toEqual(empty);
  });

  it('is left to a person where there are very many', async () => {
    const values = shownOn(recordOf('a2'));
    const copies = await make(...Array.from({ length: 11 }, () => values));
    await reconcile();
    expect(system.entries.find(({ event }) => event === 'records-left')).toMatchObject({
      severity: 'ERROR',
      left: 11,
      unclaimed: 11,
    });
    for (const id of copies) expect(shownOn(id)).toEqual(values);
  });
});

describe('what a person typed on a record that is nobody’s', () => {
  it('stays, and is said', async () => {
    const typed = { Kenko_Owner__c: 'somebody@example.com', Kenko_Band__c: 'Healthy, I think' };
    const [id = ''] = await make(typed);
    expect(await reconcile()).toMatchObject({
      ...{ left: none, unclaimed: 1 },
      typed: { count: 1, examples: [id] },
    });
    expect(lastEvent()).toBe('reconciled');
    expect(shownOn(id)).toEqual({ ...empty, ...typed });
  });

  it('stays where one value is what an account shows, too', async () => {
    const { Kenko_Owner__c } = shownOn(recordOf('a2'));
    const [id = ''] = await make({ Kenko_Owner__c: Kenko_Owner__c ?? null });
    expect(await reconcile()).toMatchObject({ left: none, typed: { examples: [id] } });
    expect(shownOn(id)).toEqual({ ...empty, Kenko_Owner__c });
  });
});

it('the account that a record names is not emptied of its own values, where two name it', async () => {
  const values = shownOn(recordOf('a2'));
  const copy = await clone('a2', { Kenko_Account_Id__c: 'a2' });
  const first = recordOf('a2');
  for (const _ of [1, 2]) await reconcile();
  expect(await crmStateOf(system, 'a2')).toMatchObject({ code: 'ambiguous-record' });
  expect([shownOn(first), shownOn(copy)]).toEqual([values, values]);
});
