/**
 * What the API answers and takes, one zod schema per body: it validates, it types, and the
 * OpenAPI document is made from it. Points are in points, with up to two decimals; instants
 * are ISO 8601 in UTC; dates are local days of the pack.
 */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import {
  acknowledgedAnswer,
  acknowledgement,
  episodeAnswer,
  episodeList,
  eventAnswer,
  eventRequest,
} from './episodes.ts';

export const points = z.number().describe('In points, up to two decimals');
export const instant = z.iso.datetime();
export const day = z.iso.date();
export const count = z.int().min(0);
const trend = z.enum(['rising', 'steady', 'falling']).nullable();
export const bothLanguages = z.strictObject({ en: z.array(z.string()), ja: z.array(z.string()) });

/** Something of the pack's, with its label in both languages. */
export const named = z.strictObject({ id: z.string(), label });
export type Named = z.infer<typeof named>;

const attributeValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const shownValue = z
  .union([z.number(), z.boolean(), z.string(), z.null()])
  .describe("In the metric's unit; null where never known");

/** What every failed request gets. */
export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('Stable, kebab-case'),
    message: z.string().describe('One sentence: what is wrong and what would be right'),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

const override = z.strictObject({
  id: z.string(),
  band: z.string(),
  reason: z.string(),
  author: z.string(),
  until: instant.describe('Exclusive'),
});

export const cursor = z
  .string()
  .optional()
  .describe('Value for `cursor` of the next page; absent on the last one');

const scoreSummary = z.strictObject({
  state: z.enum(['scored', 'error']),
  points: points.nullable(),
  band: named.nullable().describe('In force: an override counts'),
  computed_band: z.string().nullable(),
  override: override.nullable(),
  scorecard: z.string().nullable().describe('Null where none applies'),
  confidence: z.number().min(0).max(1).nullable().describe('Share of points backed by data'),
  cap: z.string().nullable(),
  waiting_for_data: z.boolean(),
  held_by_hysteresis: z.boolean(),
  trend,
  moved: points.describe("Points moved on the account's `date`"),
});

export const accountSummary = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  state: z.enum(['active', 'absent']),
  phase: named.nullable(),
  attributes: z.record(z.string(), attributeValue),
  date: day.describe('Day on which the result last changed'),
  scores: z.record(z.string(), scoreSummary),
});
export type AccountSummary = z.infer<typeof accountSummary>;

export const accountList = z.strictObject({
  score: z.string().describe('The score that was filtered and sorted by'),
  accounts: z.array(accountSummary),
  looked_at: count.describe('Accounts looked at; a search stops at 2,000 and goes on by `next`'),
  next: cursor,
});
export type AccountList = z.infer<typeof accountList>;

const shownMetric = z.strictObject({
  metric: z.string(),
  label,
  unit: z.string().nullable(),
  value: shownValue,
  current: z.boolean().describe('False where `value` is the last known one'),
});

const measure = z.strictObject({
  id: z.string(),
  axis: z.string().nullable(),
  label,
  metric: z.string(),
  unit: z.string().nullable(),
  value: shownValue,
  state: z.enum(['ok', 'missing']).describe('missing: `value` is the last known one'),
  earned: points.nullable().describe('Before scaling; null where left out'),
  available: points.describe('Most it can earn; 0 where left out'),
  contribution: points
    .nullable()
    .describe("Its part of the score; the parts sum to the score's points"),
  hypothesis: z.boolean().describe('Not yet proven by outcomes'),
  hints: bothLanguages,
  next: z
    .strictObject({ value: shownValue, gain: points })
    .nullable()
    .describe('Nearest value that earns more, and what it would add'),
});
export type MeasureAnswer = z.infer<typeof measure>;

const measureChange = z.strictObject({
  id: z.string(),
  label,
  metric: z.string(),
  unit: z.string().nullable(),
  direction: z.enum(['higher', 'lower', 'none']),
  before: shownValue,
  now: shownValue,
  before_contribution: points.nullable(),
  now_contribution: points.nullable(),
  delta: points,
  cause: z.enum(['behaviour', 'data', 'rules', 'scaling']),
  hints: bothLanguages,
});
export type MeasureChange = z.infer<typeof measureChange>;

const scoreChange = z.strictObject({
  since: day,
  from: points,
  from_band: z.string().nullable().describe('Band before, where it differs'),
  total: points,
  rules: points.describe('Because rules changed'),
  data: points.describe('Because data appeared or went missing'),
  behaviour: points.describe('Because of what the customer did'),
  measures: z.array(measureChange).describe('Biggest first'),
});
export type ScoreChange = z.infer<typeof scoreChange>;

