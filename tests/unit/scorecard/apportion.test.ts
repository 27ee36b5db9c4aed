import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion } from '../../../functions/scorecard/engine/apportion.ts';

function parts(earned: number[], available: number, scale: number): number[] {
  const list = Float64Array.from(earned);
  const out = new Float64Array(earned.length);
  const total = earned.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const points = Math.round((scale * total) / available);
  apportion(list, out, 0, earned.length, available, scale, points);
  return [...out];
}

/** The method as it is told: round all down, then one more for the largest remainders. */
function plainly(earned: number[], available: number, scale: number): number[] {
  const total = earned.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const result = earned.map((value) => (value < 0 ? -1 : Math.floor((scale * value) / available)));
  let rest =
    Math.round((scale * total) / available) - result.reduce((sum, v) => sum + Math.max(v, 0), 0);
  const order = earned
    .map((value, i) => ({ i, over: value < 0 ? -1 : (scale * value) % available }))
    .sort((a, b) => b.over - a.over || a.i - b.i);
  for (const { i } of order) if (rest-- > 0) result[i] = (result[i] ?? 0) + 1;
  return result;
}

describe('apportioning points', () => {
  it.each([
    [[1, 1, 1], 3, 100, [34, 33, 33]],
    [[1, 1, 1], 3, 10_000, [3334, 3333, 3333]],
    [[-1, 2, 1], 3, 100, [-1, 67, 33]],
    [[5, 5], 10, 10, [5, 5]],
    [[0, 0, -1], 10, 100, [0, 0, -1]],
    [[1, 0], 20_000, 100, [0, 0]],
  ])('%o of %d available on a scale of %d gives %o', (earned, available, scale, expected) => {
    expect(parts(earned, available, scale)).toEqual(expected);
  });

  it('gives what rounding down and largest remainders give, ties in order', () => {
    const measure = fc.integer({ min: -1, max: 4000 });
    fc.assert(
      fc.property(
        fc.array(measure, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.constantFrom(100, 3750, 10_000, 20_000),
        (earned, spare, scale) => {
          const total = earned.reduce((sum, value) => sum + Math.max(value, 0), 0);
          const available = Math.max(1, total + spare);
          expect(parts(earned, available, scale)).toEqual(plainly(earned, available, scale));
        },
      ),
    );
  });
});
