/**
 * The rules, read literally: one row at a time, as objects, as the documentation tells it.
 * Slow on purpose, and sharing nothing but types with the product: what scoring is compared with.
 */
import type {
  Cap,
  Measure,
  Pack,
  Score,
  Scorecard,
} from '../../../functions/scorecard/language/pack/pack.ts';
import { evaluate, type Plain } from './cel.ts';

export type Values = Record<string, Plain | null>;

/** One account on one day. */
export interface PlainRow {
  present: boolean;
  account: Values;
  metrics: Values;
  /** By score: the band that an earlier revision of the date left. */
  revised?: Readonly<Record<string, string>>;
}

/** Days since the last complete day of each metric group; null: not provided. */
export type Ages = ReadonlyMap<string, number | null>;

/** What is read, by metric and max_age: `logins@3`, `seats@`. */
export type Vector = Map<string, Plain | null>;

export interface PlainResult {
  pack: Pack;
  state: 'scored' | 'absent' | 'error';
  phase: string | null;
  scorecard: string | null;
  version: string | null;
  band: string | null;
  points: number | null;
  earned: number | null;
  available: number | null;
  confidence: number | null;
  cap: string | null;
  waiting: boolean | null;
  held: boolean | null;
  trend: string | null;
  contributions: number[];
  earnedPoints: number[];
  /** Last known values of all measured inputs, and derived ones. */
  known: Vector;
  missing: Set<string>;
  beforeBand: string | null;
  beforePoints: number | null;
  change: { rules: number; data: number; behaviour: number } | null;
}

const keyOf = (metric: string, maxAge: number | null): string => `${metric}@${maxAge ?? ''}`;
const metricOf = (key: string): string => key.slice(0, key.indexOf('@'));
const ageOf = (key: string): number | null => {
  const text = key.slice(key.indexOf('@') + 1);
  return text === '' ? null : Number(text);
};

const nothing = {
  phase: null,
  scorecard: null,
  version: null,
  band: null,
  points: null,
  earned: null,
  available: null,
  confidence: null,
  cap: null,
  waiting: null,
  held: null,
  trend: null,
  contributions: [],
  earnedPoints: [],
  change: null,
} satisfies Partial<PlainResult>;

/** Scores one account for one score. */
export function interpret(
  pack: Pack,
  score: Score,
  ages: Ages,
  row: PlainRow,
  before: PlainResult | null,
  trendPoints: number | null,
): PlainResult {
  const earlier = before && before.state !== 'absent' ? before : null;
  const common = {
    pack,
    beforeBand: earlier?.band ?? null,
    beforePoints: earlier?.points ?? null,
    known: new Map(),
    missing: new Set<string>(),
  };
  if (!row.present) return { ...nothing, ...common, state: 'absent' };

  const keys = keysRead(pack, score);
  const now: Vector = new Map();
  for (const key of keys) now.set(key, valueNow(pack, ages, row, key));
  if ([...now].some(([key, value]) => unusable(pack, key, value)))
    return keep(pack, common, earlier);

  const carried: Vector = new Map();
  for (const [key, value] of now) {
    carried.set(key, value ?? lastKnown(pack, earlier, key));
  }
  const phase = phaseOf(pack, row, carried);
  const card = score.scorecards.find(
    ({ appliesTo }) => !appliesTo || holds(pack, appliesTo.text, row, carried, phase),
  );
  const derivedKeys = derivedRead(pack, score);
  const all: Vector = new Map(carried);
  const missing = new Set([...now].filter(([, value]) => value === null).map(([key]) => key));
  for (const key of derivedKeys) {
    all.set(key, valueIn(pack, carried, metricOf(key), ageOf(key)));
    if (valueIn(pack, now, metricOf(key), ageOf(key)) === null) missing.add(key);
  }
  const scored = { ...nothing, ...common, state: 'scored' as const, phase, known: all, missing };
  if (!card) return { ...scored, waiting: false, held: false };

  const actual = scoreWith(pack, score, card, now);
  const basis = scoreWith(pack, score, card, carried);
  const confidence = actual.backed / actual.total;
  const banded = bandOf(pack, score, card, row, phase, earlier, basis.points, carried);
  const alone = bandOf(pack, score, card, row, phase, earlier, actual.points, now);
  const enough = basis.points !== null && confidence >= score.minConfidence;
  return {
    ...scored,
    scorecard: card.id,
    version: card.version,
    points: actual.points,
    earned: actual.earned,
    available: actual.available,
    confidence,
    band: enough ? banded.band : 'unknown',
    cap: enough ? banded.cap : null,
    held: enough && banded.held,
    waiting: enough && alone.band !== banded.band,
    trend: trendOf(score, actual.points, trendPoints),
    contributions: contributionsOf(score, actual),
    earnedPoints: actual.parts.map((part) => part ?? -1),
    change: changeOf(pack, score, card, earlier, now, actual.points),
  };
}

/** Metrics that are measured, as this score reads them. */
function keysRead(pack: Pack, score: Score): Set<string> {
  const keys = new Set<string>();
  for (const [metric, maxAge] of reads(pack, score)) addMeasured(pack, metric, maxAge, keys);
  return keys;
}

