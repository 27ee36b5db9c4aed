import { afterEach, describe, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/session/http-client.ts';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import { accountAnswer } from '../../functions/records/api/accounts.ts';
import { ref } from '../../functions/records/collection.ts';
import { crmAccounts } from '../../functions/records/documents.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import { finalState } from '../support/system/final-state.ts';
import { reconciled } from '../support/system/system-with-org.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import {
  correctedUsage,
  createWorld,
  execute,
  nextDay,
  usage,
} from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const monday = '2026-03-01T17:00:00Z';
const night = '2026-03-01T20:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

async function begin(changes: Record<string, string> = {}): Promise<void> {
  system = await openTestSystem({ files: tinyPackFiles(changes) });
  await createWorld(system);
  await system.score(monday);
  await system.settle();
}

const reconcile = (slot = night) => reconciled(system, slot);

const record = (account: string): FieldData => {
  const found = system.salesforce.accounts().find(({ Kenko_Account_Id__c: id }) => id === account);
  if (!found) throw new Error(`there is no record of ${account}`);
  return found;
};

/** What a person does in Salesforce. */
async function edit(account: string, fields: FieldData): Promise<void> {
  const id = String(record(account).Id);
  const [result] = await system.runtime.crm.update('Account', [
    { id, fields: fields as Record<string, string | number | boolean | null> },
  ]);
  expect(result).toEqual({ outcome: 'updated' });
}

describe('reconcile', () => {
  it('finds nothing where nothing differs, and sends nothing', async () => {
    await begin();
    const before = await finalState(system);
    expect(await reconcile()).toMatchObject({
      complete: true,
      compared: 9,
      fields: {},
      parked: 0,
      differing: { count: 0 },
      unsent: { count: 0 },
      missing: { count: 0 },
      orphans: { count: 0 },
    });
    expect(await finalState(system)).toEqual(before);
    expect(system.entries.some(({ event }) => event === 'reconciled')).toBe(true);
  });

  it('repairs a field that was changed by hand', async () => {
    await begin();
    const before = record('a5');
    await edit('a5', { Kenko_Health__c: 99, Kenko_Owner__c: null });
    const report = await reconcile();
    expect(report.differing).toEqual({ count: 1, examples: ['a5'] });
    expect(report.fields).toEqual({ Kenko_Health__c: 1, Kenko_Owner__c: 1 });
    expect(record('a5')).toMatchObject({
      Kenko_Health__c: before.Kenko_Health__c,
      Kenko_Owner__c: before.Kenko_Owner__c,
    });
    const told = system.entries.filter(({ event }) => event === 'records-differ');
    expect(told).toMatchObject([{ severity: 'WARNING', differing: 1, compared: 9 }]);
    expect((await reconcile('2026-03-01T21:00:00Z')).differing.count).toBe(0);
  });

  const mapping = tinyPackFiles().get('rules/tiny/salesforce.yaml') ?? '';
  const keepingOwners = {
    'rules/tiny/salesforce.yaml': mapping.replace(
      'Kenko_Owner__c: account.owner',
      'Kenko_Owner__c: { value: account.owner, by_hand: keep }',
    ),
  };

  it('keeps what a person typed where the mapping says so, until it is emptied', async () => {
    await begin(keepingOwners);
    const owner = record('a2').Kenko_Owner__c;
    await edit('a2', { Kenko_Owner__c: 'somebody@example.com' });
    const report = await reconcile();
    expect(report).toMatchObject({ differing: { count: 0 }, kept: { examples: ['a2'] } });
    // Nor does the next change of the account overwrite it, although it writes the rest.
    await nextDay(system, '2026-03-02');
    const points = record('a2').Kenko_Health__c;
    await system.score(tuesday);
    await system.settle();
    expect(record('a2').Kenko_Health__c).not.toBe(points);
    expect(record('a2').Kenko_Owner__c).toBe('somebody@example.com');
    await edit('a2', { Kenko_Owner__c: null });
    await reconcile('2026-03-02T20:00:00Z');
    expect(record('a2').Kenko_Owner__c).toBe(owner);
  });

  it('takes a field for its own again where a person puts back what was written there', async () => {
    await begin(keepingOwners);
    const owner = record('a2').Kenko_Owner__c ?? null;
    await edit('a2', { Kenko_Owner__c: 'somebody@example.com' });
    await nextDay(system, '2026-03-02');
    await system.score(tuesday);
    await system.settle();
    await edit('a2', { Kenko_Owner__c: owner });
    await execute(system, [
      `UPDATE source.accounts SET owner = 'next@example.com' WHERE account_id = 'a2'`,
    ]);
    await nextDay(system, '2026-03-03');
    await system.score('2026-03-03T17:00:00Z');
    await system.settle();
    expect(record('a2').Kenko_Owner__c).toBe('next@example.com');
  });

  it('reports records without an account, and writes accounts whose record came later', async () => {
    await begin();
    await execute(system, [
      `INSERT INTO source.accounts VALUES ('late', 'Late', 'csm-0@example.com', NULL, NULL)`,
      usage('late', '2026-03-02', 3, 90),
    ]);
    await system.score(tuesday);
    await system.settle();
    const parked = await system.runtime.snapshots.get(ref(crmAccounts, 'late'));
    expect(parked?.data).toMatchObject({ state: 'parked', code: 'no-record' });
    system.salesforce.seedAccounts([{ Kenko_Account_Id__c: 'stranger', Name: 'Stranger' }]);
    const first = await reconcile('2026-03-02T20:00:00Z');
    expect(first).toMatchObject({
      parked: 1,
      missing: { examples: ['late'] },
      orphans: { count: 1, examples: ['stranger'] },
    });
    system.salesforce.seedAccounts([{ Kenko_Account_Id__c: 'late', Name: 'Late' }]);
    await reconcile('2026-03-02T21:00:00Z');
    expect(record('late').Kenko_Band__c).not.toBeNull();
    expect(await reconcile('2026-03-02T22:00:00Z')).toMatchObject({ parked: 0, compared: 10 });
  });

  it('sends again what was never sent, or is waiting', async () => {
    await begin();
    await system.runtime.snapshots.delete(ref(crmAccounts, 'a3'));
    await edit('a3', { Kenko_Band__c: null });
    const report = await reconcile();
    expect(report.unsent).toEqual({ count: 1, examples: ['a3'] });
    expect(record('a3').Kenko_Band__c).not.toBeNull();
  });
});

