/**
 * Which signals hold for an account, from one result and the data it was made from. What is
 * missing or stale leaves a condition unknown, and an unknown one changes nothing: it neither
 * begins nor ends.
 */

import type { CelRow, CelValue } from '../language/cel/expressions.ts';
import type { Band, Pack } from '../language/pack/pack.ts';
import type { StateSignal } from '../language/pack/signals.ts';
import type { ShownValue } from './explanation.ts';

/** One result as conditions see it. Points are hundredths. */
export interface SignalResult {
  state: 'scored' | 'error';
  points: number | null;
  band: string | null;
  confidence: number | null;
  trend: string | null;
  scorecard: string | null;
  waitingForData: boolean;
}

/** What is known of an account beside its results. */
export interface SignalInputs {
  /** Account columns, and `phase`. */
  account: Record<string, CelValue>;
  /** Results of today by score. */
  now: ReadonlyMap<string, SignalResult>;
  /** Metrics that have a value. */
  metrics: Record<string, CelValue>;
  /** Metrics whose source is missing, or older than each signal allows, by its days. */
  lateMetrics(maxAge: number): ReadonlySet<string>;
  /** What it looked like `within` days ago. */
  past(within: number): SignalPast;
}

export interface SignalPast {
  /** By score; none where results cannot be compared, since other rules made them. */
  results: ReadonlyMap<string, SignalResult>;
  metrics: Record<string, CelValue>;
  /** Hundredths by score: what the customer did since then, without data and rules. */
  moved: ReadonlyMap<string, number>;
}

/** Bands by score, from the lowest. */
export type BandsOf = (score: string) => readonly string[];

/** A value that a condition read, as it was when the signal began. */
export interface SignalFact {
  /** As in rules: `metrics.mrr`. */
  of: string;
  value: ShownValue;
}

export interface HeldSignal {
  id: string;
  /** What was read, where it begins; null where it held before. */
  begins: SignalFact[] | null;
}

/** undefined: unknown. */
type Truth = boolean | undefined;

/**
 * The signals that hold now: those that held until now as they are, and those that begin with
 * what was read. `held`: the ids that held before.
 */
export function heldSignals(
  signals: readonly StateSignal[],
  inputs: SignalInputs,
  bands: BandsOf,
  held: ReadonlySet<string>,
): HeldSignal[] {
  return signals.flatMap((signal): HeldSignal[] => {
    const row = rowFor(signal, inputs, bands);
    const waits = (names: readonly string[]) => names.some((name) => row.late.has(name));
    const ask = ({ asked, evaluate }: StateSignal['when']): Truth => {
      // What has() says of a source that is late is nothing that the customer did.
      if (waits(asked)) return undefined;
      const value = evaluate(row.values);
      return typeof value === 'boolean' ? value : undefined;
    };
    const holds = ask(signal.when);
    const recovered = signal.recovers ? ask(signal.recovers) : holds === undefined ? holds : !holds;
    if (held.has(signal.id)) return recovered === true ? [] : [{ id: signal.id, begins: null }];
    const over = signal.recovers !== null && recovered !== false;
    return holds === true && !over ? [{ id: signal.id, begins: factsOf(signal, row.values) }] : [];
  });
}

/**
 * All that decides whether a signal holds, beside results and data: what it asks, and how the metrics
 * that it reads are made. Another text: what begins with it may hold only since it was changed.
 */
export function definitionOf(
  { metrics, groups, tables }: Pick<Pack, 'metrics' | 'groups' | 'tables'>,
  { when, recovers, within, maxAge }: StateSignal,
): string {
  const made = new Map<string, string>();
  const add = (id: string): void => {
    const metric = metrics.get(id);
    if (made.has(id) || !metric) return;
    const group = metric.kind === 'measured' ? metric.group : undefined;
    const sql = groups.find(({ group: name }) => name === group)?.sql ?? '';
    made.set(id, metric.kind === 'derived' ? metric.expression.source : sql);
    if (metric.kind === 'derived') for (const read of metric.expression.metrics) add(read);
  };
  for (const id of [...when.metrics, ...(recovers?.metrics ?? [])]) add(id);
  const mapped = [...tables].map(([table, to]) => [table, to.table, [...to.columns].sort()]);
  return JSON.stringify([
    [when.source, recovers?.source ?? null, within, maxAge],
    [...made].sort(),
    mapped.sort(),
  ]);
}

