/** What is allowed in a pack but probably not meant, or leaves it weaker than it could be. */
import type { Measure, Pack, Place, Score, Scorecard } from './pack.ts';

export interface Finding {
  /** Stable name of the check. */
  rule: string;
  /** warning: probably a mistake; hint: could be better. */
  severity: 'warning' | 'hint';
  file: string;
  line: number;
  /** What was found and why it matters. */
  message: string;
  /** What to do. */
  advice: string;
}

type Report = (
  rule: string,
  severity: Finding['severity'],
  place: Place,
  message: string,
  advice: string,
) => void;

/** Findings on a pack that parsed, in the order of files and lines. */
export function lintPack(pack: Pack): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (rule, severity, { file, line }, message, advice) => {
    findings.push({ rule, severity, file, line, message, advice });
  };
  const packFile = { file: `rules/${pack.id}/pack.yaml`, line: 1 };
  for (const score of pack.scores) {
    lintScore(score, report);
    for (const card of score.scorecards) lintScorecard(pack, score, card, report);
  }
  lintMetrics(pack, packFile, report);
  if (pack.exemplars.length === 0) {
    report(
      'no-exemplars',
      'hint',
      { file: `rules/${pack.id}/exemplars.yaml`, line: 1 },
      'No account is named that must be rated high or low, so nothing tells whether the score fits what people know',
      'List a few well-known accounts with at_least or at_most',
    );
  }
  return findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

function lintScore(score: Score, report: Report): void {
  if (score.purpose === null) {
    report(
      'no-purpose',
      'warning',
      score.place,
      `The score ${score.id} does not say what it is for, so nobody can tell whether it works`,
      'Add purpose: churn, upsell, onboarding or purchase',
    );
  }
  if (score.scorecards.every(({ appliesTo }) => appliesTo)) {
    report(
      'no-general-scorecard',
      'hint',
      score.place,
      `Every scorecard of ${score.id} has applies_to: accounts that fit none get no score`,
      'Leave applies_to out of one scorecard, unless that is meant',
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
  for (const measure of card.measures) lintMeasure(pack, measure, report);
}

function lintMeasure(pack: Pack, measure: Measure, report: Report): void {
  const { earning, place, id } = measure;
  const metric = pack.metrics.get(measure.metric);
  if (metric?.direction === 'none') {
    report(
      'no-direction',
      'hint',
      place,
      `The measure ${id} scores ${metric.id}, for which the catalogue says neither higher nor lower is better`,
      'Set its direction, so that a wrong order of steps is found',
    );
  }
  if (earning.by === 'steps') {
    for (const [i, points] of earning.points.entries()) {
      if (points !== (i === 0 ? undefined : earning.points[i - 1])) continue;
      report(
        'idle-step',
        'hint',
        place,
        `The step at ${earning.thresholds[i]} of ${id} earns what the step before it earns`,
        'Remove it or give it other points',
      );
    }
  }
  const group = metric?.kind === 'measured' ? metric.group : undefined;
  const sources = pack.groups.find((candidate) => candidate.group === group)?.sources ?? [];
  const watched = sources.some((name) => pack.sources.get(name)?.freshness !== 'none');
  if (watched && measure.maxAge === null) {
    report(
      'no-max-age',
      'hint',
      place,
      `The measure ${id} keeps counting when its data (${sources.join(', ')}) stops arriving`,
      'Set max_age, for example to 3d',
    );
  }
}

/** Metrics that were made for this pack but that nothing reads. */
function lintMetrics(pack: Pack, packFile: Place, report: Report): void {
  const read = metricsShown(pack);
  const derived = new Set(pack.derived.map(({ id }) => id));
  for (const metric of pack.metrics.values()) {
    if (metric.kind !== 'derived' || derived.has(metric.id)) continue;
    report(
      'unused-metric',
      'warning',
      packFile,
      `The derived metric ${metric.id} is read by nothing`,
      'Use it in a measure, a cap or as reference, or remove it',
    );
  }
  for (const group of pack.groups) {
    if (!group.file.startsWith(`sql/metrics/${pack.id}/`)) continue;
    for (const { id } of group.metrics) {
      if (read.has(id)) continue;
      report(
        'unused-metric',
        'hint',
        { file: group.file, line: 1 },
        `The metric ${id} is computed for every account but read by nothing`,
        'Use it, or remove it from the group',
      );
    }
  }
}

function metricsShown(pack: Pack): Set<string> {
  const read = new Set<string>();
  const addAll = (ids: readonly string[]) => {
    for (const id of ids) read.add(id);
  };
  for (const { when } of pack.phases) addAll(when.metrics);
  for (const { expression } of pack.derived) addAll(expression.metrics);
  for (const { headline, scorecards } of pack.scores) {
    if (headline !== null) read.add(headline);
    for (const { appliesTo, measures, reference, caps } of scorecards) {
      addAll(appliesTo?.metrics ?? []);
      addAll(measures.map(({ metric }) => metric));
      addAll(reference);
      for (const { when } of caps) addAll(when.metrics);
    }
  }
  return read;
}
