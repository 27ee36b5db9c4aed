/** What SmartHR tells of its scores, on the demo's customers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import { openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-10';

describe('a personnel-administration service', () => {
  let demo: ScoredDemo;
  let rows: HistoryRow[];
  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'smarthr', accounts: 250, days: 400, today });
    rows = [...((await demo.scoreOn(today)).get('health')?.values() ?? [])];
  });
  afterAll(() => demo.close());

  it('S1: onboarding, adoption and renewal are scored by different cards', () => {
    const used = new Map(rows.map(({ phase, scorecard }) => [phase, scorecard]));
    expect(Object.fromEntries(used)).toEqual({
      handover: 'onboarding',
      onboarding: 'onboarding',
      adoption: 'adoption',
      renewal: 'renewal',
    });
    const cards = demo.pack.scores[0]?.scorecards ?? [];
    const metricsOf = (id: string) =>
      cards.find((card) => card.id === id)?.measures.map(({ metric }) => metric);
    expect(metricsOf('onboarding')).not.toEqual(metricsOf('adoption'));
  });

  it('S1: the score for renewal says that it is provisional', () => {
    const renewal = demo.pack.scores[0]?.scorecards.find(({ id }) => id === 'renewal');
    expect(renewal?.version).toMatch(/^0\./);
    expect(renewal?.label).toMatchObject({ en: expect.stringContaining('provisional') });
    expect(renewal?.label.ja).toContain('暫定');
  });

  it('S2: revenue stands beside the score, on each day as it was then', async () => {
    expect(demo.pack.scores[0]?.headline).toBe('mrr');
    await demo.scoreOn('2025-09-10');
    const [changed] = await demo.warehouse.query(
      `SELECT COUNT(*) AS n FROM inputs_20260310 AS now JOIN inputs_20250910 AS before
       ON now.account_id = before.account_id WHERE now.mrr <> before.mrr`,
    );
    expect(changed?.n).toBeGreaterThan(5);
  });

  it('S4: some accounts are due for NPS on day 30 or 90, and no answer is scored', async () => {
    const metrics = demo.pack.scores[0]?.scorecards.flatMap(({ measures }) =>
      measures.map(({ metric }) => metric),
    );
    expect(metrics).not.toContain('nps_latest');
    const due = await demo.warehouse.query(
      `SELECT days_since_start AS days, days_since_nps_request AS asked FROM inputs_20260310
       WHERE days_since_start BETWEEN 90 AND 130`,
    );
    expect(due.some(({ asked }) => asked === null || Number(asked) > 45)).toBe(true);
    expect(due.some(({ days, asked }) => Number(asked) <= Number(days) - 90)).toBe(true);
  });
});
