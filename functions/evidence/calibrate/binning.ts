/**
 * A column cut into few steps that rise or fall throughout: the cut of highest likelihood less a
 * penalty a step, found exactly by dynamic programming over (first, last, steps), as optimal binning
 * does by integer programming (Navas-Palencia, arXiv 2001.08025).
 */

import { fineBins } from './fine-bins.ts';
import type { Column, Direction } from './table.ts';

export interface Bin {
  rows: number;
  left: number;
}

export interface Binning {
  column: Column;
  direction: Direction;
  /** Ascending: a value from `cuts[i]` on stands in bin i + 1. Empty for categories. */
  cuts: readonly number[];
  /** Bin of each level of a column of categories; -1: never seen. */
  levelBins: Int32Array | null;
  bins: readonly Bin[];
  /** Rows without a value, a state of their own. */
  missing: Bin;
  /** Log-likelihood above that of a single bin, without the penalty. */
  gain: number;
}

export interface BinningOptions {
  mostBins: number;
  /** Of the rows, in every bin. */
  leastShare: number;
  /** In log-likelihood, for each step. */
  penalty: number;
}

/** Null where no cut is worth its penalty, and missing values say nothing either. */
export function binColumn(
  column: Column,
  rows: Int32Array,
  left: Uint8Array,
  options: BinningOptions,
): Binning | null {
  const fine = fineBins(column, rows, left);
  const known = fine.rows.reduce((sum, n) => sum + n, 0);
  if (known === 0) return null;
  const least = Math.max(5, Math.ceil(options.leastShare * rows.length));
  const directions: Direction[] =
    column.direction && !column.levels
      ? [column.direction]
      : column.levels
        ? ['higher']
        : ['higher', 'lower'];
  let best: Cut | null = null;
  let direction: Direction = directions[0] ?? 'higher';
  for (const way of directions) {
    const found = bestCut(fine.rows, fine.left, way, least, options);
    if (best && found.worth <= best.worth) continue;
    best = found;
    direction = way;
  }
  const starts = best?.starts ?? [0];
  if (starts.length === 1 && !missingTells(fine.missing, fine, options, least)) return null;
  const bins = starts.map((start, i): Bin => {
    const end = starts[i + 1] ?? fine.rows.length;
    return { rows: sumOf(fine.rows, start, end), left: sumOf(fine.left, start, end) };
  });
  return {
    column,
    direction,
    cuts: fine.levelOrder ? [] : starts.slice(1).map((start) => fine.cutBefore(start)),
    levelBins: fine.levelOrder
      ? Int32Array.from(fine.levelOrder, (at) =>
          at < 0 ? -1 : starts.findLastIndex((start) => start <= at),
        )
      : null,
    bins,
    missing: fine.missing,
    gain: best?.gain ?? 0,
  };
}

/** Bin of a value; -1 where it is not known. */
export function binOf(
  { cuts, levelBins }: Pick<Binning, 'cuts' | 'levelBins'>,
  value: number,
): number {
  if (Number.isNaN(value)) return -1;
  if (levelBins) return levelBins[value] ?? -1;
  let bin = 0;
  while (bin < cuts.length && value >= (cuts[bin] ?? 0)) bin += 1;
  return bin;
}

/** Steps above the worst bin. */
export function rankOf(
  { direction, bins }: Pick<Binning, 'direction' | 'bins'>,
  bin: number,
): number {
  return direction === 'higher' ? bin : bins.length - 1 - bin;
}

interface Cut {
  /** First fine bin of each bin. */
  starts: number[];
  gain: number;
  worth: number;
}

/** Log-likelihood of a share of its own for `rows` rows of which `left` left. */
export function binomial(rows: number, left: number): number {
  const of = (n: number) => (n === 0 ? 0 : n * Math.log(n / rows));
  return of(left) + of(rows - left);
}

