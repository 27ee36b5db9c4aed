/** What Monoxer tells of its score, on the demo's schools. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../functions/calendar.ts';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import { auc, openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

type Health = Map<string, HistoryRow>;

describe('a learning platform for schools', () => {
  let demo: ScoredDemo;
  const byDate = new Map<string, Health>();
  const health = async (date: string): Promise<Health> => {
    const known = byDate.get(date) ?? (await demo.scoreOn(date)).get('health') ?? new Map();
    byDate.set(date, known);
    return known;
  };
  const measureIn = (row: HistoryRow | undefined, id: string): number | null | undefined => {
    const card = demo.pack.scores[0]?.scorecards[0];
    return row?.earned_points[card?.measures.findIndex((measure) => measure.id === id) ?? -1];
  };

  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'monoxer', accounts: 250, days: 400, today: '2026-04-20' });
  });
  afterAll(() => demo.close());

  it('M1: finds accounts to save and accounts to grow, and leaves most alone', async () => {
    const rows = [...(await health('2026-01-15')).values()];
    const bands = demo.pack.scores[0]?.bands.map(({ id }) => id) ?? [];
    for (const end of [bands.at(0), bands.at(-1)]) {
      const share = rows.filter(({ band }) => band === end).length / rows.length;
      expect(share, end).toBeGreaterThan(0.05);
      expect(share, end).toBeLessThan(0.4);
    }
  });

  it('M2: 200 points, half for learners, half for administrators, judgements with an end', async () => {
    const [score] = demo.pack.scores;
    const [card] = score?.scorecards ?? [];
    expect(score?.scale).toBe(20_000);
    for (const axis of ['learners', 'administrators']) {
      const points = card?.measures.filter((measure) => measure.axis === axis) ?? [];
      expect(points.reduce((sum, measure) => sum + measure.points, 0)).toBe(10_000);
    }
    // The last judgement of an account: it counts on its last day, and no longer on the next.
    const [last] = await demo.warehouse.query(
      `SELECT account_id, MAX(valid_until) AS valid_until FROM source.assessments
       WHERE kind = 'proficiency' GROUP BY account_id
       HAVING MAX(valid_until) BETWEEN DATE '2025-12-01' AND DATE '2026-03-20'
       ORDER BY valid_until DESC, account_id LIMIT 1`,
    );
    const until = String(last?.valid_until);
    const next = addDays(until, 1);
    const id = String(last?.account_id);
    expect(measureIn((await health(until)).get(id), 'proficiency')).toBeGreaterThanOrEqual(0);
    expect(measureIn((await health(next)).get(id), 'proficiency')).toBe(-1);
  });

  it('M3: two months before the school year turns, the score ranks who leaves', async () => {
    const before = await health('2026-02-01');
    const outcomes = await demo.warehouse.query(
      `SELECT account_id, kind FROM source.outcomes
       WHERE outcome_on = DATE '2026-04-01' AND kind IN ('churned', 'renewed')`,
    );
    const points = { churned: [] as number[], renewed: [] as number[] };
    for (const { account_id, kind } of outcomes) {
      const found = before.get(String(account_id))?.points;
      if (typeof found === 'number') points[kind as 'churned' | 'renewed'].push(found);
    }
    expect(points.churned.length).toBeGreaterThan(20);
    expect(points.renewed.length).toBeGreaterThan(100);
    expect(auc(points.churned, points.renewed)).toBeGreaterThan(0.75);
  });

  it('M6: contracts end with the school year, and a school that never studied is low all year', async () => {
    const churned = await demo.warehouse.query(
      `SELECT account_id, outcome_on FROM source.outcomes WHERE kind = 'churned'`,
    );
    expect(new Set(churned.map(({ outcome_on }) => String(outcome_on).slice(5)))).toEqual(
      new Set(['04-01']),
    );
    expect(churned).toContainEqual({ account_id: 'A-0003', outcome_on: '2026-04-01' });
    for (const date of ['2025-06-15', '2025-09-15', '2025-12-15', '2026-03-15']) {
      const row = (await health(date)).get('A-0003');
      expect(row?.band, date).toBe('at_risk');
      expect(measureIn(row, 'weeks_used'), date).toBe(0);
    }
    expect((await health('2026-03-15')).get('A-0003')?.phase).toBe('year_end');
    expect((await health('2026-04-05')).has('A-0003')).toBe(false);
  });
});
