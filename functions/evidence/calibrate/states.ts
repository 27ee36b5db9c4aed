/** A binned column as features: one a step up from the worst bin, and one for missing values. */
import { type Binning, binOf, rankOf } from './binning.ts';

export interface Coded {
  binning: Binning;
  /** By row: steps above the worst bin; -1: not known. */
  ranks: Int8Array;
  /** From the second-worst bin up, then of missing values, where enough rows have none. */
  features: Float64Array[];
  free: boolean[];
  /** Log-odds of the bin by row, centred: the column as one number. */
  evidence: Float64Array;
  /** Of the chance that it was made with: levels that were put into an order by what became of them. */
  freedom: number;
}

/** With fewer rows without a value than this, nothing is learned from them. */
const fewestMissing = 20;

export function ownMissingState({ missing }: Pick<Binning, 'missing'>): boolean {
  return missing.rows >= fewestMissing && missing.left > 0 && missing.left < missing.rows;
}

export function codeColumn(binning: Binning, rows: Int32Array): Coded {
  const { column, bins, missing } = binning;
  const n = rows.length;
  const ranks = new Int8Array(n);
  for (const [k, i] of rows.entries()) {
    const bin = binOf(binning, column.values[i] ?? Number.NaN);
    ranks[k] = bin < 0 ? -1 : rankOf(binning, bin);
  }
  const byRank = bins.map((_, rank) => bins[binOfRank(binning, rank)] ?? missing);
  const own = ownMissingState(binning);
  const known = byRank.reduce((sum, { rows: some }) => sum + some, 0);
  const features = bins.slice(1).map((_, s) => {
    const above = byRank.slice(s + 1).reduce((sum, { rows: some }) => sum + some, 0);
    // Unknown values that are too rare to say anything stand where the average account stands.
    const otherwise = own ? 0 : above / known;
    return Float64Array.from(ranks, (rank) => (rank < 0 ? otherwise : Number(rank > s)));
  });
  const free = features.map(() => false);
  if (own) {
    features.push(Float64Array.from(ranks, (rank) => Number(rank < 0)));
    free.push(true);
  }
  const evidence = evidenceOf(ranks, byRank, own ? missing : null);
  return { binning, ranks, features, free, evidence, freedom: freedomOf(binning) };
}

/** A number's order is its own; that of levels is learned, a degree of freedom for each. */
function freedomOf({ levelBins }: Binning): number {
  const used = levelBins?.filter((bin) => bin >= 0).length ?? 2;
  return Math.max(1, used - 1);
}

export const binOfRank = (
  { direction, bins }: Pick<Binning, 'direction' | 'bins'>,
  rank: number,
): number => (direction === 'higher' ? rank : bins.length - 1 - rank);

function evidenceOf(
  ranks: Int8Array,
  byRank: readonly { rows: number; left: number }[],
  missing: { rows: number; left: number } | null,
): Float64Array {
  const odds = ({ rows, left }: { rows: number; left: number }) =>
    Math.log((rows - left + 0.5) / (left + 0.5));
  const ofRank = byRank.map(odds);
  const known = byRank.reduce((sum, { rows }) => sum + rows, 0);
  const usual = byRank.reduce((sum, { rows }, i) => sum + rows * (ofRank[i] ?? 0), 0) / known;
  const ofMissing = missing ? odds(missing) : usual;
  const evidence = Float64Array.from(ranks, (rank) => (rank < 0 ? ofMissing : (ofRank[rank] ?? 0)));
  const mean = evidence.reduce((sum, value) => sum + value, 0) / evidence.length;
  return evidence.map((value) => value - mean);
}
