/** The rule files of a pack, as people write them, one zod schema per kind of file. */
import { z } from 'zod';
import { identifier, label } from './catalogue.ts';

const finite = z.number();
/** Points as written: up to two decimals, since results are kept in hundredths. */
const points = z
  .number()
  .min(0)
  .max(100_000)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6, {
    error: 'has more than two decimals: points are kept in hundredths',
  });
const pointsAboveZero = points.refine((value) => value > 0, { error: 'must be above 0' });
const expression = z.string().trim().min(1).max(2000);

/** Whole days, written `3d`. */
const days = z.string().regex(/^(0|[1-9]\d{0,3})d$/, 'whole days, such as 3d');

const score = z.strictObject({
  id: identifier,
  label,
  /** The problem it is about. */
  purpose: z.enum(['churn', 'upsell', 'onboarding', 'purchase']).optional(),
  /** The scale: the highest score, the same for all its scorecards. */
  points: pointsAboveZero.default(100),
  /** Share of points backed by data below which the band is `unknown`. */
  min_confidence: z.number().min(0).max(1).default(0.5),
  /** Points beyond a boundary that a score must move before its band changes. */
  hysteresis: points.default(0),
  /** rising or falling where the points moved by `change` or more within `days`. */
  trend: z.strictObject({ days: z.int().min(1).max(366), change: pointsAboveZero }).optional(),
  /** The metric shown above the score. */
  headline: identifier.optional(),
});

const phase = z.strictObject({ id: identifier, label, when: expression });

const derived = z.strictObject({
  id: identifier,
  expression,
  type: z.enum(['int', 'float', 'bool']).default('float'),
  direction: z.enum(['higher', 'lower', 'none']).default('none'),
  unit: z.string().min(1).optional(),
  label,
  description: label.optional(),
});

const tableMapping = z.strictObject({
  /** The user's table. */
  table: z.string().min(1).max(1000).optional(),
  /** Contract column: user's column. */
  columns: z.record(identifier, z.string().min(1).max(300)).optional(),
});

/** `pack.yaml` */
export const packFile = z.strictObject({
  pack: identifier,
  label,
  /** IANA zone of the local days. */
  zone: z.string().min(1),
  /** midnight: daily, as of the last local midnight; slot: as of the scheduled instant. */
  as_of: z.enum(['midnight', 'slot']).default('midnight'),
  accounts_per_shard: z.int().min(1).max(100_000).default(5000),
  scores: z.array(score).min(1).max(20),
  phases: z.array(phase).max(50).default([]),
  /** Account columns shown beside the scores. */
  attributes: z.array(identifier).max(50).default([]),
  derive: z.array(derived).max(200).default([]),
  tables: z.record(identifier, tableMapping).default({}),
  /** Share of comparable accounts that may change band before a run is held. */
  breaker: z.strictObject({ share: z.number().gt(0).max(1) }).optional(),
});

const band = z.strictObject({ id: identifier, from: points, label });

/** `bands.yaml`: per score, ascending. */
export const bandsFile = z.record(identifier, z.array(band).min(2).max(7));

const measure = z.strictObject({
  id: identifier,
  axis: identifier.optional(),
  metric: identifier,
  points: points.optional(),
  steps: z
    .array(z.tuple([finite, points]))
    .min(1)
    .max(100)
    .optional(),
  linear: z.strictObject({ from: finite, to: finite }).optional(),
  lookup: z.record(z.string(), points).optional(),
  missing: z
    .union([z.literal('exclude'), z.literal('zero'), z.strictObject({ points })], {
      error: 'must be exclude, zero or { points: n }',
    })
    .default('exclude'),
  max_age: days.optional(),
  hypothesis: z.boolean().default(false),
  label: label.optional(),
  hints: z
    .strictObject({ en: z.array(z.string().min(1)), ja: z.array(z.string().min(1)) })
    .optional(),
});

const cap = z.strictObject({ id: identifier, when: expression, at_most: identifier, label });

