import { describe, expect, it } from 'vitest';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { runRuleTests } from '../../../functions/scorecard/meaning/rule-tests.ts';
import { filesWith } from '../../support/small-pack.ts';

function reportOf(cases: string, file = 'use') {
  const files = filesWith();
  files.set(`rules/small/scorecards/${file}.test.yaml`, cases);
  return runRuleTests(parsePack(files));
}

const good = '{ users: 12, error_rate: 0, seats: 20, proficiency: high, overdue: false }';

describe('rule tests', () => {
  it('pass where results are as expected', () => {
    const report = reportOf(`
- name: a good account
  metrics: ${good}
  account: { name: Acme }
  expect:
    points: 100
    band: green
    confidence: 1
    phase: use
    scorecard: use
    cap: null
    measures: { users: 40, errors: 30, skill: 30 }
    axes: { usage: 70, people: 30 }
- name: nothing known of errors
  metrics: { users: 7, seats: 20, proficiency: low, overdue: false }
  expect: { points: 28.57, earned: 20, available: 70, confidence: 0.7, measures: { errors: null } }
- name: a late feed
  metrics: ${good}
  group_ages: { usage: 9 }
  expect: { measures: { users: null }, confidence: 0.6 }
`);
    expect(report.outcomes.flatMap(({ failures }) => failures)).toEqual([]);
    expect(report).toMatchObject({ passed: 3, failed: 0 });
  });

  it('say what differs, by line and name', () => {
    const report = reportOf(`- name: wrong
  metrics: ${good}
  expect: { points: 50, band: red, measures: { users: 1 }, cap: overdue, confidence: 0.5 }
`);
    expect(report).toMatchObject({ passed: 0, failed: 1 });
    expect(report.outcomes[0]).toMatchObject({
      file: 'rules/small/scorecards/use.test.yaml',
      line: 1,
      name: 'wrong',
      failures: [
        'points: expected 50, got 100',
        'band: expected red, got green',
        'cap: expected overdue, got none',
        'confidence: expected 0.5, got 1',
        'measure users: expected 1, got 40',
      ],
    });
  });

  it('find that another scorecard applies', () => {
    const [outcome] = reportOf('- { name: x, metrics: { seats: 1 }, expect: {} }').outcomes;
    expect(outcome?.failures).toEqual(['scorecard: expected use, got starter']);
    expect(
      reportOf('- { name: x, metrics: { seats: 1, users: 3 }, expect: { points: 100 } }', 'starter')
        .failed,
    ).toBe(0);
  });

  it('start from a result before: its metrics, or just its band', () => {
    const report = reportOf(`
- name: waits for data
  metrics: { users: 12, error_rate: 0.1, seats: 20, overdue: false, proficiency: middle }
  group_ages: { usage: 9 }
  expect: { band: yellow, waiting_for_data: true, points: 33.33 }
- name: held at the boundary
  metrics: { users: 12, error_rate: 0.9, seats: 20, proficiency: high, overdue: false }
  before: { band: yellow }
  expect: { band: yellow, held_by_hysteresis: true }
- name: trend
  metrics: ${good}
  trend_points: 90
  expect: { trend: rising }
`);
    expect(report.outcomes.flatMap(({ failures }) => failures)).toEqual([]);
  });
});