function derivedRead(pack: Pack, score: Score): Set<string> {
  const keys = new Set<string>();
  const add = (metric: string, maxAge: number | null): void => {
    const known = pack.metrics.get(metric);
    if (known?.kind !== 'derived') return;
    keys.add(keyOf(metric, maxAge));
    for (const read of known.expression.metrics) add(read, maxAge);
  };
  for (const [metric, maxAge] of reads(pack, score)) add(metric, maxAge);
  return keys;
}

function reads(pack: Pack, score: Score): [string, number | null][] {
  const found: [string, number | null][] = [];
  const anyAge = (metrics: readonly string[]) => {
    for (const metric of metrics) found.push([metric, null]);
  };
  for (const { when } of pack.phases) anyAge(when.metrics);
  if (score.headline !== null) anyAge([score.headline]);
  for (const { appliesTo, measures, caps, reference } of score.scorecards) {
    anyAge(appliesTo?.metrics ?? []);
    for (const { when } of caps) anyAge(when.metrics);
    anyAge(reference);
    for (const { metric, maxAge } of measures) found.push([metric, maxAge]);
  }
  return found;
}

function addMeasured(pack: Pack, metric: string, maxAge: number | null, keys: Set<string>): void {
  const known = pack.metrics.get(metric);
  if (known?.kind === 'derived') {
    for (const read of known.expression.metrics) addMeasured(pack, read, maxAge, keys);
  } else {
    keys.add(keyOf(metric, maxAge));
  }
}

function valueNow(pack: Pack, ages: Ages, row: PlainRow, key: string): Plain | null {
  const metric = pack.metrics.get(metricOf(key));
  if (metric?.kind !== 'measured') throw new Error(`${key} is not measured`);
  const age = ages.get(metric.group) ?? null;
  const maxAge = ageOf(key);
  if (age === null || (maxAge !== null && age > maxAge)) return null;
  return row.metrics[metric.id] ?? null;
}

function unusable(pack: Pack, key: string, value: Plain | null): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  const values = pack.metrics.get(metricOf(key))?.values;
  return typeof value === 'string' && !values?.includes(value);
}

function keep(
  pack: Pack,
  common: Pick<PlainResult, 'beforeBand' | 'beforePoints' | 'known' | 'missing' | 'pack'>,
  before: PlainResult | null,
): PlainResult {
  const flags = { state: 'error' as const, waiting: false, held: false };
  if (!before) return { ...nothing, ...common, ...flags, pack, band: 'unknown' };
  const change = before.points === null ? null : { rules: 0, data: 0, behaviour: 0 };
  const { beforeBand, beforePoints } = common;
  return { ...before, ...flags, beforeBand, beforePoints, change };
}

/** The value a result had last known for an input; enums that lost the text have none. */
function lastKnown(pack: Pack, before: PlainResult | null, key: string): Plain | null {
  const found = keyThen(pack, before, key);
  const value = found === null ? null : (before?.known.get(found) ?? null);
  const values = pack.metrics.get(metricOf(key))?.values;
  return typeof value === 'string' && !values?.includes(value) ? null : value;
}

/** How the rules then read a metric: with the same max_age if they did, else the most lenient. */
function keyThen(pack: Pack, before: PlainResult | null, key: string): string | null {
  if (!before) return null;
  const then = before.pack.metrics.get(metricOf(key));
  const today = pack.metrics.get(metricOf(key));
  if (then?.kind !== 'measured' || !today || kindOf(then.type) !== kindOf(today.type)) return null;
  if (before.known.has(key)) return key;
  const lenience = (other: string) => ageOf(other) ?? Number.POSITIVE_INFINITY;
  const others = [...before.known.keys()].filter((other) => metricOf(other) === metricOf(key));
  return others.sort((a, b) => lenience(b) - lenience(a))[0] ?? null;
}

function kindOf(type: string): string {
  return type === 'int' || type === 'float' ? 'number' : type;
}

function valueIn(pack: Pack, vector: Vector, metric: string, maxAge: number | null): Plain | null {
  const known = pack.metrics.get(metric);
  if (known?.kind !== 'derived') return vector.get(keyOf(metric, maxAge)) ?? null;
  const result = evaluate(known.expression.text, (_root, name) =>
    valueIn(pack, vector, name, maxAge),
  );
  if (typeof result === 'boolean') return result;
  return typeof result === 'number' && Number.isFinite(result) ? result : null;
}

function holds(
  pack: Pack,
  text: string,
  row: PlainRow,
  vector: Vector,
  phase: string | null,
): boolean {
  const result = evaluate(text, (root, name) => {
    if (root === 'metrics') return valueIn(pack, vector, name, null);
    return name === 'phase' ? (phase ?? '') : (row.account[name] ?? null);
  });
  return result === true;
}

function phaseOf(pack: Pack, row: PlainRow, vector: Vector): string | null {
  return pack.phases.find(({ when }) => holds(pack, when.text, row, vector, null))?.id ?? null;
}

