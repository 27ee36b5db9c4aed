/** What a score reads: the positions of the vectors that are scored and stored. */
import type { Expression } from '../cel/expressions.ts';
import type { AccountColumn } from './catalogue.ts';
import type { DerivedMetric, Pack, Phase, Score } from './pack.ts';

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
    // Also ends where a metric is made from itself, which the parser reports later.
    if (known.has(key)) return;
    known.set(key, { metric, maxAge });
    for (const read of definition?.expression.metrics ?? []) add(read, maxAge);
  };
  for (const { metric, maxAge } of namedBy(pack.phases, score)) add(metric, maxAge);

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

/** The metrics that rules of a score name, in order, often more than once. */
export function namedBy(phases: readonly Phase[], score: Score): InputSlot[] {
  const { scorecards, headline } = score;
  const anyAge = (metric: string): InputSlot => ({ metric, maxAge: null });
  return [
    ...metricsIn(phases.map(({ when }) => when)).map(anyAge),
    ...metricsIn(scorecards.map(({ appliesTo }) => appliesTo)).map(anyAge),
    ...scorecards.flatMap(({ measures, caps, reference }) => [
      ...measures.map(({ metric, maxAge }) => ({ metric, maxAge })),
      ...metricsIn(caps.map(({ when }) => when)).map(anyAge),
      ...reference.map(anyAge),
    ]),
    ...(headline === null ? [] : [anyAge(headline)]),
  ];
}

/** Ids of all metrics that a score reads, also through derived ones. */
export function metricsOf(
  { derived, phases }: { derived: readonly DerivedMetric[]; phases: readonly Phase[] },
  score: Score,
): string[] {
  const named = namedBy(phases, score).map(({ metric }) => metric);
  return withParts(named, derived);
}

/** Ids of the metrics that expressions name. */
export function metricsIn(expressions: Iterable<Expression | null | undefined>): string[] {
  return [...new Set([...expressions].flatMap((expression) => expression?.metrics ?? []))];
}

/** Ids of metrics, each followed by those it is made from. */
export function withParts(ids: Iterable<string>, derived: readonly DerivedMetric[]): string[] {
  const all = new Set<string>();
  const add = (id: string): void => {
    if (all.has(id)) return;
    all.add(id);
    const parts = derived.find((metric) => metric.id === id)?.expression.metrics ?? [];
    for (const part of parts) add(part);
  };
  for (const id of ids) add(id);
  return [...all];
}

/** Columns of accounts that a run freezes: for its results, and for its signals. */
export function frozenColumns(
  pack: Pick<Pack, 'accountColumns'> & Partial<Pick<Pack, 'signals'>>,
): AccountColumn[] {
  const names = new Set(pack.accountColumns.map(({ name }) => name));
  const more = pack.signals?.accountColumns.filter(({ name }) => !names.has(name)) ?? [];
  return [...pack.accountColumns, ...more];
}

function keyOf(metric: string, maxAge: number | null): string {
  return `${metric}@${maxAge ?? ''}`;
}
