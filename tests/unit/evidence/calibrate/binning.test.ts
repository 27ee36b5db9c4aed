/** Steps: the best cut there is, by brute force, and the laws that every cut keeps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Binning,
  binColumn,
  binOf,
  binomial,
} from '../../../../functions/evidence/calibrate/binning.ts';
import { shortestBetween } from '../../../../functions/evidence/calibrate/fine-bins.ts';
import type { Column } from '../../../../functions/evidence/calibrate/table.ts';

const options = { mostBins: 4, leastShare: 0.1, penalty: 1 };
const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.boolean()), {
  minLength: 30,
  maxLength: 120,
});

function columnOf(some: readonly (readonly [number, boolean])[], more: Partial<Column> = {}) {
  const column: Column = { id: 'x', values: Float64Array.from(some, ([x]) => x), ...more };
  const left = Uint8Array.from(some, ([, gone]) => Number(gone));
  return { column, left, all: Int32Array.from(left.keys()) };
}

describe('steps', () => {
  it('are the best there are: no other cut within the limits is worth more', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const { column, left, all } = columnOf(some);
        const found = binColumn(column, all, left, options);
        const worth = found ? found.gain - options.penalty * found.cuts.length : 0;
        expect(worth).toBeCloseTo(bestByTrying(some), 9);
      }),
      { numRuns: 60 },
    );
  });

  it('rise or fall throughout, hold enough rows, and somebody who left and somebody who stayed', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('higher', 'lower', undefined), (some, direction) => {
        const { column, left, all } = columnOf(some, direction ? { direction } : {});
        const found = binColumn(column, all, left, options);
        if (!found) return;
        if (direction) expect(found.direction).toBe(direction);
        expect(found.bins.length).toBeLessThanOrEqual(options.mostBins);
        for (const [i, bin] of found.bins.entries()) {
          expect(bin.rows).toBeGreaterThanOrEqual(options.leastShare * some.length);
          expect(bin.left).toBeGreaterThan(0);
          expect(bin.left).toBeLessThan(bin.rows);
          const before = found.bins[i - 1];
          if (!before) continue;
          const rise = bin.left / bin.rows - before.left / before.rows;
          expect(found.direction === 'higher' ? -rise : rise).toBeGreaterThan(0);
        }
        expect(found.bins).toEqual(recounted(found, some));
      }),
      { numRuns: 60 },
    );
  });

  it('of texts are put into order by how often they left, and a text never seen is unknown', () => {
    const some = Array.from(
      { length: 90 },
      (_, i) => [i % 3, i % 3 === 1 ? i % 2 === 0 : i % 9 === 0] as const,
    );
    const { column, left, all } = columnOf(some, { levels: ['a', 'b', 'c', 'new'] });
    const found = binColumn(column, all, left, options);
    expect(found?.levelBins?.[1]).toBe(0);
    expect(found?.levelBins?.[0]).toBeGreaterThan(0);
    expect(found && binOf(found, 3)).toBe(-1);
  });

  it('leave values that are not known apart', () => {
    const some = Array.from(
      { length: 100 },
      (_, i) => [i < 40 ? Number.NaN : i % 8, i < 30] as const,
    );
    const { column, left, all } = columnOf(some);
    const found = binColumn(column, all, left, options);
    expect(found?.missing).toEqual({ rows: 40, left: 30 });
    expect(found && binOf(found, Number.NaN)).toBe(-1);
  });

  it('are not made where nothing is to be told', () => {
    const { column, left, all } = columnOf(
      Array.from({ length: 60 }, (_, i) => [i % 6, i % 2 === 0]),
    );
    expect(binColumn({ ...column, values: new Float64Array(60) }, all, left, options)).toBeNull();
    expect(
      binColumn({ ...column, values: new Float64Array(60).fill(Number.NaN) }, all, left, options),
    ).toBeNull();
  });

  it('part values at the number with the fewest digits', () => {
    expect(shortestBetween(0.1234, 0.1299)).toBe(0.129);
    expect(shortestBetween(37.4, 37.61)).toBe(37.6);
    expect(shortestBetween(3, 4)).toBe(4);
    expect(shortestBetween(-7.4, -7.2)).toBe(-7.2);
    expect(shortestBetween(980, 1130)).toBe(1000);
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
        (low, by) => {
          const high = low + by;
          if (high <= low) return;
          const found = shortestBetween(low, high);
          expect(found).toBeGreaterThan(low);
          expect(found).toBeLessThanOrEqual(high);
        },
      ),
    );
  });
});

function bestByTrying(some: readonly (readonly [number, boolean])[]): number {
  const distinct = [...new Set(some.map(([x]) => x))].sort((a, b) => a - b);
  const least = Math.max(5, Math.ceil(options.leastShare * some.length));
  let best = 0;
  for (let cut = 1; cut < 2 ** (distinct.length - 1); cut++) {
    const starts = [0, ...distinct.keys()].filter(
      (i, k) => k === 0 || (i > 0 && cut & (1 << (i - 1))),
    );
    if (starts.length > options.mostBins) continue;
    const bins = starts.map((start, i) => {
      const inside = some.filter(([x]) => {
        const at = distinct.indexOf(x);
        return at >= start && at < (starts[i + 1] ?? distinct.length);
      });
      return { rows: inside.length, left: inside.filter(([, gone]) => gone).length };
    });
    if (bins.some((bin) => bin.rows < least || bin.left < 1 || bin.left === bin.rows)) continue;
    const signs = bins
      .slice(1)
      .map((bin, i) =>
        Math.sign(bin.left / bin.rows - (bins[i]?.left ?? 0) / (bins[i]?.rows ?? 1)),
      );
    if (signs.includes(0) || new Set(signs).size > 1) continue;
    const gone = some.filter(([, g]) => g).length;
    const gain =
      bins.reduce((sum, bin) => sum + binomial(bin.rows, bin.left), 0) -
      binomial(some.length, gone);
    best = Math.max(best, gain - options.penalty * (bins.length - 1));
  }
  return best;
}

function recounted(found: Binning, some: readonly (readonly [number, boolean])[]) {
  return found.bins.map((_, bin) => {
    const inside = some.filter(([x]) => binOf(found, x) === bin);
    return { rows: inside.length, left: inside.filter(([, gone]) => gone).length };
  });
}
