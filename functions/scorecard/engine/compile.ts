/** Turns a pack into tables and column programs, once per run. */

import { dayOf } from '../../calendar.ts';
import type { Expression } from '../language/cel/expressions.ts';
import { type InputSlot, inputsOf, type ScoreInputs } from '../language/pack/inputs.ts';
import { rowDayColumn } from '../language/pack/mart.ts';
import type { Pack, PackMetric, Score, Scorecard } from '../language/pack/pack.ts';
import { type AccountPlan, type AccountPlanner, planAccounts } from './account-columns.ts';
import { type CompiledBefore, compileBefore } from './before.ts';
import { beforeRequests } from './before-columns.ts';
import { compileCondition, compileValue, type Locate } from './cel-columns.ts';
import type { Block, Condition } from './column-operations.ts';
import type { ColumnRequest } from './columns.ts';
import { textNumber } from './hash.ts';
import type { RulesLayout } from './layout.ts';
import { layoutOf } from './layout.ts';
import { type CompiledMeasure, compileMeasure, totalOf } from './measures.ts';
import { addTo, wordsFor } from './missing-sets.ts';

export interface CompileOptions {
  /** Layouts of the rules that the rows before may be of, by rules hash. */
  layouts: ReadonlyMap<string, RulesLayout>;
  /**
   * By metric group, whole days between the run's date and the last complete day of its
   * sources; null, or no entry: not provided, so all of it is missing.
   */
  groupAgeDays: ReadonlyMap<string, number | null>;
  engineHash: string;
  /** Local day of the run. */
  date: string;
  /** Date of the partition that results are compared with; absent on a first run. */
  beforeDate?: string;
}

/** A metric as it is read: enums as codes. */
export interface MetricColumn {
  id: string;
  values: readonly string[] | null;
}

export interface CompiledCap {
  id: string;
  atMost: number;
  when: Condition;
  /** Measured slots that it depends on. */
  slotSet: Int32Array;
}

/** Where the values of a measured slot come from, and how old they are. Days are since 1970. */
export interface SlotFeed {
  /** Index into the pack's metric columns; -1 where its group is not provided. */
  metric: number;
  /** Whether all of it is late: what the column has is the last known value. */
  late: boolean;
  /** Day that its values are from, of a mart its table's last; NaN where not provided. */
  day: number;
  /** Of a mart: index into the columns of its rows' days; else -1. */
  rowDays: number;
  /** Days, Infinity where any age will do: of a mart's row against its table, and of a value. */
  rowMaxAge: number;
  maxAge: number;
  /** The first day of which a late value still counts for bands. */
  carriedFrom: number;
}

export interface CompiledCard {
  card: Scorecard;
  /** Undefined: applies to every account. */
  appliesTo: Condition | undefined;
  measures: CompiledMeasure[];
  /** By measure: measured slots that it depends on. */
  measureSets: Int32Array[];
  /** Hundredths of all measures. */
  total: number;
  /** The one that decides comes last: the lowest band, the first of equals. */
  caps: CompiledCap[];
  /** Measured slots that its points depend on, as a list and as a set. */
  slots: Int32Array;
  slotSet: Int32Array;
  /** Those, and the ones that its caps depend on. */
  bandSlotSet: Int32Array;
  /** Derived slots that its points depend on. */
  derived: CompiledDerived[];
}

export interface CompiledDerived {
  at: number;
  /** All measured slots below it. */
  slots: number[];
  fill(block: Block, out: Float64Array): void;
}

export interface CompiledScore {
  score: Score;
  inputs: ScoreInputs;
  /** By measured slot. */
  feeds: SlotFeed[];
  derived: CompiledDerived[];
  phases: Condition[];
  cards: CompiledCard[];
  before: CompiledBefore | null;
  /** Ids of the bands that an earlier revision of the date may have left; null where none counts. */
  revised: string[] | null;
  /** Lowest hundredths of each band but the first. */
  bounds: Float64Array;
}

/** A pack ready to score batches. `requests`: the columns of `run_inputs` that it reads. */
export interface CompiledPack {
  pack: Pack;
  layout: RulesLayout;
  requests: ColumnRequest[];
  metrics: MetricColumn[];
  /** Columns of the days of marts' rows. */
  rowDays: string[];
  accounts: AccountPlan;
  scores: CompiledScore[];
  date: string;
  /** The same, since 1970. */
  day: number;
  beforeDate: string | null;
  engineHash: string;
  /** Stands for what results depend on besides a row and the rules: which groups are stale. */
  freshness: number;
}

