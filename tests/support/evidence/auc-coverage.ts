/** How often intervals of the area hold the true one, and how often the test cries wolf. */
import { areaUnderCurve, compareAreas } from '../../../functions/evidence/statistics/auc.ts';
import { normalBelow } from '../../../functions/evidence/statistics/distributions.ts';
import { drawsFrom, shareOf } from './draws.ts';

export interface Situation {
  churned: number;
  accounts: number;
  /** Standard deviations between those who stay and those who leave. */
  apart: number;
  /** Rows of each account; they share three quarters of their variance. */
  rows?: number;
  /** Width of what counts as the same score; without it, there are no ties. */
  ties?: number;
}

/** Share of seeds whose 95 % interval holds the true area. */
export function coverage(seeds: number, situation: Situation): number {
  const truth = trueArea(situation);
  return shareOf(seeds, (seed) => {
    const found = areaUnderCurve(drawn(seed, situation));
    return found && found.low <= truth && truth <= found.high;
  });
}

/** Share of seeds in which two scores that tell equally much are called different at 5 %. */
export function falseAlarms(seeds: number, situation: Situation): number {
  return shareOf(seeds, (seed) => {
    const ranked = drawn(seed, situation);
    const other = drawn(seed + 1_000_000, situation);
    const mixed = ranked.score.map((value, i) => 0.6 * value + 0.8 * (other.score[i] ?? 0));
    const own = ranked.score.map((value, i) => 0.6 * (other.score[i] ?? 0) + 0.8 * value);
    const found = compareAreas({ ...ranked, score: own }, mixed);
    return found && found.p < 0.05;
  });
}

function drawn(seed: number, { churned, accounts, apart, rows = 1, ties }: Situation) {
  const draws = drawsFrom(seed);
  const score: number[] = [];
  const good: number[] = [];
  const account: number[] = [];
  for (let i = 0; i < accounts; i++) {
    const stays = Number(i >= churned);
    const own = draws.normal();
    for (let row = 0; row < rows; row++) {
      const noise = rows === 1 ? own : Math.sqrt(0.75) * own + 0.5 * draws.normal();
      const value = stays * apart + noise;
      score.push(ties === undefined ? value : Math.floor(value / ties));
      good.push(stays);
      account.push(i);
    }
  }
  return { score, good, account };
}

/** With ties, by adding up the chances of each pair of classes. */
function trueArea({ apart, ties }: Situation): number {
  if (ties === undefined) return normalBelow(apart / Math.SQRT2);
  let [area, below] = [0, 0];
  for (let step = -60; step <= 60; step++) {
    const within = (shift: number) =>
      normalBelow((step + 1) * ties - shift) - normalBelow(step * ties - shift);
    area += within(apart) * (below + within(0) / 2);
    below += within(0);
  }
  return area;
}
