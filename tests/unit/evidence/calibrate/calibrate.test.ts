/** A scorecard from a table: what it reaches, what it keeps to, and that noise stays noise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrateOn,
  scoreOutOfFold,
  usualOptions,
} from '../../../../functions/evidence/calibrate/calibrate.ts';
import { foldsOf } from '../../../../functions/evidence/calibrate/folds.ts';
import { fitLogistic } from '../../../../functions/evidence/calibrate/logistic.ts';
import { offeredSums } from '../../../../functions/evidence/calibrate/offered-sums.ts';
import { scoreRow } from '../../../../functions/evidence/calibrate/points.ts';
import { allRows, type Column } from '../../../../functions/evidence/calibrate/table.ts';
import { drawsFrom } from '../../../support/evidence/draws.ts';
import { noise, tableOf } from '../../../support/evidence/tables.ts';
import oracle from '../../../support/fixtures/evidence/logistic.json' with { type: 'json' };

describe('the regression', () => {
  const { b, c, good, ridge } = oracle;
  const features = [
    ...[1, 2, 3].map((s) => Float64Array.from(b, (value) => Number(value >= s))),
    ...[1, 2].map((s) => Float64Array.from(c, (value) => Number(value >= s))),
  ];

  it.each(['free', 'bounded'] as const)('agrees with scikit-learn and scipy: %s', (kind) => {
    const free = features.map(() => kind === 'free');
    const found = fitLogistic({ features, free, good }, ridge);
    const digits = kind === 'free' ? 8 : 6;
    expect(found.intercept).toBeCloseTo(oracle[kind].intercept, digits);
    for (const [i, weight] of oracle[kind].coefficients.entries())
      expect(found.coefficients[i]).toBeCloseTo(weight, digits);
  });

  it('ends also where a column separates', () => {
    const x = Float64Array.from(good);
    const found = fitLogistic({ features: [x], free: [false], good }, 1e-3);
    expect(Number.isFinite(found.coefficients[0])).toBe(true);
    expect(found.coefficients[0]).toBeGreaterThan(5);
  });
});

/** Two measures that tell, one that repeats the first, one with gaps, and noise. */
function telling(seed: number, n = 800) {
  const draws = drawsFrom(seed);
  const of = (make: () => number) => Float64Array.from({ length: n }, make);
  const [use, calls] = [of(draws.normal), of(() => Math.floor(draws.uniform() * 6))];
  const survey = of(() => (draws.whether(0.4) ? Number.NaN : Math.floor(draws.uniform() * 10)));
  const left = Uint8Array.from({ length: n }, (_, i) => {
    const unasked = Number.isNaN(survey[i] ?? 0) ? 1 : 0;
    const risk = -2 - 1.2 * (use[i] ?? 0) + 0.5 * (calls[i] ?? 0) + 0.8 * unasked;
    return Number(draws.whether(1 / (1 + Math.exp(-risk))));
  });
  const columns: Column[] = [
    { id: 'use', values: use },
    { id: 'use_again', values: use.map((value) => 10 * value + 3) },
    { id: 'calls', values: calls },
    { id: 'survey', values: survey },
    { id: 'noise', values: of(draws.normal) },
  ];
  return tableOf(columns, left);
}

