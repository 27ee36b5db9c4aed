/** What results say: why one is what it is, and how it differs from another. */
import { z } from 'zod';
import { historyRow } from '../engine/history-row.ts';
import { label } from '../language/pack/catalogue.ts';

const hundredths = z.int();
const text = z.string().nullable();

/** A metric's value as shown: enum texts and booleans, not positions. */
const shownValue = z.union([z.number(), z.boolean(), z.string(), z.null()]);
export type ShownValue = z.infer<typeof shownValue>;

const shownMetric = z.strictObject({
  metric: z.string(),
  label,
  unit: z.string().nullable(),
  /** Today's value; the last known one where `current` is false; null where never known. */
  value: shownValue,
  current: z.boolean(),
});
export type ShownMetric = z.infer<typeof shownMetric>;

const explainedMeasure = z.strictObject({
  id: z.string(),
  axis: text,
  label,
  metric: z.string(),
  unit: z.string().nullable(),
  value: shownValue,
  /** missing: no current value; `value` is then the last known one, where its data is late. */
  state: z.enum(['ok', 'missing']),
  /** Of late data, the day that `value` is from; null where nothing is awaited. */
  known_on: z.iso.date().nullable().default(null),
  /** Hundredths earned before scaling; null where left out. */
  earned: hundredths.nullable(),
  /** Most it can earn, in hundredths; 0 where left out. */
  available: hundredths,
  /** Hundredths of the score; they sum to its points. Null where left out. */
  contribution: hundredths.nullable(),
  hypothesis: z.boolean(),
  hints: z.strictObject({ en: z.array(z.string()), ja: z.array(z.string()) }),
  /** The nearest value that earns more, and the hundredths gained before scaling. */
  next: z.strictObject({ value: shownValue, gain: hundredths }).nullable(),
});
export type ExplainedMeasure = z.infer<typeof explainedMeasure>;

const { state, reason, points, earned, available, confidence, trend } = historyRow.shape;
/** What a result says in figures; the document of an account says it, too. */
export const figures = { points, earned, available, confidence };
export const bandNotes = {
  waiting_for_data: z.boolean(),
  held_by_hysteresis: z.boolean(),
  trend,
};

/** What a band is decided by beside the points, as far as rows of an earlier release say it. */
const bandBasis = {
  /** Hundredths that the band rests on, where the last known values of late data count. */
  band_points: hundredths.nullable().default(null),
  /** Where late data decides the band: the day of the oldest value awaited. */
  waiting_since: z.iso.date().nullable().default(null),
  /** Whether the band is the one before. */
  stayed: z.boolean().default(false),
};

/** How the points moved against the result before. The parts sum to `total`. Hundredths. */
export const resultChange = z.strictObject({
  since: z.iso.date(),
  from: hundredths,
  from_band: text,
  total: hundredths,
  rules: hundredths,
  /** Another scorecard applies: 0 in what an earlier release wrote, which counted it as rules. */
  phase: hundredths.default(0),
  data: hundredths,
  behaviour: hundredths,
});
export type ResultChange = z.infer<typeof resultChange>;

/** Why a result is what it is. Points in hundredths. */
export const scoreExplanation = z.strictObject({
  score: z.string(),
  label,
  date: z.iso.date(),
  state,
  reason,
  phase: z.strictObject({ id: z.string(), label }).nullable(),
  scorecard: z.strictObject({ id: z.string(), version: z.string(), label }).nullable(),
  scale: hundredths,
  ...figures,
  band: z.strictObject({ id: z.string(), label }).nullable(),
  cap: z.strictObject({ id: z.string(), label }).nullable(),
  ...bandNotes,
  ...bandBasis,
  axes: z.array(
    z.strictObject({
      id: z.string(),
      label,
      /** Sum of its measures' contributions. */
      points: hundredths,
      /** Share of the scale that its measures with data could contribute. */
      available: hundredths,
    }),
  ),
  measures: z.array(explainedMeasure),
  reference: z.array(shownMetric),
  headline: shownMetric.nullable(),
  /** Null without a result before. */
  change: resultChange.nullable(),
});
export type ScoreExplanation = z.infer<typeof scoreExplanation>;

/** How one measure changed between two rows, also across rules. Hundredths of the score. */
export const measureDelta = z.strictObject({
  id: z.string(),
  label,
  metric: z.string(),
  unit: z.string().nullable(),
  direction: z.enum(['higher', 'lower', 'none']),
  before: shownValue,
  now: shownValue,
  before_contribution: hundredths.nullable(),
  now_contribution: hundredths.nullable(),
  delta: hundredths,
  /**
   * behaviour: the value changed; data: it appeared or went missing; rules: the measure is new,
   * gone or earns differently; phase: so it is because another scorecard applies; scaling: other
   * measures' data changed its weight.
   */
  cause: z.enum(['behaviour', 'data', 'rules', 'phase', 'scaling']),
  hints: z.strictObject({ en: z.array(z.string()), ja: z.array(z.string()) }),
});
export type MeasureDelta = z.infer<typeof measureDelta>;
