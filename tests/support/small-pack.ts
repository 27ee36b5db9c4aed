/** A small pack as file texts, to vary in tests: one score, two scorecards, five metrics. */

import { beforeCells } from '../../functions/scorecard/engine/before-columns.ts';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import { type CompileOptions, compilePack } from '../../functions/scorecard/engine/compile.ts';
import { type HistoryRow, rowsOf } from '../../functions/scorecard/engine/history-row.ts';
import { type InputRow, inputBatch } from '../../functions/scorecard/engine/input-batch.ts';
import { scoreBatch } from '../../functions/scorecard/engine/score.ts';
import type { Pack } from '../../functions/scorecard/language/pack/pack.ts';
import {
  type Problem,
  parsePack,
  RulesError,
} from '../../functions/scorecard/language/parse/pack.ts';

export const smallFiles: Record<string, string> = {
  'sql/sources/accounts.yaml': `table: accounts
description: Accounts.
kind: dimension
current_only: true
columns:
  - { name: account_id, type: STRING, required: true, description: Id. }
  - { name: name, type: STRING, required: true, description: Name. }
  - { name: plan, type: STRING, values: [basic, pro], description: Plan. }
  - { name: mrr, type: NUMERIC, description: Revenue. }
  - { name: vip, type: BOOL, description: Important. }
  - { name: renewal_on, type: DATE, description: Next renewal. }
  - { name: seen_at, type: TIMESTAMP, description: Last seen. }
`,
  'sql/sources/usage.yaml': `table: usage
description: Usage.
kind: events
event_time: used_on
freshness: event_time
columns:
  - { name: account_id, type: STRING, required: true, description: Account. }
  - { name: used_on, type: DATE, required: true, description: Day. }
`,
  'sql/metrics/shared/usage.yaml': `group: usage
sources: [usage]
metrics:
  - { id: users, type: int, unit: users, direction: higher, nullable: true, label: { en: Active users, ja: 利用者数 }, description: { en: Users., ja: 利用者。 } }
  - { id: error_rate, type: float, unit: ratio, direction: lower, nullable: true, label: { en: Error rate, ja: エラー率 }, description: { en: Errors., ja: エラー。 } }
`,
  'sql/metrics/shared/usage.sql': 'SELECT account_id, 1 AS users, 0.5 AS error_rate FROM usage',
  'sql/metrics/shared/contract.yaml': `group: contract
sources: [accounts]
metrics:
  - { id: seats, type: int, unit: users, direction: higher, nullable: false, label: { en: Seats, ja: 契約数 }, description: { en: Seats., ja: 契約数。 } }
  - { id: proficiency, type: enum, values: [low, middle, high], direction: higher, nullable: true, label: { en: Proficiency, ja: 習熟度 }, description: { en: Judged., ja: 評価。 } }
  - { id: overdue, type: bool, direction: lower, nullable: false, label: { en: Overdue, ja: 延滞 }, description: { en: Overdue., ja: 延滞。 } }
`,
  'sql/metrics/shared/contract.sql': 'SELECT account_id, 1 AS seats FROM accounts',
  'rules/small/pack.yaml': `pack: small
label: { en: Small, ja: 小 }
zone: Asia/Tokyo
scores:
  - { id: health, label: { en: Health, ja: 健康度 }, purpose: churn, points: 100, min_confidence: 0.5, hysteresis: 2, trend: { days: 28, change: 5 }, headline: use_rate }
phases:
  - { id: start, label: { en: Start, ja: 開始 }, when: metrics.seats < 3 }
  - { id: use, label: { en: Use, ja: 活用 }, when: 'true' }
attributes: [name, mrr]
derive:
  - { id: use_rate, expression: metrics.users / metrics.seats, type: float, direction: higher, unit: ratio, label: { en: Use rate, ja: 利用率 } }
`,
  'rules/small/bands.yaml': `health:
  - { id: red, from: 0, label: { en: Critical, ja: 危険 } }
  - { id: yellow, from: 40, label: { en: Fair, ja: 普通 } }
  - { id: green, from: 70, label: { en: Good, ja: 良好 } }
`,
  'rules/small/scorecards/starter.yaml': `score: health
scorecard: starter
version: 1.0.0
label: { en: Starter, ja: 開始期 }
applies_to: account.phase == "start"
measures:
  - { id: users, metric: users, steps: [[0, 0], [2, 10]] }
`,
  'rules/small/scorecards/use.yaml': `score: health
scorecard: use
version: 2.1.0
label: { en: Use, ja: 活用期 }
points: 100
axes:
  usage: { points: 70, label: { en: Usage, ja: 利用 } }
  people: { points: 30, label: { en: People, ja: 人 } }
measures:
  - id: users
    axis: usage
    metric: users
    points: 40
    steps: [[0, 0], [5, 20], [10, 40]]
    max_age: 3d
    hypothesis: true
    hints: { en: [Ask the champion.], ja: [担当者に確認する。] }
  - { id: errors, axis: usage, metric: error_rate, steps: [[0, 30], [0.1, 10], [0.5, 0]] }
  - { id: skill, axis: people, metric: proficiency, lookup: { low: 0, middle: 10, high: 30 }, missing: { points: 10 } }
reference: [seats]
caps:
  - { id: overdue, when: metrics.overdue, at_most: red, label: { en: Payment overdue, ja: 支払い延滞 } }
`,
};