describe('a scorecard', () => {
  const table = telling(1);
  const found = calibrateOn(table, allRows(table), usualOptions);

  it('is of what tells, each thing once, with the direction that the data say', () => {
    const ids = found.measures.map(({ binning }) => binning.column.id);
    expect(ids).toEqual(expect.arrayContaining(['calls']));
    expect(ids.filter((id) => id.startsWith('use'))).toHaveLength(1);
    expect(ids).not.toContain('noise');
    expect(found.alike).toEqual([expect.objectContaining({ as: expect.stringMatching(/^use/) })]);
    const calls = found.measures.find(({ binning }) => binning.column.id === 'calls');
    expect(calls?.binning.direction).toBe('lower');
  });

  it('has whole points that add up to 100, rise with what is better, and know the unknown', () => {
    expect(found.measures.reduce((sum, { most }) => sum + most, 0)).toBe(100);
    for (const { binning, points, missing, most } of found.measures) {
      const better = binning.direction === 'higher' ? points : points.toReversed();
      for (const [i, value] of better.entries()) {
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(better[i - 1] ?? 0);
      }
      expect(missing).toBeGreaterThanOrEqual(0);
      expect(Math.max(...points, missing)).toBe(most);
    }
    for (const row of allRows(table)) {
      const score = scoreRow(found.measures, row);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
    }
  });

  it('keeps the direction that a team has set', () => {
    const columns = table.columns.map((column) => ({ ...column, direction: 'higher' as const }));
    const kept = calibrateOn({ ...table, columns }, allRows(table), usualOptions);
    expect(kept.measures.every(({ binning }) => binning.direction === 'higher')).toBe(true);
    expect(kept.measures.map(({ binning }) => binning.column.id)).not.toContain('calls');
  });

  it('is the same twice, to the byte', () => {
    const text = () => JSON.stringify(calibrateOn(telling(1), allRows(table), usualOptions));
    expect(text()).toBe(text());
  });

  it('is judged on accounts that it was not made from, on other days too', () => {
    const apart = scoreOutOfFold(table, usualOptions);
    expect(apart.area?.value).toBeGreaterThan(0.7);
    const day = Float64Array.from(table.left.keys(), (i) => i % 10);
    const later = scoreOutOfFold({ ...table, day }, usualOptions, { from: 7 });
    expect([...later.score].filter((score) => !Number.isNaN(score))).toHaveLength(240);
    expect(later.area?.value).toBeGreaterThan(0.65);
  });
});

describe('folds', () => {
  it('hold all rows of an account together, and about as many that left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { minLength: 40, maxLength: 100 }),
        fc.nat(),
        (accounts, seed) => {
          const account = Int32Array.from(accounts);
          const left = Uint8Array.from(accounts, (one) => Number(one % 3 === 0));
          const folds = foldsOf({ account, left }, 5, seed);
          const seen = new Map<number, number>();
          for (const [i, one] of accounts.entries()) {
            expect(seen.get(one) ?? folds[i]).toBe(folds[i]);
            seen.set(one, folds[i] ?? -1);
          }
          const gone = [0, 1, 2, 3, 4].map(
            (k) => new Set(accounts.filter((one, i) => folds[i] === k && one % 3 === 0)).size,
          );
          expect(Math.max(...gone) - Math.min(...gone)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('sums', () => {
  const of = (ids: readonly string[], more: Partial<Column> = {}) =>
    offeredSums(ids.map((id) => ({ id, values: Float64Array.of(1, 2), ...more })));

  it('are offered of columns of one unit, never of different ones', () => {
    const found = of(['total_day_calls', 'total_eve_calls', 'total_day_charge', 'age']);
    expect(found.map(({ id, sumOf }) => [id, sumOf])).toEqual([
      ['total_calls', ['total_day_calls', 'total_eve_calls']],
    ]);
    expect([...(found[0]?.values ?? [])]).toEqual([2, 4]);
    expect(of(['logins_jan', 'logins_feb'])[0]?.id).toBe('sum_logins');
    expect(of(['day_calls', 'day_charge'])).toEqual([]);
    expect(of(['day_calls', 'eve_calls'], { levels: ['a', 'b', 'c'] })).toEqual([]);
  });

  it('are unknown where a part is, and not offered of what may be below 0', () => {
    const [sum] = offeredSums([
      { id: 'a_calls', values: Float64Array.of(1, Number.NaN) },
      { id: 'b_calls', values: Float64Array.of(1, 2) },
    ]);
    expect([...(sum?.values ?? [])]).toEqual([2, Number.NaN]);
    expect(
      offeredSums([
        { id: 'a_balance', values: Float64Array.of(-1) },
        { id: 'b_balance', values: Float64Array.of(1) },
      ]),
    ).toEqual([]);
  });
});

describe('noise', () => {
  it('is told as noise: out of fold about a half, whatever its own data seem to say', () => {
    let [sum, told] = [0, 0];
    const seeds = 4;
    for (let seed = 0; seed < seeds; seed++) {
      const { area } = scoreOutOfFold(noise(seed, { columns: 20, accounts: 300 }), usualOptions);
      sum += area?.value ?? 0;
      if ((area?.low ?? 0) > 0.5) told += 1;
    }
    expect(sum / seeds).toBeLessThan(0.58);
    expect(told).toBeLessThanOrEqual(1);
  });
});
