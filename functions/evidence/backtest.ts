/** Rules proven on what became of accounts: does the score, and does each measure, tell who stays? */
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import type { Score } from '../scorecard/language/pack/pack.ts';
import type { Estimate } from './intervals.ts';
import type { JudgedOutcome, OutcomeKind } from './past-outcomes.ts';
import { areaUnderCurve, numbered } from './statistics/auc.ts';

export interface BandOutcomes extends Record<OutcomeKind, number> {
  id: string;
  label: Label;
}

export interface MeasureProof {
  scorecard: string;
  measure: string;
  label: Label;
  hypothesis: boolean;
  /** Outcomes of accounts that it was known for and that had a band. */
  known: number;
  /** As that of the score, from its earned points alone. */
  auc: Estimate | null;
}

export interface ScoreProof {
  score: string;
  label: Label;
  purpose: Score['purpose'];
  versions: { scorecard: string; version: string }[];
  outcomes: Record<OutcomeKind, number>;
  /**
   * Chance that an account with a good outcome had more points than one without; null where
   * too few of either are known.
   */
  auc: Estimate | null;
  /** From the worst up, `unknown` last. */
  bands: BandOutcomes[];
  measures: MeasureProof[];
}

const unknown = { id: 'unknown', label: { en: 'unknown', ja: '不明' } };

/** For upsell, whoever grew; else, whoever stayed. */
export function isGood({ purpose }: Pick<Score, 'purpose'>, kind: OutcomeKind): boolean {
  return purpose === 'upsell' ? kind === 'expanded' : kind !== 'churned';
}

export function proveScore(score: Score, judged: readonly JudgedOutcome[]): ScoreProof {
  const bands = [...score.bands, unknown].map(({ id, label }) => {
    const here = judged.filter(({ row }) => row.band === id);
    return { id, label, ...countsOf(here) };
  });
  return {
    score: score.id,
    label: score.label,
    purpose: score.purpose,
    versions: score.scorecards.map(({ id, version }) => ({ scorecard: id, version })),
    outcomes: countsOf(judged),
    auc: aucOf(score, judged, ({ row }) => row.points ?? -1),
    bands: bands.filter(
      ({ id, churned, expanded, renewed }) => id !== unknown.id || churned + expanded + renewed > 0,
    ),
    measures: score.scorecards.flatMap((card) => {
      const own = judged.filter(({ row }) => row.scorecard === card.id);
      return card.measures.map(({ id, label, hypothesis }, i) => {
        const known = own.filter(({ row }) => claims(row) && (row.earned_points[i] ?? -1) >= 0);
        return {
          scorecard: card.id,
          measure: id,
          label,
          hypothesis,
          known: known.length,
          auc: aucOf(score, known, ({ row }) => row.earned_points[i] ?? -1),
        };
      });
    }),
  };
}

function countsOf(judged: readonly JudgedOutcome[]): Record<OutcomeKind, number> {
  const counts = { churned: 0, expanded: 0, renewed: 0 };
  for (const { kind } of judged) counts[kind] += 1;
  return counts;
}

/** Without enough data there was no band, and so no claim that could be wrong. */
const claims = ({ band }: JudgedOutcome['row']): boolean => band !== unknown.id;

function aucOf(
  score: Score,
  judged: readonly JudgedOutcome[],
  points: (one: JudgedOutcome) => number,
): Estimate | null {
  const claimed = judged.filter(({ row }) => claims(row));
  return areaUnderCurve({
    score: claimed.map(points),
    good: claimed.map(({ kind }) => Number(isGood(score, kind))),
    account: numbered(claimed.map(({ account }) => account)),
  });
}
