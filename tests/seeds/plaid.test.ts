/** What PLAID tells of its customer success, on the demo's customers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import { auc, openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-10';

describe('a web-experience service', () => {
  let demo: ScoredDemo;
  let results: Map<string, Map<string, HistoryRow>>;
  const of = (score: string) => [...(results.get(score)?.values() ?? [])];
  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'plaid', accounts: 250, days: 400, today });
    results = await demo.scoreOn(today);
  });
  afterAll(() => demo.close());

  it('P1: NPS is no KPI: whatever is answered, no score moves', async () => {
    await demo.warehouse.transaction((connection) =>
      connection.run('UPDATE source.surveys SET score = 0 WHERE score IS NOT NULL'),
    );
    const after = await demo.scoreOn(today);
    for (const score of ['health', 'co_creation'])
      for (const { account_id, points } of of(score))
        expect(after.get(score)?.get(account_id)?.points).toBe(points);
  });

  it('P2: heavy and inventive users are counted as their events say', async () => {
    const inputs = await demo.warehouse.query(
      `SELECT account_id, heavy_users_28d AS heavy, inventive_users_56d AS inventive
       FROM inputs_20260310 WHERE heavy_users_28d IS NOT NULL ORDER BY account_id LIMIT 15`,
    );
    const events = await demo.warehouse.query(
      `SELECT account_id, user_id, kind, feature,
              CAST(TIMESTAMP_ADD(event_at, INTERVAL 9 HOUR) AS DATE) AS day
       FROM source.events
       WHERE event_at >= TIMESTAMP '2026-01-13 15:00:00+00' AND account_id <= @last
         AND event_at < TIMESTAMP '2026-03-10 15:00:00+00'`,
      { last: String(inputs.at(-1)?.account_id) },
    );
    const byAccount = Map.groupBy(events, ({ account_id }) => String(account_id));
    for (const { account_id, heavy, inventive } of inputs) {
      const people = Map.groupBy(byAccount.get(String(account_id)) ?? [], ({ user_id }) => user_id);
      const often = [...people.values()].filter((own) => {
        const days = own.filter(({ day }) => String(day) > '2026-02-10').map(({ day }) => day);
        return new Set(days).size >= 5;
      });
      const making = [...people.values()].filter(
        (own) =>
          new Set(own.filter(({ kind }) => kind === 'create').map(({ feature }) => feature)).size >=
          2,
      );
      expect([heavy, inventive], String(account_id)).toEqual([often.length, making.length]);
    }
    expect(new Set(inputs.map(({ heavy }) => heavy)).size).toBeGreaterThan(3);
  });

  it('P2, P3: candidates and partners are found, and are not simply the healthy ones', () => {
    const health = results.get('health');
    const partners = of('co_creation').filter(({ band }) => band === 'partner');
    expect(partners.length).toBeGreaterThan(5);
    expect(partners.length).toBeLessThan(of('co_creation').length / 3);
    const healthy = of('health').filter(({ band }) => band === 'excellent');
    const both = partners.filter(({ account_id }) => health?.get(account_id)?.band === 'excellent');
    expect(both.length).toBeLessThan(healthy.length);
    expect(both.length).toBeLessThan(partners.length);
  });

  it('P3: whoever created with us before ranks above the others', () => {
    const card = demo.pack.scores[1]?.scorecards[0];
    const at = card?.measures.findIndex(({ id }) => id === 'together') ?? -1;
    const scored = of('co_creation').filter(({ points }) => points !== null);
    const [shared, others] = [true, false].map((together) =>
      scored
        .filter((row) => (row.earned_points[at] === 1500) === together)
        .map(({ points }) => points ?? 0),
    );
    expect(shared?.length).toBeGreaterThan(5);
    expect(auc(others ?? [], shared ?? [])).toBeGreaterThan(0.7);
  });
});