describe('a row that Salesforce refuses', () => {
  const tooLong = 'x'.repeat(300);

  async function parkOne(): Promise<void> {
    system = await openTestSystem();
    await createWorld(system);
    await execute(system, [
      `UPDATE source.accounts SET owner = '${tooLong}' WHERE account_id = 'a4'`,
    ]);
    await system.score(monday);
    await system.settle();
  }

  const logged = () =>
    system.warehouse.query(
      "SELECT outcome, code FROM sync_log WHERE account_id = 'a4' ORDER BY `at`",
    );

  it('is parked with its reason, in the account and in sync_log, and no other with it', async () => {
    await parkOne();
    const answer = accountAnswer.parse(await getJson(`${system.url('api')}/v1/accounts/a4`));
    expect(answer.crm).toMatchObject({ state: 'parked', code: 'STRING_TOO_LONG' });
    expect(answer.crm?.reason).toContain('Kenko_Owner__c');
    expect(await logged()).toEqual([{ outcome: 'parked', code: 'STRING_TOO_LONG' }]);
    const others = await system.warehouse.query(
      "SELECT COUNT(DISTINCT account_id) AS n FROM sync_log WHERE outcome = 'synced'",
    );
    expect(others).toEqual([{ n: 8 }]);
  });

  it('is tried again when its content changes, and every night', async () => {
    await parkOne();
    const message = { pack: 'tiny', run: 'r', accounts: ['a4'] };
    expect(await syncSalesforce(system.runtime, message)).toMatchObject({ unchanged: 1 });
    expect(await logged()).toHaveLength(1);
    expect(await reconcile()).toMatchObject({ parked: 1, compared: 8 });
    expect(await logged()).toHaveLength(2);
    expect(system.entries.some(({ event }) => event === 'reconciled')).toBe(false);
    await nextDay(system, '2026-03-02');
    await execute(system, [
      "UPDATE source.accounts SET owner = 'csm-1@example.com' WHERE account_id = 'a4'",
      ...correctedUsage('a4', '2026-03-02', 12, 500),
    ]);
    await system.score(tuesday);
    await system.settle();
    expect((await logged()).at(-1)).toEqual({ outcome: 'synced', code: null });
  });
});
