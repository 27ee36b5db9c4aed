/** Findings on the measures of one scorecard: what they read, and how it earns points. */

import type { Measure, Pack, PackMetric, Scorecard } from '../pack/pack.ts';
import type { Report } from './findings.ts';

export function lintMeasures(pack: Pack, card: Scorecard, report: Report): void {
  for (const [i, measure] of card.measures.entries()) {
    const metric = pack.metrics.get(measure.metric);
    if (!metric) continue;
    const twin = card.measures.slice(0, i).find((other) => other.metric === measure.metric);
    if (twin) {
      report(
        'same-metric-twice',
        'warning',
        measure.place,
        `The measures ${twin.id} and ${measure.id} both score ${metric.id}, so it counts twice without being seen to`,
        'Score it once, with the points of both',
      );
    }
    lintSteps(measure, report);
    lintInput(pack, measure, metric, report);
  }
}

function lintSteps({ earning, id, place }: Measure, report: Report): void {
  if (earning.by !== 'steps') return;
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

/** An enum with more values than this is a text that somebody typed. */
const valuesOfAJudgement = 7;

function lintInput(pack: Pack, measure: Measure, metric: PackMetric, report: Report): void {
  const { id, place, maxAge } = measure;
  if (metric.direction === 'none') {
    report(
      'no-direction',
      'hint',
      place,
      `The measure ${id} scores ${metric.id}, for which the catalogue says neither higher nor lower is better`,
      'Set its direction, so that a wrong order of steps is found',
    );
  }
  if (metric.values && metric.values.length > valuesOfAJudgement) {
    report(
      'free-text',
      'warning',
      place,
      `The measure ${id} scores ${metric.id}, a text with ${metric.values.length} values: two people will not use so many alike`,
      'Let people choose between a few values, such as low, middle and high, or show it as reference',
    );
  }
  const known = metric.kind === 'measured' && metric.default !== undefined;
  if (measure.missing === 0 && metric.nullable && !known) {
    report(
      'missing-as-bad',
      'hint',
      place,
      `The measure ${id} gives nothing to accounts without ${metric.id}, as if not known were bad`,
      'Use missing: exclude, unless no data really means none',
    );
  }
  const group = metric.kind === 'measured' ? metric.group : undefined;
  const sources = pack.groups.find((candidate) => candidate.group === group)?.sources ?? [];
  const watched = sources.some((name) => pack.sources.get(name)?.freshness !== 'none');
  if (watched && maxAge === null) {
    report(
      'no-max-age',
      'hint',
      place,
      `The measure ${id} keeps counting when its data (${sources.join(', ')}) stops arriving`,
      'Set max_age, for example to 3d',
    );
  }
}
