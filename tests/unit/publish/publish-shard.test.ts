import { describe, expect, it } from 'vitest';
import { republishOverridden } from '../../../functions/publish/overrides.ts';
import { publishShard } from '../../../functions/publish/publish-shard.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, overrides, snapshotsOf } from '../../../functions/records/documents.ts';
import { packs } from '../../../functions/records/run-documents.ts';
import { signalDocuments } from '../../../functions/records/signal-documents.ts';
import { date, openShard } from '../../support/published-shard.ts';
import { tinyPackFiles } from '../../support/system/tiny-pack.ts';
import { signalPackFiles } from '../../support/system/tiny-signals.ts';

const low = { account_id: 'a1', points: 2_000, band: 'red', inputs: [20, 1], result_hash: '1' };
const high = { account_id: 'a1', points: 8_000, band: 'green', inputs: [400, 9], result_hash: '2' };

const worklists = `
- id: save
  label: { en: Save, ja: 解約防止 }
  reasons:
    - { id: idle, label: { en: Idle, ja: 利用が少ない }, when: metrics.minutes_7d < 100, action: { en: Call., ja: 電話する。 } }
`;

describe('publishing a shard', () => {
  it('announces again what its run wrote, when the message comes again', async () => {
    const { id, runtime, sent, again } = await openShard(signalPackFiles(), {
      now: [low],
      before: [],
    });
    await publishShard(runtime, { run: id, shard: 0 });
    expect(sent.map(({ queue }) => queue)).toEqual(['accounts-changed', 'signals-changed']);
    const announced = sent.splice(0);
    await again();
    await publishShard(runtime, { run: id, shard: 0 });
    expect(sent).toEqual(announced);
  });

  it('of a run that was overtaken keeps what changed by its date, and no more', async () => {
    const { id, runtime, snapshots, sent } = await openShard(tinyPackFiles(), {
      now: [high],
      before: [low],
    });
    const current = { date: '2026-03-03', slot: '2026-03-03T15:00:00Z', revision: 1, run: 'newer' };
    await snapshots.set(ref(packs, 'tiny'), { current, lease: null, next_token: 3 });
    await publishShard(runtime, { run: id, shard: 0 });
    expect(await snapshots.get(ref(accounts, 'a1'))).toBeUndefined();
    const kept = (await snapshots.get(ref(snapshotsOf('a1'), date)))?.data;
    expect(kept).toMatchObject({ date, scores: { health: { points: 8_000 } } });
    expect(sent).toEqual([]);
  });

  it('looks at accounts whose rules changed, though their result did not', async () => {
    const files = tinyPackFiles({ 'rules/tiny/worklists.yaml': worklists });
    const idle = { ...high, inputs: [20, 9] };
    const { id, runtime, snapshots, rows, again } = await openShard(files, {
      now: [idle],
      before: [],
    });
    await publishShard(runtime, { run: id, shard: 0 });
    const shown = (await snapshots.get(ref(accounts, 'a1')))?.data;
    expect(Object.keys(shown?.worklists ?? {})).toEqual(['save']);
    if (shown) await snapshots.set(ref(accounts, 'a1'), { ...shown, run: 'earlier' });
    rows.now = [high];
    rows.before = [{ ...idle, rules_hash: 'other' }];
    await again();
    await publishShard(runtime, { run: id, shard: 0 });
    expect((await snapshots.get(ref(accounts, 'a1')))?.data.worklists).toEqual({});
  });

  it.each([
    ['by the same rules', undefined, ['better']],
    ['but not by other rules, which say nothing of what the customer did', 'other', []],
  ])('compares signals with bands of the past %s', async (_, hash, held) => {
    const { id, runtime, snapshots } = await openShard(signalPackFiles(), {
      now: [{ ...high, change_behaviour: 6_000 }],
      before: [{ ...low, ...(hash && { rules_hash: hash }) }],
    });
    await publishShard(runtime, { run: id, shard: 0 });
    const signals = (await snapshots.get(ref(signalDocuments, 'a1')))?.data;
    expect(signals?.held.map((signal) => signal.id) ?? []).toEqual(held);
  });
});

describe('an override', () => {
  it('is announced again for a while after its beginning, though its document shows it', async () => {
    const { id, runtime, snapshots, sent } = await openShard(tinyPackFiles(), {
      now: [high],
      before: [],
    });
    await snapshots.set(ref(overrides, 'o1'), {
      pack: 'tiny',
      account: 'a1',
      score: 'health',
      band: 'red',
      reason: 'They are leaving.',
      author: 'csm@example.com',
      from: `${date}T15:50:00.000Z`,
      until: '2026-04-01T00:00:00.000Z',
    });
    await publishShard(runtime, { run: id, shard: 0 });
    expect((await snapshots.get(ref(accounts, 'a1')))?.data.scores.health?.band).toBe('red');
    sent.length = 0;
    expect(await republishOverridden(runtime)).toBe(0);
    expect(await republishOverridden(runtime, { again: true })).toBe(1);
    expect(sent).toMatchObject([{ queue: 'accounts-changed', body: { accounts: ['a1'] } }]);
  });
});
