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

/** The local day of a run and that of the results before, since 1970; what a group says is `age` days older. */
export interface Days {
  day: number;
  before: number;
}

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
  /** Points that the band rests on, where late data makes them other ones. */
  bandPoints: number | null;
  waiting: boolean | null;
  held: boolean | null;
  trend: string | null;
  contributions: number[];
  earnedPoints: number[];
  /** Last known values of all measured inputs, and derived ones. */
  known: Vector;
  /** The day that the value of each measured input is from. */
  knownOn: Map<string, number>;
  /** The account columns that its phase and scorecard were chosen by. */
  account: Values;
  missing: Set<string>;
  beforeBand: string | null;
  beforePoints: number | null;
  change: { rules: number; phase: number; data: number; behaviour: number } | null;
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
  bandPoints: null,
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
  days: Days = { day: 1, before: 0 },
): PlainResult {
  const earlier = before && before.state !== 'absent' ? before : null;
  const common = {
    pack,
    beforeBand: earlier?.band ?? null,
    beforePoints: earlier?.points ?? null,
    known: new Map(),
    knownOn: new Map(),
    account: {},
    missing: new Set<string>(),
  };
  if (!row.present) return { ...nothing, ...common, state: 'absent' };

  const keys = keysRead(pack, score);
  const now: Vector = new Map();
  for (const key of keys) now.set(key, valueNow(pack, ages, row, key));
  if ([...now].some(([key, value]) => unusable(pack, key, value)))
    return keep(pack, common, earlier);

  // Late data has a last known value, which is young enough to count for bands, or too old.
  const latest: Vector = new Map();
  const carried: Vector = new Map();
  const knownOn = new Map<string, number>();
  const tooOld = new Set<string>();
  for (const [key, value] of now) {
    const last = isLate(pack, ages, key)
      ? lastOfLate(pack, ages, row, earlier, key, days)
      : { value, day: days.day - (groupAge(pack, ages, key) ?? 0) };
    latest.set(key, last.value);
    if (last.value !== null) knownOn.set(key, last.day);
    const counts =
      !isLate(pack, ages, key) || last.day >= days.day - (ageOf(key) ?? 0) - pack.carry;
    carried.set(key, counts ? last.value : null);
    if (!counts && last.value !== null) tooOld.add(key);
  }
  const phase = phaseOf(pack, row.account, latest);
  const card = cardOf(pack, score, row.account, latest, phase);
  const derivedKeys = derivedRead(pack, score);
  const all: Vector = new Map(latest);
  const missing = new Set([...now].filter(([, value]) => value === null).map(([key]) => key));
  for (const key of derivedKeys) {
    all.set(key, valueIn(pack, latest, metricOf(key), ageOf(key)));
    if (valueIn(pack, now, metricOf(key), ageOf(key)) === null) missing.add(key);
  }
  const account = accountOf(pack, row.account);
  const kept = { known: all, knownOn, account, missing };
  const scored = { ...nothing, ...common, ...kept, state: 'scored' as const, phase };
  if (!card) return { ...scored, waiting: false, held: false };

  const actual = scoreWith(pack, score, card, now);
  const basis = scoreWith(pack, score, card, carried);
  const confidence = actual.backed / actual.total;
  const banded = bandWith(pack, score, card, {
    row,
    phase,
    earlier,
    carried,
    basis,
    tooOld,
  });
  const alone =
    confidence < score.minConfidence
      ? 'unknown'
      : bandOf(pack, score, card, row, phase, earlier, actual.points, now).band;
  const reads = new Set([
    ...card.measures.flatMap(({ metric, maxAge }) => measuredBelow(pack, metric, maxAge)),
    ...card.caps.flatMap(({ when }) =>
      when.metrics.flatMap((metric) => measuredBelow(pack, metric, null)),
    ),
  ]);
  const carries = [...now].some(
    ([key, value]) => reads.has(key) && value === null && carried.get(key) !== null,
  );
  const said = banded.band !== 'unknown';
  return {
    ...scored,
    scorecard: card.id,
    version: card.version,
    points: actual.points,
    earned: actual.earned,
    available: actual.available,
    confidence,
    band: banded.band,
    cap: banded.cap,
    held: banded.held,
    waiting: said ? carries && alone !== banded.band : banded.late,
    bandPoints: said && carries && basis.points !== actual.points ? basis.points : null,
    trend: trendOf(score, actual.points, trendPoints),
    contributions: contributionsOf(score, actual),
    earnedPoints: actual.parts.map((part) => part ?? -1),
    change: changeOf(pack, score, card, earlier, {
      now,
      latest,
      account: row.account,
      points: actual.points,
    }),
  };
}

