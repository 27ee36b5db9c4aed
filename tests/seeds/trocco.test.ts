/** What primeNumber tells of trocco's score, on the demo's customers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import type { Scorecard } from '../../functions/scorecard/language/pack/pack.ts';
import { auc, openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-10';

describe('a data-integration platform', () => {
  let demo: ScoredDemo;
  let rows: HistoryRow[];
  let use: Scorecard;
  const inUse = () => rows.filter(({ scorecard }) => scorecard === 'use');
  const earned = (row: HistoryRow, id: string): number =>
    row.earned_points[use.measures.findIndex((measure) => measure.id === id)] ?? -1;

  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'trocco', accounts: 400, days: 400, today });
    rows = [...((await demo.scoreOn(today)).get('health')?.values() ?? [])];
    const card = demo.pack.scores[0]?.scorecards.find(({ id }) => id === 'use');
    if (!card) throw new Error('no scorecard use');
    use = card;
  });
  afterAll(() => demo.close());

  it('T1: success is outcome plus experience, and every factor belongs to one of the two', () => {
    expect(use.axes.map(({ id }) => id)).toEqual(['outcome', 'experience']);
    const axisOf = (row: HistoryRow, axis: string) =>
      use.measures.reduce(
        (sum, measure, i) =>
          sum + (measure.axis === axis ? Math.max(0, row.contributions[i] ?? 0) : 0),
        0,
      );
    for (const row of inUse())
      expect(axisOf(row, 'outcome') + axisOf(row, 'experience')).toBe(row.points);
    // Two questions and not one: some get much out of it and do not enjoy it, and the reverse.
    const places = inUse().map((row) => axisOf(row, 'outcome') - axisOf(row, 'experience'));
    expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(3_000);
  });

  it.each([
    [
      'T2: outcome by jobs, errors, new jobs, options apart, users, key engineers',
      'outcome',
      ['job_runs', 'errors', 'new_jobs', 'options', 'logins', 'key_engineer_left'],
    ],
    [
      'T3: experience by speed, coverage, free quota, time to close, events, case studies',
      'experience',
      ['display_speed', 'source_coverage', 'free_quota', 'time_to_close', 'events', 'case_study'],
    ],
  ])('%s: each is measured and tells accounts apart', (_title, axis, ids) => {
    for (const id of ids) {
      expect(use.measures.find((measure) => measure.id === id)?.axis, id).toBe(axis);
      const values = inUse().map((row) => earned(row, id));
      const known = values.filter((points) => points >= 0);
      expect(known.length / values.length, id).toBeGreaterThan(0.7);
      expect(new Set(known).size, id).toBeGreaterThan(1);
    }
  });

  it('T2: options are counted apart from main features, inquiries by their kind', async () => {
    const [counted] = await demo.warehouse.query(
      `SELECT COUNT(DISTINCT feature) AS options FROM source.events WHERE is_option`,
    );
    const inputs = await demo.warehouse.query(
      `SELECT options_used_56d + options_unused_56d AS options, bug_tickets_90d AS bugs,
              requests_90d AS requests, question_tickets_90d AS questions
       FROM inputs_20260310 WHERE options_used_56d IS NOT NULL`,
    );
    for (const { options } of inputs) expect(options).toBe(counted?.options);
    for (const kind of ['bugs', 'requests', 'questions'])
      expect(inputs.filter((row) => Number(row[kind]) > 0).length, kind).toBeGreaterThan(10);
  });

  it('T2: an account whose last key engineer has left is orange at most', () => {
    const left = rows.filter(({ cap }) => cap === 'no_engineer');
    expect(left.length).toBeGreaterThan(0);
    for (const { band } of left) expect(['red', 'orange', 'unknown']).toContain(band);
    const one = inUse().filter((row) => earned(row, 'key_engineer_left') === 300);
    expect(one.length).toBeGreaterThan(5);
  });

  it('T12: where the effect on revenue is not known, features, users, frequency and satisfaction tell who stays', async () => {
    const before = '2025-12-20';
    const rowsBefore = (await demo.scoreOn(before)).get('health');
    const outcomes = await demo.warehouse.query(
      `SELECT account_id AS id, kind FROM source.outcomes
       WHERE outcome_on BETWEEN DATE '2026-01-10' AND DATE '2026-03-10' AND kind IN ('churned', 'renewed')`,
    );
    const known = await demo.warehouse.query(
      `SELECT account_id AS id, options_used_56d AS features, active_users_28d AS users,
              actions_28d AS frequency, nps_latest AS satisfaction
       FROM inputs_20251220`,
    );
    const proxies = new Map(known.map((row) => [row.id, row]));
    for (const proxy of ['features', 'users', 'frequency', 'satisfaction']) {
      const of = (kind: string) =>
        outcomes
          .filter((row) => row.kind === kind && rowsBefore?.has(String(row.id)))
          .flatMap(({ id }) => proxies.get(id ?? '')?.[proxy] ?? [])
          .map(Number);
      expect(of('churned').length, proxy).toBeGreaterThan(5);
      expect(auc(of('churned'), of('renewed')), proxy).toBeGreaterThan(0.55);
    }
    // They are scored or shown, so that whoever reads the score sees them.
    const shown = [...use.measures.map(({ metric }) => metric), ...use.reference];
    expect(shown).toEqual(
      expect.arrayContaining(['options_used_56d', 'login_rate', 'actions_28d', 'nps_latest']),
    );
  });

  it('T4: answers to surveys stand beside the score and change nothing', async () => {
    await demo.warehouse.transaction((connection) =>
      connection.run('CREATE OR REPLACE TABLE source.surveys AS FROM source.surveys WHERE FALSE'),
    );
    const without = (await demo.scoreOn(today)).get('health');
    for (const { account_id, points, band } of rows)
      expect(without?.get(account_id)).toMatchObject({ points, band });
  });

  it('T5: a feed that stopped is missing, and feeds no score', async () => {
    await demo.warehouse.transaction((connection) =>
      connection.run(
        `CREATE OR REPLACE TABLE source.usage_daily AS
         FROM source.usage_daily WHERE usage_date < DATE '2026-03-03'`,
      ),
    );
    const stopped = (await demo.scoreOn(today)).get('health');
    for (const row of inUse()) {
      const later = stopped?.get(row.account_id);
      expect(later && earned(later, 'job_runs')).toBe(-1);
      expect(later && earned(later, 'errors')).toBe(-1);
      expect(later && earned(later, 'new_jobs')).toBe(earned(row, 'new_jobs'));
    }
  });

  it('T6: four triage groups, all in use, by rules that everybody reads the same way', () => {
    const groups = demo.pack.scores[0]?.bands.map(({ id }) => id);
    expect(groups).toEqual(['red', 'orange', 'yellow', 'green']);
    for (const id of groups ?? [])
      expect(rows.filter(({ band }) => band === id).length, id).toBeGreaterThan(5);
    for (const { earning } of use.measures) expect(earning.by).toBe('steps');
  });

  it('T9: white space is there for each account that is measured, and differs', async () => {
    const inputs = await demo.warehouse.query(
      'SELECT options_unused_56d AS unused FROM inputs_20260310 WHERE options_unused_56d IS NOT NULL',
    );
    expect(inputs.length / rows.length).toBeGreaterThan(0.9);
    expect(new Set(inputs.map(({ unused }) => unused))).toEqual(new Set([0, 1, 2, 3]));
    expect(use.reference).toContain('options_unused_56d');
  });

  it('T13: accounts are scored from the trial on, and keep their engineer', async () => {
    const trials = rows.filter(({ phase }) => phase === 'trial');
    expect(trials.length).toBeGreaterThan(5);
    expect(trials.every(({ scorecard }) => scorecard === 'trial')).toBe(true);
    const owners = await demo.warehouse.query(
      `SELECT account_id, COUNT(DISTINCT owner) AS owners, MIN(owner) AS owner
       FROM source.accounts GROUP BY account_id`,
    );
    expect(owners.every((row) => row.owners === 1)).toBe(true);
    for (const { owner } of owners) expect(owner).toMatch(/^engineer-\d\d@example\.com$/);
  });

  it('T14: each scorecard names the problem it solves, and who acts on it', () => {
    for (const { scorecards } of demo.pack.scores)
      for (const card of scorecards) {
        expect(['churn', 'upsell', 'onboarding', 'purchase']).toContain(card.purpose);
        expect(card.note).not.toBeNull();
      }
  });
});
