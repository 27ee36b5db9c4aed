import { describe, expect, it } from 'vitest';
import type { InputRow } from '../../../functions/scorecard/input-batch.ts';
import { layoutOf } from '../../../functions/scorecard/layout.ts';
import { parsePack } from '../../../functions/scorecard/parse.ts';
import type { HistoryRow } from '../../../functions/scorecard/result.ts';
import { allFresh, filesWith, goodAccount, score, scoreOne, smallPack } from './small-pack.ts';

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

  it('too little data makes the band unknown, whatever the points', () => {
    const row = scoreOne(pack, { ...goodAccount, users: null, proficiency: null });
    expect(row).toMatchObject({ confidence: 0.3, band: 'unknown', points: 6667 });
  });
});

describe('with a result before', () => {
  const day1 = scoreOne(pack, { ...goodAccount, users: 7, error_rate: 0.2 });

  it('names it, and splits the change', () => {
    const row = scoreOne(pack, goodAccount, { before: [day1] });
    expect(row).toMatchObject({
      before_date: '2026-02-01',
      before_band: 'yellow',
      before_points: 6000,
      points: 10_000,
      change_rules: 0,
      change_data: 0,
      change_behaviour: 4000,
    });
  });

  it('tells data from behaviour where both changed', () => {
    const row = scoreOne(pack, { ...goodAccount, users: null, error_rate: 0 }, { before: [day1] });
    // Without users: (10 + 30) of 60 points; then errors fall: 60 of 60.
    expect(row).toMatchObject({ change_rules: 0, change_data: 667, change_behaviour: 3333 });
  });

  it('tells rules from behaviour where both changed', () => {
    const stricter = parsePack(filesWith([use, '[5, 20], [10, 40]', '[8, 20], [10, 40]']));
    const row = scoreOne(
      stricter,
      { ...goodAccount, users: 7, error_rate: 0 },
      {
        before: [day1],
        layouts: new Map([[pack.hash, layoutOf(pack)]]),
      },
    );
    expect(row).toMatchObject({
      change_rules: -2000,
      change_data: 0,
      change_behaviour: 2000,
      points: 6000,
    });
  });

  it('keeps the band where only lost data would change it, and says that it waits', () => {
    const good = scoreOne(pack, { ...goodAccount, users: 10, error_rate: 0.6 });
    expect(good.band).toBe('green');
    const lost = scoreOne(
      pack,
      { ...goodAccount, proficiency: null, error_rate: 0.6 },
      { before: [good] },
    );
    expect(lost).toMatchObject({ points: 5000, band: 'green', waiting_for_data: true });
    const still = scoreOne(
      pack,
      { ...goodAccount, proficiency: null, error_rate: 0.6 },
      { before: [lost] },
    );
    expect(still).toMatchObject({ band: 'green', waiting_for_data: true, change_data: 0 });
    expect(inputAt(still, 'proficiency@')).toBe(2);
    const worse = scoreOne(
      pack,
      { ...goodAccount, users: 0, proficiency: null, error_rate: 0.6 },
      { before: [still] },
    );
    expect(worse).toMatchObject({ band: 'red', waiting_for_data: false });
  });

  it('keeps a cap whose reason is only no longer known', () => {
    const late = scoreOne(pack, { ...goodAccount, overdue: true });
    const lost = scoreOne(pack, { ...goodAccount, overdue: null }, { before: [late] });
    expect(lost).toMatchObject({ band: 'red', cap: 'overdue', waiting_for_data: true });
  });

  it('holds the band near its boundary, says so, but not across rules', () => {
    const before = { ...day1, band: 'green' };
    const near = { ...goodAccount, users: 12, error_rate: 0.9, proficiency: 'high' };
    const seventy = scoreOne(pack, near);
    expect(seventy).toMatchObject({ points: 7000, band: 'green' });
    const yellow = { ...seventy, band: 'yellow' };
    expect(scoreOne(pack, near, { before: [yellow] })).toMatchObject({
      band: 'yellow',
      held_by_hysteresis: true,
    });
    expect(scoreOne(pack, goodAccount, { before: [yellow] })).toMatchObject({
      band: 'green',
      held_by_hysteresis: false,
    });
    const other = parsePack(filesWith([use, 'version: 2.1.0', 'version: 2.1.1']));
    const layouts = new Map([[pack.hash, layoutOf(pack)]]);
    expect(scoreOne(other, near, { before: [yellow], layouts })).toMatchObject({
      band: 'green',
      held_by_hysteresis: false,
    });
    expect(scoreOne(pack, { ...near, users: 0 }, { before: [before] })).toMatchObject({
      band: 'red',
    });
  });

  it.each([
    [500, 'rising'],
    [499, 'steady'],
    [-499, 'steady'],
    [-500, 'falling'],
  ])('a move of %d hundredths since the trend date is %s', (moved, trend) => {
    const row = scoreOne(
      pack,
      { ...goodAccount, trend_health_points: 10_000 - moved },
      { before: [day1] },
    );
    expect(row.trend).toBe(trend);
  });

  it('has no trend without points then', () => {
    expect(scoreOne(pack, goodAccount, { before: [day1] }).trend).toBeNull();
  });

  it('of rules that are not known compares points, all of it as rules', () => {
    const stranger = { ...day1, rules_hash: 'ffffffffffffffff' };
    expect(scoreOne(pack, goodAccount, { before: [stranger] })).toMatchObject({
      change_rules: 4000,
      change_data: 0,
      change_behaviour: 0,
    });
  });
});

