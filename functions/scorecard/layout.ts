/**
 * How to read rows of the history: what their lists mean. Stored with every rules hash, so
 * that rows made by older rules stay readable and explainable when those rules are gone.
 */
import { z } from 'zod';
import { label } from './catalogue.ts';

const hundredths = z.int();

const metricLayout = z.strictObject({
  id: z.string(),
  type: z.enum(['int', 'float', 'bool', 'enum']),
  /** Texts of an enum; values are positions in it. */
  values: z.array(z.string()).optional(),
  unit: z.string().optional(),
  direction: z.enum(['higher', 'lower', 'none']),
  label,
});
export type MetricLayout = z.infer<typeof metricLayout>;

/** One position of a row's `inputs`. */
const inputLayout = z.strictObject({
  metric: z.string(),
  /** The reader's `max_age` in days: the same metric may be stale for one and not for another. */
  max_age: z.int().nullable(),
  /** Computed from other inputs when the row was scored. */
  derived: z.boolean(),
});
export type InputLayout = z.infer<typeof inputLayout>;

const earningLayout = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('steps'),
    thresholds: z.array(z.number()),
    points: z.array(hundredths),
    below: hundredths,
  }),
  z.strictObject({ by: z.literal('linear'), from: z.number(), to: z.number() }),
  z.strictObject({ by: z.literal('lookup'), points: z.array(hundredths) }),
]);

const measureLayout = z.strictObject({
  id: z.string(),
  axis: z.string().nullable(),
  metric: z.string(),
  /** Position in the score's inputs. */
  input: z.int().min(0),
  points: hundredths,
  earning: earningLayout,
  /** Points where there is no value; null: left out. */
  missing: hundredths.nullable(),
  hypothesis: z.boolean(),
  label,
  hints: z.strictObject({ en: z.array(z.string()), ja: z.array(z.string()) }),
});
export type MeasureLayout = z.infer<typeof measureLayout>;

const scorecardLayout = z.strictObject({
  id: z.string(),
  version: z.string(),
  label,
  axes: z.array(z.strictObject({ id: z.string(), label })),
  measures: z.array(measureLayout),
  /** Metrics shown beside the score, with their positions in the score's inputs. */
  reference: z.array(z.strictObject({ metric: z.string(), input: z.int().min(0) })),
  caps: z.array(z.strictObject({ id: z.string(), at_most: z.string(), label })),
});
export type ScorecardLayout = z.infer<typeof scorecardLayout>;

const scoreLayout = z.strictObject({
  id: z.string(),
  label,
  /** The highest score, in hundredths. */
  scale: hundredths,
  min_confidence: z.number(),
  bands: z.array(z.strictObject({ id: z.string(), from: hundredths, label })),
  /** All that any scorecard of the score reads, in the order of a row's `inputs`. */
  inputs: z.array(inputLayout),
  headline: z.strictObject({ metric: z.string(), input: z.int().min(0) }).nullable(),
  scorecards: z.array(scorecardLayout),
});
export type ScoreLayout = z.infer<typeof scoreLayout>;

/** @see layoutOf */
export const rulesLayout = z.strictObject({
  pack: z.string(),
  rules_hash: z.string(),
  phases: z.array(z.strictObject({ id: z.string(), label })),
  /** Metrics that any input names, by id. */
  metrics: z.record(z.string(), metricLayout),
  scores: z.array(scoreLayout),
});
export type RulesLayout = z.infer<typeof rulesLayout>;

/** The layout of the rows that a pack's rules make. */
export declare function layoutOf(pack: import('./pack.ts').Pack): RulesLayout;
