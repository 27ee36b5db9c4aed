/** What is allowed in a pack but probably not meant, or leaves it weaker than it could be. */

import type { Pack, Score, Scorecard } from '../pack/pack.ts';
import { pointsOf } from '../pack/points.ts';
import { type Finding, findingList, type Report } from './findings.ts';
import { lintMeasures } from './measures.ts';
import { lintMetrics } from './metrics.ts';
import { lintSignals } from './signals.ts';
import { lintTexts } from './texts.ts';

export type { Finding } from './findings.ts';

/** Findings on a pack that parsed, without a look at any data, in the order of files and lines. */
export function lintPack(pack: Pack): Finding[] {
  const { report, sorted } = findingList();
  lintPhases(pack, report);
  for (const score of pack.scores) {
    lintScore(pack, score, report);
    for (const card of score.scorecards) {
      lintScorecard(pack, score, card, report);
      lintMeasures(pack, card, report);
    }
  }
  lintMetrics(pack, report);
  lintSignals(pack, report);
  lintTexts(pack, report);
  lintExemplars(pack, report);
  for (const problem of pack.idle) {
    report(
      'broken-file',
      'warning',
      problem,
      `${problem.field === '' ? 'This file' : problem.field} ${problem.message}`,
      'Mend it: nothing of this pack reads it, but another pack may',
    );
  }
  return sorted();
}

/** Holds for every account: what stands after it in a list of conditions is never asked for. */
const always = (condition: { ast: { op: string; args: unknown } }): boolean =>
  condition.ast.op === 'value' && condition.ast.args === true;

function lintPhases({ id, phases }: Pack, report: Report): void {
  const place = { file: `rules/${id}/pack.yaml`, line: 1 };
  for (const [i, { id: phase, when }] of phases.entries()) {
    const earlier = phases.slice(0, i);
    const covering = earlier.find((p) => always(p.when) || p.when.text === when.text);
    if (!covering) continue;
    report(
      'unreachable-phase',
      'warning',
      place,
      `No account is ever in the phase ${phase}, since ${covering.id} stands before it and holds wherever it would`,
      `Put ${phase} before ${covering.id}, or change one of the conditions`,
    );
  }
}

/** More bands than this are not kept in mind: of 24 levels nobody knew any, 5 spread at once. */
const bandsInMind = 5;

function lintScore(pack: Pack, score: Score, report: Report): void {
  if (score.purpose === null) {
    report(
      'no-purpose',
      'warning',
      score.place,
      `The score ${score.id} does not say what it is for, so nobody can tell whether it works`,
      'Add purpose: churn, upsell, onboarding or purchase',
    );
  }
  if (score.bands.length > bandsInMind) {
    report(
      'many-bands',
      'warning',
      score.bandsPlace,
      `The score ${score.id} has ${score.bands.length} bands, more than people hold in mind, so they will not be used in daily work`,
      `Merge bands that lead to the same action, down to ${bandsInMind}`,
    );
  }
  lintCoverage(pack, score, report);
  for (const [i, card] of score.scorecards.entries()) {
    const { appliesTo } = card;
    const covering = score.scorecards
      .slice(0, i)
      .find((c) => c.appliesTo && (always(c.appliesTo) || c.appliesTo.text === appliesTo?.text));
    if (!covering) continue;
    report(
      'unreachable-scorecard',
      'warning',
      card.place,
      `The scorecard ${card.id} is never used, since ${covering.id} is tried before it and applies wherever it would`,
      'Give the two different conditions in applies_to, or remove one',
    );
  }
  if (score.minConfidence === 0) {
    report(
      'no-min-confidence',
      'warning',
      score.place,
      `The score ${score.id} gives a band however little is known of an account`,
      'Set min_confidence, for example to 0.5',
    );
  }
  if (score.hysteresis === 0) {
    report(
      'no-hysteresis',
      'hint',
      score.place,
      `Bands of ${score.id} change with every small move across a boundary`,
      'Set hysteresis to a few points',
    );
  }
}

