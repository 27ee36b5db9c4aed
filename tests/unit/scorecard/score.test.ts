import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import type { InputRow } from '../../../functions/scorecard/engine/input-batch.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { allFresh, filesWith, goodAccount, scoreOne, smallPack } from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const pack = smallPack();
const inputNames =
  layoutOf(pack).scores[0]?.inputs.map(({ metric, max_age }) => `${metric}@${max_age ?? ''}`) ?? [];
const inputAt = (row: HistoryRow, name: string) => row.inputs[inputNames.indexOf(name)];

describe('points', () => {
  it('are the earned share of what was available, in hundredths', () => {
    const row = scoreOne(pack, { ...goodAccount, users: 7, error_rate: 0.2 });
    expect(row).toMatchObject({ points: 6000, earned: 6000, available: 10_000, confidence: 1 });
    expect(row.earned_points).toEqual([2000, 1000, 3000]);
    expect(row.contributions).toEqual([2000, 1000, 3000]);
  });

  it.each([
    [0, 0],
    [4, 0],
    [5, 2000],
    [9, 2000],
    [10, 4000],
    [1e12, 4000],
    [-5, 0],
  ])('steps: %d users earn %d', (users, earned) => {
    expect(scoreOne(pack, { ...goodAccount, users }).earned_points[0]).toBe(earned);
  });

  it.each([
    [-1, 3000],
    [0, 3000],
    [0.0999, 3000],
    [0.1, 1000],
    [0.5, 0],
  ])('falling steps: an error rate of %d earns %d', (error_rate, earned) => {
    expect(scoreOne(pack, { ...goodAccount, error_rate }).earned_points[1]).toBe(earned);
  });

  it.each([
    ['low', 0],
    ['middle', 1000],
    ['high', 3000],
  ])('lookup: %s earns %d', (proficiency, earned) => {
    expect(scoreOne(pack, { ...goodAccount, proficiency }).earned_points[2]).toBe(earned);
  });

  it.each([
    [-1, 0],
    [0, 0],
    [2, 1000],
    [3, 1500],
    [8, 4000],
    [99, 4000],
  ])('linear: %d users earn %d', (users, earned) => {
    const linear = parsePack(
      filesWith([use, 'steps: [[0, 0], [5, 20], [10, 40]]', 'linear: { from: 0, to: 8 }']),
    );
    expect(scoreOne(linear, { ...goodAccount, users }).earned_points[0]).toBe(earned);
  });

  it('of a measure without data are left out and the rest is scaled up', () => {
    const row = scoreOne(pack, { ...goodAccount, users: null, error_rate: 0.2 });
    expect(row).toMatchObject({ earned: 4000, available: 6000, points: 6667, confidence: 0.6 });
    expect(row.earned_points).toEqual([-1, 1000, 3000]);
    expect(row.contributions).toEqual([-1, 1667, 5000]);
  });

  it('of a measure that says so count as given where there is no data', () => {
    const row = scoreOne(pack, { ...goodAccount, proficiency: null });
    expect(row.earned_points).toEqual([4000, 3000, 1000]);
    expect(row).toMatchObject({ points: 8000, available: 10_000, confidence: 0.7 });
  });

  it('are none where there is no data at all', () => {
    const exclude = parsePack(filesWith([use, ', missing: { points: 10 }', '']));
    const row = scoreOne(exclude, { account_id: 'a', present: true, seats: 20, overdue: false });
    expect(row).toMatchObject({ state: 'scored', points: null, band: 'unknown', confidence: 0 });
    expect(row.contributions).toEqual([-1, -1, -1]);
  });

  it('of the most measures a step table may need are exact', () => {
    const steps = Array.from({ length: 12 }, (_, i) => `[${i}, ${i}]`).join(', ');
    const long = parsePack(
      filesWith(
        [use, 'points: 40\n    steps: [[0, 0], [5, 20], [10, 40]]', `steps: [${steps}]`],
        [use, 'points: 70', 'points: 41'],
      ),
    );
    for (const users of [0, 1, 6, 11, 40]) {
      expect(scoreOne(long, { ...goodAccount, users }).earned_points[0]).toBe(
        Math.min(users, 11) * 100,
      );
    }
  });
});

