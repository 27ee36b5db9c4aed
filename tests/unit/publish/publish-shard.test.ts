import { describe, expect, it } from 'vitest';
import { republishOverridden } from '../../../functions/publish/overrides.ts';
import { publishShard } from '../../../functions/publish/publish-shard.ts';
import { ref } from '../../../functions/records/collection.ts';
import {
  type AccountDocument,
  accountFormat,
  accounts,
  overrides,
  type ScoreDocument,
} from '../../../functions/records/documents.ts';
import {
  packs,
  type Rewrites,
  type RunDocument,
  runs,
} from '../../../functions/records/run-documents.ts';
import { signalDocuments } from '../../../functions/records/signal-documents.ts';
import { daysIn, yearOf, yearsOf } from '../../../functions/records/years.ts';
import { date, openShard } from '../../support/published-shard.ts';
import { tinyPackFiles } from '../../support/system/tiny-pack.ts';
import { signalPackFiles } from '../../support/system/tiny-signals.ts';

const low = { account_id: 'a1', points: 2_000, band: 'red', inputs: [20, 1], result_hash: '1' };
const high = { account_id: 'a1', points: 8_000, band: 'green', inputs: [400, 9], result_hash: '2' };

const leaving = {
  pack: 'tiny',
  account: 'a1',
  score: 'health',
  band: 'red',
  reason: 'They are leaving.',
  author: 'csm@example.com',
  from: `${date}T15:50:00.000Z`,
  until: '2026-04-01T00:00:00.000Z',
};

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
    const year = (await snapshots.get(ref(yearsOf('a1'), yearOf(date))))?.data;
    const days = year ? daysIn(yearOf(date), year) : [];
    expect(days.find((day) => day.date === date)).toMatchObject({
      entry: { health: { points: 8_000, band: 'green' } },
    });
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

it('a result that moves nothing leaves the latest change with its measures', async () => {
  const points = { earned_points: [4_000, 4_000], contributions: [4_000, 4_000] };
  const nothing = { change_rules: 0, change_phase: 0, change_data: 0 };
  const since = { before_date: '2026-03-01', before_band: 'red', before_points: 2_000 };
  const { id, runtime, snapshots, rows, again } = await openShard(tinyPackFiles(), {
    now: [{ ...high, ...points, ...nothing, change_behaviour: 6_000, ...since }],
    before: [{ ...low, earned_points: [2_000, 0], contributions: [2_000, 0] }],
  });
  await publishShard(runtime, { run: id, shard: 0 });
  const shown = (await snapshots.get(ref(accounts, 'a1')))?.data;
  if (!shown) throw new Error('nothing is shown');
  await snapshots.set(ref(accounts, 'a1'), { ...shown, date: '2026-03-01', run: 'earlier' });
  // Another result, of the same points.
  rows.before = [{ ...high, ...points }];
  rows.now = [
    {
      ...{ ...high, ...points, ...nothing, change_behaviour: 0, confidence: 0.9 },
      ...{ before_date: date, before_band: 'green', before_points: 8_000, result_hash: '3' },
    },
  ];
  await again();
  await publishShard(runtime, { run: id, shard: 0 });
  const now = (await snapshots.get(ref(accounts, 'a1')))?.data;
  expect(now).toMatchObject({ run: id, date, scores: { health: { confidence: 0.9 } } });
  const { change } = shown.scores.health as ScoreDocument;
  expect(now?.scores.health).toMatchObject({ change, moved: 0 });
  const [then, kept] = [shown, now].map((of) => JSON.parse(of?.details ?? '{}').health.deltas);
  expect(kept).toEqual(then);
  expect(then.map(({ delta }: { delta: number }) => delta)).toEqual([4_000, 2_000]);
});

