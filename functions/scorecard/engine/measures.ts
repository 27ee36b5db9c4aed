/**
 * How measures earn over columns. Scoring is bound by branch misprediction, not by
 * interpretation: the entry of a value is a sum of comparisons, its points come from a table,
 * and missing values are entry 0 of it.
 */
import type { Measure, Scorecard } from '../language/pack/pack.ts';

/**
 * Earned, available and backed hundredths are summed in one number, 17 bits each, so that a
 * measure is one addition; a power of two, so that taking them apart is exact. `mostPoints`
 * keeps the sums below it.
 */
const base = 2 ** 17;
const square = base * base;

/** Bounds beyond the last: nothing is at or above NaN. */
const never = Number.NaN;

export interface CompiledMeasure {
  slot: number;
  by: 'steps' | 'linear';
  /** Ascending, padded with `never`: to 3, to 7, or as many as there are. */
  bounds: Float64Array;
  /** Packed hundredths by entry: 0 missing, 1 below all bounds, 2 from the first on. */
  packed: Float64Array;
  /** Earned hundredths by entry; -1 where left out. */
  stored: Float64Array;
  from: number;
  to: number;
  points: number;
}

export function compileMeasure(measure: Measure, slot: number): CompiledMeasure {
  const { earning, points, missing } = measure;
  const table: { bounds: number[]; earned: number[] } = { bounds: [], earned: [] };
  if (earning.by === 'steps') {
    table.earned.push(earning.below);
    for (const [i, bound] of earning.thresholds.entries()) {
      const earned = earning.points[i] ?? 0;
      // A step that earns what the one below it earns decides nothing.
      if (earned === table.earned.at(-1)) continue;
      table.bounds.push(bound);
      table.earned.push(earned);
    }
  } else if (earning.by === 'lookup') {
    table.earned.push(...earning.points);
    table.bounds.push(...earning.points.slice(1).map((_, i) => i + 1));
  }
  const width = [3, 7].find((size) => size >= table.bounds.length) ?? table.bounds.length;
  const bounds = new Float64Array(width).fill(never);
  bounds.set(table.bounds);
  const size = width + 2;
  const packed = new Float64Array(size);
  const stored = new Float64Array(size).fill(-1);
  if (missing !== null) {
    packed[0] = missing + points * base;
    stored[0] = missing;
  }
  for (const [i, earned] of table.earned.entries()) {
    packed[i + 1] = earned + points * base + points * square;
    stored[i + 1] = earned;
  }
  const linear = earning.by === 'linear' ? earning : { from: 0, to: 1 };
  const by = earning.by === 'linear' ? 'linear' : 'steps';
  return { slot, by, bounds, packed, stored, from: linear.from, to: linear.to, points };
}

/** Hundredths that one value earns; -1 where it is left out. */
export function earnedBy(measure: CompiledMeasure, value: number): number {
  const { by, bounds, stored, from, to, points } = measure;
  if (by === 'linear') {
    if (Number.isNaN(value)) return stored[0] as number;
    return Math.round(points * Math.min(1, Math.max(0, (value - from) / (to - from))));
  }
  let entry = +(value >= Number.NEGATIVE_INFINITY);
  for (const bound of bounds) entry += +(value >= bound);
  return stored[entry] as number;
}

export function earnedOf(packed: number): number {
  return packed - Math.floor(packed / base) * base;
}

export function availableOf(packed: number): number {
  return Math.floor(packed / base) - Math.floor(packed / square) * base;
}

/** Hundredths whose measures had data. */
export function backedOf(packed: number): number {
  return Math.floor(packed / square);
}

/** Hundredths of all measures of a scorecard. */
export function totalOf(card: Scorecard): number {
  return card.measures.reduce((sum, { points }) => sum + points, 0);
}

/** Where the points of single measures go: row `r`, measure `m` at `values[offsets[r] + m]`. */
export interface EarnedLists {
  values: Float64Array;
  offsets: Int32Array;
}

/**
 * Adds up `measures` over `columns` (by slot) for `count` of the `rows`: packed sums into
 * `totals` and, where `lists` is given, earned hundredths by measure.
 */
