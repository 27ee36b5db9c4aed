/** Reads `scorecards/*.yaml`. */
import type { Scope } from '../cel/expressions.ts';
import type { Axis, Band, Cap, Measure, PackMetric, Scorecard } from '../pack/pack.ts';
import { hundredths, mostPoints } from '../pack/points.ts';
import { type Problem, suggestion } from '../problems.ts';
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
  problems: Problem[];
}

/** Checks one scorecard; problems found go to the context. */
export function readScorecard(
  document: YamlDocument<ScorecardFile>,
  context: ScorecardContext,
): Scorecard {
  const { data, file } = document;
  const { metrics, scope, scale, problems } = context;
  const report = (path: PropertyKey[], message: string) =>
    problems.push(document.problem(path, message));

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
      : readExpression(document, ['applies_to'], data.applies_to, scope, 'condition', problems);
  const measures = readMeasures(document, context);
  const axes = readAxes(document, measures, report);
  for (const [i, id] of data.reference.entries()) {
    readMetric(id, metrics, (message) => report(['reference', i], message));
    if (data.reference.indexOf(id) < i) report(['reference', i], `repeats ${id}: list it once`);
  }
  return {
    id: data.scorecard,
    version: data.version,
    label: data.label,
    purpose: data.purpose ?? null,
    note: data.note ?? null,
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
  { metrics, problems }: ScorecardContext,
): Measure[] {
  const measures: Measure[] = [];
  const seen = new Set<string>();
  for (const [i, written] of document.data.measures.entries()) {
    const report = (path: PropertyKey[], message: string) =>
      problems.push(document.problem(['measures', i, ...path], message));
    if (seen.has(written.id)) report(['id'], `is ${written.id} again: measure ids are unique`);
    seen.add(written.id);
    const place = { file: document.file, line: document.lineOf(['measures', i]) };
    const measure = readMeasure(written, metrics, place, report);
    if (measure) measures.push(measure);
  }
  const total = measures.reduce((sum, { points }) => sum + points, 0);
  if (total > mostPoints * 100) {
    problems.push(
      document.problem(
        ['measures'],
        `have ${total / 100} points together, but at most ${mostPoints} can be kept apart: use smaller points, the score is scaled anyway`,
      ),
    );
  }
  return measures;
}

function readAxes(
  document: YamlDocument<ScorecardFile>,
  measures: readonly Measure[],
  report: (path: PropertyKey[], message: string) => void,
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
      report(['measures', i, 'axis'], `is ${axis}, which is no axis${suggestion(axis, names)}`);
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
  { scope, bands, problems }: ScorecardContext,
): Cap[] {
  const caps: Cap[] = [];
  const seen = new Set<string>();
  for (const [i, { id, when: text, at_most, label }] of document.data.caps.entries()) {
    const report = (path: PropertyKey[], message: string) =>
      problems.push(document.problem(['caps', i, ...path], message));
    if (seen.has(id)) report(['id'], `is ${id} again: cap ids are unique`);
    seen.add(id);
    const when = readExpression(document, ['caps', i, 'when'], text, scope, 'condition', problems);
    const atMost = bands.findIndex((band) => band.id === at_most);
    if (atMost < 0 && bands.length > 0) {
      const names = bands.map((band) => band.id);
      report(
        ['at_most'],
        `is ${at_most}, which is no band of the score${suggestion(at_most, names)}`,
      );
    }
    if (when && atMost >= 0) caps.push({ id, when, atMost, label });
  }
  return caps;
}
