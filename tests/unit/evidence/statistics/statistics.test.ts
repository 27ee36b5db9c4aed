/** The normal distribution, rates, families of tests and isotonic chances, against independent figures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareDifference, wilson } from '../../../../functions/evidence/intervals.ts';
import {
  normalBelow,
  normalQuantile,
  twoSided,
} from '../../../../functions/evidence/statistics/distributions.ts';
import { holm } from '../../../../functions/evidence/statistics/holm.ts';
import {
  chanceByScore,
  fitDecreasing,
} from '../../../../functions/evidence/statistics/isotonic.ts';
import oracle from '../../../support/fixtures/evidence/statistics.json' with { type: 'json' };

describe('the normal distribution', () => {
  it('agrees with scipy', () => {
    for (const [x, p] of oracle.normal_below as [number, number][])
      expect(normalBelow(x)).toBeCloseTo(p, 11);
    for (const [p, x] of oracle.normal_quantile as [number, number][])
      expect(normalQuantile(p)).toBeCloseTo(x, 9);
  });

  it('leaves the same on both sides, and keeps its digits far out', () => {
    for (const x of [0, 0.3, 1, 1.7320508, 1.7320509, 2.5, 6])
      expect(twoSided(x)).toBeCloseTo(2 * normalBelow(-x), 14);
    expect(twoSided(-2.5)).toBe(twoSided(2.5));
    expect(twoSided(10) / 1.523970604832105e-23).toBeCloseTo(1, 9);
  });
});

describe('rates', () => {
  it("have Wilson's interval", () => {
    for (const [good, accounts, low, high] of oracle.wilson as [number, number, number, number][]) {
      const found = wilson({ accounts, good });
      expect(found.low).toBeCloseTo(low, 9);
      expect(found.high).toBeCloseTo(high, 9);
    }
  });

  it('differ by the interval that Newcombe gives as an example', () => {
    // 56 of 70 against 48 of 80: 0.2, from 0.0524 to 0.3339 (his table II, method 10).
    const found = shareDifference({ accounts: 70, good: 56 }, { accounts: 80, good: 48 });
    expect(found?.value).toBeCloseTo(0.2, 12);
    expect(found?.low).toBeCloseTo(0.0524, 4);
    expect(found?.high).toBeCloseTo(0.3339, 4);
    expect(shareDifference({ accounts: 4, good: 4 }, { accounts: 80, good: 48 })).toBeNull();
  });
});

describe('several tests at once', () => {
  it("are adjusted as Holm's", () => {
    const found = holm(oracle.holm.p);
    for (const [i, p] of oracle.holm.adjusted.entries()) expect(found[i]).toBeCloseTo(p, 12);
    expect(holm([])).toEqual([]);
  });

  it('never become more certain, and keep their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p) => {
        const found = holm(p);
        for (const [i, one] of p.entries()) {
          expect(found[i]).toBeGreaterThanOrEqual(one);
          for (const [j, other] of p.entries())
            if (one < other) expect(found[i]).toBeLessThanOrEqual(found[j] ?? 0);
        }
      }),
    );
  });
});

describe('the chance of leaving by score', () => {
  it('is fitted as scikit-learn fits it', () => {
    const found = fitDecreasing(oracle.isotonic.left, oracle.isotonic.rows);
    for (const [i, p] of oracle.isotonic.chance.entries()) expect(found[i]).toBeCloseTo(p, 9);
  });

  it('never rises with the score, lies between 0 and 1, and within its interval', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(rows, (some) => {
        const found = chanceByScore(
          { score: some.map(([a]) => a), left: some.map(([, b]) => Number(b)) },
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
          { seed: 1, draws: 20 },
        );
        for (const [i, { value, low, high }] of found.entries()) {
          expect(value).toBeLessThanOrEqual((found[i - 1]?.value ?? 1) + 1e-12);
          expect(low).toBeLessThanOrEqual(value);
          expect(high).toBeGreaterThanOrEqual(value);
          expect(Math.min(low, 1 - high)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is the same for the same seed', () => {
    const leaving = { score: [1, 2, 3, 4, 5, 6], left: [1, 1, 0, 1, 0, 0] };
    const of = (seed: number) =>
      JSON.stringify(chanceByScore(leaving, [1, 4], { seed, draws: 50 }));
    expect(of(3)).toBe(of(3));
  });
});
