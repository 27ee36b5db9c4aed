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
    // Four days old: missing for the measure then, not for the derived metric.
    const then = scoreOne(pack, goodAccount, {
      groupAgeDays: new Map([...allFresh, ['usage', 4]]),
    });
    expect([inputAt(then, 'users@3'), inputAt(then, 'users@')]).toEqual([null, 12]);
    const row = scoreOne(
      fiveDays,
      { ...goodAccount, users: null },
      { before: [then], layouts: new Map([[pack.hash, layoutOf(pack)]]) },
    );
    const names = layoutOf(fiveDays).scores[0]?.inputs.map(({ max_age }) => max_age) ?? [];
    expect(row.inputs[names.indexOf(5)]).toBe(12);
  });

  it('tells it as rules where the catalogue lost the text that was there', () => {
    const catalogue = 'sql/metrics/shared/contract.yaml';
    const fewer = parsePack(
      filesWith(
        [catalogue, '[low, middle, high]', '[low, high]'],
        [use, '{ low: 0, middle: 10, high: 30 }', '{ low: 0, high: 30 }'],
      ),
    );
    const middling = { ...goodAccount, users: 7, error_rate: 0.2 };
    const then = scoreOne(pack, { ...middling, proficiency: 'middle' });
    // By today's rules a text that is gone counts as today's value, not as a gap worth 10 points.
    expect(
      scoreOne(fewer, middling, {
        before: [then],
        layouts: new Map([[pack.hash, layoutOf(pack)]]),
      }),
    ).toMatchObject({ change_rules: 2000, change_data: 0, change_behaviour: 0 });
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
