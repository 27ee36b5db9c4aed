/** The numbers of "How a number comes about" in rules/README. */
import { describe, expect, it } from 'vitest';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { allFresh, filesWith, score } from '../../support/small-pack.ts';

const path = 'rules/small/scorecards/use.yaml';
const steps = { silence: '[[0, 25], [14, 10], [30, 0]]', users: '[[0, 0], [2, 20], [5, 45]]' };

/** The scorecard of the example; `missing` of its judgement. */
function packOf(missing: string) {
  const card = `score: health
scorecard: use
version: 2.1.0
label: { en: Use, ja: 活用期 }
measures:
  - { id: silence, metric: error_rate, steps: ${steps.silence} }
  - { id: users, metric: users, steps: ${steps.users}, max_age: 3d }
  - { id: skill, metric: proficiency, lookup: { low: 0, middle: 15, high: 30 }, missing: ${missing} }
`;
  return parsePack(filesWith().set(path, card));
}

const rowOf = (missing: string, values: Record<string, number | null>, age = 0) => {
  const row = { account_id: 'a', present: true, seats: 10, overdue: false, ...values };
  const groupAgeDays = new Map([...allFresh, ['usage', age] as const]);
  return score(packOf(missing), [row], { groupAgeDays }).rows[0];
};

describe('the example of rules/README', () => {
  const values = { error_rate: 14, users: 5, proficiency: null };

  it('comes out as it stands there', () => {
    expect(rowOf('exclude', values)).toMatchObject({
      earned: 5500,
      available: 7000,
      points: 7857,
      contributions: [1429, 6428, -1],
      confidence: 0.7,
    });
  });

  it.each([
    ['zero', 5500],
    ['{ points: 10 }', 6500],
  ])('with missing: %s', (missing, points) => {
    expect(rowOf(missing, values)).toMatchObject({ points, available: 10_000, confidence: 0.7 });
  });

  it.each([
    [1.9, 0],
    [2, 2000],
    [7, 4500],
  ])('%d users earn %d hundredths', (users, earned) => {
    expect(rowOf('exclude', { ...values, users })?.earned_points[1]).toBe(earned);
  });

  it.each([
    [3, { points: 7857, confidence: 0.7, band: 'green', waiting_for_data: false }],
    [4, { points: 4000, confidence: 0.25, band: 'green', band_points: 7857 }],
    [10, { points: 4000, confidence: 0.25, band: 'green', waiting_for_data: true }],
    [11, { points: 4000, confidence: 0.25, band: 'unknown', waiting_for_data: true }],
  ])('with users %d days old, late data counts for the least confidence alone', (age, expected) => {
    expect(rowOf('exclude', values, age)).toMatchObject(expected);
  });

  it('a value below the first step earns what it gives where lower is better', () => {
    expect(rowOf('exclude', { ...values, error_rate: -1 })?.earned_points[0]).toBe(2500);
  });
});
