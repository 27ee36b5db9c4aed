/** What Dropbox Japan tells of its score, on the demo's customers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import { openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-10';

describe('a file-sharing service', () => {
  let demo: ScoredDemo;
  let rows: HistoryRow[];
  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'dropbox', accounts: 250, days: 400, today });
    rows = [...((await demo.scoreOn(today)).get('health')?.values() ?? [])];
  });
  afterAll(() => demo.close());

  it('D1: customers fall into three statuses, each with its own action', () => {
    const statuses = demo.pack.scores[0]?.bands.map(({ id }) => id) ?? [];
    expect(statuses).toHaveLength(3);
    for (const id of statuses) {
      expect(rows.filter(({ band }) => band === id).length / rows.length, id).toBeGreaterThan(0.1);
      const signal = demo.pack.signals?.states.find((one) => one.id === `status_${id}`);
      expect(signal?.when.text, id).toContain(`now.health.band == "${id}"`);
      expect(signal?.action.ja, id).toBeTruthy();
    }
    const actions = demo.pack.signals?.states.map(({ action }) => action.en);
    expect(new Set(actions).size).toBe(actions?.length);
  });

  it('D2: the utilisation rate stands above the score', () => {
    expect(demo.pack.scores[0]?.headline).toBe('utilisation_rate');
  });

  it('D2: NPS is one component: an answer moves the score, no answer leaves it out', async () => {
    const card = demo.pack.scores[0]?.scorecards[0];
    const nps = card?.measures.findIndex(({ id }) => id === 'nps') ?? -1;
    const answered = rows.filter((row) => (row.earned_points[nps] ?? -1) >= 0);
    expect(answered.length / rows.length).toBeGreaterThan(0.3);
    await demo.warehouse.transaction((connection) =>
      connection.run('UPDATE source.surveys SET score = 0 WHERE score IS NOT NULL'),
    );
    const lower = (await demo.scoreOn(today)).get('health');
    for (const row of rows) {
      const after = lower?.get(row.account_id)?.points ?? 0;
      if ((row.earned_points[nps] ?? -1) > 0) expect(after).toBeLessThan(row.points ?? 0);
      else expect(after).toBe(row.points);
    }
  });
});
