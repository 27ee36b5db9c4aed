/** Runs that would do harm are held, whatever the harm is; those of every day are not. */
import { afterEach, describe, expect, it } from 'vitest';
import { getJson, postJson } from '../../functions/cli/session/http-client.ts';
import { runAnswer } from '../../functions/records/api/runs.ts';
import { accounts } from '../../functions/records/documents.ts';
import { finalState } from '../support/system/final-state.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import {
  createWorld,
  execute,
  furtherAccounts,
  furtherIds,
  nextDay,
} from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';
const tuesdayAgain = '2026-03-02T18:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

async function visible(): Promise<object> {
  const { runs: _, current: __, ...rest } = await finalState(system);
  return rest;
}

/** Bands by score, of every account that is shown. */
async function bandsShown(): Promise<Map<string, Record<string, string>>> {
  const all = await system.runtime.snapshots.query({ collection: accounts, limit: 100 });
  return new Map(
    all
      .filter(({ data }) => data.state === 'active')
      .map(({ id, data: { scores } }) => [
        id,
        Object.fromEntries(Object.entries(scores).map(([score, { band }]) => [score, `${band}`])),
      ]),
  );
}

/** Twelve accounts, or nine, on Monday; usage of Tuesday has arrived. */
async function begin(files = tinyPackFiles(), further = true): Promise<void> {
  system = await openTestSystem({ files });
  await createWorld(system);
  if (further) await furtherAccounts(system);
  expect((await system.run(monday)).state).toBe('finished');
  await nextDay(system, '2026-03-02');
}

const pack = tinyPackFiles().get('rules/tiny/pack.yaml') ?? '';
const second = {
  'rules/tiny/pack.yaml': pack.replace(
    'attributes:',
    `  - id: approach
    label: { en: Approach, ja: アプローチ }
    purpose: upsell
    points: 100
    min_confidence: 0.3
attributes:`,
  ),
  'rules/tiny/bands.yaml': `${tinyPackFiles().get('rules/tiny/bands.yaml')}approach:
  - { id: low, from: 0, label: { en: Low, ja: 低 } }
  - { id: high, from: 50, label: { en: High, ja: 高 } }
`,
  'rules/tiny/scorecards/approach.yaml': `${tinyPackFiles()
    .get('rules/tiny/scorecards/all.yaml')
    ?.replace('score: health\nscorecard: all', 'score: approach\nscorecard: approach')}`,
};

/** What happened, the code, and the numbers of accounts gone, in another band and unknown. */
const held: [string, string[], Record<string, unknown>][] = [
  [
    'case 20a: every id has a prefix',
    [
      `UPDATE source.accounts SET account_id = 'X-' || account_id`,
      `UPDATE source.usage_daily SET account_id = 'X-' || account_id`,
    ],
    { code: 'mass-change', gone: 12, band_changed: 0, unknown: 0, tables: [] },
  ],
  [
    'case 20a: one unknown row is left',
    [
      'DELETE FROM source.accounts',
      `INSERT INTO source.accounts VALUES ('test', 'Test', 'x@example.com', NULL, NULL)`,
    ],
    { code: 'source-lost', gone: 12, tables: ['usage_daily'] },
  ],
  [
    'half of the accounts have ended',
    [`UPDATE source.accounts SET valid_to = '2026-03-02T00:00:00Z' WHERE account_id <= 'a6'`],
    { code: 'mass-change', gone: 6, tables: [] },
  ],
  [
    'case 20c: a table is empty',
    ['DELETE FROM source.usage_daily'],
    // Bands rest on last known values for a while: that its rows are gone holds the run by itself.
    { code: 'source-lost', gone: 0, unknown: 0, tables: ['usage_daily'] },
  ],
  [
    'case 20d: a table was dropped',
    ['DROP TABLE source.usage_daily'],
    { code: 'source-lost', gone: 0, unknown: 0, tables: ['usage_daily'] },
  ],
  [
    'the ids of a table are of another system',
    [`UPDATE source.usage_daily SET account_id = 'X-' || account_id`],
    { code: 'source-lost', gone: 0, tables: ['usage_daily'] },
  ],
];

