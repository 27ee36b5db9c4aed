/** Results that runs kept, held against outcomes: the same from files, from the twin and from BigQuery. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readReports } from '../../functions/cli/evidence/report/past-reports.ts';
import { postJson } from '../../functions/cli/session/http-client.ts';
import type { JudgedOutcome } from '../../functions/evidence/past-outcomes.ts';
import { judgeKept } from '../../functions/own-data/past/kept-past.ts';
import type { PastData } from '../../functions/own-data/past/past.ts';
import { judgePast } from '../../functions/own-data/past/past-data.ts';
import { readPackFiles } from '../../functions/wiring/deployed-files.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { throughBigQuery } from '../support/system/through-bigquery.ts';
import {
  accountIds,
  correctedUsage,
  createWorld,
  execute,
  nextDay,
} from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const request = { lead: 1, every: 1, history: { leads: [1, 2] }, to: '2026-03-05' };

/** Outcomes of the last days; of an account that left twice within days, of one that is nobody's. */
const outcomes = [
  'CREATE TABLE source.outcomes (account_id VARCHAR, outcome_on DATE, kind VARCHAR, notice_on DATE, reason VARCHAR)',
  ...accountIds.map(
    (account, i) =>
      `INSERT INTO source.outcomes VALUES ('${account}', '2026-03-0${4 + (i % 2)}', '${i < 4 ? 'churned' : 'renewed'}', ${i === 3 ? "'2026-03-03'" : 'NULL'}, ${i < 2 ? "'price'" : 'NULL'})`,
  ),
  "INSERT INTO source.outcomes VALUES ('a1', '2026-03-02', 'expanded', NULL, NULL), ('nobody', '2026-03-05', 'churned', NULL, NULL)",
];

/** A run a day; the band of a1 falls on the 3rd, when a busy day leaves its week, and comes back on the 4th. */
async function world(): Promise<TestSystem> {
  const system = await openTestSystem();
  await createWorld(system);
  await execute(system, [...outcomes, ...correctedUsage('a1', '2026-02-24', 9, 600)]);
  for (const day of ['2026-02-28', '2026-03-01']) await system.run(`${day}T17:00:00Z`);
  for (const day of ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']) {
    await nextDay(system, day);
    if (day === '2026-03-04') await execute(system, correctedUsage('a1', day, 9, 600));
    await system.run(`${day}T17:00:00Z`);
  }
  return system;
}

/** All that a report is made of, in one order. */
const figures = ({ from, to, outcomes: n, dates, scores }: PastData) => ({
  ...{ from, to, n, dates },
  scores: [...scores].map(([score, past]) => ({
    ...{ score, results: past.results, leftOut: past.leftOut, stability: past.stability },
    judged: rowsOf(past.judged),
    leads: past.byLead.map(({ lead, judged }) => [lead, rowsOf(judged)]),
    churns: past.reviews.churns.toSorted((a, b) => (a.account < b.account ? -1 : 1)),
    low: past.reviews.low.toSorted(),
  })),
});
const rowsOf = (judged: readonly JudgedOutcome[]) =>
  judged
    .map(({ account, on, kind, decided, reason, row }) => [
      ...[account, on, kind, decided, reason, row.date, row.points, row.band],
      ...[row.earned_points, row.inputs],
    ])
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const look = (system: TestSystem) =>
  judgeKept(system.runtime.pack, { ...system.runtime, id: 'look' }, request);

it('gives the same figures from files, from the twin and from BigQuery', async () => {
  const system = await world();
  const { pack } = system.runtime;
  const twin = figures(await look(system));
  const server = await throughBigQuery(system);
  server.faults.answer('jobs.insert', 'drop-after', 2);
  const bigQuery = figures(await look(system));
  expect(await system.warehouse.describe('evidence_rows_look')).toBeUndefined();
  await server.close();
  const state = mkdtempSync(join(tmpdir(), 'kenko-kept-'));
  await system.closeInto(join(state, pack.id));
  const files = figures(await judgePast(pack, { state }, request));
  rmSync(state, { recursive: true });
  expect(bigQuery).toEqual(twin);
  expect(twin).toEqual(files);
  const [health] = twin.scores;
  expect(health).toMatchObject({
    results: 45,
    leftOut: [{ because: 'no such account', churned: 1 }],
  });
  expect(health?.judged).toHaveLength(9);
  expect(health?.stability).toMatchObject({ undone: 1 });
  expect(health?.judged[0]?.slice(0, 5)).toEqual(['a1', '2026-03-02', 'churned', true, 'price']);
});

