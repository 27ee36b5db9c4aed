/**
 * Accounts held back by lot: the only comparison that may say that acting helped. The smallest effect
 * that the numbers could show comes first, since "no difference" of few accounts says nothing.
 */
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { accountsOf, relevant } from '../backtest.ts';
import { cautiousDifference, type Estimate, type Share, z } from '../intervals.ts';
import type { JudgedOutcome } from '../past-outcomes.ts';
import { normalQuantile } from '../statistics/distributions.ts';

export interface HoldOut {
  acted: Share;
  held: Share;
  /** Difference in the share that ended well which is found 4 times in 5, if it is there. */
  smallest: number;
  difference: Estimate;
  verdict: 'helped' | 'harmed' | 'not shown';
  en: string;
  ja: string;
}

/** Chance of finding an effect of the smallest size. */
const power = 0.8;
/** With fewer accounts on a side, even a verdict by lot would be chance. */
export const fewestHeld = 20;

/**
 * What became of the accounts of a lot, of those with an outcome; several of one account are one, which
 * is bad where one of them is.
 * @param heldBack of an outcome's account by the lot; undefined: it is not in it, and counts for neither side
 */
export function holdOutOf(
  score: Score,
  judged: readonly JudgedOutcome[],
  heldBack: (one: JudgedOutcome) => boolean | undefined,
): HoldOut | null {
  const side = (held: boolean): Share => {
    const own = relevant(score, judged).filter((one) => heldBack(one) === held);
    const { accounts, bad } = accountsOf(score, own);
    return { accounts, good: accounts - bad };
  };
  return holdOutEffect(side(false), side(true));
}

/** @param acted all accounts that the lot let through, whether or not somebody acted: as drawn */
export function holdOutEffect(acted: Share, held: Share): HoldOut | null {
  const difference = cautiousDifference(acted, held);
  if (!difference || Math.min(acted.accounts, held.accounts) < fewestHeld) return null;
  const smallest = smallestEffect(acted, held);
  const verdict = difference.low > 0 ? 'helped' : difference.high < 0 ? 'harmed' : 'not shown';
  const points = (share: number) => (100 * share).toFixed(0);
  const shown = `${points(difference.value)} (${points(difference.low)} … ${points(difference.high)})`;
  const first = {
    en: `These numbers (${acted.accounts} acted on, ${held.accounts} held back) could show a difference of ${points(smallest)} points or more.`,
    ja: `この件数（対応 ${acted.accounts} 件、見送り ${held.accounts} 件）で示せるのは、${points(smallest)} ポイント以上の差です。`,
  };
  const said = {
    helped: {
      en: `Acting helped: ${shown} points of percent more ended well.`,
      ja: `対応は効果がありました。結果の良かった割合が ${shown} ポイント高くなっています。`,
    },
    harmed: {
      en: `Acting harmed: ${shown} points of percent.`,
      ja: `対応は逆効果でした（${shown} ポイント）。`,
    },
    'not shown': {
      en: `No effect is shown: ${shown} points of percent; a smaller one than the above may be there.`,
      ja: `効果は示されていません（${shown} ポイント）。上の差より小さい効果はあるかもしれません。`,
    },
  }[verdict];
  return {
    acted,
    held,
    smallest,
    difference,
    verdict,
    en: `${first.en} ${said.en}`,
    ja: `${first.ja}${said.ja}`,
  };
}

/** At the rate of all accounts together, as a two-sided test at 5 % finds it. */
export function smallestEffect(acted: Share, held: Share): number {
  const all = acted.accounts + held.accounts;
  // One more on each side: a rate of 0 or 1 would promise to find anything.
  const rate = (acted.good + held.good + 1) / (all + 2);
  const spread = rate * (1 - rate) * (1 / acted.accounts + 1 / held.accounts);
  return (z + normalQuantile(power)) * Math.sqrt(spread);
}