/** The small pack with some texts replaced: `from` in file `path` becomes `to`. */
export function filesWith(
  ...changes: readonly (readonly [path: string, from: string, to: string])[]
): Map<string, string> {
  const files = new Map(Object.entries(smallFiles));
  for (const [path, from, to] of changes) {
    const text = files.get(path) ?? '';
    if (!text.includes(from)) throw new Error(`${path} does not contain ${from}`);
    files.set(path, text.replace(from, to));
  }
  return files;
}

export const smallPack = (): Pack => parsePack(filesWith());

/** What is wrong with some files; empty where they parse. */
export function problemsIn(files: ReadonlyMap<string, string>): readonly Problem[] {
  try {
    parsePack(files);
    return [];
  } catch (error) {
    if (error instanceof RulesError) return error.problems;
    throw error;
  }
}

/** A well-off account of the small pack. */
export const goodAccount: InputRow = {
  account_id: 'a-1',
  present: true,
  account_name: 'Acme',
  account_mrr: 1200,
  users: 12,
  error_rate: 0,
  seats: 20,
  proficiency: 'high',
  overdue: false,
};

export interface ScoreOptions extends Partial<CompileOptions> {
  /** Rows before, by account id. */
  before?: readonly HistoryRow[];
}

export const allFresh = new Map([
  ['usage', 0],
  ['contract', 0],
]);

/** Scores rows of the first score of a pack; the batch is given too. */
export function score(
  pack: Pack,
  rows: readonly InputRow[],
  { before, ...options }: ScoreOptions = {},
): { rows: HistoryRow[]; batch: ColumnBatch; counts: ReturnType<typeof scoreBatch>['counts'] } {
  const compiled = compilePack(pack, {
    layouts: new Map(),
    groupAgeDays: allFresh,
    engineHash: 'engine-1',
    date: '2026-02-02',
    ...(before ? { beforeDate: '2026-02-01' } : {}),
    ...options,
  });
  const filled = rows.map((row) => {
    const earlier = before?.find(({ account_id }) => account_id === row.account_id);
    return { ...(earlier ? beforeCells(earlier) : {}), ...row };
  });
  const { results, counts } = scoreBatch(compiled, inputBatch(compiled.requests, filled));
  const [batch] = results;
  if (!batch) throw new Error('the pack has no score');
  return { rows: rowsOf(batch), batch, counts };
}

/** Scores one row. */
export function scoreOne(pack: Pack, row: InputRow, options?: ScoreOptions): HistoryRow {
  const [result] = score(pack, [row], options).rows;
  if (!result) throw new Error('no result');
  return result;
}
