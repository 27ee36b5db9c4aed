/** Chance of leaving by score, which never rises with it: isotonic regression, with a bootstrap. */
import type { Estimate } from '../intervals.ts';
import { randomFrom } from './random.ts';

export interface Leaving {
  score: ArrayLike<number>;
  /** 1 where the account left. */
  left: ArrayLike<number>;
  /** Number of the account, from 0; without it, every row is an account of its own. */
  account?: ArrayLike<number>;
}

/**
 * Pools adjacent violators (Ayer et al., Annals of Mathematical Statistics 26, 1955): the
 * non-increasing chances, by distinct score from the lowest, that fit best.
 * @param rows how many rows each score has; those without any take their neighbour's chance
 */
export function fitDecreasing(left: ArrayLike<number>, rows: ArrayLike<number>): number[] {
  const blocks: Block[] = [];
  for (let i = 0; i < rows.length; i++) {
    let block: Block = { left: left[i] ?? 0, rows: rows[i] ?? 0, scores: 1 };
    for (let last = blocks.at(-1); last && pools(last, block); last = blocks.at(-1)) {
      blocks.pop();
      block = {
        left: last.left + block.left,
        rows: last.rows + block.rows,
        scores: last.scores + block.scores,
      };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ left: some, rows: all, scores }) =>
    new Array<number>(scores).fill(all === 0 ? 0 : some / all),
  );
}

interface Block {
  left: number;
  rows: number;
  scores: number;
}

/** A block without rows says nothing of itself; one that leaves more often than the one below is noise. */
const pools = (below: Block, above: Block): boolean =>
  below.rows === 0 || above.rows === 0 || above.left * below.rows > below.left * above.rows;

/**
 * Chance of leaving at each of the scores asked for, with the middle 95 % of what accounts drawn anew,
 * with all their rows, would give.
 */
export function chanceByScore(
  { score, left, account }: Leaving,
  at: readonly number[],
  { seed, draws }: { seed: number; draws: number },
): Estimate[] {
  const n = score.length;
  const distinct = [...new Set(Array.from(score))].sort((a, b) => a - b);
  const place = new Map(distinct.map((value, i) => [value, i]));
  const where = Int32Array.from({ length: n }, (_, i) => place.get(score[i] ?? 0) ?? 0);
  const accounts = [...Map.groupBy(where.keys(), (i) => account?.[i] ?? i).values()];
  const fitOf = (drawn: Iterable<readonly number[]>): number[] => {
    const gone = new Float64Array(distinct.length);
    const all = new Float64Array(distinct.length);
    for (const rows of drawn) {
      for (const i of rows) {
        gone[where[i] ?? 0]! += left[i] ?? 0;
        all[where[i] ?? 0]! += 1;
      }
    }
    return fitDecreasing(gone, all);
  };
  const positions = at.map((value) => nearest(distinct, value));
  const random = randomFrom(seed);
  const fits = Array.from({ length: draws }, () =>
    fitOf(accounts.map(() => accounts[Math.floor(random() * accounts.length)] ?? [])),
  );
  const found = fitOf(accounts);
  return positions.map((position) => {
    const drawn = fits.map((fit) => fit[position] ?? 0).sort((a, b) => a - b);
    const value = found[position] ?? 0;
    const of = (share: number) => drawn[Math.round(share * (drawn.length - 1))] ?? value;
    return { value, low: Math.min(value, of(0.025)), high: Math.max(value, of(0.975)) };
  });
}

/** Position of the highest score that is not above `value`; of the lowest one where all are. */
function nearest(ascending: readonly number[], value: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) <= value) from = middle + 1;
    else to = middle;
  }
  return Math.max(0, from - 1);
}