function bestCut(
  rows: readonly number[],
  left: readonly number[],
  direction: Direction,
  least: number,
  { mostBins, penalty }: BinningOptions,
): Cut {
  const n = rows.length;
  const before = { rows: runningSum(rows), left: runningSum(left) };
  const of = (list: Float64Array, first: number, last: number) =>
    (list[last + 1] ?? 0) - (list[first] ?? 0);
  const whole = binomial(before.rows[n] ?? 0, before.left[n] ?? 0);
  const at = (first: number, last: number) => first * n + last;
  /** Of the bin from first to last: share that left, and log-likelihood; NaN where it may not be. */
  const share = new Float64Array(n * n).fill(Number.NaN);
  const likelihood = new Float64Array(n * n);
  for (let first = 0; first < n; first++) {
    for (let last = first; last < n; last++) {
      const [all, gone] = [of(before.rows, first, last), of(before.left, first, last)];
      if (all < least || gone < 1 || gone > all - 1) continue;
      share[at(first, last)] = gone / all;
      likelihood[at(first, last)] = binomial(all, gone);
    }
  }
  let best: Cut = { starts: [0], gain: 0, worth: 0 };
  let previous = new Float64Array(n * n).fill(Number.NEGATIVE_INFINITY);
  for (let last = 0; last < n; last++) {
    if (!Number.isNaN(share[at(0, last)])) previous[at(0, last)] = likelihood[at(0, last)] ?? 0;
  }
  const from: Int32Array[] = [];
  for (let bins = 2; bins <= mostBins; bins++) {
    const current = new Float64Array(n * n).fill(Number.NEGATIVE_INFINITY);
    const origin = new Int32Array(n * n).fill(-1);
    for (let first = 1; first < n; first++) {
      for (let last = first; last < n; last++) {
        const own = share[at(first, last)] ?? Number.NaN;
        if (Number.isNaN(own)) continue;
        for (let start = 0; start < first; start++) {
          const so = previous[at(start, first - 1)] ?? Number.NEGATIVE_INFINITY;
          if (so === Number.NEGATIVE_INFINITY) continue;
          const other = share[at(start, first - 1)] ?? 0;
          if (direction === 'higher' ? other <= own : other >= own) continue;
          const total = so + (likelihood[at(first, last)] ?? 0);
          if (total <= (current[at(first, last)] ?? 0)) continue;
          current[at(first, last)] = total;
          origin[at(first, last)] = start;
        }
      }
    }
    from.push(origin);
    for (let first = 1; first < n; first++) {
      const gain = (current[at(first, n - 1)] ?? 0) - whole;
      const worth = gain - penalty * (bins - 1);
      if (worth > best.worth) best = { starts: traced(from, first, n), gain, worth };
    }
    previous = current;
  }
  return best;
}

/** First fine bins, from the last bin back. */
function traced(from: readonly Int32Array[], lastStart: number, n: number): number[] {
  const starts = [lastStart];
  let [first, last] = [lastStart, n - 1];
  for (const origin of from.toReversed()) {
    const start = origin[first * n + last] ?? 0;
    starts.unshift(start);
    [first, last] = [start, first - 1];
  }
  return starts;
}

function missingTells(
  missing: Bin,
  known: { rows: readonly number[]; left: readonly number[] },
  { penalty }: BinningOptions,
  least: number,
): boolean {
  if (missing.rows < least) return false;
  const rows = sumOf(known.rows, 0, known.rows.length);
  const left = sumOf(known.left, 0, known.left.length);
  const gain =
    binomial(missing.rows, missing.left) +
    binomial(rows, left) -
    binomial(missing.rows + rows, missing.left + left);
  return gain > penalty;
}

function runningSum(counts: readonly number[]): Float64Array {
  const sums = new Float64Array(counts.length + 1);
  for (const [i, count] of counts.entries()) sums[i + 1] = (sums[i] ?? 0) + count;
  return sums;
}

const sumOf = (counts: readonly number[], from: number, to: number): number =>
  counts.slice(from, to).reduce((sum, count) => sum + count, 0);
