/**
 * A trial that nobody ran, put together from the past (target trial, Hernan and Robins, American
 * Journal of Epidemiology 183, 2016): who was there on a fixed day, what was done within a window,
 * what became of those still there at its end. Nobody enters by having survived until the action.
 */
import { addDays } from '../../calendar.ts';
import type { PastAction } from '../past-outcomes.ts';
import type { Unit } from './overlap-weights.ts';

/** An account as it was seen on the day that its trial begins. */
export interface Baseline {
  account: string;
  /** Local day. */
  on: string;
  band: number;
  covariates: readonly number[];
  /** What became of it in the period before, which nothing done since can have caused; null: not known. */
  earlier: 0 | 1 | null;
}

/** How an account's contract went on. */
export interface End {
  account: string;
  /** Day on which it was known: notice where there was one, else the day it took effect. */
  on: string;
  good: boolean;
}

export interface Trial {
  units: (Unit & Pick<Baseline, 'earlier'> & { did: ReadonlySet<string> })[];
  /** Accounts whose end was known before the window closed, so that nothing could be done. */
  endedWithin: number;
  /** Actions that count for nothing, by reason. */
  unused: {
    before: number;
    after: number;
    afterEnd: number;
    inHindsight: number;
    notThere: number;
  };
}

/**
 * @param window days in which an action counts
 * @param ends the first end of each account after its baseline counts; without any, it is left out
 */
export function targetTrial(
  baselines: readonly Baseline[],
  actions: readonly PastAction[],
  ends: readonly End[],
  window: number,
): Trial {
  const actionsOf = Map.groupBy(actions, ({ account }) => account);
  const endsOf = Map.groupBy(ends, ({ account }) => account);
  const numbers = new Map<string, number>();
  const unused = { before: 0, after: 0, afterEnd: 0, inHindsight: 0, notThere: 0 };
  const there = new Set(baselines.map(({ account }) => account));
  unused.notThere = actions.filter(({ account }) => !there.has(account)).length;
  const counted = new Map<PastAction, Exclude<keyof Trial['unused'], 'notThere'> | null>();
  const units: Trial['units'] = [];
  let endedWithin = 0;
  for (const { account, on, band, covariates, earlier } of baselines) {
    const until = addDays(on, window);
    const end = (endsOf.get(account) ?? [])
      .filter((one) => one.on > on)
      .reduce<End | null>((first, one) => (first && first.on <= one.on ? first : one), null);
    const did = new Set<string>();
    for (const action of actionsOf.get(account) ?? []) {
      const why = whyUnused(action, on, until, end);
      // An action may lie in the window of one of several trials of an account.
      if (counted.get(action) !== null) counted.set(action, why);
      if (why === null) did.add(action.did);
    }
    if (!end) continue;
    if (end.on <= until) {
      endedWithin += 1;
      continue;
    }
    const number = numbers.get(account) ?? numbers.size;
    numbers.set(account, number);
    const outcome = Number(end.good);
    const acted = did.size > 0 ? 1 : 0;
    units.push({ account: number, acted, outcome, covariates, band, earlier, did });
  }
  for (const why of counted.values()) if (why) unused[why] += 1;
  return { units, endedWithin, unused };
}

function whyUnused(
  { on, entered }: PastAction,
  from: string,
  until: string,
  end: End | null,
): Exclude<keyof Trial['unused'], 'notThere'> | null {
  if (on <= from) return 'before';
  if (on > until) return 'after';
  if (end && on >= end.on) return 'afterEnd';
  // Whoever is gone cannot be entered any more: entries made after the end favour those who stayed.
  return end && entered !== undefined && entered >= end.on ? 'inHindsight' : null;
}