describe('derived metrics', () => {
  it('are computed from the others and kept with the inputs', () => {
    expect(inputAt(scoreOne(pack, goodAccount), 'use_rate@')).toBe(0.6);
  });

  it('have no value where something they need is missing, or nothing can be divided', () => {
    const at = inputNames.indexOf('use_rate@');
    const changes: InputRow[] = [{ users: null }, { seats: 0 }];
    for (const change of changes) {
      const row = scoreOne(pack, { ...goodAccount, ...change });
      expect(row.inputs[at]).toBeNull();
      expect(row.missing?.split(',')).toContain(String(at));
      expect(row.state).toBe('scored');
    }
  });
});

describe('phases and scorecards', () => {
  it('the first phase that holds is it, and scorecards may ask for it', () => {
    const starter = scoreOne(pack, { ...goodAccount, seats: 2 });
    expect(starter).toMatchObject({ phase: 'start', scorecard: 'starter', version: '1.0.0' });
    expect(scoreOne(pack, goodAccount)).toMatchObject({ phase: 'use', scorecard: 'use' });
  });

  it('without a scorecard that applies there is no score, but a row', () => {
    const picky = parsePack(filesWith([use, 'points: 100', 'applies_to: metrics.seats > 1000']));
    const row = scoreOne(picky, goodAccount);
    expect(row).toMatchObject({
      state: 'scored',
      phase: 'use',
      scorecard: null,
      band: null,
      points: null,
    });
    expect(row.contributions).toEqual([]);
  });
});

describe('stale and missing groups', () => {
  it.each([
    [3, 4000],
    [4, -1],
    [null, -1],
  ])('a group of age %d earns %d where max_age is 3 days', (age, earned) => {
    const groupAgeDays = new Map([...allFresh, ['usage', age] as const]);
    expect(scoreOne(pack, goodAccount, { groupAgeDays }).earned_points[0]).toBe(earned);
  });

  it('a measure without max_age keeps counting', () => {
    const groupAgeDays = new Map([...allFresh, ['usage', 400] as const]);
    expect(scoreOne(pack, goodAccount, { groupAgeDays }).earned_points[1]).toBe(3000);
  });
});

describe('bands', () => {
  // One measure, so that users are hundredths of points.
  const ruler = parsePack(
    filesWith([
      'rules/small/scorecards/starter.yaml',
      'steps: [[0, 0], [2, 10]]',
      'points: 100, linear: { from: 0, to: 10000 }',
    ]),
  );

  it.each([
    [0, 'red'],
    [3999, 'red'],
    [4000, 'yellow'],
    [6999, 'yellow'],
    [7000, 'green'],
    [10_000, 'green'],
  ])('%d hundredths are %s', (users, band) => {
    expect(scoreOne(ruler, { ...goodAccount, seats: 2, users })).toMatchObject({
      points: users,
      band,
    });
  });

  it.each([
    [7199, 'yellow', true],
    [7200, 'green', false],
    [3800, 'yellow', true],
    [3799, 'red', false],
  ])('%d hundredths after yellow are %s with a margin of 2 points', (users, band, held) => {
    const before = scoreOne(ruler, { ...goodAccount, seats: 2, users: 5000 });
    const row = scoreOne(ruler, { ...goodAccount, seats: 2, users }, { before: [before] });
    expect(row).toMatchObject({ band, held_by_hysteresis: held });
  });

  it('a cap lowers the band, not the points, and says so', () => {
    const row = scoreOne(pack, { ...goodAccount, overdue: true });
    expect(row).toMatchObject({ points: 10_000, band: 'red', cap: 'overdue' });
  });

  it('a cap that lowers nothing is not named', () => {
    const row = scoreOne(pack, {
      ...goodAccount,
      overdue: true,
      users: 0,
      error_rate: 0.9,
      proficiency: 'low',
    });
    expect(row).toMatchObject({ points: 0, band: 'red', cap: null });
  });

  it('as much data as is asked for is enough', () => {
    const asked = parsePack(
      filesWith(['rules/small/pack.yaml', 'min_confidence: 0.5', 'min_confidence: 0.6']),
    );
    const row = scoreOne(asked, { ...goodAccount, users: null });
    expect(row).toMatchObject({ confidence: 0.6, band: 'green' });
  });

  it('too little data makes the band unknown, whatever the points', () => {
    const row = scoreOne(pack, { ...goodAccount, users: null, proficiency: null });
    expect(row).toMatchObject({ confidence: 0.3, band: 'unknown', points: 6667 });
  });
});
