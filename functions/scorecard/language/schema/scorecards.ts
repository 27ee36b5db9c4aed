/**
 * The rule files of a pack, as people write them, one zod schema per kind of file. Descriptions
 * are what editors show: `rules/schema` is made from these schemas.
 */
import { z } from 'zod';
import { identifier, label } from '../pack/catalogue.ts';

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
export const expression = z.string().trim().min(1).max(2000);

/** A text of one form; whatever else is there is answered with what it should be. */
const written = (form: RegExp, what: string) => z.string(what).regex(form, what);

/** Whole days, written `3d`. */
export const days = written(/^(0|[1-9]\d{0,3})d$/, 'whole days, such as 3d');

const purpose = z
  .enum(['churn', 'upsell', 'onboarding', 'purchase'])
  .describe('The problem it helps to solve.');

const score = z.strictObject({
  id: identifier,
  label,
  purpose: purpose.optional(),
  points: pointsAboveZero
    .default(100)
    .describe('The scale: the highest score, the same for all its scorecards.'),
  min_confidence: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of points backed by data below which the band is unknown.'),
  hysteresis: points
    .default(0)
    .describe('Points beyond a boundary that a score must move before its band changes.'),
  trend: z
    .strictObject({ days: z.int().min(1).max(366), change: pointsAboveZero })
    .optional()
    .describe('rising or falling where the points moved by change or more within days.'),
  headline: identifier.optional().describe('The metric shown above the score.'),
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
  table: z.string().min(1).max(1000).optional().describe('Name of your table.'),
  columns: z
    .record(identifier, z.string().min(1).max(300))
    .optional()
    .describe("Column of sql/sources: your column's name."),
});

/** One table of finished metrics, of dbt or a sheet: a row per account, or per account and day. */
const mart = z.strictObject({
  table: z.string().min(1).max(1000).describe('Name of your table of metrics.'),
  date: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Its column with the day that a row speaks of; without it, rows are of today.'),
  max_age: days
    .default('7d')
    .describe("Rows older than this, against the table's last day, count as missing."),
  columns: z
    .record(identifier, z.string().min(1).max(300))
    .default({})
    .describe("account_id or a metric: your column's name, where it differs."),
});
export type MartFile = z.infer<typeof mart>;

/** `pack.yaml` */
export const packFile = z.strictObject({
  pack: identifier,
  label,
  zone: z.string().min(1).describe('Time zone of the local days, such as Asia/Tokyo.'),
  as_of: z
    .enum(['midnight', 'slot'])
    .default('midnight')
    .describe('midnight: daily, as of the last local midnight; slot: as of the scheduled instant.'),
  accounts_per_shard: z.int().min(1).max(100_000).default(5000),
  scores: z.array(score).min(1).max(20),
  phases: z
    .array(phase)
    .max(50)
    .default([])
    .describe('Where in its life an account is: the first whose condition holds.'),
  attributes: z
    .array(identifier)
    .max(50)
    .default([])
    .describe('Columns of accounts shown beside the scores.'),
  derive: z.array(derived).max(200).default([]).describe('Metrics made from other metrics.'),
  tables: z.record(identifier, tableMapping).default({}),
  metrics: mart
    .optional()
    .describe('Your own table of metrics; a catalogue file with sources: [mart] lists them.'),
  tolerance: z
    .strictObject({
      accounts: z.int().min(0).default(3),
      share: z.number().min(0).max(1).default(0.005),
    })
    .prefault({})
    .describe(
      'How many accounts, or which share of them, a run sets aside for rows that cannot be scored, whichever is more; with more of them it fails.',
    ),
  breaker: z
    .strictObject({ share: z.number().gt(0).max(1) })
    .default({ share: 0.4 })
    .describe(
      'Share of the accounts shown before that may be gone, in another band or unknown before a run is held.',
    ),
  evidence: z
    .strictObject({
      auc: z
        .number()
        .gt(0.5)
        .max(1)
        .optional()
        .describe('The least AUC with which the rules may go live; 0.5 is chance.'),
      monotone: z
        .boolean()
        .optional()
        .describe('Whether no band may have ended worse than a lower one, beyond chance.'),
      exemplars: z
        .literal('pass')
        .optional()
        .describe('All accounts of exemplars.yaml come out as people know them.'),
      scores: z
        .array(identifier)
        .min(1)
        .optional()
        .describe('Of which scores this is required; of all without it.'),
      year_from: z
        .int()
        .min(1)
        .max(12)
        .default(1)
        .describe('Month in which the contract year begins: scores are judged by that year.'),
    })
    .prefault({})
    .describe('What rules must have shown before they go live; evidence.yaml holds what they did.'),
  carry: days
    .default('7d')
    .describe(
      'How long beyond max_age the last known value of late data still counts for the band.',
    ),
});

