/** A column in at most 40 ascending pieces, which steps are then put together from. */
import type { Column } from './table.ts';

export interface FineBins {
  /** From the lowest value up; of categories, from those that left most often. */
  rows: number[];
  left: number[];
  missing: { rows: number; left: number };
  /** A short number that parts a fine bin from the one before it. */
  cutBefore(bin: number): number;
  /** Of a column of categories: fine bin of each level, -1 where it has no rows. */
  levelOrder: Int32Array | null;
}

const mostFineBins = 40;
/** A rate of few rows is drawn towards that of all, as if it had so many rows more. */
const smoothing = 20;

export function fineBins(column: Column, rows: Int32Array, left: Uint8Array): FineBins {
  return column.levels
    ? ofLevels(column, column.levels.length, rows, left)
    : ofNumbers(column, rows, left);
}

function ofNumbers({ values }: Column, rows: Int32Array, left: Uint8Array): FineBins {
  const missing = { rows: 0, left: 0 };
  const known = rows.filter((i) => {
    const is = !Number.isNaN(values[i]);
    if (!is) {
      missing.rows += 1;
      missing.left += left[i] ?? 0;
    }
    return is;
  });
  known.sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const distinct = countDistinct(known, values);
  const size = distinct <= mostFineBins ? 0 : known.length / mostFineBins;
  const counts: { rows: number[]; left: number[] } = { rows: [], left: [] };
  const lowest: number[] = [];
  const highest: number[] = [];
  for (let from = 0; from < known.length; ) {
    const value = values[known[from] ?? 0] ?? 0;
    let to = from;
    let gone = 0;
    while (to < known.length && values[known[to] ?? 0] === value) {
      gone += left[known[to] ?? 0] ?? 0;
      to += 1;
    }
    const last = counts.rows.length - 1;
    // Equal values stay together, so pieces are only about equally large.
    if (last < 0 || from >= size * counts.rows.length) {
      counts.rows.push(to - from);
      counts.left.push(gone);
      lowest.push(value);
      highest.push(value);
    } else {
      counts.rows[last]! += to - from;
      counts.left[last]! += gone;
      highest[last] = value;
    }
    from = to;
  }
  return {
    ...counts,
    missing,
    cutBefore: (bin) => shortestBetween(highest[bin - 1] ?? 0, lowest[bin] ?? 0),
    levelOrder: null,
  };
}

function countDistinct(sorted: Int32Array, values: Float64Array): number {
  let distinct = 0;
  for (const [k, i] of sorted.entries()) {
    if (k === 0 || values[i] !== values[sorted[k - 1] ?? 0]) distinct += 1;
  }
  return distinct;
}

/** The number above `low` and up to `high` with the fewest digits, so that people can read steps. */
export function shortestBetween(low: number, high: number): number {
  for (let digits = 1; digits <= 17; digits++) {
    const size = Math.max(Math.abs(low), Math.abs(high));
    const unit = 10 ** (Math.floor(Math.log10(size || 1)) + 1 - digits);
    // Divided by whole numbers, since a tenth is no binary number.
    const rounded =
      unit < 1
        ? Math.floor(high * Math.round(1 / unit)) / Math.round(1 / unit)
        : Math.floor(high / unit) * unit;
    if (rounded > low && rounded <= high) return rounded;
  }
  return high;
}

function ofLevels(
  { values }: Column,
  levels: number,
  rows: Int32Array,
  left: Uint8Array,
): FineBins {
  const missing = { rows: 0, left: 0 };
  const counts = Array.from({ length: levels }, () => ({ rows: 0, left: 0 }));
  const all = { rows: 0, left: 0 };
  for (const i of rows) {
    const value = values[i] ?? Number.NaN;
    const into = Number.isNaN(value) ? missing : counts[value];
    if (!into) continue;
    into.rows += 1;
    into.left += left[i] ?? 0;
    all.rows += 1;
    all.left += left[i] ?? 0;
  }
  const rate = all.left / all.rows;
  const smoothed = ({ rows: n, left: gone }: { rows: number; left: number }) =>
    (gone + smoothing * rate) / (n + smoothing);
  const used = [...counts.keys()].filter((level) => (counts[level]?.rows ?? 0) > 0);
  const order = used.sort(
    (a, b) => smoothed(counts[b] ?? missing) - smoothed(counts[a] ?? missing) || a - b,
  );
  const levelOrder = new Int32Array(levels).fill(-1);
  const pieces = Math.min(order.length, mostFineBins);
  const pieceRows = new Array<number>(pieces).fill(0);
  const pieceLeft = new Array<number>(pieces).fill(0);
  for (const [place, level] of order.entries()) {
    const piece = Math.floor((place * pieces) / order.length);
    levelOrder[level] = piece;
    pieceRows[piece]! += counts[level]?.rows ?? 0;
    pieceLeft[piece]! += counts[level]?.left ?? 0;
  }
  return { rows: pieceRows, left: pieceLeft, missing, cutBefore: (bin) => bin, levelOrder };
}
