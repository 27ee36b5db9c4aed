/** A made-up pack, and documents of its accounts and runs. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { packDetails } from '../../../functions/records/account-details.ts';
import {
  type AccountDocument,
  accountFormat,
  type ScoreDocument,
} from '../../../functions/records/documents.ts';
import { searchKeys } from '../../../functions/records/name-search.ts';
import type { RunDocument } from '../../../functions/records/run-documents.ts';
import type { EpisodeDocument } from '../../../functions/records/signal-documents.ts';
import {
  checkExpression,
  type Expression,
} from '../../../functions/scorecard/language/cel/expressions.ts';
import { sourceTable } from '../../../functions/scorecard/language/pack/catalogue.ts';
import type { Pack, Score } from '../../../functions/scorecard/language/pack/pack.ts';
import type { ScoreExplanation } from '../../../functions/scorecard/meaning/explanation.ts';
import { finishedRun } from '../runs.ts';

export const today = '2026-11-23';
export const yesterday = '2026-11-22';
export const now = new Date('2026-11-24T01:00:00.000Z');
export const currentRun = 'saas-2026-11-23-20261123T150000Z';

const scoreNamed = (id: string, label: { en: string; ja: string }): Score => ({
  id,
  label,
  purpose: 'churn',
  scale: 10_000,
  minConfidence: 0.5,
  hysteresis: 0,
  trend: null,
  headline: null,
  bands: [
    { id: 'red', from: 0, label: { en: 'Critical', ja: '危険' } },
    { id: 'amber', from: 4_000, label: { en: 'Fair', ja: '要観察' } },
    { id: 'green', from: 7_000, label: { en: 'Good', ja: '良好' } },
  ],
  scorecards: [],
  place: { file: 'pack.yaml', line: 1 },
  bandsPlace: { file: 'bands.yaml', line: 1 },
});

const phase = (id: string, label: { en: string; ja: string }) => ({
  id,
  label,
  when: undefined as unknown as Pack['phases'][number]['when'],
});

const lowest = checkExpression(
  'now.health.level == 1',
  {
    account: new Map(),
    metrics: new Map(),
    now: new Map([['health.level', { type: 'number', nullable: true }]]),
  },
  'signal',
) as Expression;

/** As far as the API reads a pack; of expressions, only a worklist's plays a part in it. */
export const pack: Pack = {
  id: 'saas',
  label: { en: 'SaaS', ja: 'SaaS' },
  zone: 'Asia/Tokyo',
  asOf: 'midnight',
  accountsPerShard: 100,
  tolerance: { accounts: 3, share: 0.005 },
  breaker: { share: 0.4 },
  carry: 7,
  scores: [
    scoreNamed('health', { en: 'Health score', ja: 'ヘルススコア' }),
    scoreNamed('approach', { en: 'Approach score', ja: 'アプローチスコア' }),
  ],
  phases: [
    phase('trial', { en: 'Trial', ja: 'トライアル' }),
    phase('use', { en: 'Use', ja: '活用' }),
  ],
  attributes: ['name', 'owner', 'url'],
  accountColumns: [],
  derived: [],
  metrics: new Map(),
  groups: [],
  sources: new Map([
    [
      'assessments',
      sourceTable.parse(
        parse(
          readFileSync(new URL('../../../sql/sources/assessments.yaml', import.meta.url), 'utf8'),
        ),
      ),
    ],
  ]),
  tables: new Map(),
  salesforce: null,
  signals: null,
  routing: null,
  worklists: {
    lists: [
      {
        id: 'save',
        label: { en: 'Accounts to save', ja: '解約を防ぎたい顧客' },
        when: null,
        sort: null,
        score: 'health',
        reasons: [
          {
            id: 'low',
            label: { en: 'Low score', ja: 'スコアが低い' },
            when: lowest,
            action: { en: 'Call them.', ja: '電話する。' },
            lot: null,
          },
        ],
      },
    ],
    metrics: [],
    hash: 'lists',
  },
  evidence: { yearFrom: 1, required: null, accepted: null },
  exemplars: [],
  idle: [],
  tests: [],
  hash: '0123456789abcdef',
};

const label = { en: 'Active users', ja: '利用者数' };

function explanationOf(score: Score, result: ScoreDocument): ScoreExplanation {
  const points = result.points;
  return {
    score: score.id,
    label: score.label,
    date: today,
    state: result.state,
    reason: null,
    phase: null,
    scorecard: { id: 'use', version: '1.0.0', label: { en: 'In use', ja: '活用期' } },
    scale: score.scale,
    points,
    earned: points,
    available: 10_000,
    confidence: 1,
    band: null,
    cap: null,
    waiting_for_data: false,
    held_by_hysteresis: false,
    band_points: null,
    waiting_since: null,
    stayed: false,
    trend: null,
    axes: [
      {
        id: 'outcome',
        label: { en: 'Outcome', ja: '成果' },
        points: points ?? 0,
        available: 10_000,
      },
    ],
    measures: [
      {
        id: 'active_users',
        axis: 'outcome',
        label,
        metric: 'active_users_28d',
        unit: 'users',
        value: 12,
        state: 'ok',
        known_on: null,
        earned: points,
        available: 10_000,
        contribution: points,
        hypothesis: true,
        hints: { en: ['Who left?'], ja: ['退職者はいないか'] },
        next: { value: 20, gain: 1_050 },
      },
      {
        id: 'answers',
        axis: null,
        label: { en: 'Answers', ja: '回答' },
        metric: 'answers_90d',
        unit: 'points',
        value: 3,
        state: 'missing',
        known_on: null,
        earned: null,
        available: 0,
        contribution: null,
        hypothesis: false,
        hints: { en: [], ja: [] },
        next: null,
      },
    ],
    reference: [
      {
        metric: 'nps_latest',
        label: { en: 'NPS', ja: 'NPS' },
        unit: null,
        value: 8,
        current: true,
      },
    ],
    headline: null,
    change: result.change,
  };
}

