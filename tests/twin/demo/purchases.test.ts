import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../functions/calendar.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { auc, openScoredDemo, readPack, scoredTables } from '../../support/unit/demo-scoring.ts';

const folder = 'tests/support/fixtures/cdnow-500';

interface Purchase {
  account_id: string;
  purchase_date: string;
  quantity: string;
  amount_usd: string;
}
const purchases: Purchase[] = parse(readFileSync(`${folder}/purchases.csv`), { columns: true });

/** Who buys in the 91 days after a date. */
const buyersAfter = (date: string): Set<string> => {
  const end = new Date(Date.parse(date) + 91 * dayMs).toISOString().slice(0, 10);
  return new Set(
    purchases
      .filter(({ purchase_date }) => purchase_date > date && purchase_date <= end)
      .map(({ account_id }) => account_id),
  );
};

function aucOf(rows: Map<string, HistoryRow> | undefined, buyers: ReadonlySet<string>): number {
  const points = { bought: [] as number[], not: [] as number[] };
  for (const row of rows?.values() ?? [])
    points[buyers.has(row.account_id) ? 'bought' : 'not'].push(row.points ?? 0);
  return auc(points.not, points.bought);
}

describe('the retail pack', () => {
  it('ranks who buys next among 500 real customers', async () => {
    const scored = await scoredTables(readPack('retail'), {
      accounts: `${folder}/accounts.csv`,
      purchases: `${folder}/purchases.csv`,
    });
    // On all 23,570 customers it is 0.807 and 0.839; 500 of them leave some chance.
    for (const date of ['1997-12-31', '1998-03-31']) {
      const rows = (await scored.scoreOn(date)).get('health');
      expect(rows?.size).toBe(500);
      expect(aucOf(rows, buyersAfter(date))).toBeGreaterThan(0.75);
    }
    const inputs = await scored.warehouse.query(
      `SELECT account_id, days_since_last_purchase, purchase_days FROM inputs_19980331`,
    );
    for (const row of inputs) {
      const days = purchases
        .filter(
          ({ account_id, purchase_date }) =>
            account_id === row.account_id && purchase_date <= '1998-03-31',
        )
        .map(({ purchase_date }) => purchase_date)
        .sort();
      expect(row.purchase_days).toBe(new Set(days).size);
      expect(row.days_since_last_purchase).toBe(
        (Date.parse('1998-03-31') - Date.parse(days.at(-1) ?? '')) / dayMs,
      );
    }
    await scored.close();
  });

  it('has demo data that fills its bands', async () => {
    const demo = await openScoredDemo({
      pack: 'retail',
      accounts: 400,
      days: 400,
      today: '2026-03-31',
    });
    const rows = [...((await demo.scoreOn('2026-03-31')).get('health')?.values() ?? [])];
    for (const { id } of demo.pack.scores[0]?.bands ?? [])
      expect(rows.filter(({ band }) => band === id).length, id).toBeGreaterThan(8);
    await demo.close();
  });
});
