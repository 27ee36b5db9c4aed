import { expect, it } from 'vitest';
import { inputsTable } from '../../functions/inputs/run-tables.ts';
import { candidates } from '../../functions/records/candidate-documents.ts';
import { ref } from '../../functions/records/collection.ts';
import { parseCandidate } from '../../functions/scorecard/language/candidate.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { readableTypes, resultsOf, systemWith } from '../support/system/column-types.ts';
import { days } from '../support/system/days.ts';
import { openTestSystem } from '../support/system/test-system.ts';
import { throughBigQuery } from '../support/system/through-bigquery.ts';
import { createWorld, execute, nextDay } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

it('days of runs end as they do on the twin', async () => {
  const twin = await openTestSystem();
  const expected = await days(twin);
  await twin.close();
  expect(expected.history).toHaveLength(18);

  const system = await openTestSystem();
  const server = await throughBigQuery(system);
  // Jobs and requests that fail on the way change nothing.
  server.faults.job({ type: 'load', reason: 'backendError' }, 2);
  server.faults.job({ type: 'copy', reason: 'internalError', runningFor: 3 });
  server.faults.job({ type: 'query', runningFor: 2 }, 5);
  server.faults.answer('jobs.insert', 'drop-after', 2);
  server.faults.answer('jobs.query', { reason: 'rateLimitExceeded' }, 3);
  const state = await days(system);
  // One copy a run that was closed, and none again.
  expect(server.usage.jobs.copy).toBe(4);
  expect(server.usage.requests['jobs.insert']).toBeGreaterThan(10);
  await server.close();
  await system.close();
  expect(state).toEqual(expected);
});

it('a candidate is compared as on the twin, and keeps no table there', async () => {
  const files = tinyPackFiles();
  const bands = 'rules/tiny/bands.yaml';
  const stricter = new Map(files).set(
    bands,
    (files.get(bands) ?? '').replace('from: 70', 'from: 90'),
  );
  const compare = async (through?: typeof throughBigQuery) => {
    const system = await openTestSystem({ files });
    system.runtime.candidate = parseCandidate(parsePack(files), stricter, new Map());
    const server = await through?.(system);
    await createWorld(system);
    await system.run('2026-03-01T17:00:00Z');
    await nextDay(system, '2026-03-02');
    await system.run('2026-03-02T17:00:00Z');
    await system.sweep('2026-03-02T18:00:00Z');
    await system.settle();
    const { compared, latest } =
      (await system.runtime.snapshots.get(ref(candidates, 'tiny')))?.data ?? {};
    const table = inputsTable(latest?.id ?? '', { attempt: 1 });
    expect(await system.runtime.warehouse.describe(table)).toBeUndefined();
    await server?.close();
    await system.close();
    return { compared, date: latest?.date };
  };
  const expected = await compare();
  expect(expected.date).toBe('2026-03-02');
  expect(expected.compared).toContain('"why":"limits"');
  expect(await compare(throughBigQuery)).toEqual(expected);
});

it('a first run of which most accounts are unknown says the same', async () => {
  const withheld = async (through?: typeof throughBigQuery) => {
    const system = await openTestSystem();
    const server = await through?.(system);
    await createWorld(system);
    await execute(system, ['UPDATE source.usage_daily SET minutes = NULL, active_users = NULL']);
    const run = await system.run('2026-03-01T17:00:00Z');
    await server?.close();
    await system.close();
    return run.withheld;
  };
  const expected = await withheld();
  expect(expected?.message).toContain('No account has a value of minutes_7d, users_7d.');
  expect(await withheld(throughBigQuery)).toEqual(expected);
});

it('case 06: columns of types that our own tables do not have are read', async () => {
  const plain = await systemWith([]);
  const expected = await resultsOf(plain);
  await plain.close();
  for (const name of ['days as DATETIME', 'instants as DATETIME', 'whole numbers as STRING']) {
    const system = await systemWith(readableTypes[name] ?? []);
    const server = await throughBigQuery(system);
    const big = name.startsWith('days') ? 'minutes' : undefined;
    // The stand-in's tables hold no such numbers, so that only the description says it.
    const rewrite = (body: string): string =>
      body.replace(`"name":"${big}","type":"INTEGER"`, `"name":"${big}","type":"BIGNUMERIC"`);
    server.faults.answer('tables.get', { rewrite }, 1000);
    expect(await resultsOf(system), name).toEqual(expected);
    await server.close();
    await system.close();
  }
});

it('rows twice, cells that break the contract and ids that almost match are found as on the twin', async () => {
  const found = async (through?: typeof throughBigQuery) => {
    const system = await systemWith([
      "INSERT INTO source.usage_daily SELECT * FROM source.usage_daily WHERE account_id = 'a5'",
      "INSERT INTO source.usage_daily SELECT * REPLACE (minutes + 1 AS minutes) FROM source.usage_daily WHERE account_id = 'a3' AND usage_date = '2026-03-01'",
      "UPDATE source.usage_daily SET minutes = -5 WHERE account_id = 'a2' AND usage_date = '2026-03-01'",
      "UPDATE source.usage_daily SET account_id = 'Ａ6' WHERE account_id = 'a6' AND usage_date < '2026-02-20'",
      "INSERT INTO source.accounts VALUES (NULL, 'nobody', NULL, NULL, NULL)",
    ]);
    const server = await through?.(system);
    const { state, found_in_rows } = await system.run('2026-03-01T17:00:00Z');
    const rows = await system.warehouse.query(
      'SELECT account_id, points, state FROM score_history ORDER BY account_id',
    );
    await server?.close();
    await system.close();
    return { state, found_in_rows, rows };
  };
  const expected = await found();
  expect(expected.state).toBe('finished');
  expect(expected.found_in_rows?.notes).toHaveLength(3);
  expect(expected.found_in_rows?.set_aside).toMatchObject({
    count: 2,
    examples: [
      { account: 'a2', column: 'minutes' },
      { account: 'a3', column: 'usage_date' },
    ],
  });
  expect(await found(throughBigQuery)).toEqual(expected);
});
