/** Runs the cases written beside scorecards: inputs, and what must come of them. */

import { beforeCells, trendColumn } from '../engine/before-columns.ts';
import { compilePack } from '../engine/compile.ts';
import { type HistoryRow, rowsOf } from '../engine/history-row.ts';
import { type InputRow, inputBatch } from '../engine/input-batch.ts';
import { scoreBatch } from '../engine/score.ts';
import type { Pack } from '../language/pack/pack.ts';
import { hundredths, pointsOf } from '../language/pack/points.ts';
import type { RuleTestCase } from '../language/schema/scorecards.ts';
import { explainResult } from './explain.ts';

export interface TestOutcome {
  file: string;
  line: number;
  score: string;
  scorecard: string;
  name: string;
  passed: boolean;
  /** One sentence each. */
  failures: string[];
}

export interface TestReport {
  passed: number;
  failed: number;
  outcomes: TestOutcome[];
}

/** Any date will do where a case names none: scoring does not depend on it. */
const someDate = '2000-01-02';
const dayBefore = '2000-01-01';

/** Runs every case of a pack. */
export function runRuleTests(pack: Pack): TestReport {
  const outcomes = pack.tests.flatMap(({ file, score, scorecard, cases }) =>
    cases.map(({ line, test }): TestOutcome => {
      const failures = failuresOf(pack, score, scorecard, test);
      return {
        file,
        line,
        score,
        scorecard,
        name: test.name,
        passed: failures.length === 0,
        failures,
      };
    }),
  );
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  return { passed, failed: outcomes.length - passed, outcomes };
}

function failuresOf(pack: Pack, score: string, scorecard: string, test: RuleTestCase): string[] {
  const before = test.before ? beforeOf(pack, score, test, test.before) : undefined;
  const row = resultOf(pack, score, test, test.metrics, before);
  const { compiled } = row;
  const failures: string[] = [];
  const expectEqual = (what: string, expected: unknown, got: unknown): void => {
    if (expected === undefined || expected === got) return;
    failures.push(`${what}: expected ${shown(expected)}, got ${shown(got)}`);
  };
  const { expect } = test;
  const { result } = row;
  if (result.state === 'error') failures.push(`it could not be scored: ${result.reason}`);
  expectEqual(
    'scorecard',
    expect.scorecard === undefined ? scorecard : expect.scorecard,
    result.scorecard,
  );
  expectEqual('points', expect.points, asPoints(result.points));
  expectEqual('band', expect.band, result.band);
  expectEqual('phase', expect.phase, result.phase);
  expectEqual('earned', expect.earned, asPoints(result.earned));
  expectEqual('available', expect.available, asPoints(result.available));
  expectEqual('cap', expect.cap, result.cap);
  expectEqual('waiting_for_data', expect.waiting_for_data, result.waiting_for_data);
  expectEqual('held_by_hysteresis', expect.held_by_hysteresis, result.held_by_hysteresis);
  expectEqual('trend', expect.trend, result.trend);
  // People write 0.83 for five sixths.
  if (
    expect.confidence !== undefined &&
    !(Math.abs(expect.confidence - (result.confidence ?? -1)) <= 0.005)
  ) {
    expectEqual('confidence', expect.confidence, result.confidence);
  }
  const { measures, axes } = explainResult(compiled.layout, result);
  for (const [id, points] of Object.entries(expect.measures ?? {})) {
    const measure = measures.find((candidate) => candidate.id === id);
    expectEqual(`measure ${id}`, points, asPoints(measure?.earned ?? null));
  }
  for (const [id, points] of Object.entries(expect.axes ?? {})) {
    const axis = axes.find((candidate) => candidate.id === id);
    expectEqual(`axis ${id}`, points, asPoints(axis?.points ?? null));
  }
  expectEqual('change by rules', expect.change?.rules, asPoints(result.change_rules));
  expectEqual('change by phase', expect.change?.phase, asPoints(result.change_phase));
  expectEqual('change by data', expect.change?.data, asPoints(result.change_data));
  expectEqual('change by behaviour', expect.change?.behaviour, asPoints(result.change_behaviour));
  return failures;
}

function asPoints(value: number | null): number | null {
  return value === null ? null : pointsOf(value);
}

function shown(value: unknown): string {
  if (value === null) return 'none';
  return value === undefined ? 'nothing' : String(value);
}

/** The result that a case starts from: scored from its metrics, with what it says itself. */
function beforeOf(
  pack: Pack,
  score: string,
  test: RuleTestCase,
  { points, band, cap, scorecard, metrics }: NonNullable<RuleTestCase['before']>,
): HistoryRow {
  const { result } = resultOf(pack, score, test, metrics ?? test.metrics, undefined);
  return {
    ...result,
    ...(points === undefined ? {} : { points: hundredths(points) }),
    ...(band === undefined ? {} : { band }),
    cap: cap ?? (band === undefined ? result.cap : null),
    ...(scorecard === undefined ? {} : { scorecard }),
  };
}

function resultOf(
  pack: Pack,
  score: string,
  { account, group_ages, date, trend_points }: RuleTestCase,
  metrics: RuleTestCase['metrics'],
  before: HistoryRow | undefined,
) {
  const ages = new Map(pack.groups.map(({ group }) => [group, group_ages?.[group] ?? 0]));
  const compiled = compilePack(pack, {
    layouts: new Map(),
    groupAgeDays: ages,
    engineHash: 'test',
    date: date ?? someDate,
    // A trend needs a date before too, even where nothing else is said of it.
    ...(before || trend_points !== undefined ? { beforeDate: dayBefore } : {}),
  });
  const row: InputRow = { account_id: 'a', present: true, ...metrics };
  for (const [name, value] of Object.entries(account)) row[`account_${name}`] = value;
  if (before) Object.assign(row, beforeCells(before));
  if (trend_points !== undefined) row[trendColumn(score)] = hundredths(trend_points);
  const { results } = scoreBatch(compiled, inputBatch(compiled.requests, [row]));
  const batch = results[pack.scores.findIndex(({ id }) => id === score)];
  const result = batch && rowsOf(batch)[0];
  if (!result) throw new Error(`the pack has no score ${score}`);
  return { result, compiled };
}
