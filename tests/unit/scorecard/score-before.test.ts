import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  allFresh,
  filesWith,
  goodAccount,
  score,
  scoreOne,
  smallPack,
} from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const pack = smallPack();
const inputNames =
  layoutOf(pack).scores[0]?.inputs.map(({ metric, max_age }) => `${metric}@${max_age ?? ''}`) ?? [];
const inputAt = (row: HistoryRow, name: string) => row.inputs[inputNames.indexOf(name)];

const changeOf = ({
  before_date,
  before_band,
  before_points,
  change_rules,
  change_phase,
  change_data,
  change_behaviour,
  trend,
  input_hash,
}: HistoryRow) => ({
  before_date,
  before_band,
  before_points,
  change_rules,
  change_phase,
  change_data,
  change_behaviour,
  trend,
  input_hash,
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

  it('tells data where a value that was missing is there again, and nothing is missing now', () => {
    const without = scoreOne(pack, { ...goodAccount, users: null });
    expect(without.points).toBe(10_000);
    // Users of 7 earn 20 of 40.
    expect(scoreOne(pack, { ...goodAccount, users: 7 }, { before: [without] })).toMatchObject({
      change_rules: 0,
      change_data: -2000,
      change_behaviour: 0,
    });
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

  it('tells rules from data where rules changed and a value came', () => {
    const milder = parsePack(filesWith([use, '[0.1, 10]', '[0.1, 20]']));
    const then = scoreOne(pack, { ...goodAccount, users: null, error_rate: 0.2 });
    expect(then.points).toBe(6667);
    // Without users by today's rules: (20 + 30) of 60 points; with them 90 of 100.
    expect(
      scoreOne(
        milder,
        { ...goodAccount, error_rate: 0.2 },
        { before: [then], layouts: new Map([[pack.hash, layoutOf(pack)]]) },
      ),
    ).toMatchObject({ change_rules: 1666, change_data: 667, change_behaviour: 0 });
  });

  it('reads a number as a number where whole ones became others', () => {
    const floats = parsePack(
      filesWith([
        'sql/metrics/shared/usage.yaml',
        'id: users, type: int',
        'id: users, type: float',
      ]),
    );
    const layouts = new Map([[pack.hash, layoutOf(pack)]]);
    expect(
      scoreOne(floats, { ...goodAccount, error_rate: 0.2 }, { before: [day1], layouts }),
    ).toMatchObject({ change_rules: 0, change_data: 0, change_behaviour: 2000 });
  });

  it('carries the value of the most lenient reader where nobody read it by today’s max_age', () => {
    const fiveDays = parsePack(filesWith([use, 'max_age: 3d', 'max_age: 5d']));
    const then = scoreOne(pack, { ...goodAccount, users: 11 });
    const row = scoreOne(
      fiveDays,
      { ...goodAccount, users: null },
      {
        before: [then],
        layouts: new Map([[pack.hash, layoutOf(pack)]]),
        groupAgeDays: new Map([...allFresh, ['usage', 6]]),
      },
    );
    const names = layoutOf(fiveDays).scores[0]?.inputs.map(({ max_age }) => max_age) ?? [];
    expect(row.inputs[names.indexOf(5)]).toBe(11);
  });

  describe('whose data is late', () => {
    const usageLate = (age: number | null) => ({
      groupAgeDays: new Map([...allFresh, ['usage', age] as const]),
    });
    // Without users 30 of 60 points are left, with them 70 of 100.
    const account = { ...goodAccount, error_rate: 0.6 };
    const good = scoreOne(pack, account);

    it('keeps its band for as long as values are carried, and says since when it waits', () => {
      expect(good.band).toBe('green');
      const late = scoreOne(pack, account, { before: [good], ...usageLate(10) });
      expect(late).toMatchObject({
        points: 5000,
        band: 'green',
        band_points: 7000,
        waiting_for_data: true,
        change_data: -2000,
        missing: String(inputNames.indexOf('users@3')),
      });
      expect(inputAt(late, 'users@3')).toBe(12);
      // The row before is of a later day than the group's last one.
      expect(late.known_on?.split(',')).toContain(`${inputNames.indexOf('users@3')}:2026-02-01`);
      const alone = scoreOne(pack, account, usageLate(10));
      expect(alone).toMatchObject({ points: 5000, band: 'green', waiting_for_data: true });
      expect(alone.known_on?.split(',')).toContain(`${inputNames.indexOf('users@3')}:2026-01-23`);
    });

    it('has no band once values are too old and one of them could make it another', () => {
      const { rows, counts } = score(pack, [account], usageLate(11));
      expect(rows[0]).toMatchObject({ points: 5000, band: 'unknown', waiting_for_data: true });
      expect(counts).toMatchObject({ unknown: 1, unknownLate: 1 });
    });

    it('keeps a band that no value could change: by its points, or by a cap', () => {
      const cap = scoreOne(pack, { ...account, overdue: true }, usageLate(400));
      expect(cap).toMatchObject({ band: 'red', waiting_for_data: false, cap: 'overdue' });
      const small = parsePack(
        filesWith(
          [use, 'points: 40\n    steps: [[0, 0], [5, 20], [10, 40]]', 'steps: [[0, 0], [5, 5]]'],
          [use, 'points: 70', 'points: 35'],
        ),
      );
      const sure = scoreOne(small, { ...goodAccount, error_rate: 0 }, usageLate(400));
      expect(sure).toMatchObject({ points: 10_000, band: 'green', waiting_for_data: false });
    });

    it('has no band where nothing is known, though a cap waits for data', () => {
      const bare = parsePack(
        filesWith(
          ['rules/small/pack.yaml', 'min_confidence: 0.5', 'min_confidence: 0'],
          [
            use,
            'axes:\n  usage: { points: 70, label: { en: Usage, ja: 利用 } }\n  people: { points: 30, label: { en: People, ja: 人 } }\nmeasures:\n  - id: users\n    axis: usage\n    metric: users\n    points: 40\n    steps: [[0, 0], [5, 20], [10, 40]]\n    max_age: 3d\n    hypothesis: true\n    hints: { en: [Ask the champion.], ja: [担当者に確認する。] }\n  - { id: errors, axis: usage, metric: error_rate, steps: [[0, 30], [0.1, 10], [0.5, 0]] }\n  - { id: skill, axis: people, metric: proficiency, lookup: { low: 0, middle: 10, high: 30 }, missing: { points: 10 } }',
            'measures:\n  - { id: skill, metric: proficiency, lookup: { low: 0, middle: 10, high: 100 } }',
          ],
          [use, 'when: metrics.overdue,', 'when: has(metrics.users) && metrics.users < 1,'],
        ),
      );
      const nothing = { ...goodAccount, proficiency: null, users: null, error_rate: null };
      const row = scoreOne(bare, nothing, {
        before: [scoreOne(bare, { ...goodAccount, proficiency: null }, { date: '2026-01-01' })],
        beforeDate: '2026-01-01',
        date: '2026-02-01',
        ...usageLate(null),
      });
      expect(row).toMatchObject({ points: null, band: 'unknown', cap: null });
    });

    it('keeps values of a table that is gone, for the days of carry from their own', () => {
      const on = (date: string, before: HistoryRow, beforeDate: string) =>
        scoreOne(
          pack,
          { ...goodAccount, users: null, error_rate: null },
          { before: [before], date, beforeDate, ...usageLate(null) },
        );
      let row = scoreOne(pack, goodAccount, { date: '2026-02-01' });
      for (let day = 2; day <= 12; day++) {
        const date = `2026-02-${String(day).padStart(2, '0')}`;
        row = on(date, row, `2026-02-${String(day - 1).padStart(2, '0')}`);
        // Errors are carried for 7 days, and then may not take it below 70; users for 3 and 7.
        expect(row.band).toBe(day <= 11 ? 'green' : 'unknown');
        expect(row.known_on).toContain('2026-02-01');
      }
    });
  });

  it('case 08: does not keep what ended or is not applicable, neither points nor band', () => {
    const good = scoreOne(pack, { ...goodAccount, users: 10, error_rate: 0.6 });
    expect(good.band).toBe('green');
    const ended = { ...goodAccount, proficiency: null, error_rate: 0.6 };
    const row = scoreOne(pack, ended, { before: [good] });
    expect(row).toMatchObject({ points: 5000, band: 'yellow', waiting_for_data: false });
    expect(inputAt(row, 'proficiency@')).toBeNull();
    expect(row).toMatchObject({ ...scoreOne(pack, ended), ...changeOf(row) });
    const late = scoreOne(pack, { ...goodAccount, overdue: true });
    const lost = scoreOne(pack, { ...goodAccount, overdue: null }, { before: [late] });
    expect(lost).toMatchObject({ band: 'green', cap: null, waiting_for_data: false });
  });

  it('tells phase from rules and behaviour: today’s scorecard on the values before', () => {
    const before = scoreOne(pack, { ...goodAccount, users: 7, seats: 2 });
    expect(before).toMatchObject({ scorecard: 'starter', points: 10_000 });
    const row = scoreOne(
      pack,
      { ...goodAccount, users: 12, error_rate: 0.2 },
      { before: [before] },
    );
    // The scorecard for use gives 7 users, no errors and high proficiency 80 points.
    expect(row).toMatchObject({
      scorecard: 'use',
      points: 8000,
      change_rules: 0,
      change_phase: -2000,
      change_data: 0,
      change_behaviour: 0,
    });
  });

  it('chooses the scorecard of the row before anew where rules changed, by what is kept of its account', () => {
    const byPlan = filesWith([
      'rules/small/scorecards/starter.yaml',
      'applies_to: account.phase == "start"',
      'applies_to: has(account.plan) && account.plan == "basic"',
    ]);
    const first = parsePack(byPlan);
    const text = byPlan.get('rules/small/scorecards/starter.yaml') ?? '';
    const second = parsePack(
      new Map(byPlan).set(
        'rules/small/scorecards/starter.yaml',
        text.replace('[[0, 0], [2, 10]]', '[[0, 0], [2, 5], [9, 10]]'),
      ),
    );
    const account = { ...goodAccount, users: 7, account_plan: 'basic' };
    const before = scoreOne(first, account);
    expect(before).toMatchObject({ scorecard: 'starter', points: 10_000 });
    expect(before.account).toBe('{"plan":"basic"}');
    const layouts = new Map([[first.hash, layoutOf(first)]]);
    const moved = { ...account, account_plan: 'pro', users: 12 };
    expect(scoreOne(second, moved, { before: [before], layouts })).toMatchObject({
      points: 10_000,
      change_rules: -5000,
      change_phase: 3000,
      change_data: 0,
      change_behaviour: 2000,
    });
    // A row from before it was kept: today's columns choose, and the share of phase is rules'.
    const old = { ...before, account: null };
    expect(scoreOne(second, moved, { before: [old], layouts })).toMatchObject({
      change_rules: -2000,
      change_phase: 0,
      change_behaviour: 2000,
    });
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

  it('does not hold on to a band that a cap made', () => {
    const forty = { ...goodAccount, users: 12, error_rate: 0.9, proficiency: 'low' };
    const capped = scoreOne(pack, { ...forty, overdue: true });
    expect(capped).toMatchObject({ points: 4000, band: 'red', cap: 'overdue' });
    expect(scoreOne(pack, forty, { before: [capped] })).toMatchObject({
      band: 'yellow',
      held_by_hysteresis: false,
    });
    const low = { ...capped, cap: null };
    expect(scoreOne(pack, forty, { before: [low] })).toMatchObject({
      band: 'red',
      held_by_hysteresis: true,
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

  it('is absent whatever its values are', () => {
    const broken = { ...goodAccount, users: Number.POSITIVE_INFINITY, present: false };
    expect(scoreOne(pack, broken)).toMatchObject({ state: 'absent', reason: null, band: null });
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

  it('is what the next result is compared with, as far as it kept one', () => {
    const broken = { ...goodAccount, users: Number.POSITIVE_INFINITY };
    const kept = scoreOne(pack, broken, { before: [before] });
    const row = scoreOne(pack, goodAccount, { before: [kept] });
    expect(row).toMatchObject({
      state: 'scored',
      before_points: before.points,
      before_band: before.band,
      change_behaviour: 10_000 - (before.points ?? 0),
    });
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