/** `scorecards/<id>.yaml` */
export const scorecardFile = z.strictObject({
  score: identifier,
  scorecard: identifier,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version such as 1.0.0'),
  label,
  purpose: z.enum(['churn', 'upsell', 'onboarding', 'purchase']).optional(),
  applies_to: expression.optional(),
  /** Repeats the score's scale, for readers; must equal it. */
  points: points.optional(),
  axes: z.record(identifier, z.strictObject({ points: points.optional(), label })).default({}),
  measures: z.array(measure).min(1).max(200),
  reference: z.array(identifier).max(50).default([]),
  caps: z.array(cap).max(20).default([]),
});

/** `salesforce.yaml` */
export const salesforceFile = z.strictObject({
  object: z
    .string()
    .regex(/^[A-Za-z]\w{0,79}$/, 'an object name such as Account')
    .default('Account'),
  /** Field that holds the account id; without it, `record_id` names an account column. */
  external_id: z
    .string()
    .regex(/^[A-Za-z]\w{0,79}$/, 'a field name such as Kenko_Account_Id__c')
    .optional(),
  fields: z.record(
    z.string().regex(/^[A-Za-z]\w{0,79}$/, 'a field name such as Kenko_Health__c'),
    z.union(
      [
        z.string().min(1),
        z.strictObject({
          value: z.string().min(1),
          /** What becomes of a value that a person typed over ours: ours again, or theirs stays. */
          by_hand: z.enum(['repair', 'keep']).default('repair'),
        }),
      ],
      {
        error:
          'needs a source such as health.points, or { value: health.points, by_hand: keep } (or repair)',
      },
    ),
  ),
});

/** `exemplars.yaml` */
export const exemplarsFile = z.array(
  z.strictObject({
    account: z.string().min(1).max(1500),
    score: identifier,
    at_least: identifier.optional(),
    at_most: identifier.optional(),
    why: z.string().min(1),
  }),
);

const testValue = z.union([z.number(), z.boolean(), z.string(), z.null()]);
const metricValues = z.record(identifier, testValue);

/** The result of an earlier date that a test case starts from. */
const testBefore = z.strictObject({
  points: points.optional(),
  band: identifier.optional(),
  cap: identifier.optional(),
  scorecard: identifier.optional(),
  metrics: metricValues.optional(),
});

const testExpectation = z.strictObject({
  scorecard: identifier.nullable().optional(),
  points: points.nullable().optional(),
  band: identifier.nullable().optional(),
  confidence: z.number().min(0).max(1).optional(),
  phase: identifier.nullable().optional(),
  earned: points.nullable().optional(),
  available: points.nullable().optional(),
  /** Points earned by measure, before scaling; null where left out for want of data. */
  measures: z.record(identifier, points.nullable()).optional(),
  /** Points by axis. */
  axes: z.record(identifier, points).optional(),
  cap: identifier.nullable().optional(),
  waiting_for_data: z.boolean().optional(),
  held_by_hysteresis: z.boolean().optional(),
  trend: z.enum(['rising', 'steady', 'falling']).nullable().optional(),
  change: z
    .strictObject({
      rules: finite.optional(),
      data: finite.optional(),
      behaviour: finite.optional(),
    })
    .optional(),
});

/** `<scorecard>.test.yaml` */
export const testFile = z.array(
  z.strictObject({
    name: z.string().min(1),
    date: z.iso.date().optional(),
    /** Values of today; those left out are missing. */
    metrics: metricValues.default({}),
    account: z.record(identifier, testValue).default({}),
    /** Age in days of metric groups whose feed is late. */
    group_ages: z.record(identifier, z.int().min(0)).optional(),
    before: testBefore.optional(),
    /** Points at the date that the trend looks back to. */
    trend_points: points.optional(),
    expect: testExpectation,
  }),
);

export type PackFile = z.infer<typeof packFile>;
export type BandsFile = z.infer<typeof bandsFile>;
export type ScorecardFile = z.infer<typeof scorecardFile>;
export type MeasureFile = ScorecardFile['measures'][number];
export type SalesforceFile = z.infer<typeof salesforceFile>;
export type ExemplarsFile = z.infer<typeof exemplarsFile>;
export type RuleTestCase = z.infer<typeof testFile>[number];