const scoreAnswer = z.strictObject({
  id: z.string(),
  label,
  state: z.enum(['scored', 'error']),
  reason: z.string().nullable().describe('Why it could not be scored'),
  scale: points,
  points: points.nullable(),
  earned: points.nullable(),
  available: points.nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  scorecard: z.strictObject({ id: z.string(), version: z.string(), label }).nullable(),
  bands: z.array(named).describe('From the worst up'),
  band: named.nullable(),
  computed_band: named.nullable(),
  override: override.nullable(),
  cap: named.nullable(),
  waiting_for_data: z.boolean(),
  held_by_hysteresis: z.boolean(),
  trend,
  headline: shownMetric.nullable(),
  axes: z.array(z.strictObject({ id: z.string(), label, points, available: points })),
  measures: z.array(measure),
  reference: z.array(shownMetric).describe('Shown beside the score, never scored'),
  change: scoreChange.nullable().describe('The last change; null without an earlier result'),
  reasons: bothLanguages,
});
export type ScoreAnswer = z.infer<typeof scoreAnswer>;

const crmState = z.strictObject({
  state: z.enum(['synced', 'pending', 'parked']),
  record_id: z.string().nullable(),
  code: z.string().nullable(),
  reason: z.string().nullable().describe('Why it is pending or parked'),
  at: instant,
  run: z.string(),
});

export const accountAnswer = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  state: z.enum(['active', 'absent']),
  merged_into: z.string().nullable(),
  phase: named.nullable(),
  attributes: z.record(z.string(), attributeValue),
  date: day.describe('Day on which the result last changed'),
  run: z.string().describe('The run that saw it change'),
  as_of_date: day.nullable().describe('Day up to which it still holds'),
  rules_hash: z.string(),
  engine_hash: z.string(),
  scores: z.array(scoreAnswer),
  assignment: z
    .strictObject({ team: named, owner: z.string().nullable(), since: day, why: label })
    .nullable()
    .describe('Who looks after it; null without routing'),
  crm: crmState.nullable().describe('Null before the first sync'),
});
export type AccountAnswer = z.infer<typeof accountAnswer>;

const historyPoint = z.strictObject({
  date: day,
  state: z.enum(['scored', 'absent', 'error']),
  points: points.nullable(),
  band: named.nullable().describe('As computed: overrides are not in the history'),
  scorecard: z.string().nullable(),
  version: z.string().nullable(),
  phase: z.string().nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  waiting_for_data: z.boolean(),
  change: z
    .strictObject({ since: day, total: points, rules: points, data: points, behaviour: points })
    .nullable(),
});
export type HistoryPoint = z.infer<typeof historyPoint>;

export const historyAnswer = z.strictObject({
  account: z.string(),
  score: z.string(),
  from: day,
  to: day,
  results: z.array(historyPoint).describe('Newest first'),
  next_to: day.optional().describe('Value for `to` that gives older results, where there are more'),
});
export type HistoryAnswer = z.infer<typeof historyAnswer>;

/** A text that a person enters. */
export const textOf = (most: number) => {
  const wanted = `a text of 1 to ${most.toLocaleString('en')} characters`;
  return z.string({ error: wanted }).trim().min(1, wanted).max(most, wanted);
};

/** A person's band in place of the computed one, as entered. */
export const overrideRequest = z.strictObject({
  score: z.string({ error: 'the id of a score' }).min(1),
  band: z.string({ error: 'the id of a band' }).min(1),
  reason: textOf(2_000),
  author: textOf(200),
  from: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-11-23T00:00:00Z' })
    .optional()
    .describe('Now, where absent'),
  until: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-12-31T00:00:00Z' })
    .describe('Exclusive end, at most 366 days ahead'),
});
export type OverrideRequest = z.infer<typeof overrideRequest>;

export const overrideAnswer = override.extend({
  account: z.string(),
  score: z.string(),
  from: instant,
  in_force: z.boolean(),
});
export type OverrideAnswer = z.infer<typeof overrideAnswer>;

export const healthAnswer = z.strictObject({ status: z.literal('ok'), pack: z.string() });

/** The OpenAPI document describes itself only as far as its version. */
export const openApiAnswer = z.looseObject({ openapi: z.literal('3.1.0') });

/** Named in the OpenAPI document; the rest is written where it is used. */
export const components = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Label: label,
  Named: named,
  Error: errorAnswer,
  AccountSummary: accountSummary,
  AccountList: accountList,
  Measure: measure,
  ScoreChange: scoreChange,
  Score: scoreAnswer,
  Account: accountAnswer,
  HistoryPoint: historyPoint,
  History: historyAnswer,
  OverrideRequest: overrideRequest,
  Override: overrideAnswer,
  Episode: episodeAnswer,
  EpisodeList: episodeList,
  Acknowledgement: acknowledgement,
  Acknowledged: acknowledgedAnswer,
  Event: eventRequest,
  EventTaken: eventAnswer,
  Health: healthAnswer,
  OpenApi: openApiAnswer,
})) {
  components.add(schema, { id });
}