describe('an account that is gone', () => {
  it('is absent, without band and points, and names what it had', () => {
    const before = scoreOne(pack, goodAccount);
    const row = scoreOne(pack, { account_id: 'a-1', present: false }, { before: [before] });
    expect(row).toMatchObject({
      state: 'absent',
      band: null,
      points: null,
      before_band: 'green',
      change_behaviour: null,
    });
    expect([row.contributions, row.inputs]).toEqual([[], []]);
  });

  it('and comes back starts anew', () => {
    const before = scoreOne(pack, { account_id: 'a-1', present: false });
    const row = scoreOne(pack, goodAccount, { before: [before] });
    expect(row).toMatchObject({ state: 'scored', before_date: null, change_behaviour: null });
  });
});

describe('a row that cannot be scored', () => {
  const before = scoreOne(pack, { ...goodAccount, error_rate: 0.2 });

  it.each([
    ['infinity', { error_rate: Number.POSITIVE_INFINITY }, 'error_rate'],
    ['minus infinity', { seats: Number.NEGATIVE_INFINITY }, 'seats'],
    ['a text outside the catalogue', { proficiency: 'expert' }, 'proficiency'],
  ])('for %s keeps the result before and says why', (_what, change, metric) => {
    const row = scoreOne(pack, { ...goodAccount, ...change }, { before: [before] });
    expect(row.state).toBe('error');
    expect(row.reason).toContain(metric);
    for (const field of [
      'points',
      'band',
      'scorecard',
      'version',
      'contributions',
      'earned_points',
      'inputs',
      'missing',
      'rules_hash',
    ] as const) {
      expect(row[field]).toEqual(before[field]);
    }
    expect([row.change_rules, row.change_data, row.change_behaviour]).toEqual([0, 0, 0]);
  });

  it('has no band and no points without one', () => {
    const row = scoreOne(pack, { ...goodAccount, users: Number.POSITIVE_INFINITY });
    expect(row).toMatchObject({
      state: 'error',
      band: 'unknown',
      points: null,
      contributions: [],
      inputs: [],
    });
  });

  it('does not disturb the rows around it', () => {
    const rows = [
      goodAccount,
      { ...goodAccount, account_id: 'a-2', users: Number.POSITIVE_INFINITY },
      { ...goodAccount, account_id: 'a-3' },
    ];
    expect(score(pack, rows).rows.map(({ state, points }) => [state, points])).toEqual([
      ['scored', 10_000],
      ['error', null],
      ['scored', 10_000],
    ]);
  });
});

