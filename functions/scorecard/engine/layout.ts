/**
 * How to read rows of the history: what their lists mean. Stored with every rules hash, so
 * that rows made by older rules stay readable and explainable when those rules are gone.
 */
import { z } from 'zod';
import { label } from '../language/pack/catalogue.ts';
import { inputsOf, type ScoreInputs } from '../language/pack/inputs.ts';
import type { Pack, Score } from '../language/pack/pack.ts';

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
export function layoutOf(pack: Pack): RulesLayout {
  const metrics: Record<string, MetricLayout> = {};
  const scores = pack.scores.map((score) => {
    const inputs = inputsOf(pack, score);
    for (const { metric } of [...inputs.measured, ...inputs.derived]) {
      metrics[metric] = metricOf(pack, metric);
    }
    return scoreOf(score, inputs);
  });
  return {
    pack: pack.id,
    rules_hash: pack.hash,
    phases: pack.phases.map(({ id, label }) => ({ id, label })),
    metrics,
    scores,
  };
}

function metricOf(pack: Pack, id: string): MetricLayout {
  const metric = pack.metrics.get(id);
  if (!metric) throw new Error(`${id} is no metric of the pack`);
  return {
    id,
    type: metric.type,
    ...(metric.values ? { values: [...metric.values] } : {}),
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    direction: metric.direction,
    label: metric.label,
  };
}

function scoreOf(score: Score, inputs: ScoreInputs): ScoreLayout {
  const shown = (metric: string) => ({ metric, input: inputs.positionOf(metric, null) });
  return {
    id: score.id,
    label: score.label,
    scale: score.scale,
    min_confidence: score.minConfidence,
    bands: score.bands,
    inputs: [
      ...inputs.measured.map(({ metric, maxAge }) => ({ metric, max_age: maxAge, derived: false })),
      ...inputs.derived.map(({ metric, maxAge }) => ({ metric, max_age: maxAge, derived: true })),
    ],
    headline: score.headline === null ? null : shown(score.headline),
    scorecards: score.scorecards.map((card) => ({
      id: card.id,
      version: card.version,
      label: card.label,
      axes: card.axes,
      measures: card.measures.map((measure) => ({
        id: measure.id,
        axis: measure.axis,
        metric: measure.metric,
        input: inputs.positionOf(measure.metric, measure.maxAge),
        points: measure.points,
        earning: measure.earning,
        missing: measure.missing,
        hypothesis: measure.hypothesis,
        label: measure.label,
        hints: measure.hints,
      })),
      reference: card.reference.map(shown),
      caps: card.caps.map(({ id, atMost, label }) => ({
        id,
        at_most: score.bands[atMost]?.id ?? '',
        label,
      })),
    })),
  };
}
