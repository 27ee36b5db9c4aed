/** Accounts as the API shows them: in lists, and one with all that its scores are made of. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { both } from '../../scorecard/meaning/texts.ts';
import { bothLanguages, count, cursor, day, instant, nameBodies, named, points } from './common.ts';
import { override } from './overrides.ts';

const trend = z.enum(['rising', 'steady', 'falling']).nullable();

const attributeValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const shownValue = z
  .union([z.number(), z.boolean(), z.string(), z.null()])
  .describe("In the metric's unit; null where never known");

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
  moved: points.describe("Points that the customer's behaviour moved on the account's `date`"),
});

export const accountSummary = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  state: z.enum(['active', 'absent']),
  phase: named.nullable(),
  owner: z
    .string()
    .nullable()
    .describe('Who looks after it: as routing has it, else the column `owner`'),
  attributes: z.record(z.string(), attributeValue),
  date: day.describe('Day on which the result last changed'),
  scores: z.record(z.string(), scoreSummary),
});
export type AccountSummary = z.infer<typeof accountSummary>;

export const accountList = z.strictObject({
  score: z.string().describe('The score that was filtered and sorted by'),
  accounts: z.array(accountSummary),
  looked_at: count.describe('Accounts looked at; a search stops at 100, and goes on by `next`'),
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
  state: z
    .enum(['ok', 'missing'])
    .describe('missing: late, and `value` is the last known one; or not applicable, without one'),
  known_on: day.nullable().describe('Day that a late `value` is from; null where none is awaited'),
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
  cause: z.enum(['behaviour', 'data', 'rules', 'phase', 'scaling', 'others']),
  hints: bothLanguages,
});
export type MeasureChange = z.infer<typeof measureChange>;

/** What else moved a score, as a line of its own; `count`: measures that it stands for. */
export function otherChanges(delta: number, count: number | null = null): MeasureChange {
  return {
    id: 'others',
    label: count === null ? both('Others', 'その他') : both(`${count} others`, `他${count}項目`),
    metric: 'others',
    unit: null,
    direction: 'none',
    before: null,
    now: null,
    before_contribution: null,
    now_contribution: null,
    delta,
    cause: 'others',
    hints: { en: [], ja: [] },
  };
}

/** The first of a list, and a last line that sums the rest. */
export function shortened(measures: readonly MeasureChange[], most: number): MeasureChange[] {
  if (measures.length <= most) return [...measures];
  const rest = measures.slice(most - 1);
  // Points have two decimals: their sum is exact in hundredths.
  const delta = rest.reduce((sum, one) => sum + Math.round(one.delta * 100), 0) / 100;
  return [...measures.slice(0, most - 1), otherChanges(delta, rest.length)];
}

const scoreChange = z.strictObject({
  since: day,
  from: points,
  from_band: z.string().nullable().describe('Band before, where it differs'),
  total: points,
  rules: points.describe('Because rules changed'),
  phase: points.describe('Because another scorecard applies: another phase, plan or segment'),
  data: points.describe('Because data arrived, is late or ended'),
  behaviour: points.describe('Because of what the customer did'),
  measures: z
    .array(measureChange)
    .describe('Biggest first; `others` is what else there was. They sum to the total'),
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
  factor: z
    .number()
    .nullable()
    .describe('What earned points are multiplied by where data is missing: scale / available'),
  confidence: z.number().min(0).max(1).nullable(),
  scorecard: z.strictObject({ id: z.string(), version: z.string(), label }).nullable(),
  bands: z.array(named).describe('From the worst up'),
  band: named.nullable(),
  computed_band: named.nullable(),
  override: override.nullable(),
  cap: named.nullable(),
  waiting_for_data: z.boolean().describe('Late data decides the band'),
  waiting_since: day.nullable().describe('Day of the oldest value that is awaited'),
  band_points: points
    .nullable()
    .describe('What the band rests on, with last known values; null where it is `points`'),
  held_by_hysteresis: z.boolean().describe('Within the margin of its boundary the band stayed'),
  stayed: z.boolean().describe('The computed band is the one before'),
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
  fields: z.array(z.string()).describe('Fields that Salesforce named when it refused the row'),
  since: instant.nullable().describe('Since when the record is not as it should be'),
  at: instant.describe('When it was last tried'),
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

nameBodies({
  AccountSummary: accountSummary,
  AccountList: accountList,
  Measure: measure,
  ScoreChange: scoreChange,
  Score: scoreAnswer,
  Account: accountAnswer,
});
