/** Timing of contenders that are measured in turns, so that what the machine does hits all. */

/** One way of doing a job. */
export interface Contender {
  /** Clears away what came before; not timed. */
  before?(): Promise<unknown>;
  run(round: number): Promise<unknown> | unknown;
  /** Amount of work that one run does, e.g. accounts. */
  work: number;
}

export interface Timing {
  /** Work per second: the median of all rounds. */
  rate: number;
  rates: number[];
}

/**
 * Runs all contenders in every round, after `warmUps` rounds that do not count; the order turns
 * round by round, since who comes second may find caches warm or memory full.
 */
export async function inTurns<Name extends string>(
  contenders: Record<Name, Contender>,
  { rounds, warmUps }: { rounds: number; warmUps: number },
): Promise<Record<Name, Timing>> {
  const names = Object.keys(contenders) as Name[];
  const rates = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < warmUps + rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const { before, run, work } = contenders[name];
      await before?.();
      const start = performance.now();
      await run(round);
      const seconds = (performance.now() - start) / 1000;
      if (round >= warmUps) rates.get(name)?.push(work / seconds);
    }
  }
  const timings = names.map((name): [Name, Timing] => {
    const measured = rates.get(name) ?? [];
    return [name, { rates: measured, rate: median(measured) }];
  });
  return Object.fromEntries(timings) as Record<Name, Timing>;
}

/** Median of the ratios of each round: both sides of a ratio saw the same machine. */
export function ratioOf(a: Timing, b: Timing): number {
  return median(a.rates.map((rate, round) => rate / (b.rates[round] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}
