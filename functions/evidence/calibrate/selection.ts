/** Which columns a scorecard needs: one after the other, as long as the next one tells more. */
import { type Design, type Fit, fitLogistic } from './logistic.ts';
import type { Coded } from './states.ts';

export interface SelectionOptions {
  mostMeasures: number;
  ridge: number;
  /** Standard deviations above chance that the score statistic (Rao) of the next column must reach. */
  entry: number;
  /** Columns as much alike as this say one thing twice. */
  mostAlike: number;
}

export interface Selection {
  chosen: Coded[];
  fit: Fit | null;
  /** Columns that would have said again what one that was chosen says. */
  alike: { column: string; as: string }[];
}

/** @param good 1 where the row's account stayed, in the order of the coded rows */
export function selectColumns(
  candidates: readonly Coded[],
  good: Uint8Array,
  options: SelectionOptions,
): Selection {
  const chosen: Coded[] = [];
  const alike: Selection['alike'] = [];
  let open = [...candidates];
  let fit: Fit | null = null;
  while (chosen.length < options.mostMeasures && open.length > 0) {
    const chance = fit?.chance ?? new Float64Array(good.length).fill(meanOf(good));
    let best: Coded | undefined;
    let strongest = options.entry;
    for (const candidate of open) {
      const found = aboveChance(
        scoreStatistic(candidate.evidence, good, chance),
        candidate.freedom,
      );
      if (found < strongest) continue;
      best = candidate;
      strongest = found;
    }
    if (!best) break;
    chosen.push(best);
    fit = fitLogistic(designOf(chosen, good), options.ridge, fit ?? undefined);
    const newest = best;
    open = open.filter((candidate) => {
      if (candidate === newest) return false;
      const same = Math.abs(correlation(candidate.evidence, newest.evidence)) > options.mostAlike;
      if (same) {
        alike.push({ column: candidate.binning.column.id, as: newest.binning.column.id });
      }
      return !same;
    });
  }
  return { chosen, fit, alike };
}

export function designOf(chosen: readonly Coded[], good: ArrayLike<number>): Design {
  return {
    features: chosen.flatMap(({ features }) => features),
    free: chosen.flatMap(({ free }) => free),
    good,
  };
}

/** A chi-squared value as standard deviations of a normal one (Wilson and Hilferty, PNAS 17, 1931). */
function aboveChance(statistic: number, freedom: number): number {
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
}

/** How much the model would gain at once, were the column let in with any weight above 0. */
function scoreStatistic(x: Float64Array, good: Uint8Array, chance: Float64Array): number {
  let [slope, weights, mean, square] = [0, 0, 0, 0];
  for (const [i, value] of x.entries()) {
    const p = chance[i] ?? 0;
    const weight = p * (1 - p);
    slope += value * ((good[i] ?? 0) - p);
    weights += weight;
    mean += weight * value;
    square += weight * value * value;
  }
  const variance = square - mean ** 2 / weights;
  return slope <= 0 || variance <= 0 ? 0 : slope ** 2 / variance;
}

/** Of two columns that are centred. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}

const meanOf = (values: Uint8Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
