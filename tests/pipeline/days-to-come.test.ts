/** A wrong year, in a slot or in a row, must not become the newest day. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { packs } from '../../functions/records/run-documents.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, usage } from '../support/system/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
let system: TestSystem;
beforeEach(async () => {
  system = await openTestSystem({ keepsToClock: true, now: '2026-03-01T18:00:00Z' });
  await createWorld(system);
});
afterEach(() => system.close());

it('case 20f: a slot ahead of the clock is refused, and leaves nothing', async () => {
  await expect(system.score('2062-03-01T17:00:00Z')).rejects.toThrow(
    '2062-03-01T17:00:00Z is ahead of the clock, which says 2026-03-01T18:00:00.000Z',
  );
  expect(await system.runtime.snapshots.get(ref(packs, 'tiny'))).toBeUndefined();
  expect((await system.run(monday)).state).toBe('finished');
});

it('a slot a little ahead is one of a clock that differs', async () => {
  const soon = new Date(system.clock.now().getTime() + 60_000).toISOString();
  expect((await system.run(soon)).state).toBe('finished');
});

it('case 09: a row of a day to come sets its account aside, and ends with its correction', async () => {
  // It is the 2nd of March in Tokyo: what came in today is none to come.
  await execute(system, [usage('a2', '2062-03-05', 9, 900), usage('a3', '2026-03-02', 9, 900)]);
  const run = await system.run(monday);
  expect(run).toMatchObject({ state: 'finished', date: '2026-03-01' });
  expect(run.found_in_rows?.set_aside.examples).toEqual([
    {
      account: 'a2',
      table: 'usage_daily',
      column: 'usage_date',
      reason: 'usage_daily.usage_date is 2062-03-05, a day to come; correct or remove the row.',
    },
  ]);
  await execute(system, ["DELETE FROM source.usage_daily WHERE usage_date = '2062-03-05'"]);
  const mended = await system.run('2026-03-01T17:30:00Z');
  expect(mended).toMatchObject({ state: 'finished', found_in_rows: { set_aside: { count: 0 } } });
  const [row] = await system.warehouse.query(
    "SELECT state FROM score_history WHERE account_id = 'a2' AND date = '2026-03-01'",
  );
  expect(row).toEqual({ state: 'scored' });
});
