/** What a part of a comparison keeps. */
import { describe, expect, it } from 'vitest';
import type { ScoreComparison } from '../../../functions/evidence/compare-rules.ts';
import { partsOf } from '../../../functions/records/candidate-documents.ts';
import { documentBytes } from '../../../functions/records/document-rules.ts';
import { comparisonsIn } from '../../../functions/runs/candidate/compare-candidate.ts';
import { keptComparison } from '../../../functions/runs/candidate/compare-part.ts';

const label = { en: 'Health', ja: '健康度' };

function comparison(accounts: number): ScoreComparison {
  const total = { accounts, revenue: null };
  return {
    ...{ score: 'health', label, exists: 'both', accounts, changed: accounts, measures: [] },
    ...{ up: { accounts: 0, revenue: null }, down: total, boundary: 0 },
    bands: [],
    movements: [{ ...total, from: 'green', to: 'red' }],
    movers: Array.from({ length: accounts }, (_, i) => ({
      account: `account-${i}`.padEnd(40, 'x'),
      ...{ revenue: null, from: 'green', to: 'red', from_points: 8000, to_points: 2000 },
      ...{ way: 'down' as const, why: 'measures' as const },
      causes: Array.from({ length: 8 }, (_, k) => ({ measure: `m${k}`, label, delta: -700 })),
    })),
  };
}

describe('a part of a comparison', () => {
  it('keeps all that would move, with their biggest causes', () => {
    const [kept] = comparisonsIn(keptComparison([comparison(300)]));
    expect(kept?.movers).toHaveLength(300);
    expect(kept?.movers[0]?.causes).toHaveLength(5);
    expect(comparisonsIn(keptComparison([]))).toEqual([]);
  });

  it('fits a document, however many would move, and goes on to count them all', () => {
    const json = keptComparison([comparison(20_000)]);
    const part = { from: '', before: null, state: 'compared', accounts: 20_000, compared: json };
    const ref = { collection: partsOf('tiny', 'c'), id: '0' };
    expect(() => documentBytes(ref, part)).not.toThrow();
    const [kept] = comparisonsIn(json);
    expect(kept?.movers.length).toBeGreaterThan(1000);
    expect(kept?.movements[0]?.accounts).toBe(20_000);
  });
});
