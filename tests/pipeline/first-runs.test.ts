/** First runs where most accounts are unknown: what is missing is said, and Salesforce stays as it is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getJson, postJson } from '../../functions/cli/session/http-client.ts';
import { runAnswer } from '../../functions/records/api/runs.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, furtherAccounts, nextDay } from '../support/system/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';
const wednesday = '2026-03-03T17:00:00Z';

let system: TestSystem;
beforeEach(async () => {
  system = await openTestSystem({ now: '2026-03-04T00:00:00Z' });
  await createWorld(system);
});
afterEach(() => system.close());

/** Accounts whose record was written. */
const written = (): string[] =>
  system.salesforce
    .accounts()
    .filter((record) => record.Kenko_Owner__c != null)
    .map((record) => String(record.Kenko_Account_Id__c))
    .sort();

const said = (event: string) => system.entries.filter((entry) => entry.event === event);

describe('a first run of which most accounts are unknown', () => {
  it.each<[string, string[], string]>([
    ['a table is empty', ['DELETE FROM source.usage_daily'], 'The table usage_daily has no row.'],
    ['a table is not there', ['DROP TABLE source.usage_daily'], 'There is no table usage_daily.'],
    [
      'the ids of a table are of another system',
      [`UPDATE source.usage_daily SET account_id = 'X-' || account_id WHERE account_id <> 'a1'`],
      '15 of 135 rows of usage_daily belong to an account.',
    ],
    [
      'a column has no values',
      ['UPDATE source.usage_daily SET minutes = NULL, active_users = NULL'],
      'No account has a value of minutes_7d, users_7d.',
    ],
  ])(
    'says what is missing, and writes nothing to Salesforce: %s',
    async (_, statements, missing) => {
      await execute(system, statements);
      const run = await system.run(monday);
      expect(run.state).toBe('finished');
      expect(run.withheld?.message).toContain('accounts have no band, so nothing is written');
      expect(run.withheld?.message).toContain(missing);
      expect(said('run-withheld')).toMatchObject([
        { severity: 'ERROR', run: run.id, reason: run.withheld?.message, accounts: 9 },
      ]);
      expect(written()).toEqual([]);
      await system.reconcile('2026-03-02T19:00:00Z');
      await system.settle();
      expect(written()).toEqual([]);
      expect(said('reconciled')).toEqual([]);
      const answer = runAnswer.parse(await getJson(`${system.url('api')}/v1/runs/${run.id}`));
      expect(answer.withheld).toEqual(run.withheld);
      const page = await (await fetch(`${system.url('api')}/?lang=en`)).text();
      expect(page).toContain(`${run.withheld?.message}`);
    },
  );

  it('is followed by one that sends every account, also those that stayed as they were', async () => {
    await execute(system, ['CREATE TABLE source.kept AS SELECT * FROM source.usage_daily']);
    await execute(system, ['DELETE FROM source.usage_daily']);
    await system.run(monday);
    await execute(system, [
      `INSERT INTO source.usage_daily SELECT * FROM source.kept WHERE account_id <> 'a9'`,
    ]);
    const run = await system.run(tuesday);
    expect(run).toMatchObject({ state: 'finished', withheld: null, changed: 8 });
    expect(written()).toHaveLength(9);
  });

  it('goes on while most accounts stay unknown, and until somebody releases it', async () => {
    await execute(system, ['DELETE FROM source.usage_daily']);
    await system.run(monday);
    const second = await system.run(tuesday);
    expect(second.withheld?.unknown).toBe(9);
    expect(written()).toEqual([]);
    const decision = { author: 'ops@example.com', reason: 'There is no usage yet.' };
    await postJson(`${system.url('api')}/v1/runs/${second.id}/release`, decision);
    await system.settle();
    const answer = runAnswer.parse(await getJson(`${system.url('api')}/v1/runs/${second.id}`));
    expect(answer).toMatchObject({ withheld: null, decision: { action: 'release' } });
    await system.reconcile('2026-03-03T19:00:00Z');
    await system.settle();
    expect(written()).toHaveLength(9);
    expect(await system.run(wednesday)).toMatchObject({ state: 'finished', withheld: null });
  });
});

describe('a first run', () => {
  it.each([
    ['writes to Salesforce where half of the accounts have a band', 'a4', null],
    ['writes nothing where fewer have one', 'a5', { accounts: 10, unknown: 6 }],
  ])('%s', async (_, last, withheld) => {
    await execute(system, [
      `INSERT INTO source.accounts VALUES ('b1', 'Tenth', 'csm-0@example.com', NULL, NULL)`,
      `DELETE FROM source.usage_daily WHERE account_id <= '${last}'`,
    ]);
    const run = await system.run(monday);
    if (withheld) expect(run.withheld).toMatchObject(withheld);
    else expect(run.withheld).toBeNull();
    expect(written()).toHaveLength(withheld ? 0 : 9);
  });

  it('is not held against history that was filled before it', async () => {
    await furtherAccounts(system);
    await system.run(monday, { backfill: '2026-02-28' });
    await nextDay(system, '2026-03-01');
    await execute(system, [
      "UPDATE source.usage_daily SET minutes = 900 WHERE usage_date > '2026-02-26'",
    ]);
    expect(await system.run(monday)).toMatchObject({ state: 'finished', moves: null });
  });
});

it('a later run of which most accounts become unknown is the breaker’s', async () => {
  await furtherAccounts(system);
  await system.run(monday);
  await execute(system, ['UPDATE source.usage_daily SET minutes = NULL, active_users = NULL']);
  const run = await system.run(tuesday);
  expect(run).toMatchObject({ state: 'held', withheld: null });
});
