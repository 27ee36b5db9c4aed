/**
 * Small teams: how far people who do not see the score rank accounts as it does. Kendall's rank
 * correlation with ties (tau-b, Biometrika 33, 1945); interval by Fieller, Hartley and Pearson,
 * Biometrika 44 (1957), on the arc tangent's scale.
 */
import { type Estimate, z } from '../intervals.ts';
import { randomFrom, shuffledIndexes } from '../statistics/random.ts';

export interface Ranked {
  account: string;
  /** 1 for the account that the person would least worry about. */
  rank: number;
  /** Who ranked it; one person without it. */
  by: string;
}

export interface RankingAgreement {
  /** Accounts with points that somebody ranked. */
  accounts: number;
  rankers: number;
  /** The mean over those who ranked; from -1 to 1, 0 is chance. */
  kendall: Estimate;
}

/** With fewer accounts the interval would hold nearly every value. */
export const fewestRanked = 10;

/** Null where no ranker ranked enough accounts, or all alike. */
export function agreementOf(
  ranking: readonly Ranked[],
  points: ReadonlyMap<string, number>,
): RankingAgreement | null {
  const found: number[] = [];
  const seen = new Set<string>();
  for (const own of Map.groupBy(ranking, ({ by }) => by).values()) {
    const pairs = own.flatMap(({ account, rank }): [number, number][] => {
      const score = points.get(account);
      return score === undefined ? [] : [[-rank, score]];
    });
    const tau = pairs.length < fewestRanked ? undefined : kendall(pairs);
    if (tau === undefined) continue;
    found.push(tau);
    for (const { account } of own) if (points.has(account)) seen.add(account);
  }
  if (found.length === 0) return null;
  const value = found.reduce((sum, tau) => sum + tau, 0) / found.length;
  // Several people look at the same accounts: that makes no more accounts of them.
  const error = Math.sqrt(0.437 / (seen.size - 4));
  const at = (shift: number) =>
    Math.tanh(Math.atanh(Math.max(-0.999, Math.min(0.999, value))) + shift);
  return {
    accounts: seen.size,
    rankers: found.length,
    kendall: { value, low: Math.min(value, at(-z * error)), high: Math.max(value, at(z * error)) },
  };
}

/** Kendall's tau-b; undefined where one side is the same in all pairs. */
export function kendall(pairs: readonly (readonly [number, number])[]): number | undefined {
  let [same, other, tiedA, tiedB] = [0, 0, 0, 0];
  for (const [i, [a, b]] of pairs.entries()) {
    for (const [c, d] of pairs.slice(0, i)) {
      if (a === c) tiedA += 1;
      if (b === d) tiedB += 1;
      const sign = Math.sign(a - c) * Math.sign(b - d);
      if (sign > 0) same += 1;
      else if (sign < 0) other += 1;
    }
  }
  const all = (pairs.length * (pairs.length - 1)) / 2;
  const spread = (all - tiedA) * (all - tiedB);
  return spread === 0 ? undefined : (same - other) / Math.sqrt(spread);
}

/**
 * Accounts for a blind ranking: of each band alike, as far as it goes, in an order by lot, so that
 * nobody can read the score from the list.
 */
export function drawRanking(
  accounts: readonly { account: string; band: string }[],
  count: number,
  seed: number,
): string[] {
  const random = randomFrom(seed);
  const sorted = accounts.toSorted((a, b) => (a.account < b.account ? -1 : 1));
  const bands = [...Map.groupBy(sorted, ({ band }) => band)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => [...shuffledIndexes(own.length, random)].map((i) => own[i]?.account ?? ''));
  const drawn: string[] = [];
  for (let turn = 0; drawn.length < Math.min(count, accounts.length); turn++) {
    for (const own of bands) {
      const account = own[turn];
      if (account !== undefined && drawn.length < count) drawn.push(account);
    }
  }
  return [...shuffledIndexes(drawn.length, random)].map((i) => drawn[i] ?? '');
}
