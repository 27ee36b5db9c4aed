/** What a sync would write, before anybody lets it. */
import { afterEach, describe, expect, it } from 'vitest';
import { previewRequest } from '../../functions/records/api/sync.ts';
import { crmAccounts } from '../../functions/records/documents.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { previewSync } from '../../functions/sync/preview.ts';
import type { Org } from '../support/contracts/salesforce-org.ts';
import { openSystemWithOrg, reconciled } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { accountIds, createWorld } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

let system: TestSystem;
let org: Org;
afterEach(() => system.close());

async function begin(): Promise<void> {
  ({ system, org } = await openSystemWithOrg());
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
}

const preview = (request: object = {}) =>
  previewSync(system.runtime, previewRequest.parse(request));
const record = (account: string) =>
  system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === account);
const edit = (account: string, fields: Record<string, string | number | null>) =>
  system.runtime.crm.update('Account', [{ id: String(record(account)?.Id), fields }]);
const mapping = tinyPackFiles().get('rules/tiny/salesforce.yaml') ?? '';
function deploy(text: string): void {
  system.runtime.pack = parsePack(tinyPackFiles({ 'rules/tiny/salesforce.yaml': text }));
}

/** All that could have been written: records, documents, messages. */
async function everything() {
  const documents = await system.runtime.snapshots.query({ collection: crmAccounts, limit: 100 });
  return { documents, records: system.salesforce.accounts(), bus: system.bus.stats() };
}

describe('a preview', () => {
  it('shows record, field, before and after of each difference, and writes nothing', async () => {
    await begin();
    const health = record('a2')?.Kenko_Health__c;
    await edit('a2', { Kenko_Health__c: 1, Kenko_Owner__c: null });
    const before = await everything();
    org.requests.length = 0;
    const found = await preview();
    const change = { account: 'a2', name: 'Account 2', record: record('a2')?.Id };
    expect(found).toEqual({
      ...{ accounts: 9, outside: 0, withheld: false, unwritable: [] },
      changes: [
        { ...change, field: 'Kenko_Health__c', before: 1, after: health },
        { ...change, field: 'Kenko_Owner__c', before: null, after: 'csm-1@example.com' },
      ],
    });
    expect(await everything()).toEqual(before);
    expect(org.calls().filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  it('is what the next comparison writes', async () => {
    await begin();
    deploy(mapping.replace('health.reasons.ja', 'health.reasons.en'));
    const { changes } = await preview();
    expect(changes.length).toBeGreaterThan(0);
    await reconciled(system, '2026-03-01T20:00:00Z');
    const shown = changes.map(({ account, field }) => record(account)?.[field] ?? null);
    expect(shown).toEqual(changes.map(({ after }) => after));
    expect((await preview()).changes).toEqual([]);
  });

  it('goes through all accounts page by page, and looks at one by its id', async () => {
    await begin();
    for (const id of accountIds) await edit(id, { Kenko_Health__c: 1 });
    const seen: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await preview({ limit: 4, after });
      seen.push(...page.changes.map(({ account }) => account));
      after = page.next;
      pages += 1;
    } while (after !== undefined);
    expect([pages, seen]).toEqual([3, accountIds]);
    const one = await preview({ account: 'a5' });
    expect([one.accounts, one.changes.map(({ account }) => account)]).toEqual([1, ['a5']]);
    await expect(preview({ account: 'nobody' })).rejects.toThrow('There is no account "nobody".');
  });

  it('names accounts that cannot be written, and looks records up as they are now', async () => {
    await begin();
    await edit('a2', { Kenko_Account_Id__c: null });
    const two = record('a3')?.Id;
    await edit('a3', { Kenko_Account_Id__c: 'a4' });
    const { changes, unwritable } = await preview();
    expect(unwritable.map(({ account, code }) => [account, code])).toEqual([
      ['a2', 'no-record'],
      ['a3', 'no-record'],
      ['a4', 'ambiguous-record'],
    ]);
    expect(changes.filter((change) => change.record === two)).toEqual([]);
  });

  it('leaves out what a person typed where that is kept', async () => {
    await begin();
    deploy(mapping.replace('account.owner', '{ value: account.owner, by_hand: keep }'));
    await reconciled(system, '2026-03-01T20:00:00Z');
    await edit('a2', { Kenko_Owner__c: 'somebody@example.com', Kenko_Health__c: 1 });
    const { changes } = await preview();
    expect(changes.map(({ field }) => field)).toEqual(['Kenko_Health__c']);
  });

  it('shows what a pilot takes back, and counts whom it leaves out', async () => {
    await begin();
    deploy(`pilot: account.owner == "csm-0@example.com"\n${mapping}`);
    const { changes, outside } = await preview();
    expect([outside, new Set(changes.map(({ account }) => account))]).toEqual([
      4,
      new Set(['a2', 'a4', 'a6', 'a8']),
    ]);
    expect(changes.every(({ after }) => after === null)).toBe(true);
    await reconciled(system, '2026-03-01T20:00:00Z');
    expect(await preview()).toMatchObject({ accounts: 9, outside: 4, changes: [] });
  });

  it('is refused where the pack writes nothing to Salesforce', async () => {
    await begin();
    system.runtime.pack = { ...system.runtime.pack, salesforce: null };
    await expect(preview()).rejects.toThrow('it has no salesforce.yaml');
  });
});
