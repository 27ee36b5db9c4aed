/** A scorecard that has aged is said once, by itself; on the twin and through BigQuery. */
import { expect, it } from 'vitest';
import { addDays } from '../../functions/calendar.ts';
import { ageing } from '../../functions/records/ageing-document.ts';
import { ref } from '../../functions/records/collection.ts';
import { packs } from '../../functions/records/run-documents.ts';
import { watchAgeing } from '../../functions/runs/ageing.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { throughBigQuery } from '../support/system/through-bigquery.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const card = 'rules/tiny/scorecards/all.yaml';
const tuned = (changes: Record<string, string> = {}) =>
  tinyPackFiles({
    [card]: (tinyPackFiles().get(card) ?? '').replace(
      'label:',
      "tuned_until: '2026-02-01'\nlabel:",
    ),
    ...changes,
  });
const first = '2026-03-01';
const week = (n: number): string => addDays(first, 7 * n);

/** So many accounts on a closed day, whose points lie `shift` hundredths above those of the others. */
async function close(system: TestSystem, date: string, shift = 0): Promise<void> {
  await execute(system, [
    `INSERT INTO score_history SELECT score_history.* REPLACE (DATE '${date}' AS date, account_id || '-' || n AS account_id,
       CAST(n * 37 % 5000 + ${shift} AS BIGINT) AS points)
     FROM score_history, range(40) AS numbers(n) WHERE date = '${first}' AND account_id IN ('a1', 'a2', 'a3')`,
  ]);
  const { snapshots } = system.runtime;
  const known = await snapshots.get(ref(packs, 'tiny'));
  if (!known?.data.current) throw new Error('no run has closed');
  const current = { ...known.data.current, date };
  await snapshots.set(ref(packs, 'tiny'), { ...known.data, current });
}

const said = ({ entries }: TestSystem) => entries.filter(({ event }) => event === 'scorecard-aged');

async function months(through?: typeof throughBigQuery) {
  const system = await openTestSystem({ files: tuned() });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  await close(system, first);
  const server = await through?.(system);
  const look = async (date: string, shift = 0) => {
    if (date !== first) await close(system, date, shift);
    return watchAgeing(system.runtime);
  };
  expect(await look(first)).toEqual([]);
  expect(await look(week(1))).toEqual([]);
  // Within the week nothing is looked at, and holidays end.
  expect(await look(addDays(week(1), 3), 3000)).toEqual([]);
  for (const n of [2, 3, 4, 5, 6]) expect(await look(week(n), 3000)).toEqual([]);
  expect(await look(week(7))).toEqual([]);
  for (const n of [8, 10, 12, 15]) expect(await look(week(n), 3000)).toEqual([]);
  expect(await look(week(16), 3000)).toEqual(['health']);
  // Once.
  expect(await look(week(17), 3000)).toEqual([]);
  expect(await watchAgeing(system.runtime)).toEqual([]);
  expect(said(system)).toMatchObject([
    { score: 'health', since: first, date: week(16), severity: 'WARNING' },
  ]);
  const kept = (await system.runtime.snapshots.get(ref(ageing, 'tiny')))?.data;
  await server?.close();
  await system.close();
  return kept;
}

it('is said once, when points have stood far for eight weeks', async () => {
  const kept = await months();
  expect(kept).toMatchObject({
    since: first,
    checked: week(17),
    aged: { health: { on: week(16) } },
  });
  expect(await months(throughBigQuery)).toEqual(kept);
});

it('begins anew with a scorecard of another version, and never of rules that nobody tuned', async () => {
  const system = await openTestSystem({ files: tuned() });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  await close(system, first);
  await watchAgeing(system.runtime);
  await close(system, week(1), 3000);
  await watchAgeing(system.runtime);
  const next = await openTestSystem({
    files: tuned({ [card]: (tuned().get(card) ?? '').replace('1.0.0', '2.0.0') }),
  });
  await close(system, week(2), 3000);
  await watchAgeing({ ...system.runtime, pack: next.runtime.pack });
  const kept = (await system.runtime.snapshots.get(ref(ageing, 'tiny')))?.data;
  expect(kept).toMatchObject({ since: week(2), moved: {}, aged: {} });
  await next.close();
  const untuned = await openTestSystem();
  await createWorld(untuned);
  await untuned.run('2026-03-01T17:00:00Z');
  await watchAgeing(untuned.runtime);
  expect(await untuned.runtime.snapshots.get(ref(ageing, 'tiny'))).toBeUndefined();
  await untuned.close();
  await system.close();
});