const band = z.strictObject({
  id: identifier,
  from: points.describe('The lowest points of the band.'),
  label,
});

/** More bands than this are refused: nobody keeps them apart. */
const mostBands = 7;

/** `bands.yaml`: per score, ascending. */
export const bandsFile = z.record(
  identifier,
  z
    .array(band)
    .min(2)
    .refine((bands) => bands.length <= mostBands, {
      error: ({ input }) =>
        `has ${Array.isArray(input) ? input.length : 'too many'} bands, but people keep at most ${mostBands} apart, and 5 well: merge some`,
    })
    .meta({ description: 'The bands of a score, the lowest first.', maxItems: mostBands }),
);

const measure = z.strictObject({
  id: identifier,
  axis: identifier.optional(),
  metric: identifier.describe('The metric of sql/metrics, or of derive in pack.yaml, it scores.'),
  points: points.optional().describe('The most it can earn.'),
  steps: z
    .array(z.tuple([finite, points]))
    .min(1)
    .max(100)
    .optional()
    .describe('[from this value on, this many points], in ascending order of values.'),
  linear: z
    .strictObject({ from: finite, to: finite })
    .optional()
    .describe('No points at from, all of them at to, in between in proportion.'),
  lookup: z
    .record(z.string(), points)
    .optional()
    .describe('Points of every value of an enum or boolean metric.'),
  missing: z
    .union([z.literal('exclude'), z.literal('zero'), z.strictObject({ points })], {
      error: 'must be exclude, zero or { points: n }',
    })
    .default('exclude')
    .describe(
      'Without data: exclude leaves it out and scales the rest up, zero counts it as nothing, { points: n } gives n.',
    ),
  max_age: days.optional().describe('Older data counts as missing, e.g. 3d.'),
  hypothesis: z.boolean().default(false).describe('Not yet proven with your own accounts.'),
  label: label.optional().describe("Without it, the metric's label."),
  hints: z
    .strictObject({ en: z.array(z.string().min(1)), ja: z.array(z.string().min(1)) })
    .optional()
    .describe('What to consider when it falls: questions, not answers.'),
});

const cap = z.strictObject({
  id: identifier,
  when: expression.describe('Condition under which the band is limited.'),
  at_most: identifier.describe('The highest band allowed while the condition holds.'),
  label,
});

/** `scorecards/<id>.yaml` */
export const scorecardFile = z.strictObject({
  score: identifier,
  scorecard: identifier,
  version: written(/^\d+\.\d+\.\d+$/, 'a version such as 1.0.0'),
  label,
  purpose: purpose.optional(),
  tuned_until: z.iso
    .date()
    .optional()
    .describe(
      'Last day of the outcomes that its steps and points were tuned on; later ones are the test.',
    ),
  note: label
    .optional()
    .describe('What the purpose means here: who looks at it, and what they then do.'),
  applies_to: expression
    .optional()
    .describe('Condition; without it, the scorecard is for all that no other one is for.'),
  points: points.optional().describe("Repeats the score's scale, for readers; must equal it."),
  axes: z.record(identifier, z.strictObject({ points: points.optional(), label })).default({}),
  measures: z.array(measure).min(1).max(200),
  reference: z
    .array(identifier)
    .max(50)
    .default([])
    .describe('Metrics shown beside the score, never scored.'),
  caps: z
    .array(cap)
    .max(20)
    .default([])
    .describe('Limits of the band: the points stay as they are.'),
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
  child: z
    .strictObject({
      object: z.string().regex(/^[A-Za-z]\w{0,79}$/, 'an object name such as Kenko_Health__c'),
      lookup: z.string().regex(/^[A-Za-z]\w{0,79}$/, 'a field name such as Account__c'),
      key: z.string().regex(/^[A-Za-z]\w{0,79}$/, 'a field name such as Kenko_Key__c'),
    })
    .optional()
    .describe(
      'Records of another object that the fields are written to, one below each Account: its lookup to Account, and the external id of its own that Kenko keeps.',
    ),
  pilot: expression
    .optional()
    .describe('Condition over account columns: only these accounts are written; without it, all.'),
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

const testValue = z.union([z.number(), z.boolean(), z.string(), z.null()], {
  error: 'must be a finite number, a text, true, false or null',
});
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
      phase: finite.optional(),
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