describe('a batch', () => {
  it('is counted', () => {
    const before = ['a-1', 'a-2', 'a-3', 'a-4', 'a-5'].map((account_id) =>
      scoreOne(pack, { ...goodAccount, account_id }),
    );
    const { counts } = score(
      pack,
      [
        goodAccount,
        { ...goodAccount, account_id: 'a-2', users: 0, error_rate: 0.3 },
        { account_id: 'a-3', present: false },
        { ...goodAccount, account_id: 'a-4', users: Number.POSITIVE_INFINITY },
        { ...goodAccount, account_id: 'a-5', users: null, proficiency: null },
        { ...goodAccount, account_id: 'new' },
      ],
      { before },
    );
    expect(counts).toEqual({
      scored: 4,
      absent: 1,
      errors: 1,
      unknown: 1,
      bandChanges: 1,
      comparable: 3,
    });
  });

  it('larger than a block, or empty, is scored row by row alike', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({
      ...goodAccount,
      account_id: `a-${i}`,
      users: i % 13,
      seats: i % 7,
    }));
    const found = score(pack, rows).rows;
    for (const i of [0, 1, 2047, 2048, 2049, 4095, 4096, 4999]) {
      const row = rows[i];
      expect(found[i]).toEqual(row && scoreOne(pack, row));
    }
    expect(score(pack, []).rows).toEqual([]);
  });

  it('asks for exactly the columns it reads', () => {
    const { batch } = score(pack, [goodAccount]);
    expect([...batch.columns.keys()].slice(0, 4)).toEqual(['date', 'account_id', 'score', 'state']);
  });
});

describe('hashes', () => {
  const hashes = (row: HistoryRow) => [row.input_hash, row.result_hash];
  const plain = scoreOne(pack, goodAccount);

  it('are equal for equal rows, and fit 64 bits with a sign', () => {
    expect(hashes(scoreOne(smallPack(), goodAccount))).toEqual(hashes(plain));
    for (const hash of hashes(plain)) expect(BigInt.asIntN(64, BigInt(hash))).toBe(BigInt(hash));
  });

  it('tell inputs that change nothing from results that change', () => {
    const more = scoreOne(pack, { ...goodAccount, users: 13 });
    expect(more.input_hash).not.toBe(plain.input_hash);
    expect(more.result_hash).toBe(plain.result_hash);
    const fewer = scoreOne(pack, { ...goodAccount, users: 3 });
    expect(fewer.result_hash).not.toBe(plain.result_hash);
  });

  it.each([
    ['an attribute', { account_name: 'Acme Ltd' }],
    ['a number that is shown', { account_mrr: 7 }],
    ['the phase', { seats: 2 }],
    ['a cap', { overdue: true }],
    ['missing data', { overdue: null }],
  ])('the result hash covers %s', (_what, change) => {
    expect(scoreOne(pack, { ...goodAccount, ...change }).result_hash).not.toBe(plain.result_hash);
  });

  it('the result hash does not cover what it is compared with', () => {
    const row = scoreOne(pack, goodAccount, { before: [{ ...plain, points: 9000 }] });
    expect(row.result_hash).toBe(plain.result_hash);
    expect(row.input_hash).not.toBe(plain.input_hash);
  });

  it('the input hash covers stale feeds', () => {
    const groupAgeDays = new Map([...allFresh, ['usage', 9] as const]);
    const groups = scoreOne(pack, { ...goodAccount, users: null }, { groupAgeDays });
    expect(groups.input_hash).not.toBe(scoreOne(pack, { ...goodAccount, users: null }).input_hash);
  });

  it('one NaN is like another, and minus zero like zero', () => {
    const negative = scoreOne(pack, { ...goodAccount, error_rate: -0 });
    expect(hashes(negative)).toEqual(hashes(plain));
  });
});