/** Compiles a pack for one run. Its result keeps working memory: use it for one batch at a time. */
export function compilePack(pack: Pack, options: CompileOptions): CompiledPack {
  const layout = layoutOf(pack);
  const metrics: MetricColumn[] = [];
  const metricIndex = new Map<string, number>();
  const rowDays: string[] = [];
  const stale: string[] = [];
  const day = dayOf(options.date);
  const indexOf = (metric: PackMetric): number => {
    const known = metricIndex.get(metric.id);
    if (known !== undefined) return known;
    metricIndex.set(metric.id, metrics.length);
    metrics.push({ id: metric.id, values: metric.values ?? null });
    return metrics.length - 1;
  };
  const rowDaysOf = (group: string): number => {
    const name = rowDayColumn(group);
    return rowDays.includes(name) ? rowDays.indexOf(name) : rowDays.push(name) - 1;
  };
  const feedOf = ({ metric: id, maxAge: allowed }: InputSlot): SlotFeed => {
    const metric = pack.metrics.get(id);
    if (metric?.kind !== 'measured') throw new Error(`${id} is not measured`);
    const age = options.groupAgeDays.get(metric.group) ?? null;
    const { rowMaxAge = Number.POSITIVE_INFINITY } =
      pack.groups.find(({ group }) => group === metric.group) ?? {};
    const maxAge = allowed ?? Number.POSITIVE_INFINITY;
    const late = age === null || age > maxAge;
    if (late) stale.push(`${id}@${allowed ?? ''}`);
    const bridged = Math.min(maxAge, rowMaxAge);
    const byRow = rowMaxAge < Number.POSITIVE_INFINITY && age !== null;
    return {
      metric: age === null ? -1 : indexOf(metric),
      late,
      day: age === null ? Number.NaN : day - age,
      rowDays: byRow ? rowDaysOf(metric.group) : -1,
      rowMaxAge,
      maxAge,
      carriedFrom: day - (Number.isFinite(bridged) ? bridged : 0) - pack.carry,
    };
  };
  const planner = planAccounts(pack);
  const scores = pack.scores.map((score) =>
    compileScore(pack, layout, score, planner, feedOf, options),
  );
  const accounts = planner.finish();
  return {
    pack,
    layout,
    requests: [
      { name: 'account_id', as: 'string' },
      { name: 'present', as: 'number' },
      { name: 'fault', as: 'string' },
      ...accounts.requests,
      ...metrics.map(
        ({ id, values }): ColumnRequest =>
          values ? { name: id, as: 'code', codes: values } : { name: id, as: 'number' },
      ),
      ...rowDays.map((name): ColumnRequest => ({ name, as: 'number' })),
      ...scores.flatMap(({ score, before }) =>
        before ? beforeRequests(score.id, before.codes, score.trend !== null) : [],
      ),
      ...scores.flatMap(({ score, revised }) =>
        revised ? [{ name: `revised_${score.id}_band`, as: 'code', codes: revised } as const] : [],
      ),
    ],
    metrics,
    rowDays,
    accounts,
    scores,
    date: options.date,
    day,
    beforeDate: options.beforeDate ?? null,
    engineHash: options.engineHash,
    freshness: textNumber(stale.sort().join(',')),
  };
}