describe('a document of another release', () => {
  const all = { format: accountFormat, from: 0, until: 1_000 };
  const points = { earned_points: [4_000, 4_000], contributions: [4_000, 4_000] };
  const nothing = { change_rules: 0, change_phase: 0, change_data: 0 };
  const moved = {
    ...{ ...high, ...points, ...nothing, change_behaviour: 6_000 },
    ...{ before_date: '2026-03-01', before_band: 'red', before_points: 2_000 },
  };
  // Against a result that was never shown: what is shown stays the result it is.
  const stays = {
    ...{ ...high, ...points, ...nothing, change_behaviour: 100 },
    ...{ before_date: date, before_band: 'green', before_points: 7_900 },
  };

  /** The document of a day before, in another format, and a run that finds the same result. */
  async function shownIn(format: number, change: (text: string) => string) {
    const opened = await openShard(tinyPackFiles(), {
      now: [moved],
      before: [{ ...low, earned_points: [2_000, 0], contributions: [2_000, 0] }],
    });
    const { id, runtime, snapshots, sent, rows, again } = opened;
    await publishShard(runtime, { run: id, shard: 0 });
    const shown = (await snapshots.get(ref(accounts, 'a1')))?.data;
    if (!shown) throw new Error('nothing is shown');
    const { hash, details } = shown;
    const other = {
      ...{ format, date: '2026-03-01', run: 'earlier' },
      ...{ hash: hash.replace(/^f\d+/, `f${format}`), details: change(details) },
    };
    await snapshots.set(ref(accounts, 'a1'), { ...shown, ...other });
    rows.now = [stays];
    rows.before = [{ ...stays, points: 7_900 }];
    sent.length = 0;
    const publish = async (rewrites: Rewrites) => {
      await again();
      const run = (await snapshots.get(ref(runs, id)))?.data;
      if (run) await snapshots.set(ref(runs, id), { ...run, rewrites });
      await publishShard(runtime, { run: id, shard: 0 });
      return (await snapshots.get(ref(accounts, 'a1')))?.data;
    };
    return { shown, other, sent, publish, snapshots, runtime };
  }
  const older = (text: string) => text.replaceAll('"stayed":false,', '');
  const newer = (text: string) => text.replaceAll('"stayed":', '"later":{"of":1},"stayed":');

  it.each([
    ['an older one', 1, older],
    ['after a rollback, a newer one', accountFormat + 1, newer],
  ])('is written again as today’s, and nobody is sent it: %s', async (_, format, change) => {
    const { shown, sent, publish, snapshots } = await shownIn(format, change);
    expect(change(shown.details)).not.toBe(shown.details);
    const year = await snapshots.get(ref(yearsOf('a1'), yearOf(date)));
    const written = await publish(all);
    // Today's values of the same result, and what was said of the change that led to it.
    const { details, ...rest } = shown;
    expect(written).toMatchObject({ ...rest, date: '2026-03-01', run: 'earlier' });
    const [then, now] = [details, written?.details ?? '{}'].map((text) => JSON.parse(text).health);
    expect(now).toMatchObject({ deltas: then.deltas, reasons: then.reasons, bands: then.bands });
    expect(then.deltas.length).toBeGreaterThan(0);
    expect(now.explanation).toMatchObject({ stayed: true, measures: then.explanation.measures });
    expect(written?.details).not.toContain('"later"');
    await publish(all);
    expect(sent).toEqual([]);
    // What moved it, against a result that was never shown, is said of its date.
    const moved = await snapshots.get(ref(yearsOf('a1'), yearOf(date)));
    expect(Object.keys(moved?.data.days ?? {})).toEqual(Object.keys(year?.data.days ?? {}));
  });

  it('that shows a change of an earlier date says of its own that nothing moved', async () => {
    const { shown, publish, snapshots } = await shownIn(1, older);
    const known = (await snapshots.get(ref(accounts, 'a1')))?.data;
    const health = { ...known?.scores.health, moved: 0 } as ScoreDocument;
    if (known) await snapshots.set(ref(accounts, 'a1'), { ...known, scores: { health } });
    const { change } = shown.scores.health as ScoreDocument;
    expect((await publish(all))?.scores.health).toMatchObject({ change, moved: 0 });
  });

  it('waits until the run comes to its account', async () => {
    const { shown, other, sent, publish } = await shownIn(1, older);
    const none = { ...all, from: 1_000 };
    expect(await publish(none)).toEqual({ ...shown, ...other });
    expect(sent).toEqual([]);
  });

  it('is of no later format than what was read of it, where an override is put onto it', async () => {
    const { publish, snapshots, runtime } = await shownIn(accountFormat + 1, newer);
    await snapshots.set(ref(overrides, 'o1'), leaving);
    expect(await republishOverridden(runtime)).toBe(1);
    const overridden = (await snapshots.get(ref(accounts, 'a1')))?.data;
    expect(overridden).toMatchObject({
      format: accountFormat,
      scores: { health: { band: 'red' } },
    });
    expect(overridden?.hash).toContain(`f${accountFormat}|`);
    expect(await publish(all)).toEqual(overridden);
  });
});

describe('who took over an account that had left', () => {
  it.each([
    ['is said by the run that people see', {}, {}, 'a2'],
    ['is not said by one that was overtaken', { run: 'newer' }, {}, null],
    ['is not said of one that is back', {}, { state: 'active' }, null],
  ] as const)('%s', async (_, overtaken, back, link) => {
    const { id, runtime, snapshots, sent } = await openShard(tinyPackFiles(), {
      now: [high],
      before: [],
    });
    await publishShard(runtime, { run: id, shard: 0 });
    const shown = (await snapshots.get(ref(accounts, 'a1')))?.data as AccountDocument;
    const gone = { ...shown, state: 'absent', ...back } as const;
    await snapshots.set(ref(accounts, 'gone'), gone);
    const run = (await snapshots.get(ref(runs, id)))?.data as RunDocument;
    const merges = [{ account: 'gone', merged_into: 'a2' }];
    await snapshots.set(ref(runs, id), { ...run, state: 'publishing', late_merges: merges });
    const current = { date, slot: `${date}T15:00:00Z`, revision: 1, run: id, ...overtaken };
    await snapshots.set(ref(packs, 'tiny'), { current, lease: null, next_token: 3 });
    sent.length = 0;
    await publishShard(runtime, { run: id, shard: 0 });
    expect((await snapshots.get(ref(accounts, 'gone')))?.data.merged_into).toBe(link);
    expect((await snapshots.get(ref(runs, id)))?.data.state).toBe('finished');
    expect(sent).toEqual([]);
  });
});

describe('an override', () => {
  it('is announced again for a while after its beginning, though its document shows it', async () => {
    const { id, runtime, snapshots, sent } = await openShard(tinyPackFiles(), {
      now: [high],
      before: [],
    });
    await snapshots.set(ref(overrides, 'o1'), leaving);
    await publishShard(runtime, { run: id, shard: 0 });
    expect((await snapshots.get(ref(accounts, 'a1')))?.data.scores.health?.band).toBe('red');
    sent.length = 0;
    expect(await republishOverridden(runtime)).toBe(0);
    expect(await republishOverridden(runtime, { again: true })).toBe(1);
    expect(sent).toMatchObject([{ queue: 'accounts-changed', body: { accounts: ['a1'] } }]);
  });
});
