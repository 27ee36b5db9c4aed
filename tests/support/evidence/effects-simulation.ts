/** Teams that call some accounts, with what is known and what is not, and the truth about calling. */
import { compareActions } from '../../../functions/evidence/effects/compare-actions.ts';
import { holdOutEffect } from '../../../functions/evidence/effects/hold-out.ts';
import { overlapEffect, type Unit } from '../../../functions/evidence/effects/overlap-weights.ts';
import { isHeldBack } from '../../../functions/scorecard/meaning/lot.ts';
import { drawsFrom, shareOf } from './draws.ts';

export interface Team {
  accounts: number;
  /** What calling adds to the log-odds of staying. */
  effect: number;
  /** How much a cause that nobody records drives both who is called and who stays. */
  hidden?: number;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Score, trend, size and time to renewal drive both who is called and who stays. */
function drawn(seed: number, { accounts, effect, hidden = 0 }: Team) {
  const draws = drawsFrom(seed);
  return Array.from({ length: accounts }, (_, account) => {
    const [score, trend, size] = [draws.normal(), draws.normal(), draws.normal()];
    const due = draws.uniform();
    const cause = hidden * draws.normal();
    const called = logistic(-0.4 - 0.8 * score - 0.4 * trend + 0.3 * size - 0.5 * due + cause);
    const stays = (acted: number) =>
      logistic(0.9 + 0.8 * score + 0.3 * trend + 0.2 * size + 0.3 * due + effect * acted + cause);
    const acted = draws.whether(called) ? 1 : 0;
    const outcome = Number(draws.whether(stays(acted)));
    const unit: Unit = {
      account,
      acted,
      outcome,
      covariates: [score, trend, size, due],
      band: Math.max(0, Math.min(4, Math.floor(score * 1.2 + 2.5))),
    };
    return { unit, called, gain: stays(1) - stays(0), stays };
  });
}

/** The difference that overlap weights estimate, from a crowd in which both choices are known. */
export function truth(team: Team): number {
  const crowd = drawn(987, { ...team, accounts: 200_000 });
  let [sum, all] = [0, 0];
  for (const { called, gain } of crowd) {
    sum += called * (1 - called) * gain;
    all += called * (1 - called);
  }
  return sum / all;
}

/** Share of seeds whose interval holds the truth. */
export function effectCoverage(seeds: number, team: Team): number {
  const real = truth(team);
  return shareOf(seeds, (seed) => {
    const found = overlapEffect(drawn(seed, team).map(({ unit }) => unit));
    return found && found.low <= real && real <= found.high;
  });
}

/** Everything that an observational comparison says, as one text. */
export function observed(seed: number, team: Team): string {
  const units = drawn(seed, team).map(({ unit }) => ({
    ...unit,
    earlier: null,
    did: new Set(unit.acted ? ['call'] : []),
  }));
  return JSON.stringify(compareActions({ units }));
}

/** Share of seeds in which a hold-out speaks of an effect that is not there. */
export function falseVerdicts(seeds: number, accounts: number, share = 0.3): number {
  return shareOf(seeds, (seed) => {
    const sides = { acted: { accounts: 0, good: 0 }, held: { accounts: 0, good: 0 } };
    for (const { unit, stays } of drawn(seed, { accounts, effect: 0 })) {
      const side = isHeldBack(`a${unit.account}`, `save-${seed}`, '2026', share) ? 'held' : 'acted';
      sides[side].accounts += 1;
      sides[side].good += Number(drawsFrom(seed * 7919 + unit.account).whether(stays(0)));
    }
    const found = holdOutEffect(sides.acted, sides.held);
    return found && found.verdict !== 'not shown';
  });
}