export interface AccountSpec {
  id: string;
  points: number | null;
  band?: string | null;
  moved?: number;
  phase?: string;
  date?: string;
  attributes?: AccountDocument['attributes'];
  reasons?: { en: string[]; ja: string[] };
  /** In the list `save`. */
  rank?: number;
  /** As routing has it. */
  team?: string;
  owner?: string;
}

/** An account's document; points in points. */
export function accountOf(spec: AccountSpec): AccountDocument {
  const points = spec.points === null ? null : Math.round(spec.points * 100);
  const moved = Math.round((spec.moved ?? 0) * 100);
  const band =
    spec.band ??
    (points === null ? null : points < 4_000 ? 'red' : points < 7_000 ? 'amber' : 'green');
  const scores: AccountDocument['scores'] = {};
  const details: Parameters<typeof packDetails>[0] = {};
  for (const score of pack.scores) {
    const result: ScoreDocument = {
      state: 'scored',
      scorecard: 'use',
      version: '1.0.0',
      points,
      earned: points,
      available: points === null ? null : 10_000,
      confidence: points === null ? null : 1,
      band,
      computed_band: band,
      override: null,
      cap: null,
      waiting_for_data: false,
      held_by_hysteresis: false,
      trend: 'falling',
      change:
        moved === 0
          ? null
          : {
              since: yesterday,
              from: (points ?? 0) - moved,
              total: moved,
              rules: 0,
              phase: 0,
              data: 0,
              behaviour: moved,
              from_band: null,
            },
      moved,
      reason: null,
    };
    scores[score.id] = result;
    details[score.id] = {
      explanation: explanationOf(score, result),
      bands: Object.fromEntries(score.bands.map((each) => [each.id, each.label])),
      deltas:
        moved === 0
          ? []
          : [
              {
                id: 'active_users',
                label,
                metric: 'active_users_28d',
                unit: 'users',
                direction: 'higher',
                before: 20,
                now: 12,
                before_contribution: (points ?? 0) - moved,
                now_contribution: points,
                delta: moved,
                cause: 'behaviour',
                hints: { en: ['Who left?'], ja: ['退職者はいないか'] },
              },
            ],
      reasons: spec.reasons ?? {
        en: ['Active users fell from 20 to 12'],
        ja: ['利用者数が20人から12人に減少'],
      },
    };
  }
  const attributes = { name: `Name of ${spec.id}`, owner: null, url: null, ...spec.attributes };
  return {
    format: accountFormat,
    pack: 'saas',
    state: 'active',
    merged_into: null,
    phase: spec.phase ?? 'use',
    attributes,
    search: searchKeys(attributes.name),
    date: spec.date ?? today,
    run: currentRun,
    rules_hash: pack.hash,
    engine_hash: 'engine',
    result_hash: spec.id,
    hash: spec.id,
    scores,
    assignment: spec.team
      ? {
          team: { id: spec.team, label: { en: spec.team, ja: spec.team } },
          owner: spec.owner ?? null,
          since: yesterday,
          why: { en: 'New × low', ja: '新規 × 低い' },
          number: 1,
          milestones: {},
        }
      : null,
    metrics: {},
    worklists: spec.rank === undefined ? {} : { save: { rank: spec.rank, reasons: ['low'] } },
    details: packDetails(details),
  };
}

export function runOf(change: Partial<RunDocument> = {}): RunDocument {
  return finishedRun({
    slot: '2026-11-23T15:00:00Z',
    as_of: '2026-11-23T15:00:00Z',
    date: today,
    rules_hash: pack.hash,
    before_date: yesterday,
    before_rules: [pack.hash],
    sources: [
      {
        table: 'usage_daily',
        state: 'provided',
        complete_through: yesterday,
        rows: 3,
        matching: 3,
      },
      { table: 'surveys', state: 'missing', complete_through: null, rows: 0, matching: 0 },
    ],
    group_ages: { usage: 1 },
    accounts: 4,
    equal_rows_published: true,
    changed: 3,
    started_at: '2026-11-23T15:00:00.000Z',
    reached: { finished: '2026-11-23T15:00:12.000Z' },
    progressed_at: '2026-11-23T15:00:12.000Z',
    ...change,
  });
}

/** An open episode of a signal of silence, with nothing left to send. */
export const episodeOf = (changes: Partial<EpisodeDocument> = {}): EpisodeDocument => ({
  ...{ pack: pack.id, account: 'a-1', signal: 'silence', subject: '', kind: 'state' },
  ...{ severity: 'critical', state: 'open', number: 1, opened_at: '2026-11-22T17:05:00.000Z' },
  ...{ cause: 'run', facts: [{ of: 'metrics.days_since_last_use', value: 15 }] },
  ...{
    silent: false,
    folded: false,
    last_of_many: false,
    held_back: false,
    lots: [],
    acknowledged: null,
  },
  ...{ closed_at: null, closed_by: null, quiet_until: null, deliveries: [], digest: 'none' },
  due_at: null,
  ...changes,
});