/** Who has no score: everybody that no scorecard takes, unless a test says that it is meant. */
function lintCoverage({ phases, tests }: Pack, score: Score, report: Report): void {
  const conditions = score.scorecards.flatMap(({ appliesTo }) => appliesTo ?? []);
  if (conditions.length < score.scorecards.length) return;
  const byPhase = conditions.every(
    ({ metrics, account, readsPhase }) =>
      readsPhase && metrics.length === 0 && account.length === 0,
  );
  if (!byPhase || !phases.some(({ when }) => always(when))) {
    report(
      'no-general-scorecard',
      'hint',
      score.place,
      `Every scorecard of ${score.id} has applies_to: accounts that fit none get no score`,
      'Leave applies_to out of one scorecard, unless that is meant',
    );
    return;
  }
  const meant = new Set(
    tests
      .filter((file) => file.score === score.id)
      .flatMap(({ cases }) => cases)
      .flatMap(({ test: { expect } }) => (expect.scorecard === null ? (expect.phase ?? []) : [])),
  );
  for (const { id } of phases) {
    const row = { account: { phase: id }, metrics: {} };
    if (meant.has(id) || conditions.some((when) => when.evaluate(row) === true)) continue;
    report(
      'no-general-scorecard',
      'hint',
      score.place,
      `No scorecard of ${score.id} applies in the phase ${id}: accounts in it get no score`,
      `Give one of them ${id}, or, if that is meant, a test that expects scorecard: null and phase: ${id}`,
    );
  }
}

function lintScorecard(pack: Pack, score: Score, card: Scorecard, report: Report): void {
  const tests = pack.tests.find((t) => t.score === score.id && t.scorecard === card.id);
  if (!tests || tests.cases.length === 0) {
    report(
      'untested-scorecard',
      'warning',
      card.place,
      `The scorecard ${card.id} has no tests, so a slip in it shows only in results`,
      `Add ${card.place.file.replace(/(\.ya?ml)$/, '.test$1')} with a good, a bad and a middling account`,
    );
  }
  lintPurpose(card, report);
  const total = card.measures.reduce((sum, { points }) => sum + points, 0);
  if (total !== score.scale) {
    report(
      'weights',
      'warning',
      card.place,
      `The measures of ${card.id} have ${pointsOf(total)} points together, but the score ${score.id} has ${pointsOf(score.scale)}, so every point that is written counts as ${(score.scale / total).toFixed(2)}`,
      `Make the measures add up to ${pointsOf(score.scale)}`,
    );
  }
  for (const { id } of card.axes) {
    if (card.measures.some(({ axis }) => axis === id)) continue;
    report(
      'empty-axis',
      'warning',
      card.place,
      `The axis ${id} has no measures`,
      'Give it measures or remove it',
    );
  }
  for (const { id, atMost } of card.caps) {
    if (atMost < score.bands.length - 1) continue;
    report(
      'idle-cap',
      'warning',
      card.place,
      `The cap ${id} allows the highest band, so it never does anything`,
      'Name a lower band in at_most',
    );
  }
}

function lintPurpose({ id, purpose, note, place }: Scorecard, report: Report): void {
  if (purpose === null) {
    report(
      'no-scorecard-purpose',
      'warning',
      place,
      `The scorecard ${id} does not name the problem it solves, so its measures cannot be judged by it`,
      'Add purpose: churn, upsell, onboarding or purchase, and a note that says who acts on it',
    );
  } else if (note === null) {
    report(
      'no-note',
      'hint',
      place,
      `The scorecard ${id} does not say who looks at it and what they then do`,
      'Add note: { en: ..., ja: ... } with one sentence',
    );
  }
}

function lintExemplars({ id, exemplars }: Pack, report: Report): void {
  const file = `rules/${id}/exemplars.yaml`;
  const [first] = exemplars;
  if (!first) {
    report(
      'no-exemplars',
      'hint',
      { file, line: 1 },
      'No account is named that must be rated high or low, so nothing tells whether the score fits what people know',
      'List a few well-known accounts with at_least or at_most',
    );
    return;
  }
  const good = exemplars.some(({ atLeast }) => atLeast !== null);
  const bad = exemplars.some(({ atMost }) => atMost !== null);
  if (good && bad) return;
  report(
    'one-sided-exemplars',
    'hint',
    first.place,
    good
      ? 'Every exemplar must be rated high, so a score that rates everybody high passes'
      : 'Every exemplar must be rated low, so a score that rates everybody low passes',
    good
      ? 'Add an account in trouble with at_most'
      : 'Add an account known to do well with at_least',
  );
}