function compileScore(
  pack: Pack,
  layout: RulesLayout,
  score: Score,
  planner: AccountPlanner,
  feedOf: (slot: InputSlot) => SlotFeed,
  { layouts, beforeDate }: CompileOptions,
): CompiledScore {
  const inputs = inputsOf(pack, score);
  const locateAt =
    (positionOf: (metric: string) => number): Locate =>
    (root, name) => {
      if (root === 'account') return planner.locate(name, inputs.count);
      const { type, values } = pack.metrics.get(name) ?? { type: 'float' };
      const at = positionOf(name);
      if (type === 'enum') return { as: 'enum', at, values: values ?? [] };
      return { as: type === 'bool' ? 'bool' : 'number', at };
    };
  const derived: CompiledDerived[] = [];
  for (const [i, { definition, reads }] of inputs.derived.entries()) {
    const locate = locateAt((metric) => reads.get(metric) ?? -1);
    const slots = new Set<number>();
    for (const at of reads.values())
      for (const slot of measuredSlots(at, inputs, derived)) slots.add(slot);
    derived.push({
      at: inputs.measured.length + i,
      slots: [...slots],
      fill: compileValue(definition.expression, locate),
    });
  }
  const locate = locateAt((metric) => inputs.positionOf(metric, null));
  const compiled = new Map<string, Condition>();
  // What phases and scorecards were chosen by is kept as text with every row.
  for (const one of choosingBy(pack, score)) planner.keep(one.account);
  const conditionOf = (expression: Expression): Condition => {
    const known = compiled.get(expression.text);
    if (known) return known;
    const { run, byLibrary } = compileCondition(expression, locate);
    if (byLibrary) planner.needTexts(expression.account);
    const once = oncePerBlock(run);
    compiled.set(expression.text, once);
    return once;
  };
  const cards = score.scorecards.map((card): CompiledCard => {
    const measures = card.measures.map((measure) =>
      compileMeasure(measure, inputs.positionOf(measure.metric, measure.maxAge)),
    );
    const read = new Set(measures.map(({ slot }) => slot));
    const slots = [...new Set([...read].flatMap((at) => measuredSlots(at, inputs, derived)))];
    const slotsOf = ({ metrics }: Expression): number[] =>
      metrics.flatMap((id) => measuredSlots(inputs.positionOf(id, null), inputs, derived));
    const capSlots = card.caps.flatMap(({ when }) => slotsOf(when));
    const below = new Set(
      derived.flatMap(({ at }) => (read.has(at) ? derivedBelow(at, inputs) : [])),
    );
    return {
      card,
      appliesTo: card.appliesTo && conditionOf(card.appliesTo),
      measures,
      measureSets: measures.map(({ slot }) => setOf(measuredSlots(slot, inputs, derived), inputs)),
      total: totalOf(card),
      caps: card.caps
        .map(({ id, atMost, when }) => ({
          id,
          atMost,
          when: conditionOf(when),
          slotSet: setOf(slotsOf(when), inputs),
        }))
        .reverse()
        .sort((a, b) => b.atMost - a.atMost),
      slots: Int32Array.from(slots),
      slotSet: setOf(slots, inputs),
      bandSlotSet: setOf([...slots, ...capSlots], inputs),
      derived: derived.filter(({ at }) => below.has(at)),
    };
  });
  return {
    score,
    inputs,
    feeds: inputs.measured.map(feedOf),
    derived,
    phases: pack.phases.map(({ when }) => conditionOf(when)),
    cards,
    before: beforeDate === undefined ? null : compileBefore(pack, layout, score, inputs, layouts),
    // A daily run may be repeated at any time and gives the same; only hours follow each other.
    revised: pack.asOf === 'slot' && score.hysteresis > 0 ? score.bands.map(({ id }) => id) : null,
    bounds: Float64Array.from(score.bands.slice(1), ({ from }) => from),
  };
}

/** The conditions by which phases and scorecards are chosen. */
function choosingBy({ phases }: Pack, { scorecards }: Score): Expression[] {
  return [
    ...phases.map(({ when }) => when),
    ...scorecards.flatMap(({ appliesTo }) => appliesTo ?? []),
  ];
}

/** Scorecards often ask the same: a condition is run once for a block and its result kept. */
function oncePerBlock(run: Condition): Condition {
  let last: Block | undefined;
  let truth: Uint8Array = new Uint8Array();
  return (block) => {
    if (block !== last) truth = run(block);
    last = block;
    return truth;
  };
}

/** The measured slots that a slot depends on: itself, or those below a derived one. */
function measuredSlots(
  at: number,
  inputs: ScoreInputs,
  derived: readonly CompiledDerived[],
): readonly number[] {
  return at < inputs.measured.length ? [at] : (derived[at - inputs.measured.length]?.slots ?? []);
}

/** A derived slot and the derived ones below it. */
function derivedBelow(at: number, inputs: ScoreInputs): number[] {
  const slot = inputs.derived[at - inputs.measured.length];
  if (!slot) return [];
  return [at, ...[...slot.reads.values()].flatMap((read) => derivedBelow(read, inputs))];
}

function setOf(slots: Iterable<number>, inputs: ScoreInputs): Int32Array {
  const set = new Int32Array(wordsFor(inputs.measured.length));
  for (const slot of slots) addTo(set, slot);
  return set;
}
