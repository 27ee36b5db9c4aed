import { afterEach, expect, it } from 'vitest';
import { handOvers } from '../../functions/records/documents.ts';
import { handsOf, noisyHours, routedFiles } from '../support/system/routed-pack.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { accountIds, createWorld } from '../support/system/tiny-data.ts';

let system: TestSystem;
afterEach(() => system.close());

it('D3, W4: a day of hourly runs on noisy data: no owner changes, one row a day and account', async () => {
  system = await openTestSystem({ files: routedFiles(), now: '2026-03-01T15:00:00Z' });
  await createWorld(system);
  await noisyHours(system, '2026-03-01T15:00:00Z', 1);
  const before = await handsOf(system);
  await noisyHours(system, '2026-03-01T16:00:00Z', 23);
  expect(await handsOf(system)).toEqual(before);
  expect(await system.runtime.snapshots.count({ collection: handOvers })).toBe(0);
  const rows = await system.warehouse.query(
    'SELECT date, COUNT(*) AS n FROM score_history GROUP BY date ORDER BY date',
  );
  // The first run looks from midnight: its date is the day that ends there.
  expect(rows).toEqual([
    { date: '2026-03-01', n: accountIds.length },
    { date: '2026-03-02', n: accountIds.length },
  ]);
});
