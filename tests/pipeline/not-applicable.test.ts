/** What a source that is well has nothing of is not applicable: no value of before stands in for it. */
import { afterEach, expect, it } from 'vitest';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const systems: TestSystem[] = [];
afterEach(async () => {
  for (const system of systems.splice(0)) await system.close();
});

const all = tinyPackFiles().get('rules/tiny/scorecards/all.yaml') ?? '';
const label = '{ en: Idle days, ja: 休止日数 }';
/** Beside the use of a week, which there may be none of: the days since the last one. */
const files = tinyPackFiles({
  'rules/tiny/pack.yaml': (tinyPackFiles().get('rules/tiny/pack.yaml') ?? '').replace(
    'min_confidence: 0.3',
    'min_confidence: 0.1',
  ),
  'rules/tiny/scorecards/all.yaml': `${all.replace('points: 60', 'points: 40').replace('[300, 60]', '[300, 40]')}  - id: idle
    metric: idle_days
    points: 20
    steps: [[0, 20], [30, 10], [60, 0]]
`,
  'sql/metrics/tiny/idle.yaml': `group: idle
sources: [usage_daily]
metrics:
  - { id: idle_days, type: int, direction: lower, nullable: true, label: ${label}, description: ${label} }
`,
  'sql/metrics/tiny/idle.sql': `SELECT account_id, DATE_DIFF(@date, MAX(usage_date), DAY) AS idle_days
FROM usage_daily GROUP BY account_id
`,
});

const idle = 'a1';
/** Five accounts from March to May; one of them stops on 2026-03-12. */
async function withData(): Promise<TestSystem> {
  const system = await openTestSystem({ files, now: '2026-06-01T00:00:00Z' });
  systems.push(system);
  await execute(system, [
    'CREATE SCHEMA IF NOT EXISTS source',
    `CREATE TABLE source.accounts AS SELECT 'a' || i AS account_id FROM range(1, 6) AS r(i)`,
    `CREATE TABLE source.usage_daily AS
       SELECT 'a' || i AS account_id, CAST(DATE '2026-03-01' + INTERVAL (d) DAY AS DATE) AS usage_date,
         5 AS active_users, 60 AS minutes
       FROM range(1, 6) AS r(i), range(0, 73) AS s(d) WHERE i > 1 OR d < 12`,
  ]);
  return system;
}

const resultOf = async (system: TestSystem, date: string) => {
  const [row] = await system.warehouse.query(
    `SELECT points, band, confidence, inputs, waiting_for_data, known_on FROM score_history
     WHERE account_id = '${idle}' AND date = '${date}'`,
  );
  return row;
};

it('case 21f: a result is the same whether there was one 62 days before or none', async () => {
  const [before, after] = ['2026-03-11T15:00:00Z', '2026-05-12T15:00:00Z'];
  const old = await withData();
  expect((await old.run(before)).state).toBe('finished');
  expect(await resultOf(old, '2026-03-11')).toMatchObject({ points: 10_000, band: 'green' });
  expect((await old.run(after)).state).toBe('finished');
  const fresh = await withData();
  expect((await fresh.run(after)).state).toBe('finished');
  const result = await resultOf(old, '2026-05-12');
  expect(result).toEqual(await resultOf(fresh, '2026-05-12'));
  // Idle for 61 days is all that is known: no use of a week is nothing that is awaited.
  expect(result).toMatchObject({ points: 0, band: 'red', waiting_for_data: false });
});