function groupAge(pack: Pack, ages: Ages, key: string): number | null {
  const metric = pack.metrics.get(metricOf(key));
  if (metric?.kind !== 'measured') throw new Error(`${key} is not measured`);
  return ages.get(metric.group) ?? null;
}

function isLate(pack: Pack, ages: Ages, key: string): boolean {
  const age = groupAge(pack, ages, key);
  const maxAge = ageOf(key);
  return age === null || (maxAge !== null && age > maxAge);
}

/** As of its group's last day, or what the result before had, if that is from a later one. */
function lastOfLate(
  pack: Pack,
  ages: Ages,
  row: PlainRow,
  before: PlainResult | null,
  key: string,
  days: Days,
): { value: Plain | null; day: number } {
  const age = groupAge(pack, ages, key);
  const found = age === null ? null : (row.metrics[metricOf(key)] ?? null);
  const own = {
    value: unusable(pack, key, found) ? null : found,
    day: days.day - (age ?? 0),
  };
  const then = keyThen(pack, before, key);
  const value = lastKnown(pack, before, key);
  if (value === null || then === null) return own;
  const day = before?.knownOn.get(then) ?? days.before;
  return own.value === null || day > own.day ? { value, day } : own;
}

/** Keys of what a metric is made from, or its own. */
function measuredBelow(pack: Pack, metric: string, maxAge: number | null): string[] {
  const keys = new Set<string>();
  addMeasured(pack, metric, maxAge, keys);
  return [...keys];
}

/** The band, where what is too late cannot change it. */
function bandWith(
  pack: Pack,
  score: Score,
  card: Scorecard,
  given: {
    row: PlainRow;
    phase: string | null;
    earlier: PlainResult | null;
    carried: Vector;
    basis: Scored;
    tooOld: ReadonlySet<string>;
  },
): { band: string; cap: string | null; held: boolean; late: boolean } {
  const { row, phase, earlier, carried, basis, tooOld } = given;
  const unknown = { band: 'unknown', cap: null, held: false };
  const isOpen = (metrics: readonly string[], maxAge: number | null) =>
    metrics.some((metric) => measuredBelow(pack, metric, maxAge).some((key) => tooOld.has(key)));
  const open = card.measures.map(({ metric, maxAge }) => isOpen([metric], maxAge));
  const openCaps = card.caps.filter(({ when }) => isOpen(when.metrics, null));
  let late = 0;
  let earned = 0;
  let available = 0;
  let backed = 0;
  for (const [i, { metric, maxAge, points }] of card.measures.entries()) {
    const part = basis.parts[i] ?? null;
    if (open[i] || valueIn(pack, carried, metric, maxAge) !== null) backed += points;
    if (open[i]) late += points;
    if (open[i] || part === null) continue;
    earned += part;
    available += points;
  }
  const enough = backed / basis.total >= score.minConfidence;
  const doubtful = late > 0 || openCaps.length > 0;
  if (!enough || (basis.points === null && !doubtful)) return { ...unknown, late: false };
  const banded = bandOf(pack, score, card, row, phase, earlier, basis.points, carried);
  if (!doubtful) return { ...banded, late: false };
  const all = available + late;
  const at = (sum: number) => (all === 0 ? null : Math.round((score.scale * sum) / all));
  const surely = card.caps.filter((cap) => !openCaps.includes(cap));
  const bandAt = (sum: number, holding: readonly Cap[], always: readonly Cap[]) =>
    bandOf(
      pack,
      score,
      { ...card, caps: [...holding] },
      row,
      phase,
      earlier,
      at(sum),
      carried,
      always,
    ).band;
  if (bandAt(earned, surely, openCaps) !== bandAt(earned + late, surely, [])) {
    return { ...unknown, late: true };
  }
  return basis.points === null
    ? { ...bandOf(pack, score, card, row, phase, earlier, at(earned), carried), late: false }
    : { ...banded, late: false };
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
  common: Pick<
    PlainResult,
    'beforeBand' | 'beforePoints' | 'known' | 'knownOn' | 'account' | 'missing' | 'pack'
  >,
  before: PlainResult | null,
): PlainResult {
  const flags = { state: 'error' as const, waiting: false, held: false, bandPoints: null };
  if (!before) return { ...nothing, ...common, ...flags, pack, band: 'unknown' };
  const change = before.points === null ? null : { rules: 0, phase: 0, data: 0, behaviour: 0 };
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
  account: Values,
  vector: Vector,
  phase: string | null,
): boolean {
  const result = evaluate(text, (root, name) => {
    if (root === 'metrics') return valueIn(pack, vector, name, null);
    return name === 'phase' ? (phase ?? '') : (account[name] ?? null);
  });
  return result === true;
}

