/** All that the past says of one score, in the order in which people ask. */
import type { Pack, Score } from '../../scorecard/language/pack/pack.ts';
import { trialOf, untreated } from '../action-effects.ts';
import { pointsArea, proveScore, relevant, type ScoreProof } from '../backtest.ts';
import { type ActionComparison, compareActions } from '../effects/compare-actions.ts';
import { type HoldOut, holdOutOf } from '../effects/hold-out.ts';
import type { Trial } from '../effects/target-trial.ts';
import type { JudgedOutcome, Lead, LeftOutOutcomes, PastAction } from '../past-outcomes.ts';
import type { Area } from '../statistics/auc.ts';
import { type PartProof, partsOf } from './parts.ts';
import {
  type Capacity,
  capacityOf,
  type Reviews,
  type Stability,
  type Warnings,
  warningsOf,
} from './warnings.ts';

/** What a score is held against. */
export interface ScorePast {
  judged: readonly JudgedOutcome[];
  leftOut: readonly LeftOutOutcomes[];
  /** What people saw of the accounts over time, and how often bands changed. */
  reviews: Reviews;
  stability: Stability;
  byLead: readonly { lead: number; judged: readonly JudgedOutcome[] }[];
}

export interface ReportOptions extends Lead {
  /** Month in which the contract year begins, from 1. */
  yearFrom: number;
  /** Accounts that the team can call a month. */
  calls: number;
  actions: readonly PastAction[];
  /** Whether a lot held its account back, undefined where it is not in it; null without a lot. */
  lot: ((one: JudgedOutcome) => boolean | undefined) | null;
}

export interface EvidenceReport {
  proof: ScoreProof;
  leftOut: readonly LeftOutOutcomes[];
  capacity: Capacity;
  /** How well growth is told from the same points; null where it is what the score is for. */
  growth: Area | null;
  /** The longest lead first. */
  leads: { lead: number; auc: Area | null; outcomes: number }[];
  warnings: Warnings;
  stability: Stability;
  parts: PartProof[];
  advice: Advice[];
  treated: { outcomes: number; auc: Area | null };
  effects: { comparisons: ActionComparison[]; unused: Trial['unused'] };
  holdOut: HoldOut | null;
  /** Why accounts left, by the team's own words, the most frequent first. */
  reasons: { reason: string; accounts: number; warned: number }[];
}

/** What should change, by stable words. */
export interface Advice {
  about: 'leak' | 'upside down' | 'says nothing' | 'proven' | 'not monotone' | 'not early';
  /** Measures, named as people know them; none where it is about the score. */
  measures: { scorecard: string; measure: string }[];
}

export function reportOf(
  pack: Pick<Pack, 'derived' | 'phases'>,
  score: Score,
  past: ScorePast,
  { yearFrom, calls, actions, lot, ...lead }: ReportOptions,
): EvidenceReport {
  const { judged, leftOut, stability } = past;
  const proof = proveScore(pack, score, judged);
  const warnings = warningsOf(score, past.reviews);
  const outcomes = relevant(score, judged);
  const left = untreated(outcomes, actions, lead);
  const trial = trialOf(score, judged, actions, lead);
  const leads = past.byLead
    .toSorted((a, b) => b.lead - a.lead)
    .map(({ lead: days, judged: own }) => ({
      lead: days,
      auc: pointsArea(score, relevant(score, own)),
      outcomes: relevant(score, own).length,
    }));
  return {
    proof,
    leftOut,
    capacity: capacityOf(score, judged, calls),
    growth: score.purpose === 'upsell' ? null : pointsArea({ purpose: 'upsell' }, judged),
    leads,
    warnings,
    stability,
    parts: partsOf(pack, score, judged, yearFrom),
    advice: adviceOf(proof, leads),
    treated: {
      outcomes: outcomes.length - left.length,
      auc: left.length === outcomes.length ? null : pointsArea(score, left),
    },
    effects: { comparisons: compareActions(trial), unused: trial.unused },
    holdOut: lot && holdOutOf(score, judged, lot),
    reasons: reasonsOf(warnings),
  };
}

function adviceOf(proof: ScoreProof, leads: EvidenceReport['leads']): Advice[] {
  const { measures, monotone, auc } = proof;
  const which = (holds: (one: ScoreProof['measures'][number]) => boolean) =>
    measures.filter(holds).map(({ scorecard, measure }) => ({ scorecard, measure }));
  const [longest] = leads;
  const tells = auc !== null && auc.low > 0.5;
  const late = tells && longest?.auc && longest.auc.low <= 0.5;
  const about: Advice[] = [
    { about: 'leak', measures: which(({ suspicion }) => suspicion === 'leak') },
    { about: 'upside down', measures: which(({ suspicion }) => suspicion === 'upside down') },
    {
      about: 'says nothing',
      // Of few that left a wide interval is no sign that a measure says nothing.
      measures: which(
        ({ auc: alone, suspicion }) =>
          !suspicion && alone !== null && alone.low <= 0.5 && alone.high < telling,
      ),
    },
    {
      about: 'proven',
      measures: which(
        ({ auc: alone, hypothesis, suspicion }) =>
          hypothesis && !suspicion && (alone?.low ?? 0) > 0.5,
      ),
    },
  ];
  return [
    ...about.filter((one) => one.measures.length > 0),
    ...(monotone ? [] : [{ about: 'not monotone' as const, measures: [] }]),
    ...(late ? [{ about: 'not early' as const, measures: [] }] : []),
  ];
}

/** A measure whose whole interval lies below this is hardly worth its points. */
const telling = 0.65;

function reasonsOf({ churns }: Warnings): EvidenceReport['reasons'] {
  const given = churns.filter(({ reason }) => reason !== null);
  return [...Map.groupBy(given, ({ reason }) => reason ?? '')]
    .map(([reason, own]) => ({
      reason,
      accounts: own.length,
      warned: own.filter(({ warned }) => warned !== null).length,
    }))
    .sort((a, b) => b.accounts - a.accounts || (a.reason < b.reason ? -1 : 1));
}