interface Scored {
  points: number | null;
  earned: number;
  available: number;
  backed: number;
  total: number;
  /** By measure; null where left out. */
  parts: (number | null)[];
}

function scoreWith(pack: Pack, score: Score, card: Scorecard, vector: Vector): Scored {
  const result: Scored = { points: null, earned: 0, available: 0, backed: 0, total: 0, parts: [] };
  for (const measure of card.measures) {
    const value = valueIn(pack, vector, measure.metric, measure.maxAge);
    const part = value === null ? measure.missing : earn(pack, measure, value);
    result.parts.push(part);
    result.total += measure.points;
    if (value !== null) result.backed += measure.points;
    if (part === null) continue;
    result.earned += part;
    result.available += measure.points;
  }
  if (result.available > 0) {
    result.points = Math.round((score.scale * result.earned) / result.available);
  }
  return result;
}

function earn(pack: Pack, { earning, metric, points }: Measure, value: Plain): number {
  if (earning.by === 'lookup') {
    const values: readonly Plain[] = pack.metrics.get(metric)?.values ?? [false, true];
    return earning.points[values.indexOf(value)] ?? 0;
  }
  const number = Number(value);
  if (earning.by === 'linear') {
    const share = (number - earning.from) / (earning.to - earning.from);
    return Math.round(points * Math.min(1, Math.max(0, share)));
  }
  let earned = earning.below;
  for (const [i, threshold] of earning.thresholds.entries()) {
    if (number >= threshold) earned = earning.points[i] ?? 0;
  }
  return earned;
}

function contributionsOf(score: Score, { points, available, parts }: Scored): number[] {
  if (points === null) return parts.map(() => -1);
  const exact = parts.map((part) => (part === null ? -1 : (score.scale * part) / available));
  const result = exact.map((share) => (share < 0 ? -1 : Math.floor(share)));
  let rest = points - result.reduce((sum, part) => sum + Math.max(part, 0), 0);
  const order = parts
    .map((part, i) => ({ i, part }))
    .filter(({ part }) => part !== null)
    .map(({ i, part }) => ({ i, over: (score.scale * (part ?? 0)) % available }))
    .sort((a, b) => b.over - a.over || a.i - b.i);
  for (const { i } of order) {
    if (rest <= 0) break;
    result[i] = (result[i] ?? 0) + 1;
    rest--;
  }
  return result;
}

function bandOf(
  pack: Pack,
  score: Score,
  card: Scorecard,
  row: PlainRow,
  phase: string | null,
  before: PlainResult | null,
  points: number | null,
  vector: Vector,
): { band: string; cap: string | null; held: boolean } {
  if (points === null) return { band: 'unknown', cap: null, held: false };
  const { bands, hysteresis } = score;
  const plain = bands.findLastIndex(({ from }) => points >= from);
  const revised = pack.asOf === 'slot' ? row.revised?.[score.id] : undefined;
  const stood =
    revised ??
    (before && before.pack.hash === pack.hash && before.cap === null ? before.band : undefined);
  const was = bands.findIndex(({ id }) => id === stood);
  let band = plain;
  if (was >= 0 && plain > was && points < (bands[was + 1]?.from ?? 0) + hysteresis) band = was;
  if (was >= 0 && plain < was && points >= (bands[was]?.from ?? 0) - hysteresis) band = was;
  let deciding: Cap | null = null;
  for (const cap of card.caps) {
    if (!holds(pack, cap.when.text, row, vector, phase)) continue;
    if (!deciding || cap.atMost < deciding.atMost) deciding = cap;
  }
  if (deciding && deciding.atMost < band) {
    return { band: bands[deciding.atMost]?.id ?? '', cap: deciding.id, held: false };
  }
  return { band: bands[band]?.id ?? '', cap: null, held: band !== plain };
}

function trendOf(score: Score, points: number | null, then: number | null): string | null {
  if (!score.trend || points === null || then === null) return null;
  const moved = points - then;
  if (moved >= score.trend.change) return 'rising';
  return moved <= -score.trend.change ? 'falling' : 'steady';
}

function changeOf(
  pack: Pack,
  score: Score,
  card: Scorecard,
  before: PlainResult | null,
  now: Vector,
  points: number | null,
): PlainResult['change'] {
  if (!before || before.points === null || points === null) return null;
  const asBefore: Vector = new Map();
  const withGaps: Vector = new Map();
  for (const [key, value] of now) {
    const then = keyThen(pack, before, key);
    const wasMissing = then !== null && before.missing.has(then);
    const known = lastKnown(pack, before, key);
    // What could not be read then counts with today's value.
    const old = then === null ? value : wasMissing ? null : (known ?? value);
    asBefore.set(key, old);
    withGaps.set(key, value === null || wasMissing ? value : old);
  }
  const same = before.pack.hash === pack.hash && before.scorecard === card.id;
  const s0 = before.points;
  const s1 = same ? s0 : (scoreWith(pack, score, card, asBefore).points ?? s0);
  const s2 = scoreWith(pack, score, card, withGaps).points ?? s1;
  return { rules: s1 - s0, data: s2 - s1, behaviour: points - s2 };
}