function phaseOf(pack: Pack, account: Values, vector: Vector): string | null {
  return pack.phases.find(({ when }) => holds(pack, when.text, account, vector, null))?.id ?? null;
}

function cardOf(
  pack: Pack,
  score: Score,
  account: Values,
  vector: Vector,
  phase: string | null,
): Scorecard | undefined {
  return score.scorecards.find(
    ({ appliesTo }) => !appliesTo || holds(pack, appliesTo.text, account, vector, phase),
  );
}

/** Of an account, what phases and scorecards of the pack are chosen by. */
function accountOf(pack: Pack, account: Values): Values {
  const cards = pack.scores.flatMap(({ scorecards }) => scorecards);
  const read = [
    ...pack.phases.flatMap(({ when }) => when.account),
    ...cards.flatMap(({ appliesTo }) => appliesTo?.account ?? []),
  ];
  return Object.fromEntries(read.map((name) => [name, account[name] ?? null]));
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
  always: readonly Cap[] = [],
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
  const holding = [
    ...always,
    ...card.caps.filter(({ when }) => holds(pack, when.text, row.account, vector, phase)),
  ];
  let deciding: Cap | null = null;
  for (const cap of holding) if (!deciding || cap.atMost < deciding.atMost) deciding = cap;
  const most = deciding?.atMost ?? bands.length - 1;
  const shown = Math.min(band, most);
  return {
    band: bands[shown]?.id ?? '',
    cap: shown < band ? (deciding?.id ?? null) : null,
    held: shown !== Math.min(plain, most),
  };
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
  today: { now: Vector; latest: Vector; account: Values; points: number | null },
): PlainResult['change'] {
  const { now, latest, account, points } = today;
  if (!before || before.points === null || points === null) return null;
  const asBefore: Vector = new Map();
  const withGaps: Vector = new Map();
  const latestBefore: Vector = new Map();
  for (const [key, value] of now) {
    const then = keyThen(pack, before, key);
    const wasMissing = then !== null && before.missing.has(then);
    const known = lastKnown(pack, before, key);
    // What could not be read then counts with today's value.
    const old = then === null ? value : wasMissing ? null : (known ?? value);
    asBefore.set(key, old);
    withGaps.set(key, value === null || wasMissing ? value : old);
    const last = latest.get(key) ?? null;
    latestBefore.set(key, then === null ? last : wasMissing ? known : (known ?? last));
  }
  const sameRules = before.pack.hash === pack.hash;
  const accountThen = { ...account, ...before.account };
  const then = sameRules
    ? score.scorecards.find(({ id }) => id === before.scorecard)
    : cardOf(pack, score, accountThen, latestBefore, phaseOf(pack, accountThen, latestBefore));
  const s0 = before.points;
  const s1 = sameRules ? s0 : then ? scoreWith(pack, score, then, asBefore).points : null;
  const s2 = then?.id === card.id ? s1 : scoreWith(pack, score, card, asBefore).points;
  const differ = measuredOf(pack, card).some((key) => {
    const old = keyThen(pack, before, key);
    return old !== null && before.missing.has(old) !== (now.get(key) === null);
  });
  const s3 = differ ? scoreWith(pack, score, card, withGaps).points : s2;
  const step = (from: number | null, to: number | null) =>
    from === null || to === null ? 0 : to - from;
  const parts = { phase: step(s1, s2), data: step(s2, s3), behaviour: step(s3, points) };
  return { rules: points - s0 - parts.phase - parts.data - parts.behaviour, ...parts };
}

function measuredOf(pack: Pack, { measures }: Scorecard): string[] {
  return measures.flatMap(({ metric, maxAge }) => measuredBelow(pack, metric, maxAge));
}
