/** The area under the curve: against brute force, independent figures and its own promises. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, compareAreas } from '../../../../functions/evidence/statistics/auc.ts';
import { coverage, falseAlarms } from '../../../support/evidence/auc-coverage.ts';
import oracle from '../../../support/fixtures/evidence/statistics.json' with { type: 'json' };

const z = 1.959963984540054;
describe('the area under the curve', () => {
  const rows = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { minLength: 10, maxLength: 60 })
    .filter((some) => {
      const good = some.filter(([, stays]) => stays).length;
      return good >= 5 && some.length - good >= 5;
    });

  it('is the share of pairs that the good one wins, ties by half, within its interval', () => {
    fc.assert(
      fc.property(rows, (some) => {
        let [wins, pairs] = [0, 0];
        for (const [a, good] of some) {
          for (const [b, other] of some) {
            if (!good || other) continue;
            pairs += 1;
            wins += a > b ? 1 : a === b ? 0.5 : 0;
          }
        }
        const ranked = { score: some.map(([a]) => a), good: some.map(([, b]) => Number(b)) };
        const found = areaUnderCurve(ranked);
        expect(found?.value).toBeCloseTo(wins / pairs, 12);
        expect(found?.low).toBeLessThanOrEqual(found?.value ?? -1);
        expect(found?.high).toBeGreaterThanOrEqual(found?.value ?? 2);
        const turned = areaUnderCurve({ ...ranked, score: ranked.score.map((a) => -a) });
        expect(turned?.value).toBeCloseTo(1 - (found?.value ?? 0), 12);
        expect(turned?.low).toBeCloseTo(1 - (found?.high ?? 0), 9);
      }),
    );
  });

  it('depends on the order of scores alone, and not on the order of rows', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const of = (list: typeof some, change: (a: number) => number) =>
          areaUnderCurve({
            score: list.map(([a]) => change(a)),
            good: list.map(([, b]) => Number(b)),
          });
        const found = of(some, (a) => a);
        const other = of(some.toReversed(), (a) => Math.exp(a));
        for (const key of ['value', 'low', 'high'] as const)
          expect(other?.[key]).toBeCloseTo(found?.[key] ?? -1, 9);
      }),
    );
  });

  it("has DeLong's error, and that of the paired difference", () => {
    const { good, score, other, auc, variance, difference, difference_variance, p } = oracle.delong;
    const found = areaUnderCurve({ score, good });
    expect(found?.value).toBeCloseTo(auc, 12);
    expect(found?.error).toBeCloseTo(Math.sqrt(variance), 9);
    const compared = compareAreas({ score, good }, other);
    expect(compared?.value).toBeCloseTo(difference, 12);
    expect(compared?.p).toBeCloseTo(p, 9);
    expect(compared?.high).toBeCloseTo(difference + z * Math.sqrt(difference_variance), 9);
  });

  it("has Obuchowski's error where accounts have several rows", () => {
    const { account, good, score, auc, variance } = oracle.obuchowski;
    const found = areaUnderCurve({ score, good, account });
    expect(found?.value).toBeCloseTo(auc, 12);
    const alone = areaUnderCurve({ score, good });
    expect((found?.high ?? 0) - (found?.low ?? 0)).toBeGreaterThan(
      (alone?.high ?? 0) - (alone?.low ?? 0),
    );
    expect(found?.error).toBeCloseTo(Math.sqrt(variance), 9);
  });

  it('of five against five that are apart is 0.64 to 1, by the method 5 of Newcombe', () => {
    const found = areaUnderCurve({
      score: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      good: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    });
    expect(found).toMatchObject({ value: 1, high: 1 });
    expect(found?.low).toBeCloseTo(0.64, 2);
  });

  it('is not told of fewer than five accounts on either side, however many rows they have', () => {
    const score = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(areaUnderCurve({ score, good: [0, 0, 0, 0, 1, 1, 1, 1, 1] })).toBeNull();
    const good = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const account = [0, 1, 2, 3, 3, 4, 5, 6, 7, 8];
    expect(areaUnderCurve({ score: [...score, 10], good, account })).toBeNull();
  });

  it('compares rows within a fold only', () => {
    const good = [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1];
    const fold = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
    // Rules of the second fold give everybody ten points more.
    const score = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
    expect(areaUnderCurve({ score, good, fold })?.value).toBe(1);
    expect(areaUnderCurve({ score, good })?.value).toBeLessThan(1);
  });

  it('reads a million rows', () => {
    const n = 1_000_000;
    const score = Float64Array.from({ length: n }, (_, i) => (i * 7919) % 1000);
    const good = Uint8Array.from({ length: n }, (_, i) => Number((i * 31) % 10 > 0));
    expect(areaUnderCurve({ score, good })?.value).toBeCloseTo(0.5, 1);
  });
});

describe('its promises, on few seeds', () => {
  it.each([
    { churned: 5, accounts: 100, apart: 1 },
    { churned: 20, accounts: 200, apart: 1, ties: 0.5 },
  ])('the interval holds the true area: %o', (situation) => {
    expect(coverage(300, situation)).toBeGreaterThan(0.9);
  });

  it('the paired test is wrong about as often as it says', () => {
    const wrong = falseAlarms(300, { churned: 20, accounts: 200, apart: 1 });
    expect(wrong).toBeGreaterThan(0.02);
    expect(wrong).toBeLessThan(0.09);
  });
});
