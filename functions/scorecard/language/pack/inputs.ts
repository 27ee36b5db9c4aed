/** What a score reads: the positions of the vectors that are scored and stored. */
import type { Expression } from '../cel/expressions.ts';
import type { DerivedMetric, Pack, Score } from './pack.ts';

/**
 * A metric as one kind of reader sees it: stale beyond its `max_age`, so one metric with two
 * ages takes two positions.
 */
export interface InputSlot {
  metric: string;
  /** Days; null: any age will do. */
  maxAge: number | null;
}

export interface DerivedSlot extends InputSlot {
  definition: DerivedMetric;
  /** Position of each metric that its expression reads. */
  reads: Map<string, number>;
}

/**
 * Positions of all that any scorecard of a score reads (and phases, caps, reference values
 * and headline): the same for all its scorecards, so that values survive a change between
 * them. Measured metrics first, then derived ones, each after those it reads.
 */
export interface ScoreInputs {
  measured: InputSlot[];
  derived: DerivedSlot[];
  /** Measured and derived, in order. */
  count: number;
  positionOf(metric: string, maxAge: number | null): number;
}

export function inputsOf(pack: Pick<Pack, 'derived' | 'phases'>, score: Score): ScoreInputs {
  const definitions = new Map(pack.derived.map((metric) => [metric.id, metric]));
  const measured = new Map<string, InputSlot>();
  const derived = new Map<string, InputSlot>();
  const add = (metric: string, maxAge: number | null): void => {
    const definition = definitions.get(metric);
    const known = definition ? derived : measured;
    const key = keyOf(metric, maxAge);
    // Also ends where a metric is made from itself, which the parser tells later.
    if (known.has(key)) return;
    known.set(key, { metric, maxAge });
    for (const read of definition?.expression.metrics ?? []) add(read, maxAge);
  };
  const addAll = (expression: Expression | undefined): void => {
    for (const metric of expression?.metrics ?? []) add(metric, null);
  };
  for (const { when } of pack.phases) addAll(when);
  for (const { appliesTo } of score.scorecards) addAll(appliesTo);
  for (const { measures, caps, reference } of score.scorecards) {
    for (const { metric, maxAge } of measures) add(metric, maxAge);
    for (const { when } of caps) addAll(when);
    for (const metric of reference) add(metric, null);
  }
  if (score.headline !== null) add(score.headline, null);

  const positions = new Map<string, number>();
  for (const key of measured.keys()) positions.set(key, positions.size);
  const slots: DerivedSlot[] = [];
  for (const definition of pack.derived) {
    for (const [key, slot] of derived) {
      if (slot.metric !== definition.id) continue;
      positions.set(key, positions.size);
      slots.push({ ...slot, definition, reads: new Map() });
    }
  }
  const positionOf = (metric: string, maxAge: number | null): number => {
    const position = positions.get(keyOf(metric, maxAge));
    if (position === undefined) throw new Error(`${metric} is no input of ${score.id}`);
    return position;
  };
  for (const { definition, maxAge, reads } of slots) {
    for (const read of definition.expression.metrics) reads.set(read, positionOf(read, maxAge));
  }
  return { measured: [...measured.values()], derived: slots, count: positions.size, positionOf };
}

function keyOf(metric: string, maxAge: number | null): string {
  return `${metric}@${maxAge ?? ''}`;
}
