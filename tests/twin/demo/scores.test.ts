import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dateOf, dayOf } from '../../../functions/calendar.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { auc, openScoredDemo, type ScoredDemo } from '../../support/unit/demo-scoring.ts';

type Results = Map<string, Map<string, HistoryRow>>;

const today = '2026-03-31';
const daysBefore = (count: number): string => dateOf(dayOf(today) - count);

describe('the demo as the saas pack scores it', () => {
  let demo: ScoredDemo;
  let now: Results;
  const of = (results: Results, score: string): HistoryRow[] => [
    ...(results.get(score)?.values() ?? []),
  ];

  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'saas', accounts: 1000, days: 400, today });
    now = await demo.scoreOn(today);
  });
  afterAll(() => demo.close());

  it('has 1,000 accounts with both scores, and no row that cannot be scored', () => {
    for (const score of ['health', 'approach']) {
      const rows = of(now, score);
      expect(rows.length).toBe(1000);
      expect(rows.filter(({ state }) => state !== 'scored')).toEqual([]);
    }
  });

  it('holds 3 to 50 % of accounts in each band of health', () => {
    const rows = of(now, 'health');
    for (const { id } of demo.pack.scores[0]?.bands ?? []) {
      const share = rows.filter(({ band }) => band === id).length / rows.length;
      expect(share, id).toBeGreaterThan(0.03);
      expect(share, id).toBeLessThan(0.5);
    }
  });

  it('has accounts in every phase, some with too little data, and some under a cap', () => {
    const rows = of(now, 'health');
    // Customers of the demo leave on the day their contract ends.
    for (const { id } of demo.pack.phases.filter((phase) => phase.id !== 'ended'))
      expect(rows.filter(({ phase }) => phase === id).length, id).toBeGreaterThan(30);
    expect(rows.some(({ band }) => band === 'unknown')).toBe(true);
    const caps = new Set(rows.map(({ cap }) => cap));
    expect([...caps]).toEqual(expect.arrayContaining([null, 'overdue', 'no_key_user']));
  });

  it('earns every step of every measure somewhere', () => {
    const layout = layoutOf(demo.pack);
    const missed: string[] = [];
    for (const score of demo.pack.scores)
      for (const [c, card] of score.scorecards.entries()) {
        const rows = of(now, score.id).filter(({ scorecard }) => scorecard === card.id);
        expect(layout.scores.find(({ id }) => id === score.id)?.scorecards[c]?.id).toBe(card.id);
        for (const [m, measure] of card.measures.entries()) {
          const earned = new Set(rows.map((row) => row.earned_points[m]));
          const { earning } = measure;
          const steps = earning.by === 'linear' ? [measure.points] : earning.points;
          for (const points of steps)
            if (!earned.has(points)) missed.push(`${card.id}.${measure.id}: ${points / 100}`);
        }
      }
    expect(missed).toEqual([]);
  });

  it('changes 1 to 40 % of results from day to day', async () => {
    let before = now;
    for (let days = 1; days <= 3; days++) {
      const earlier = await demo.scoreOn(daysBefore(days));
      for (const score of ['health', 'approach']) {
        const rows = of(before, score);
        const same = rows.filter(
          (row) => earlier.get(score)?.get(row.account_id)?.result_hash === row.result_hash,
        );
        const changed = 1 - same.length / rows.length;
        expect(changed, `${score}, ${days} days ago`).toBeGreaterThan(0.01);
        expect(changed, `${score}, ${days} days ago`).toBeLessThan(0.4);
      }
      before = earlier;
    }
  });

  it('tells 60 days before the renewal who leaves, but not for certain', async () => {
    const outcomes = await demo.warehouse.query(
      `SELECT account_id, outcome_on, kind FROM source.outcomes
       WHERE kind IN ('churned', 'renewed') AND outcome_on > @first ORDER BY outcome_on`,
      { first: { date: daysBefore(400 - 120) } },
    );
    expect(outcomes.filter(({ kind }) => kind === 'churned').length).toBeGreaterThan(30);
    const points = { churned: [] as number[], renewed: [] as number[] };
    // Every 24th day stands for those around it: 48 to 72 days before the renewal.
    const byDay = Map.groupBy(outcomes, ({ outcome_on }) =>
      Math.floor((dayOf(String(outcome_on)) - 48) / 24),
    );
    for (const [block, rows] of byDay) {
      const health = (await demo.scoreOn(dateOf(block * 24))).get('health');
      for (const { account_id, kind } of rows) {
        const found = health?.get(String(account_id))?.points;
        if (found !== null && found !== undefined)
          points[kind === 'churned' ? 'churned' : 'renewed'].push(found);
      }
    }
    const value = auc(points.churned, points.renewed);
    expect(value).toBeGreaterThan(0.7);
    expect(value).toBeLessThan(0.95);
  });
});

describe('the exemplars of the saas pack', () => {
  it('come out as people know them, whatever the seed', async () => {
    for (const seed of [1, 2]) {
      const demo = await openScoredDemo({ pack: 'saas', accounts: 40, days: 120, today, seed });
      const health = (await demo.scoreOn(today)).get('health');
      const bands = demo.pack.scores[0]?.bands.map(({ id }) => id) ?? [];
      for (const { account, atLeast, atMost } of demo.pack.exemplars) {
        const place = bands.indexOf(health?.get(account)?.band ?? '');
        if (atLeast !== null) expect(place, account).toBeGreaterThanOrEqual(bands.indexOf(atLeast));
        if (atMost !== null) expect(place, account).toBeLessThanOrEqual(bands.indexOf(atMost));
        expect(place, account).toBeGreaterThanOrEqual(0);
      }
      await demo.close();
    }
  });
});
