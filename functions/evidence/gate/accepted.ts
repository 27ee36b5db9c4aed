/** What is written down as the evidence of a score: figures that its rules were not made from. */
import type { RulesLayout } from '../../scorecard/engine/layout.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import type { AcceptedScore } from '../../scorecard/language/schema/evidence.ts';
import { accountsOf, claims, proveScore, relevant } from '../backtest.ts';
import { recalibrate } from '../calibrate/recalibrate.ts';
import type { JudgedOutcome } from '../past-outcomes.ts';
import type { EvidenceReport } from '../report/evidence-report.ts';
import { fewestForVerdict } from '../verdict.ts';
import type { RankingAgreement } from './ranking.ts';

export interface Acceptance {
  judged: readonly JudgedOutcome[];
  report: EvidenceReport;
  layout: RulesLayout;
  ranking: RankingAgreement | null;
  /** What was accepted before: notes on accounts are kept. */
  before: AcceptedScore | undefined;
}

/** @param pack what `proveScore` needs of it */
export function acceptedScore(
  pack: Parameters<typeof proveScore>[0],
  score: Score,
  { judged, report, layout, ranking, before }: Acceptance,
): AcceptedScore {
  const tuned = score.scorecards
    .flatMap(({ tunedUntil }) => tunedUntil ?? [])
    .sort()
    .at(-1);
  const later = tuned === undefined ? judged : judged.filter(({ on }) => on > tuned);
  const enough = smallerSide(score, later) >= fewestForVerdict;
  const outOfFold = tuned === undefined || enough ? null : outOfFoldOf(score, layout, judged);
  const own = outOfFold ? judged : later;
  const proof = proveScore(pack, score, own);
  const { accounts, bad } = outOfFold ?? accountsOf(score, relevant(score, own).filter(claims));
  const auc = outOfFold ? outOfFold.area : proof.auc;
  const { holdOut } = report;
  const { churns } = report.warnings;
  return {
    basis: tuned === undefined ? 'untuned' : outOfFold ? 'out_of_fold' : 'later',
    accounts,
    bad,
    auc: auc && { value: auc.value, low: auc.low, high: auc.high },
    monotone: proof.monotone,
    hold_out: holdOut && {
      acted: holdOut.acted.accounts,
      held: holdOut.held.accounts,
      smallest: holdOut.smallest,
      difference: holdOut.difference,
      verdict: holdOut.verdict,
    },
    ranking,
    churns:
      bad < fewestForVerdict
        ? churns.map(({ account, on, warned, days, by }) => ({
            account,
            known_on: on,
            warned_on: warned,
            days,
            by: by.map(({ en }) => en),
            note:
              before?.churns.find((one) => one.account === account && one.known_on === on)?.note ??
              '',
          }))
        : [],
  };
}

function smallerSide(score: Score, judged: readonly JudgedOutcome[]): number {
  const { accounts, bad } = accountsOf(score, relevant(score, judged).filter(claims));
  return Math.min(bad, accounts - bad);
}

/** Of the scorecard with most outcomes, as a calibration like it does on accounts it was not made from. */
function outOfFoldOf(score: Score, layout: RulesLayout, judged: readonly JudgedOutcome[]) {
  const cards = Map.groupBy(relevant(score, judged), ({ row }) => row.scorecard ?? '');
  const [card] = [...cards].sort(([, a], [, b]) => b.length - a.length);
  return card ? recalibrate(score, layout, judged, card[0], { seed: 1 }) : null;
}
