/** A mapping that names a pilot: only its accounts are written, until it is widened. */
import { afterEach, describe, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/session/http-client.ts';
import { accountAnswer } from '../../functions/records/api/accounts.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { crmStateOf, reconciled } from '../support/system/system-with-org.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { accountIds, createWorld, execute, nextDay } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const path = 'rules/tiny/salesforce.yaml';
const without = tinyPackFiles().get(path) ?? '';
const filesWith = (pilot: string) => tinyPackFiles({ [path]: `pilot: ${pilot}\n${without}` });
const first = ['a1', 'a3', 'a5', 'a7', 'a9'];
const others = accountIds.filter((id) => !first.includes(id));

let system: TestSystem;
afterEach(() => system.close());

async function begin(): Promise<void> {
  const files = filesWith(`account.owner == "csm-0@example.com"`);
  system = await openTestSystem({ files });
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
}

/** The next version of the mapping is deployed. */
function deploy(files: ReadonlyMap<string, string>): void {
  system.runtime.pack = parsePack(files);
}

const record = (account: string) =>
  system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === account);
const written = () => accountIds.filter((id) => record(id)?.Kenko_Band__c != null);
const lastVerdict = () =>
  system.entries.filter(({ event }) => /^(reconciled|records-differ)$/.test(event)).at(-1)?.event;

describe('a pilot', () => {
  it('is written, and no other account: neither its record nor a word about it', async () => {
    await begin();
    expect(written()).toEqual(first);
    const made = record('a2')?.CreatedDate;
    expect(others.map((id) => record(id)?.LastModifiedDate)).toEqual(others.map(() => made));
    expect(await crmStateOf(system, 'a2')).toBeUndefined();
    expect(await reconciled(system, '2026-03-01T20:00:00Z')).toMatchObject({
      ...{ compared: 5, parked: 0 },
      ...{ unsent: { count: 0 }, missing: { count: 0 }, orphans: { count: 0 } },
    });
    expect([lastVerdict(), written()]).toEqual(['reconciled', first]);
  });

  it('does not ask for records of the others, nor minds what people type there', async () => {
    await begin();
    const id = String(record('a2')?.Id);
    const fields = { Kenko_Owner__c: 'somebody@example.com', Kenko_Account_Id__c: null };
    await system.runtime.crm.update('Account', [{ id, fields }]);
    await reconciled(system, '2026-03-01T20:00:00Z');
    const now = system.salesforce.accounts().find((one) => one.Id === id);
    expect([lastVerdict(), now?.Kenko_Owner__c]).toEqual(['reconciled', 'somebody@example.com']);
  });

  it.each([
    ['removed', without],
    ['widened', `pilot: account.owner.startsWith("csm-")\n${without}`],
  ])('that is %s: the rest is written by the next comparison', async (_, mapping) => {
    await begin();
    deploy(tinyPackFiles({ [path]: mapping }));
    expect(await reconciled(system, '2026-03-01T20:00:00Z')).toMatchObject({
      unsent: { count: 4 },
    });
    expect(written()).toEqual(accountIds);
    await reconciled(system, '2026-03-02T20:00:00Z');
    expect(lastVerdict()).toBe('reconciled');
  });

  it('that is narrowed: what stands of the others is taken back, but for what people typed', async () => {
    await begin();
    const typed = { id: String(record('a5')?.Id), fields: { Kenko_Owner__c: 'typed@example.com' } };
    await system.runtime.crm.update('Account', [typed]);
    deploy(filesWith('account.name == "Account 1"'));
    await reconciled(system, '2026-03-01T20:00:00Z');
    expect(written()).toEqual(['a1']);
    expect(record('a5')).toMatchObject({
      ...{ Kenko_Health__c: null, Kenko_Reasons__c: null },
      Kenko_Owner__c: 'typed@example.com',
    });
    await reconciled(system, '2026-03-02T20:00:00Z');
    expect(lastVerdict()).toBe('reconciled');
  });

  it('that an account leaves takes its values with it, and one that enters gets its own', async () => {
    await begin();
    await execute(system, [
      "UPDATE source.accounts SET owner = 'csm-1@example.com' WHERE account_id = 'a3'",
      "UPDATE source.accounts SET owner = 'csm-0@example.com' WHERE account_id = 'a4'",
    ]);
    await nextDay(system, '2026-03-02');
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    expect(written()).toEqual(['a1', 'a4', 'a5', 'a7', 'a9']);
    expect(await crmStateOf(system, 'a3')).toMatchObject({ state: 'synced', record_id: null });
    const { crm } = accountAnswer.parse(await getJson(`${system.url('api')}/v1/accounts/a3`));
    expect(crm).toBeNull();
    await reconciled(system, '2026-03-02T20:00:00Z');
    expect([lastVerdict(), written()]).toEqual(['reconciled', ['a1', 'a4', 'a5', 'a7', 'a9']]);
  });
});
