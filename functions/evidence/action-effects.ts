/**
 * What became of accounts with an action and without it, by the band that they were in before, and
 * among like ones. Nobody drew lots for who is called, so these are comparisons and no proof of a cause.
 */
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import type { Score } from '../scorecard/language/pack/pack.ts';
import { isGood, relevant } from './backtest.ts';
import { type Trial, targetTrial } from './effects/target-trial.ts';
import { type Estimate, type Share, shareDifference } from './intervals.ts';
import { dateBefore, type JudgedOutcome, type Lead, type PastAction } from './past-outcomes.ts';

export interface ActionEffect {
  /** Null: all bands together. */
  band: { id: string; label: Label } | null;
  did: string;
  with: Share;
  without: Share;
  /** Share with a good outcome, with the action less without it. */
  difference: Estimate | null;
}

/** Each kind of action that was taken, by band from the worst up, then over all bands. */
export function actionEffects(
  score: Score,
  all: readonly JudgedOutcome[],
  actions: readonly PastAction[],
  lead: Lead,
): ActionEffect[] {
  const judged = relevant(score, all);
  const byAccount = Map.groupBy(actions, ({ account }) => account);
  /** Kinds of action between the day of the result and the outcome. */
  const taken = new Map(
    judged.map((outcome) => {
      const since = dateBefore(outcome, lead);
      const between = (byAccount.get(outcome.account) ?? []).filter(
        // Of accounts that are gone nothing is entered any more, so what is entered afterwards
        // would make every account with an action one that stayed.
        ({ on, entered }) => on > since && on < outcome.on && (entered ?? on) < outcome.on,
      );
      return [outcome, new Set(between.map(({ did }) => did))] as const;
    }),
  );
  const kinds = [...new Set([...taken.values()].flatMap((dids) => [...dids]))].sort();
  return [...score.bands, null].flatMap((band) => {
    const here = judged.filter(({ row }) => band === null || row.band === band.id);
    return kinds.flatMap((did): ActionEffect[] => {
      const acted = (outcome: JudgedOutcome) => taken.get(outcome)?.has(did) ?? false;
      const shareOf = (some: readonly JudgedOutcome[]): Share => ({
        accounts: some.length,
        good: some.filter(({ kind }) => isGood(score, kind)).length,
      });
      const [yes, no] = [here.filter(acted), here.filter((one) => !acted(one))].map(shareOf);
      if (!yes || !no || yes.accounts === 0) return [];
      const named = band && { id: band.id, label: band.label };
      return [{ band: named, did, with: yes, without: no, difference: shareDifference(yes, no) }];
    });
  });
}

/** Outcomes of accounts for which nothing was done since the day that they are held against. */
export function untreated(
  outcomes: readonly JudgedOutcome[],
  actions: readonly PastAction[],
  lead: Lead,
): JudgedOutcome[] {
  const byAccount = Map.groupBy(actions, ({ account }) => account);
  return outcomes.filter((outcome) => {
    const since = dateBefore(outcome, lead);
    const own = byAccount.get(outcome.account) ?? [];
    return !own.some(({ on }) => on > since && on < outcome.on);
  });
}

const trends = { rising: 1, steady: 0, falling: -1 };

/** Each account as its score saw it, and what was done from then until its outcome was near. */
export function trialOf(
  score: Score,
  all: readonly JudgedOutcome[],
  actions: readonly PastAction[],
  lead: Lead,
): Trial {
  const judged = relevant(score, all);
  const phases = [...new Set(judged.map(({ row }) => row.phase))].slice(1);
  const byAccount = Map.groupBy(judged, ({ account }) => account);
  const baselines = judged.map((outcome) => {
    const { account, row } = outcome;
    const on = dateBefore(outcome, lead);
    const earlier = byAccount
      .get(account)
      ?.filter((one) => one.on <= on)
      .reduce<JudgedOutcome | null>((last, one) => (last && last.on > one.on ? last : one), null);
    return {
      account,
      on,
      band: score.bands.findIndex(({ id }) => id === row.band),
      covariates: [
        row.points ?? 0,
        trends[row.trend ?? 'steady'],
        row.confidence ?? 0,
        ...phases.map((phase) => Number(row.phase === phase)),
      ],
      earlier: earlier ? goodness(score, earlier) : null,
    };
  });
  const ends = judged.map(({ account, on, kind }) => ({ account, on, good: isGood(score, kind) }));
  return targetTrial(baselines, actions, ends, lead.lead - 1);
}

const goodness = (score: Score, { kind }: JudgedOutcome): 0 | 1 => (isGood(score, kind) ? 1 : 0);
