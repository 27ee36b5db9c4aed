/** Reads `scorecards/*.yaml`. */
import type { Scope } from '../cel/expressions.ts';
import type { Axis, Band, Cap, Measure, PackMetric, Scorecard } from '../pack/pack.ts';
import { hundredths, mostPoints } from '../pack/points.ts';
import { isNone, type Report, requireUnique, suggestion } from '../problems.ts';
import type { ScorecardFile } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { readMeasure } from './measure.ts';
import { readExpression, readMetric } from './scope.ts';

/** What a scorecard refers to. */
export interface ScorecardContext {
  metrics: ReadonlyMap<string, PackMetric>;
  scope: Scope;
  /** Hundredths of the score's scale. */
  scale: number;
  bands: readonly Band[];
}

/** Checks one scorecard; the document reports what is wrong. */
export function readScorecard(
  document: YamlDocument<ScorecardFile>,
  context: ScorecardContext,
): Scorecard {
  const { data, file, report } = document;
  const { metrics, scope, scale } = context;
  const name = /([^/]+)\.ya?ml$/.exec(file)?.[1];
  if (name !== data.scorecard) {
    report(
      ['scorecard'],
      `is ${data.scorecard}, but the file is called ${name}: give both one name`,
    );
  }
  if (data.points !== undefined && hundredths(data.points) !== scale) {
    report(
      ['points'],
      `is ${data.points}, but the score has ${scale / 100} points in pack.yaml: make them equal, or leave points out`,
    );
  }
  const appliesTo =
    data.applies_to === undefined
      ? undefined
      : readExpression(report, ['applies_to'], data.applies_to, scope, 'condition');
  const measures = readMeasures(document, context);
  const axes = readAxes(document, measures, report);
  for (const [i, id] of data.reference.entries()) {
    readMetric(id, metrics, (message) => report(['reference', i], message));
  }
  requireUnique(data.reference, 'list it once', report, (i) => ['reference', i]);
  return {
    id: data.scorecard,
    version: data.version,
    label: data.label,
    purpose: data.purpose ?? null,
    note: data.note ?? null,
    tunedUntil: data.tuned_until ?? null,
    ...(appliesTo ? { appliesTo } : {}),
    axes,
    measures,
    reference: data.reference.filter((id) => metrics.has(id)),
    caps: readCaps(document, context),
    place: { file, line: 1 },
  };
}

function readMeasures(
  document: YamlDocument<ScorecardFile>,
  { metrics }: ScorecardContext,
): Measure[] {
  const { measures: written } = document.data;
  requireUnique(
    written.map(({ id }) => id),
    'measure ids are unique',
    document.below('measures'),
  );
  const measures = written.flatMap((measure, i) => {
    const at = ['measures', i] as const;
    return readMeasure(measure, metrics, document.placeOf(...at), document.below(...at)) ?? [];
  });
  const total = measures.reduce((sum, { points }) => sum + points, 0);
  if (total > mostPoints * 100) {
    document.report(
      ['measures'],
      `have ${total / 100} points together, but at most ${mostPoints} can be kept apart: use smaller points, the score is scaled anyway`,
    );
  }
  return measures;
}

function readAxes(
  document: YamlDocument<ScorecardFile>,
  measures: readonly Measure[],
  report: Report,
): Axis[] {
  const { data } = document;
  const names = Object.keys(data.axes);
  for (const [i, { axis }] of data.measures.entries()) {
    if (names.length === 0 && axis !== undefined) {
      report(
        ['measures', i, 'axis'],
        `is ${axis}, but the scorecard has no axes: declare it under axes`,
      );
    } else if (names.length > 0 && axis === undefined) {
      report(['measures', i, 'axis'], `is missing${suggestion('', names)}`);
    } else if (axis !== undefined && !names.includes(axis)) {
      report(['measures', i, 'axis'], isNone(axis, 'no axis', names));
    }
  }
  for (const [id, { points }] of Object.entries(data.axes)) {
    if (points === undefined || measures.length < data.measures.length) continue;
    const sum = measures.reduce((total, m) => total + (m.axis === id ? m.points : 0), 0);
    if (sum !== hundredths(points)) {
      report(
        ['axes', id, 'points'],
        `is ${points}, but its measures have ${sum / 100} points together: make them equal`,
      );
    }
  }
  return Object.entries(data.axes).map(([id, { label }]) => ({ id, label }));
}

function readCaps(
  document: YamlDocument<ScorecardFile>,
  { scope, bands }: ScorecardContext,
): Cap[] {
  const { caps } = document.data;
  const report = document.below('caps');
  requireUnique(
    caps.map(({ id }) => id),
    'cap ids are unique',
    report,
  );
  return caps.flatMap(({ id, when: text, at_most, label }, i) => {
    const when = readExpression(report, [i, 'when'], text, scope, 'condition');
    const names = bands.map((band) => band.id);
    const atMost = names.indexOf(at_most);
    if (atMost < 0 && bands.length > 0) {
      report([i, 'at_most'], isNone(at_most, 'no band of the score', names));
    }
    return when && atMost >= 0 ? [{ id, when, atMost, label }] : [];
  });
}