describe('a run that would do harm', () => {
  it.each(held)('is held, and says so in numbers: %s', async (_, statements, expected) => {
    await begin();
    const before = await visible();
    await execute(system, statements);
    const { id, state, moves, failure } = await system.run(tuesday);
    expect(state).toBe('held');
    expect(await visible()).toEqual(before);
    expect(moves).toMatchObject({ shown: 12, since: '2026-03-01' });
    const alerts = system.entries.filter(({ event }) => event === 'run-held');
    expect(alerts).toMatchObject([{ severity: 'ERROR', run: id, shown: 12, ...expected }]);
    const { code, tables } = expected as { code: string; tables: string[] };
    expect(failure?.code).toBe(code);
    for (const table of tables) expect(failure?.message).toContain(table);
    const answer = runAnswer.parse(await getJson(`${system.url('api')}/v1/runs/${id}`));
    expect(answer).toMatchObject({ state: 'held', moves, failure });
  });

  it.each<[string, Record<string, string>]>([
    ['of one score', {}],
    ['of two scores', second],
  ])('says in numbers what people see when it is released: accounts %s', async (_, files) => {
    await begin(tinyPackFiles(files));
    const before = await bandsShown();
    await execute(system, [
      `UPDATE source.accounts SET valid_to = '2026-03-02T00:00:00Z' WHERE account_id IN ('a1', 'b1', 'b2')`,
      // Their feed is there, and says nothing of them: that is no late data.
      `DELETE FROM source.usage_daily WHERE account_id IN ('a6', 'a7')`,
      `UPDATE source.usage_daily SET minutes = 0, active_users = 0 WHERE account_id IN ('a8', 'a9')`,
      `UPDATE source.usage_daily SET minutes = 900, active_users = 9 WHERE account_id = 'a4'`,
    ]);
    const { id, state, moves } = await system.run(tuesday);
    expect(state).toBe('held');
    await postJson(`${system.url('api')}/v1/runs/${id}/release`, {
      ...{ author: 'ops@example.com', reason: 'It is so.' },
    });
    await system.settle();
    const after = await bandsShown();
    const seen = { shown: before.size, gone: 0, band_changed: 0, unknown: 0 };
    for (const [account, bands] of before) {
      const now = after.get(account);
      const known = Object.entries(bands).filter(([, band]) => band !== 'unknown');
      if (!now) seen.gone += 1;
      else if (known.some(([score, band]) => ![band, 'unknown'].includes(now[score] ?? ''))) {
        seen.band_changed += 1;
      } else if (known.some(([score]) => now[score] === 'unknown')) seen.unknown += 1;
    }
    expect(moves).toEqual({ since: '2026-03-01', ...seen });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1);
  });

  it('case 20b: is held in a second run of a date, where a pack has two scores', async () => {
    await begin(tinyPackFiles(second));
    expect((await system.run(tuesday)).state).toBe('finished');
    await execute(system, [
      `UPDATE source.accounts SET valid_to = '2026-03-02T00:00:00Z' WHERE account_id <= 'a6'`,
    ]);
    const revision = await system.run(tuesdayAgain);
    expect(revision).toMatchObject({
      state: 'held',
      moves: { since: '2026-03-02', shown: 12, gone: 6 },
    });
  });

  it('counts an account once, whichever of its scores moved', async () => {
    await begin(tinyPackFiles(second));
    await execute(system, ['UPDATE source.usage_daily SET minutes = 900, active_users = 9']);
    const { moves, counts } = await system.run(tuesday);
    expect(moves?.band_changed).toBeGreaterThan(0);
    expect(counts?.band_changes).toBeGreaterThan(moves?.band_changed ?? 0);
    expect(moves?.band_changed).toBeLessThanOrEqual(12);
  });
});

describe('a run of every day is not held', () => {
  it('where few of many accounts leave', async () => {
    await begin();
    await execute(system, [
      `UPDATE source.accounts SET valid_to = '2026-03-02T00:00:00Z' WHERE account_id <= 'a2'`,
    ]);
    const { state, moves } = await system.run(tuesday);
    expect([state, moves?.gone]).toEqual(['finished', 2]);
  });

  it('where most of fewer than ten accounts leave, but it is where all do', async () => {
    await begin(tinyPackFiles(), false);
    await execute(system, [
      `UPDATE source.accounts SET valid_to = '2026-03-02T00:00:00Z' WHERE account_id <> 'a1'`,
    ]);
    expect((await system.run(tuesday)).state).toBe('finished');
    await execute(system, [
      `UPDATE source.accounts SET account_id = 'new' WHERE account_id = 'a1'`,
    ]);
    expect(await system.run(tuesdayAgain)).toMatchObject({
      state: 'held',
      moves: { shown: 1, gone: 1 },
    });
  });

  it('where bands are unknown only because a feed is late', async () => {
    await begin();
    await execute(system, [`DELETE FROM source.usage_daily WHERE usage_date > '2026-02-20'`]);
    const { state, moves } = await system.run(tuesday);
    expect(moves?.unknown).toBe(0);
    expect(state).toBe('finished');
  });

  it('where the contract says that a table may be empty', async () => {
    const path = 'sql/sources/usage_daily.yaml';
    const contract = tinyPackFiles().get(path);
    await begin(
      tinyPackFiles({
        [path]: `${contract}`.replace('columns:', 'may_be_empty: true\ncolumns:'),
        'rules/tiny/pack.yaml': `${pack}breaker: { share: 1 }\n`,
      }),
    );
    await execute(system, ['DELETE FROM source.usage_daily']);
    expect((await system.run(tuesday)).state).toBe('finished');
  });

  it('and what a person let through is not held again by the next revision', async () => {
    await begin();
    await execute(system, [`DELETE FROM source.accounts WHERE account_id IN ('a1', 'a2', 'a3')`]);
    await execute(system, [
      `DELETE FROM source.accounts WHERE account_id IN ('${furtherIds.join("', '")}')`,
    ]);
    const first = await system.run(tuesday);
    expect(first.state).toBe('held');
    const decision = { author: 'ops@example.com', reason: 'They left.' };
    await postJson(`${system.url('api')}/v1/runs/${first.id}/release`, decision);
    await system.settle();
    expect(await system.run(tuesdayAgain)).toMatchObject({ state: 'finished', revision: 2 });
  });
});
