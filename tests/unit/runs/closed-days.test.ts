import { expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { dayId, days } from '../../../functions/records/run-documents.ts';
import { closedBefore, lastClosed } from '../../../functions/runs/closed-days.ts';
import type { Runtime } from '../../../functions/runtime.ts';

it('results are compared with the newest closed date of their pack that is neither too new nor much too old', async () => {
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const runtime = { snapshots, pack: { id: 'tiny' } } as unknown as Runtime;
  for (const [pack, date] of [
    ['tiny', '2026-03-01'],
    ['tiny', '2026-03-05'],
    ['other', '2026-03-06'],
  ] as const) {
    const day = { pack, date, run: 'r', revision: 1, accounts: 1, rules: [] };
    await snapshots.set(ref(days, dayId(pack, date)), day);
  }
  const before = async (date: string, back: number) =>
    (await closedBefore(runtime, date, back))?.date;
  expect((await lastClosed(runtime, '2026-03-06', -1))?.date).toBe('2026-03-05');
  expect(await before('2026-03-12', 7)).toBe('2026-03-05');
  expect(await before('2026-03-11', 7)).toBe('2026-03-01');
  expect(await before('2026-04-02', 7)).toBe('2026-03-05');
  expect(await before('2026-04-03', 7)).toBeUndefined();
  expect(await before('2026-03-07', 7)).toBeUndefined();
  snapshots.close();
});
