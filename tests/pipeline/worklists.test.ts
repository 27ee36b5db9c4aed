import { afterEach, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { accountDocuments } from '../support/system/routed-pack.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { accountIds, createWorld, execute, usage } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const worklists = `
- id: save
  label: { en: Save, ja: 解約防止 }
  sort: metrics.minutes_7d
  reasons:
    - { id: idle, label: { en: Idle, ja: 利用が少ない }, when: metrics.minutes_7d < 100, action: { en: Call., ja: 電話する。 } }
    - { id: low, label: { en: Low, ja: 低い }, when: now.health.level <= 2, action: { en: Ask., ja: うかがう。 } }
`;

const plain = tinyPackFiles();
const files = tinyPackFiles({
  'rules/tiny/worklists.yaml': worklists,
  'rules/tiny/salesforce.yaml': `${plain.get('rules/tiny/salesforce.yaml')}  Kenko_Lists__c: worklists\n  Kenko_Next__c: next_action.ja\n`,
});

let system: TestSystem;
afterEach(() => system.close());

const entry = async (id: string) => (await accountDocuments(system)).get(id)?.worklists.save;

const record = (id: string) =>
  system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === id);

it('an account leaves a list where only a metric moved, and comes onto it by an override', async () => {
  system = await openTestSystem({ files });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  expect(await entry('a2')).toEqual({ rank: 56, reasons: ['idle', 'low'] });
  expect(await entry('a8')).toBeUndefined();
  expect(record('a2')).toMatchObject({ Kenko_Lists__c: 'save', Kenko_Next__c: '電話する。' });
  const before = (await accountDocuments(system)).get('a2');

  // 116 minutes earn what 56 did, so the result is the same and the reason is not.
  await execute(
    system,
    accountIds.map((account, i) => usage(account, '2026-03-02', i, i === 1 ? 68 : 8 * i)),
  );
  await system.run('2026-03-02T17:00:00Z');
  const after = (await accountDocuments(system)).get('a2');
  expect(after?.result_hash).toBe(before?.result_hash);
  expect(after?.worklists.save).toEqual({ rank: 116, reasons: ['low'] });
  expect(record('a2')).toMatchObject({ Kenko_Next__c: 'うかがう。' });

  await postJson(`${system.url('api')}/v1/accounts/a9/overrides`, {
    score: 'health',
    band: 'red',
    reason: 'They told us',
    author: 'csm',
    until: '2026-03-20T00:00:00Z',
  });
  await system.settle();
  expect(await entry('a9')).toMatchObject({ reasons: ['low'] });
  expect(record('a9')).toMatchObject({ Kenko_Lists__c: 'save' });
});
