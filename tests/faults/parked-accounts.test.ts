/** What Salesforce refused may pass once somebody mended it there, which nothing here can see. */
import { afterEach, describe, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { retryAnswer } from '../../functions/records/api/sync.ts';
import { customFields } from '../../functions/salesforce/custom-fields.ts';
import { crmStateOf, reconciled } from '../support/system/system-with-org.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { accountIds, createWorld } from '../support/system/tiny-data.ts';

let system: TestSystem;
afterEach(() => system.close());

const permission = (isGiven: boolean): void => {
  const all = customFields(system.runtime.pack);
  system.salesforce.defineFields(
    all.map((field) =>
      field.name === 'Kenko_Owner__c' ? { ...field, readOnly: !isGiven } : field,
    ),
  );
};

/** An hour in which the integration user may not edit a field, and then may again. */
async function outage(): Promise<void> {
  system = await openTestSystem();
  await createWorld(system);
  permission(false);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  expect(await states()).toEqual(accountIds.map(() => 'parked'));
  expect(await crmStateOf(system, 'a4')).toMatchObject({
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    fields: ['Kenko_Owner__c'],
    since: expect.any(String),
  });
  await system.clock.advance(60 * 60_000);
}

const states = async (): Promise<(string | undefined)[]> =>
  Promise.all(accountIds.map(async (id) => (await crmStateOf(system, id))?.state));
const empty = (): unknown[] =>
  system.salesforce.accounts().filter((record) => record.Kenko_Health__c == null);
const verdicts = (): string[] =>
  system.entries.flatMap(({ event }) =>
    /^(reconciled|records-differ)$/.test(event) ? [event] : [],
  );

describe('case 02: after an outage of a field permission that is given back', () => {
  it('the next reconcile writes all', async () => {
    await outage();
    expect(await reconciled(system, '2026-03-01T20:00:00Z')).toMatchObject({ parked: 9 });
    expect(await states()).toEqual(accountIds.map(() => 'parked'));
    permission(true);
    await reconciled(system, '2026-03-02T20:00:00Z');
    expect(await states()).toEqual(accountIds.map(() => 'synced'));
    expect(empty()).toEqual([]);
    await reconciled(system, '2026-03-03T20:00:00Z');
    expect(verdicts()).toEqual(['records-differ', 'records-differ', 'reconciled']);
  });

  it('`kenko sync retry` writes all at once', async () => {
    await outage();
    permission(true);
    const answer = await postJson(`${system.url('api')}/v1/sync/retry`, {});
    expect(retryAnswer.parse(answer)).toEqual({ accounts: 9 });
    await system.settle();
    expect(await states()).toEqual(accountIds.map(() => 'synced'));
    expect(empty()).toEqual([]);
  });

  it('one account is written by its id, the others stay', async () => {
    await outage();
    permission(true);
    await postJson(`${system.url('api')}/v1/sync/retry`, { account: 'a4' });
    await system.settle();
    expect((await crmStateOf(system, 'a4'))?.state).toBe('synced');
    expect((await states()).filter((state) => state === 'parked')).toHaveLength(8);
  });
});

it('since when is kept while it is tried, and ends when it is written', async () => {
  await outage();
  const since = (await crmStateOf(system, 'a4'))?.since;
  await reconciled(system, '2026-03-01T20:00:00Z');
  const tried = await crmStateOf(system, 'a4');
  expect(tried?.since).toBe(since);
  expect(Date.parse(tried?.at ?? '')).toBeGreaterThan(Date.parse(since ?? ''));
  permission(true);
  await reconciled(system, '2026-03-02T20:00:00Z');
  expect(await crmStateOf(system, 'a4')).toMatchObject({ since: null, fields: [], code: null });
});

describe('a night is not called reconciled', () => {
  it.each([
    [
      'a field was changed by hand',
      async () => {
        const id = String(system.salesforce.accounts()[0]?.Id);
        await system.runtime.crm.update('Account', [{ id, fields: { Kenko_Health__c: 99 } }]);
      },
    ],
    [
      'an account has no record',
      async () => {
        const id = String(system.salesforce.accounts()[0]?.Id);
        const fields = { Kenko_Account_Id__c: null };
        await system.runtime.crm.update('Account', [{ id, fields }]);
      },
    ],
    [
      'Salesforce has no calls left to compare all',
      async () => {
        system.salesforce.usage.used = system.salesforce.usage.limit - 10;
      },
    ],
  ])('where %s', async (_, happens) => {
    system = await openTestSystem();
    await createWorld(system);
    await system.score('2026-03-01T17:00:00Z');
    await system.settle();
    await happens();
    await reconciled(system, '2026-03-01T20:00:00Z');
    expect(verdicts()).not.toContain('reconciled');
  });

  it('but is where records name no account of ours: customers who left before Kenko came', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await system.score('2026-03-01T17:00:00Z');
    await system.settle();
    system.salesforce.seedAccounts([{ Kenko_Account_Id__c: 'stranger', Name: 'Stranger' }]);
    expect(await reconciled(system, '2026-03-01T20:00:00Z')).toMatchObject({
      orphans: { count: 1 },
    });
    expect(verdicts()).toEqual(['reconciled']);
  });
});