export function addMeasures(
  measures: readonly CompiledMeasure[],
  columns: readonly Float64Array[],
  rows: Int32Array,
  count: number,
  totals: Float64Array,
  lists: EarnedLists | null,
): void {
  for (let k = 0; k < count; k++) totals[rows[k] as number] = 0;
  for (let m = 0; m < measures.length; m++) {
    const measure = measures[m] as CompiledMeasure;
    const values = columns[measure.slot] as Float64Array;
    if (measure.by === 'linear') addLinear(measure, values, rows, count, totals, lists, m);
    else if (measure.bounds.length === 3) addThree(measure, values, rows, count, totals, lists, m);
    else if (measure.bounds.length === 7) addSeven(measure, values, rows, count, totals, lists, m);
    else addMany(measure, values, rows, count, totals, lists, m);
  }
}

type Adder = (
  measure: CompiledMeasure,
  values: Float64Array,
  rows: Int32Array,
  count: number,
  totals: Float64Array,
  lists: EarnedLists | null,
  m: number,
) => void;

const noLists: EarnedLists = { values: new Float64Array(1), offsets: new Int32Array(1) };

const addThree: Adder = (measure, values, rows, count, totals, lists, m) => {
  const { packed, stored, bounds } = measure;
  const b0 = bounds[0] as number;
  const b1 = bounds[1] as number;
  const b2 = bounds[2] as number;
  const { values: earned, offsets } = lists ?? noLists;
  const listed = lists !== null;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const v = values[r] as number;
    const entry = +(v >= Number.NEGATIVE_INFINITY) + +(v >= b0) + +(v >= b1) + +(v >= b2);
    totals[r] = (totals[r] as number) + (packed[entry] as number);
    if (listed) earned[(offsets[r] as number) + m] = stored[entry] as number;
  }
};

const addSeven: Adder = (measure, values, rows, count, totals, lists, m) => {
  const { packed, stored, bounds } = measure;
  const b0 = bounds[0] as number;
  const b1 = bounds[1] as number;
  const b2 = bounds[2] as number;
  const b3 = bounds[3] as number;
  const b4 = bounds[4] as number;
  const b5 = bounds[5] as number;
  const b6 = bounds[6] as number;
  const { values: earned, offsets } = lists ?? noLists;
  const listed = lists !== null;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const v = values[r] as number;
    const entry =
      +(v >= Number.NEGATIVE_INFINITY) +
      +(v >= b0) +
      +(v >= b1) +
      +(v >= b2) +
      +(v >= b3) +
      +(v >= b4) +
      +(v >= b5) +
      +(v >= b6);
    totals[r] = (totals[r] as number) + (packed[entry] as number);
    if (listed) earned[(offsets[r] as number) + m] = stored[entry] as number;
  }
};

const addMany: Adder = (measure, values, rows, count, totals, lists, m) => {
  const { packed, stored, bounds } = measure;
  const { values: earned, offsets } = lists ?? noLists;
  const listed = lists !== null;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const v = values[r] as number;
    let entry = +(v >= Number.NEGATIVE_INFINITY);
    for (let b = 0; b < bounds.length; b++) entry += +(v >= (bounds[b] as number));
    totals[r] = (totals[r] as number) + (packed[entry] as number);
    if (listed) earned[(offsets[r] as number) + m] = stored[entry] as number;
  }
};

const addLinear: Adder = (measure, values, rows, count, totals, lists, m) => {
  const { packed, stored, from, to, points } = measure;
  const { values: earned, offsets } = lists ?? noLists;
  const listed = lists !== null;
  const known = points * base + points * square;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const v = values[r] as number;
    const missing = Number.isNaN(v);
    const share = (v - from) / (to - from);
    const gained = Math.round(points * Math.min(1, Math.max(0, share)));
    totals[r] = (totals[r] as number) + (missing ? (packed[0] as number) : gained + known);
    if (listed) earned[(offsets[r] as number) + m] = missing ? (stored[0] as number) : gained;
  }
};

/**
 * Points from packed sums: earned / available of the scale, rounded to hundredths; NaN where
 * nothing was available.
 */
export function pointsFrom(
  totals: Float64Array,
  rows: Int32Array,
  count: number,
  scale: number,
  points: Float64Array,
): void {
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const packed = totals[r] as number;
    const available = availableOf(packed);
    points[r] = available === 0 ? Number.NaN : Math.round((scale * earnedOf(packed)) / available);
  }
}
