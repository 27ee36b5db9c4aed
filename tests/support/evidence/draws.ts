/** Invented numbers for simulations, the same for the same seed. */
import { randomFrom } from '../../../functions/evidence/statistics/random.ts';

export interface Draws {
  uniform(): number;
  normal(): number;
  whether(chance: number): boolean;
}

export function drawsFrom(seed: number): Draws {
  const uniform = randomFrom(Math.imul(seed + 1, 2_654_435_761));
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    whether: (chance) => uniform() < chance,
  };
}

/** Share of seeds from 0 that `holds` is true for; null is left out. */
export function shareOf(seeds: number, holds: (seed: number) => boolean | null): number {
  let [yes, all] = [0, 0];
  for (let seed = 0; seed < seeds; seed++) {
    const found = holds(seed);
    if (found === null) continue;
    all += 1;
    if (found) yes += 1;
  }
  return yes / all;
}
