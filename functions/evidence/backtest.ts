/** Rules proven on what became of accounts: does the score, and does each measure, tell who stays? */
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import { inputsOf } from '../scorecard/language/pack/inputs.ts';
import type { Pack, Score } from '../scorecard/language/pack/pack.ts';
import { type Estimate, shareDifference, wilson } from './intervals.ts';
import type { JudgedOutcome, OutcomeKind } from './past-outcomes.ts';
import { mostBelievable } from './sheet/leaks.ts';
import { type Area, areaUnderCurve, numbered } from './statistics/auc.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface BandOutcomes extends Record<OutcomeKind, number> {
  id: string;
  label: Label;
  /** Accounts, and those of them that ended badly at least once. */
  accounts: number;
  bad: number;
  /** Share of them; null in an empty band. */
  rate: Estimate | null;
}

export interface MeasureProof {
  scorecard: string;
  measure: string;
  label: Label;
  hypothesis: boolean;
  /** Outcomes of accounts that it had a value for and that had a band. */
  known: number;
  /** As that of the score, from its earned points alone: of those that it had a value for. */
  auc: Area | null;
  /** leak: it tells more than behaviour can; upside down: who earned more ended worse. */
  suspicion: 'leak' | 'upside down' | null;
}

export interface ScoreProof {
  score: string;
  label: Label;
  purpose: Score['purpose'];
  versions: { scorecard: string; version: string }[];
  outcomes: Record<OutcomeKind, number>;
  /** Expansions in mid-term, which are no decision to stay. */
  midTerm: number;
  /**
   * Chance that an account with a good outcome had more points than one without; null where
   * too few of either are known.
   */
  auc: Area | null;
  verdict: Verdict;
  /** From the worst up, `unknown` last. */
  bands: BandOutcomes[];
  /** Whether no band ended worse than a lower one, beyond chance. */
  monotone: boolean;
  measures: MeasureProof[];
}

const unknown = { id: 'unknown', label: { en: 'unknown', ja: '不明' } };

/** For upsell, whoever grew; else, whoever stayed. */
export function isGood({ purpose }: Pick<Score, 'purpose'>, kind: OutcomeKind): boolean {
  return purpose === 'upsell' ? kind === 'expanded' : kind !== 'churned';
}

/** Outcomes that say whether the score was right: for all but upsell, decisions to stay or to leave. */
export function relevant(
  { purpose }: Pick<Score, 'purpose'>,
  judged: readonly JudgedOutcome[],
): readonly JudgedOutcome[] {
  return purpose === 'upsell' ? judged : judged.filter(({ decided }) => decided);
}

export function proveScore(
  pack: Pick<Pack, 'derived' | 'phases'>,
  score: Score,
  all: readonly JudgedOutcome[],
): ScoreProof {
  const inputs = inputsOf(pack, score);
  const judged = relevant(score, all);
  const bands = [...score.bands, unknown].map(({ id, label }): BandOutcomes => {
    const here = judged.filter(({ row }) => row.band === id);
    const { accounts, bad } = accountsOf(score, here);
    const rate = accounts === 0 ? null : wilson({ accounts, good: bad });
    return { id, label, ...countsOf(here), accounts, bad, rate };
  });
  const claimed = judged.filter(claims);
  const auc = pointsArea(score, claimed);
  const { bad } = accountsOf(score, claimed);
  return {
    score: score.id,
    label: score.label,
    purpose: score.purpose,
    versions: score.scorecards.map(({ id, version }) => ({ scorecard: id, version })),
    outcomes: countsOf(judged),
    midTerm: all.length - judged.length,
    auc,
    verdict: verdictOf({
      bad,
      good: new Set(good(score, claimed).map(({ account }) => account)).size,
      area: auc,
      purpose: score.purpose,
    }),
    bands: bands.filter(({ id, accounts }) => id !== unknown.id || accounts > 0),
    monotone: isMonotone(bands.filter(({ id }) => id !== unknown.id)),
    measures: score.scorecards.flatMap((card) => {
      const own = claimed.filter(({ row }) => row.scorecard === card.id);
      return card.measures.map(({ id, label, hypothesis, metric, maxAge }, i): MeasureProof => {
        // Where the rules give points for a missing value, it earned some and was known for nobody.
        const input = String(inputs.positionOf(metric, maxAge));
        const known = own.filter(
          ({ row }) =>
            (row.earned_points[i] ?? -1) >= 0 && !row.missing?.split(',').includes(input),
        );
        const alone = aucOf(score, known, ({ row }) => row.earned_points[i] ?? -1);
        return {
          scorecard: card.id,
          measure: id,
          label,
          hypothesis,
          known: known.length,
          auc: alone,
          suspicion: suspicionOf(alone),
        };
      });
    }),
  };
}

function suspicionOf(alone: Area | null): MeasureProof['suspicion'] {
  if (!alone) return null;
  if (Math.max(alone.value, 1 - alone.value) > mostBelievable) return 'leak';
  return alone.high < 0.5 ? 'upside down' : null;
}

/** Whether each band ended no worse than every lower one; a difference within chance is none. */
export function isMonotone(bands: readonly Pick<BandOutcomes, 'accounts' | 'bad'>[]): boolean {
  return bands.every((band, i) =>
    bands.slice(0, i).every((lower) => {
      const rise = shareDifference(
        { accounts: band.accounts, good: band.bad },
        { accounts: lower.accounts, good: lower.bad },
      );
      return !rise || rise.low <= 0;
    }),
  );
}

function countsOf(judged: readonly JudgedOutcome[]): Record<OutcomeKind, number> {
  const counts = { churned: 0, expanded: 0, renewed: 0 };
  for (const { kind } of judged) counts[kind] += 1;
  return counts;
}

const good = (score: Score, judged: readonly JudgedOutcome[]): JudgedOutcome[] =>
  judged.filter(({ kind }) => isGood(score, kind));

/** By account: one with several outcomes is no more than one customer, bad where one of them is. */
export function accountsOf(
  score: Score,
  judged: readonly JudgedOutcome[],
): { accounts: number; bad: number } {
  const bad = judged.filter(({ kind }) => !isGood(score, kind));
  return {
    accounts: new Set(judged.map(({ account }) => account)).size,
    bad: new Set(bad.map(({ account }) => account)).size,
  };
}

/** Without enough data there was no band, and so no claim that could be wrong. */
export const claims = ({ row }: JudgedOutcome): boolean => row.band !== unknown.id;

/** Of all outcomes that a band was claimed for, how well points tell who ended well. */
export const pointsArea = (
  score: Pick<Score, 'purpose'>,
  judged: readonly JudgedOutcome[],
): Area | null => aucOf(score, judged.filter(claims), ({ row }) => row.points ?? -1);

export function aucOf(
  score: Pick<Score, 'purpose'>,
  judged: readonly JudgedOutcome[],
  points: (one: JudgedOutcome) => number,
): Area | null {
  return areaUnderCurve({
    score: judged.map(points),
    good: judged.map(({ kind }) => Number(isGood(score, kind))),
    account: numbered(judged.map(({ account }) => account)),
  });
}
