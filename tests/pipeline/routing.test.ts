import { afterEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { type HandOverDocument, handOverId, handOvers } from '../../functions/records/documents.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import {
  accountDocuments,
  handsOf,
  noisyHours,
  routedFiles,
} from '../support/system/routed-pack.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { correctedUsage, createWorld, execute, nextDay } from '../support/system/tiny-data.ts';

let system: TestSystem;
afterEach(() => system.close());

async function handedOver(): Promise<HandOverDocument[]> {
  const stored = await system.runtime.snapshots.query({ collection: handOvers, limit: 100 });
  return stored.map(({ data }) => data);
}

it('D3, W10: hourly runs on noisy data move bands and no owner', async () => {
  system = await openTestSystem({ files: routedFiles(), now: '2026-03-01T15:00:00Z' });
  await createWorld(system);
  await noisyHours(system, '2026-03-01T15:00:00Z', 1);
  const before = await handsOf(system);
  expect(new Set(before.map(([, team]) => team))).toEqual(new Set(['care', 'growth']));
  const bands = await noisyHours(system, '2026-03-01T16:00:00Z', 4);
  expect([...bands.values()].filter((seen) => seen.size > 1).length).toBeGreaterThan(5);
  expect(await handsOf(system)).toEqual(before);
  expect(await handedOver()).toEqual([]);
});

it('S7, P4: a hand-over at a milestone leaves one record with its checklist, and reaches Salesforce', async () => {
  system = await openTestSystem({ files: routedFiles() });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  const { assignment } = (await accountDocuments(system)).get('a2') ?? {};
  expect(assignment).toMatchObject({ team: { id: 'care' }, owner: 'csm-1@example.com', number: 1 });

  await nextDay(system, '2026-03-02');
  await execute(system, [
    ...correctedUsage('a2', '2026-03-02', 9, 400),
    `UPDATE source.accounts SET name = 'Renewing 2' WHERE account_id = 'a2'`,
  ]);
  await system.run('2026-03-02T17:00:00Z');
  await system.run('2026-03-02T18:00:00Z');
  const after = (await accountDocuments(system)).get('a2')?.assignment;
  expect(after).toMatchObject({
    team: { id: 'growth', label: { en: 'Growth', ja: '拡大' } },
    owner: expect.stringMatching(/^(ann|ben)$/),
    since: '2026-03-03',
    number: 2,
    why: { en: 'Everybody × high', ja: '全員 × 高い' },
  });
  const records = await handedOver();
  expect(records).toMatchObject([
    {
      account: 'a2',
      from: { team: 'care', owner: 'csm-1@example.com' },
      to: { team: 'growth', owner: after?.owner },
      occasion: 'phase',
      checklist: [{ id: 'goal', label: { ja: 'お客様の目的' } }],
    },
  ]);
  expect(await system.runtime.snapshots.get(ref(handOvers, handOverId('a2', 2)))).toBeDefined();
  const record = system.salesforce.accounts().find((one) => one.Kenko_Account_Id__c === 'a2');
  expect(record).toMatchObject({ Kenko_Team__c: '拡大', Kenko_Team_Owner__c: after?.owner });
});

it('gives every account a team where a pack gets its routing later, and a backfill moves nobody', async () => {
  system = await openTestSystem({
    files: routedFiles({ 'rules/tiny/routing.yaml': null, 'rules/tiny/salesforce.yaml': null }),
  });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  expect((await accountDocuments(system)).get('a1')?.assignment).toBeNull();
  Object.assign(system.runtime, { pack: parsePack(routedFiles()), packFiles: routedFiles() });
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  const routed = await handsOf(system);
  for (const [, team] of routed) expect(team).toBeDefined();
  await system.score('2026-03-02T19:00:00Z', { backfill: '2026-03-01' });
  await system.settle();
  expect(await handsOf(system)).toEqual(routed);
  expect(await handedOver()).toEqual([]);
});