/** Whether rules decide what the signal reads: a result, or the phase. */
export const readsResults = ({ when, recovers }: StateSignal): boolean =>
  [when, ...(recovers ? [recovers] : [])].some(
    ({ readsPhase, others }) =>
      readsPhase || others.some((name) => /^(now|before|moved)\./.test(name)),
  );

/** A result of other rules, and the hundredths that today's rules moved it. */
export interface EarlierResult {
  points: number | null;
  band: string | null;
  scorecard: string | null;
  cap: string | null;
  /** Of the rules that made it. */
  bands: readonly Band[];
  movedByRules: number | null;
}

/**
 * Today's result as the rules of before would have it: what data and behaviour moved counts, what the
 * rules moved does not. Where they cannot be told apart it is the result before.
 */
export function withoutRules(
  now: SignalResult | undefined,
  { points, band, scorecard, cap, bands, movedByRules }: EarlierResult,
): SignalResult {
  const before: SignalResult = {
    state: 'scored',
    points,
    band,
    confidence: now?.confidence ?? null,
    trend: now?.trend ?? null,
    scorecard,
    waitingForData: now?.waitingForData ?? false,
  };
  if (now === undefined || now.points === null || points === null || movedByRules === null) {
    return before;
  }
  const without = now.points - movedByRules;
  if (without === points || cap !== null) return { ...before, points: without };
  const found = bands.findLast(({ from }) => from <= without) ?? bands[0];
  return { ...before, points: without, band: found?.id ?? null };
}

/** The row that a condition is asked of, without what is late for it. */
function rowFor(
  { within, maxAge }: StateSignal,
  { account, now, metrics, lateMetrics, past }: SignalInputs,
  bands: BandsOf,
): { values: CelRow; late: ReadonlySet<string> } {
  const late = lateMetrics(maxAge);
  const current: CelRow['metrics'] = {};
  for (const [id, value] of Object.entries(metrics)) if (!late.has(id)) current[id] = value;
  const { results, metrics: earlier, moved } = past(within);
  return {
    late: new Set([...late].map((id) => `metrics.${id}`)),
    values: {
      account,
      metrics: current,
      now: valuesBy(now, bands),
      before: valuesBy(results, bands),
      metrics_before: earlier,
      moved: Object.fromEntries([...moved].map(([score, points]) => [score, points / 100])),
    },
  };
}

function valuesBy(
  results: ReadonlyMap<string, SignalResult>,
  bands: BandsOf,
): Record<string, Record<string, CelValue>> {
  return Object.fromEntries(
    [...results].map(([score, result]) => [score, resultValues(result, bands(score))]),
  );
}

/** A result's values by name; none of one that lacks data, or that could not be scored. */
export function resultValues(
  { state, points, band, confidence, trend, scorecard, waitingForData }: SignalResult,
  bands: readonly string[],
): Record<string, CelValue> {
  const level = band === null ? -1 : bands.indexOf(band);
  if (state === 'error' || points === null || band === null || level < 0 || waitingForData) {
    return {};
  }
  return {
    points: points / 100,
    band,
    level: level + 1,
    ...(confidence === null ? {} : { confidence }),
    ...(trend === null ? {} : { trend }),
    ...(scorecard === null ? {} : { scorecard }),
  };
}

/** What a condition read, in the order it is written. */
function factsOf({ when }: StateSignal, row: CelRow): SignalFact[] {
  const names = [
    ...when.metrics.map((id) => `metrics.${id}`),
    ...when.others,
    ...when.account.map((name) => `account.${name}`),
  ];
  return names.map((of) => ({ of, value: valueAt(row, of.split('.')) ?? null }));
}

function valueAt(row: CelRow, path: readonly string[]): CelValue | undefined {
  let at: unknown = row;
  for (const part of path) at = (at as Record<string, unknown> | undefined)?.[part];
  return at as CelValue | undefined;
}
