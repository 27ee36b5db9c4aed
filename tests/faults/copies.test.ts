/** What people entered, what lots drew and what became of accounts, as tables for SQL, on the twin and through BigQuery. */
import { expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { Rejected } from '../../functions/errors.ts';
import { ref } from '../../functions/records/collection.ts';
import { copies } from '../../functions/records/copy-documents.ts';
import { overrides } from '../../functions/records/documents.ts';
import { copyEntered } from '../../functions/runs/copies/copy-entered.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { throughBigQuery } from '../support/system/through-bigquery.ts';
import { createWorld, execute, nextDay } from '../support/system/tiny-data.ts';
import { signalPackFiles, signalsYaml } from '../support/system/tiny-signals.ts';

const files = signalPackFiles({
  'rules/tiny/signals.yaml': signalsYaml.replace(
    'severity: critical\n    when: metrics.minutes_7d < 100',
    'severity: warning\n    hold_out: 0.5\n    when: metrics.minutes_7d < 100',
  ),
});
const quarterMs = 15 * 60_000;

const enter = (system: TestSystem, what: string, body: object) =>
  postJson(`${system.url('api')}/v1/accounts/a1/${what}`, {
    author: 'hanako@acme.example',
    ...body,
  });

const outcomes = [
  'CREATE TABLE source.outcomes (account_id VARCHAR, outcome_on DATE, kind VARCHAR, mrr DECIMAL(18, 2), reason VARCHAR)',
  `INSERT INTO source.outcomes VALUES ('a1', '2026-02-01', 'renewed', 120.5, NULL),
     ('a2', '2026-02-10', 'churned', 80, 'price'), ('a3', '2026-03-02', 'churned', NULL, NULL)`,
];

/** All tables, in the order of their rows, as SQL sees them. */
async function tables({ warehouse }: TestSystem) {
  const rows = (table: string, order: string) =>
    warehouse.query(`SELECT * FROM ${table} ORDER BY ${order}`);
  return {
    outcomes: await rows('outcomes', 'account_id, outcome_on, revision'),
    interventions: await rows('interventions', 'entered_at'),
    assessments: await rows('assessments', 'entered_at'),
    overrides: await rows('overrides', 'valid_from'),
    lots: await warehouse.query(
      'SELECT DISTINCT account_id, `signal`, `year`, held_back FROM lots ORDER BY account_id',
    ),
  };
}

async function copied(through?: typeof throughBigQuery) {
  const system = await openTestSystem({ files });
  const server = await through?.(system);
  server?.faults.answer('jobs.insert', 'drop-after', 2);
  await createWorld(system);
  await execute(system, outcomes);
  await system.run('2026-03-01T17:00:00Z');
  const call = { did: 'call', on: '2026-02-27', text: 'Wants Taro to stay' };
  await enter(system, 'interventions', {
    ...call,
    answer: { question: 'about_to_churn', value: 'no' },
  });
  await enter(system, 'assessments', { of: 'proficiency', value: 'low', until: '2026-03-05' });
  await enter(system, 'notes', { text: 'Minutes of Taro' });
  const override = { score: 'health', band: 'green', reason: 'Taro said so' };
  await enter(system, 'overrides', { ...override, until: '2026-03-20T00:00:00Z' });
  await nextDay(system, '2026-03-02');
  await execute(system, [
    "UPDATE source.outcomes SET reason = 'missing feature' WHERE account_id = 'a2'",
    "DELETE FROM source.outcomes WHERE account_id = 'a1'",
  ]);
  await system.clock.advance(quarterMs);
  await system.run('2026-03-02T17:00:00Z');
  // Another revision of the date, with nothing new.
  await system.clock.advance(quarterMs);
  await system.run('2026-03-02T18:00:00Z');
  const found = await tables(system);
  await server?.close();
  await system.close();
  return found;
}

it('is copied once, with each change of an outcome, and without what people wrote', async () => {
  const found = await copied();
  expect(found.outcomes).toMatchObject([
    {
      account_id: 'a1',
      kind: 'renewed',
      mrr: 120.5,
      withdrawn: false,
      revision: 1,
      seen_on: '2026-03-01',
    },
    {
      account_id: 'a1',
      kind: 'renewed',
      mrr: 120.5,
      withdrawn: true,
      revision: 2,
      seen_on: '2026-03-02',
    },
    { account_id: 'a2', reason: 'price', revision: 1 },
    { account_id: 'a2', reason: 'missing feature', withdrawn: false, revision: 2 },
    { account_id: 'a3', mrr: null, revision: 1, seen_on: '2026-03-02' },
  ]);
  expect(found.interventions).toMatchObject([
    {
      ...{ account_id: 'a1', did: 'call', happened_on: '2026-02-27' },
      ...{ question: 'about_to_churn', answer: 'no', bands: '{}' },
    },
  ]);
  expect(found.assessments).toMatchObject([
    { kind: 'proficiency', value: 'low', assessed_on: '2026-03-02', valid_until: '2026-03-05' },
  ]);
  expect(found.assessments[0]?.bands).toMatch(/^\{"health":"\w+"\}$/);
  expect(found.overrides).toMatchObject([
    { account_id: 'a1', score: 'health', band: 'green', valid_until: '2026-03-20T00:00:00.000Z' },
  ]);
  expect(found.overrides[0]?.entered_at).toBe(found.overrides[0]?.valid_from);
  expect(found.lots.map(({ account_id, signal, year }) => [account_id, signal, year])).toEqual([
    ['a1', 'low', '2026'],
    ['a2', 'low', '2026'],
  ]);
  expect(JSON.stringify(found)).not.toMatch(/Taro|hanako/);
});

it('is the same through BigQuery, whose answers get lost', async () => {
  const plain = (found: Awaited<ReturnType<typeof copied>>) =>
    JSON.parse(
      JSON.stringify(found, (name, value) =>
        name.endsWith('_at') || ['id', 'valid_from'].includes(name) ? null : value,
      ),
    );
  expect(plain(await copied(throughBigQuery))).toEqual(plain(await copied()));
});

it('is copied once where the copy stops before it is noted, and later where it is too new', async () => {
  const system = await openTestSystem({ files });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  const { snapshots, warehouse } = system.runtime;
  const known = {
    pack: 'tiny',
    account: 'a1',
    score: 'health',
    band: 'red',
    reason: 'r',
    author: 'x',
  };
  // As an earlier release kept it.
  await snapshots.create(ref(overrides, 'old'), {
    ...{ ...known, from: system.clock.now().toISOString(), until: '2026-04-01T00:00:00.000Z' },
    withdrawn: null,
  });
  await enter(system, 'assessments', { of: 'proficiency', value: 'low', until: '2026-03-05' });
  await copyEntered(system.runtime);
  expect((await tables(system)).assessments).toEqual([]);
  await system.clock.advance(2 * quarterMs);
  let stopped = false;
  const stops = {
    ...warehouse,
    load: async (request: Parameters<typeof warehouse.load>[0]) => {
      const answer = await warehouse.load(request);
      if (stopped) return answer;
      stopped = true;
      throw new Rejected('unavailable', 'The process ends here.');
    },
  };
  await expect(copyEntered({ ...system.runtime, warehouse: stops })).rejects.toThrow('ends here');
  const { next } = (await snapshots.get(ref(copies, 'entered')))?.data ?? {};
  expect(next).not.toBeNull();
  await system.clock.advance(quarterMs);
  await enter(system, 'assessments', { of: 'proficiency', value: 'high', until: '2026-03-05' });
  await copyEntered(system.runtime);
  const found = await tables(system);
  expect(found.assessments.map(({ value }) => value)).toEqual(['low']);
  expect(found.overrides).toMatchObject([{ id: 'old', entered_at: null }]);
  await system.clock.advance(2 * quarterMs);
  await copyEntered(system.runtime);
  const values = (await tables(system)).assessments.map(({ value }) => value);
  expect(values).toEqual(['low', 'high']);
  await system.close();
});

it('has a row for a band that is set, and another one where it is taken back', async () => {
  const system = await openTestSystem({ files });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  const path = `${system.url('api')}/v1/accounts/a1/overrides`;
  const until = new Date(system.clock.now().getTime() + 40 * dayMs).toISOString();
  const set = { score: 'health', band: 'red', reason: 'r', until };
  const { id } = (await postJson(path, set)) as { id: string };
  await system.clock.advance(2 * quarterMs);
  await copyEntered(system.runtime);
  expect((await tables(system)).overrides).toMatchObject([{ id, withdrawn: false }]);
  await postJson(`${path}/${id}/withdraw`, { reason: 'Not so.' });
  const other = (await postJson(path, set)) as { id: string };
  await postJson(`${path}/${other.id}/withdraw`, { reason: 'At once.' });
  await system.clock.advance(2 * quarterMs);
  await copyEntered(system.runtime);
  const rows = (await tables(system)).overrides.filter((row) => row.id === id);
  expect(rows.map((row) => [row.withdrawn, String(row.valid_until) < until])).toEqual([
    [false, false],
    [true, true],
  ]);
  const both = (await tables(system)).overrides.filter((row) => row.id === other.id);
  expect(both.map(({ withdrawn }) => withdrawn)).toEqual([false, true]);
  await system.close();
});

it('keeps no run from its end', async () => {
  const system = await openTestSystem({ files });
  await createWorld(system);
  await execute(system, [
    'CREATE TABLE source.outcomes (account_id VARCHAR, outcome_on BOOLEAN[], kind VARCHAR)',
  ]);
  await system.run('2026-03-01T17:00:00Z');
  await system.warehouse.dropTable('assessments');
  await enter(system, 'assessments', { of: 'proficiency', value: 'low', until: '2026-03-05' });
  await system.clock.advance(2 * quarterMs);
  const { id, state } = await system.run('2026-03-02T17:00:00Z');
  expect(state).toBe('finished');
  const delayed = system.entries.filter(({ event, run }) => event === 'copy-delayed' && run === id);
  expect(delayed.map(({ what }) => what)).toEqual(['what people entered', 'outcomes']);
  expect(delayed[1]?.reason).toBe('outcomes.outcome_on is ARRAY<BOOL>; DATE is expected.');
  // What was kept back is copied as soon as the table is there.
  const schema = system.runtime.tables.get('assessments');
  if (schema) await system.warehouse.createTable('assessments', schema);
  await system.run('2026-03-03T17:00:00Z');
  expect((await tables(system)).assessments).toHaveLength(1);
  await system.close();
});