it('knows what people did, reads by shards, and tells measures of other rules apart', async () => {
  const system = await world();
  await postJson(`${system.url('api')}/v1/accounts/a2/interventions`, {
    ...{ did: 'call', on: '2026-03-01', text: 'A call', author: 'csm' },
  });
  await system.clock.advance(60 * 60_000);
  await system.run('2026-03-05T18:00:00Z');
  const shards: [number, number][] = [];
  let looked = 0;
  const { pack } = system.runtime;
  const place = { ...system.runtime, id: 'again' };
  const kept = await judgeKept(pack, place, request, {
    reads: (n) => {
      looked = n;
    },
    shard: (done, of) => shards.push([done, of]),
  });
  expect(kept.actions).toEqual([
    { account: 'a2', on: '2026-03-01', did: 'call', entered: '2026-03-02' },
  ]);
  expect(looked).toBe(5);
  // Eleven rows of outcomes, three to a shard.
  expect(shards.at(-1)).toEqual([4, 4]);
  const card = 'rules/tiny/scorecards/all.yaml';
  const text = tinyPackFiles().get(card) ?? '';
  const other = await openTestSystem({
    files: tinyPackFiles({ [card]: text.replace('[5, 40]', '[6, 40]') }),
  });
  const changed = await judgeKept(other.runtime.pack, { ...place, id: 'third' }, request);
  await other.close();
  const earned = (past: PastData, account: string) =>
    past.scores.get('health')?.judged.find((one) => one.account === account)?.row.earned_points;
  const [minutes] = earned(kept, 'a8') ?? [];
  expect(minutes).toBeGreaterThanOrEqual(0);
  expect(earned(changed, 'a8')).toEqual([minutes, -1]);
  await system.close();
});

it('says in a sentence that no run has closed, or that nothing became of anybody', async () => {
  const system = await openTestSystem();
  await expect(look(system)).rejects.toThrow(
    'No run of tiny has closed, so no result is kept yet.',
  );
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  await expect(
    judgeKept(
      system.runtime.pack,
      { ...system.runtime, id: 'x' },
      { ...request, to: '2026-03-01' },
    ),
  ).rejects.toThrow(
    'The table "outcomes" has nothing churned, expanded, renewed from 2025-03-02 to 2026-03-01',
  );
  await system.close();
});

it('is what `evidence report --deployed` reads, of the pack that the deployment runs', async () => {
  const options = {
    deployed: true,
    lead: 60,
    every: 14,
    calls: 10,
    accounts: 1,
    today: '',
  } as const;
  const tiny = await openTestSystem();
  await expect(readReports('rules/saas', options)).rejects.toThrow(
    'The deployment runs tiny, not saas; name its folder, rules/tiny.',
  );
  await tiny.close();
  const system = await openTestSystem({ files: readPackFiles('saas') });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  const outcome = `('a1', '2026-03-01', 'churned', NULL)`;
  await execute(system, [
    'CREATE TABLE source.outcomes (account_id VARCHAR, outcome_on DATE, kind VARCHAR, reason VARCHAR)',
    `INSERT INTO source.outcomes VALUES ${outcome}`,
  ]);
  await system.run('2026-03-02T17:00:00Z');
  const { past, demo, scores } = await readReports('rules/saas', {
    ...options,
    lead: 1,
    json: true,
  });
  expect({ demo, outcomes: past.outcomes }).toEqual({ demo: false, outcomes: 1 });
  expect(scores[0]?.report.leftOut).toMatchObject([{ churned: 1 }]);
  await system.close();
});
