import { afterEach, expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { accountDocuments } from '../support/system/routed-pack.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const card = `${tinyPackFiles().get('rules/tiny/scorecards/all.yaml')?.replace('points: 60', 'points: 40').replace('[300, 60]', '[300, 40]').replace('[150, 40]', '[150, 30]')}
  - id: proficiency
    metric: proficiency
    lookup: { low: 0, middle: 10, high: 20 }
`;
const files = tinyPackFiles({
  'rules/tiny/scorecards/all.yaml': card,
  'sql/metrics/tiny/judged.yaml': `
group: judged
sources: [assessments]
metrics:
  - id: proficiency
    type: enum
    values: [low, middle, high]
    direction: higher
    nullable: true
    label: { en: Proficiency, ja: 習熟度 }
    description: { en: As judged., ja: 評価。 }
`,
  'sql/metrics/tiny/judged.sql': `
SELECT account_id, MAX(value) AS proficiency
FROM assessments
WHERE kind = 'proficiency' AND IFNULL(valid_until, @date) >= @date
GROUP BY account_id
`,
});

let system: TestSystem;
afterEach(() => system.close());

/** The judgement as the account's result has it: what it earned, and whether it counts now. */
async function judged(account: string) {
  const document = (await accountDocuments(system)).get(account);
  const { health } = JSON.parse(document?.details ?? '{}');
  const measure = health.explanation.measures.find(
    (one: { id: string }) => one.id === 'proficiency',
  );
  return [measure.value, measure.state, measure.earned];
}

const assess = (account: string, value: string, until: string) =>
  postJson(`${system.url('api')}/v1/accounts/${account}/assessments`, {
    of: 'proficiency',
    value,
    until,
    author: 'csm',
  });

it('M2: a judgement entered by a person counts in the next run, beside those of a table, until it ends', async () => {
  system = await openTestSystem({ files });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  expect(await judged('a1')).toEqual([null, 'missing', null]);

  // By the system's clock it is the 2nd.
  await assess('a1', 'low', '2026-03-03');
  await assess('a2', 'low', '2026-12-31');
  await assess('a2', 'middle', '2026-12-31');
  await system.run('2026-03-02T17:00:00Z');
  expect(await judged('a1')).toEqual(['low', 'ok', 0]);
  expect(await judged('a2')).toEqual(['middle', 'ok', 1000]);

  await execute(system, [
    'CREATE TABLE source.assessments (account_id VARCHAR, assessed_on DATE, kind VARCHAR, value VARCHAR, valid_until DATE)',
    `INSERT INTO source.assessments VALUES ('a3', '2026-03-02', 'proficiency', 'high', NULL)`,
  ]);
  await system.run('2026-03-04T17:00:00Z');
  expect(await judged('a3')).toEqual(['high', 'ok', 2000]);
  expect(await judged('a2')).toEqual(['middle', 'ok', 1000]);
  expect((await judged('a1')).slice(1)).toEqual(['missing', null]);

  // What is entered after the midnight that a run looks from is for the next one.
  await system.clock.advance(3 * dayMs);
  await assess('a4', 'high', '2026-12-31');
  await system.run('2026-03-04T18:00:00Z');
  expect(await judged('a4')).toEqual([null, 'missing', null]);
});

it('in an hourly pack counts from the next hour on, and no hour before sees it', async () => {
  const pack = `${files.get('rules/tiny/pack.yaml')}as_of: slot\n`;
  const hourly = new Map([...files, ['rules/tiny/pack.yaml', pack]]);
  system = await openTestSystem({ files: hourly, now: '2026-03-02T01:30:00Z' });
  await createWorld(system);
  await system.run('2026-03-02T00:00:00Z');
  await assess('a1', 'high', '2026-12-31');
  // The run of one o'clock comes late: what was entered since is not its own.
  await system.run('2026-03-02T01:00:00Z');
  expect(await judged('a1')).toEqual([null, 'missing', null]);
  await system.run('2026-03-02T02:00:00Z');
  expect(await judged('a1')).toEqual(['high', 'ok', 2000]);
});
