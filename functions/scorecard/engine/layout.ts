/**
 * How to read rows of the history: what their lists mean. Stored with every rules hash, so
 * that rows made by older rules stay readable and explainable when those rules are gone.
 */
import { z } from 'zod';
import { label } from '../language/pack/catalogue.ts';
import { inputsOf, type ScoreInputs } from '../language/pack/inputs.ts';
import {
  band,
  labelled,
  measureParts,
  type Pack,
  type PackMetric,
  type Score,
} from '../language/pack/pack.ts';

const metricLayout = z.object({
  id: z.string(),
  type: z.enum(['int', 'float', 'bool', 'enum']),
  /** Texts of an enum; values are positions in it. */
  values: z.array(z.string()).optional(),
  unit: z.string().optional(),
  direction: z.enum(['higher', 'lower', 'none']),
  label,
});
export type MetricLayout = z.infer<typeof metricLayout>;

/** A position in the score's inputs. */
const input = z.int().min(0);

const { id, axis, metric, ...earns } = measureParts.shape;
const measureLayout = z.object({ id, axis, metric, input, ...earns });
export type MeasureLayout = z.infer<typeof measureLayout>;

const shownMetric = z.object({ metric: z.string(), input });

const scorecardLayout = z.object({
  id: z.string(),
  version: z.string(),
  label,
  axes: z.array(labelled),
  measures: z.array(measureLayout),
  /** Metrics shown beside the score. */
  reference: z.array(shownMetric),
  caps: z.array(z.object({ id: z.string(), at_most: z.string(), label })),
});
export type ScorecardLayout = z.infer<typeof scorecardLayout>;

const scoreLayout = z.object({
  id: z.string(),
  label,
  /** The highest score, in hundredths. */
  scale: z.int(),
  min_confidence: z.number(),
  bands: z.array(band),
  /** All that any scorecard of the score reads, in the order of a row's `inputs`. */
  inputs: z.array(
    z.object({
      metric: z.string(),
      /** The reader's `max_age` in days: the same metric may be stale for one and not for another. */
      max_age: z.int().nullable(),
      /** Computed from other inputs when the row was scored. */
      derived: z.boolean(),
    }),
  ),
  headline: shownMetric.nullable(),
  scorecards: z.array(scorecardLayout),
});
export type ScoreLayout = z.infer<typeof scoreLayout>;

/** @see layoutOf */
export const rulesLayout = z.object({
  pack: z.string(),
  rules_hash: z.string(),
  phases: z.array(labelled),
  /** Metrics that any input names, by id. */
  metrics: z.record(z.string(), metricLayout),
  scores: z.array(scoreLayout),
});
export type RulesLayout = z.infer<typeof rulesLayout>;

/** The layout of the rows that a pack's rules make: of the pack, what the schema keeps. */
export function layoutOf(pack: Pack): RulesLayout {
  const metrics: Record<string, PackMetric> = {};
  const scores = pack.scores.map((score) => {
    const inputs = inputsOf(pack, score);
    for (const { metric: name } of [...inputs.measured, ...inputs.derived]) {
      const known = pack.metrics.get(name);
      if (!known) throw new Error(`${name} is no metric of the pack`);
      metrics[name] = known;
    }
    return scoreOf(score, inputs);
  });
  return rulesLayout.parse({ ...pack, pack: pack.id, rules_hash: pack.hash, metrics, scores });
}

function scoreOf(score: Score, inputs: ScoreInputs) {
  const shown = (name: string) => ({ metric: name, input: inputs.positionOf(name, null) });
  return {
    ...score,
    min_confidence: score.minConfidence,
    inputs: [
      ...inputs.measured.map((one) => ({ ...one, max_age: one.maxAge, derived: false })),
      ...inputs.derived.map((one) => ({ ...one, max_age: one.maxAge, derived: true })),
    ],
    headline: score.headline === null ? null : shown(score.headline),
    scorecards: score.scorecards.map((card) => ({
      ...card,
      measures: card.measures.map((measure) => ({
        ...measure,
        input: inputs.positionOf(measure.metric, measure.maxAge),
      })),
      reference: card.reference.map(shown),
      caps: card.caps.map((cap) => ({ ...cap, at_most: score.bands[cap.atMost]?.id ?? '' })),
    })),
  };
}
