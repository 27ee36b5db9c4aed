import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { convertSnapshots, snapshotsOf } from '../../../functions/publish/convert-snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { type AccountDocument, accounts } from '../../../functions/records/documents.ts';
import { calendars, dayId, days } from '../../../functions/records/run-documents.ts';
import { timelineOf } from '../../../functions/records/timeline.ts';
import { type DayEntry, yearPatch, yearsOf } from '../../../functions/records/years.ts';
import type { Runtime } from '../../../functions/runtime.ts';

/** What the first release kept: the result of the first day, and the latest one, of the second. */
const released = JSON.parse(
  readFileSync(join(import.meta.dirname, '../released/documents.json'), 'utf8'),
);
const first = released['accounts/*/snapshots'].data;
const second = { ...released.accounts.data, expires_at: '2027-04-06T00:00:00.000Z' };
const health = { points: 4_000, band: 'yellow', scorecard: 'all', rules_hash: '53cd2c7adbac9023' };

let snapshots: ReturnType<typeof openSqliteSnapshots>;
let runtime: Runtime;
beforeEach(async () => {
  snapshots = openSqliteSnapshots({ path: ':memory:' });
  runtime = { snapshots, pack: { id: 'tiny' } } as unknown as Runtime;
  await snapshots.set(ref(accounts, 'a2'), released.accounts.data);
});
afterEach(() => snapshots.close());

const keep = (date: string, document: AccountDocument & { expires_at: string }, id = 'a2') =>
  snapshots.set(ref(snapshotsOf(id), date), { ...document, date });
const close = (date: string, revision = 1) =>
  snapshots.set(ref(days, dayId('tiny', date)), {
    ...{ pack: 'tiny', date, run: 'r', revision, accounts: 1, rules: [] },
  });
const convert = (after?: string) => convertSnapshots(runtime, 'tiny', after);

async function kept(id = 'a2') {
  const found = await snapshots.query({ collection: yearsOf(id), limit: 10 });
  return timelineOf(new Map(found.map(({ id: year, data }) => [year, data])));
}

describe('dated snapshots of earlier releases', () => {
  it('become entries of years, and are gone', async () => {
    await keep('2026-03-01', first);
    await keep('2026-03-02', second);
    for (const date of ['2026-03-01', '2026-03-02', '2026-03-03']) await close(date);
    expect(await convert()).toEqual({ accounts: 1, snapshots: 2, next: null });
    const change = { since: '2026-03-01', rules: 0, phase: 0, data: 0, behaviour: 4_000 };
    expect(await kept()).toMatchObject({
      entries: [
        { date: '2026-03-01', entry: { health } },
        { date: '2026-03-02', entry: { health: { points: 8_000, band: 'green', change } } },
      ],
      // The first of them is of the first day of the pack.
      complete: true,
    });
    expect(await snapshots.count({ collection: snapshotsOf('a2') })).toBe(0);
    expect(await convert()).toEqual({ accounts: 0, snapshots: 0, next: null });
  });

  it('are of days that stand in a calendar then', async () => {
    await close('2025-12-31');
    await close('2026-01-01', 3);
    await convert();
    const found = await snapshots.query({ collection: calendars, limit: 10 });
    expect(found.map(({ id, data }) => [id, data.closed])).toEqual([
      ['tiny~2025', { '12-31': 1 }],
      ['tiny~2026', { '01-01': 3 }],
    ]);
  });

  it('open the years after them, and leave what those have already', async () => {
    await close('2025-01-01');
    await keep('2025-12-30', first);
    await keep('2026-03-02', second);
    await keep('2026-03-05', { ...first, state: 'absent', scores: {} });
    const own: DayEntry = 'absent';
    const patch = yearPatch('2026', { '2026-03-02': own });
    await snapshots.transaction(async (tx) => tx.merge(ref(yearsOf('a2'), '2026'), patch));
    await convert();
    const { entries, complete } = await kept();
    expect(entries.map(({ date, entry }) => [date, entry])).toMatchObject([
      ['2025-12-30', { health }],
      ['2026-03-02', 'absent'],
      ['2026-03-05', 'absent'],
    ]);
    expect(complete).toBe(false);
    const year = (await snapshots.get(ref(yearsOf('a2'), '2026')))?.data;
    expect(year?.opening).toMatch(/^2025-12-30 /);
  });

  it('show a change only on the day that it was made', async () => {
    await close('2026-03-01');
    await keep('2026-03-02', second);
    const { health: score } = second.scores;
    const later = { ...second, scores: { health: { ...score, confidence: 0.9 } } };
    await keep('2026-03-03', later);
    await convert();
    const change = expect.objectContaining({ behaviour: 4_000 });
    expect((await kept()).entries).toMatchObject([
      { entry: { health: { change } } },
      { entry: { health: { change: null, confidence: 0.9 } } },
    ]);
  });

  it('are converted some hundred accounts at a time', async () => {
    const ids = Array.from({ length: 201 }, (_, i) => `b${String(i).padStart(3, '0')}`);
    for (const id of ids) await snapshots.set(ref(accounts, id), released.accounts.data);
    for (const id of ['b000', 'b200']) await keep('2026-03-01', first, id);
    const one = await convert();
    expect(one).toEqual({ accounts: 1, snapshots: 1, next: 'b198' });
    expect(await convert(one.next ?? '')).toEqual({ accounts: 1, snapshots: 1, next: null });
  });

  it('of a pack that does not run here are refused', async () => {
    await expect(convertSnapshots(runtime, 'other', undefined)).rejects.toThrow(/tiny runs here/);
  });
});
