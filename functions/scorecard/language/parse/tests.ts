/** Reads what a pack is checked against: `*.test.yaml` and `exemplars.yaml`. */
import type { AccountColumn } from '../pack/catalogue.ts';
import type { Band, Exemplar, PackMetric, RuleTests, Score, Scorecard } from '../pack/pack.ts';
import { isNone, type Report, suggestion } from '../problems.ts';
import type { ExemplarsFile, RuleTestCase } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';

interface Names {
  metrics: ReadonlyMap<string, PackMetric>;
  account: ReadonlyMap<string, AccountColumn>;
  phases: readonly string[];
  groups: Iterable<string>;
}

/** Checks the cases written beside `card`; only names are checked here, results when they run. */
export function readTests(
  document: YamlDocument<RuleTestCase[]>,
  score: Score,
  card: Scorecard,
  names: Names,
): RuleTests {
  const cases = document.data.map((test, i) => {
    checkCase(test, score, card, names, document.below(i));
    return { line: document.placeOf(i).line, test };
  });
  return { file: document.file, score: score.id, scorecard: card.id, cases };
}

function checkCase(
  { metrics, account, group_ages, before, expect }: RuleTestCase,
  score: Score,
  card: Scorecard,
  names: Names,
  report: Report,
): void {
  checkMetrics(metrics, ['metrics'], names.metrics, report);
  checkMetrics(before?.metrics ?? {}, ['before', 'metrics'], names.metrics, report);
  for (const [name, value] of Object.entries(account)) {
    const column = names.account.get(name);
    if (!column) {
      report(
        ['account', name],
        `is no column of accounts${suggestion(name, names.account.keys())}`,
      );
    } else if (value !== null) {
      const wanted = columnKind(column.type);
      if (typeof value !== wanted)
        report(['account', name], `is ${JSON.stringify(value)}, but ${name} is a ${wanted}`);
    }
  }
  const known = (path: string[], id: string | null | undefined, ids: readonly string[]) => {
    if (id !== null && id !== undefined && !ids.includes(id)) {
      report(path, `is ${id}, which does not exist${suggestion(id, ids)}`);
    }
  };
  const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);
  const bands = [...idsOf(score.bands), 'unknown'];
  const cards = idsOf(score.scorecards);
  const caps = idsOf(card.caps);
  known(['before', 'band'], before?.band, bands);
  known(['before', 'scorecard'], before?.scorecard, cards);
  known(['before', 'cap'], before?.cap, caps);
  known(['expect', 'band'], expect.band, bands);
  known(['expect', 'scorecard'], expect.scorecard, cards);
  known(['expect', 'phase'], expect.phase, names.phases);
  known(['expect', 'cap'], expect.cap, caps);
  const allKnown = (path: string[], named: object | undefined, ids: readonly string[]) => {
    for (const id of Object.keys(named ?? {})) known([...path, id], id, ids);
  };
  allKnown(['expect', 'measures'], expect.measures, idsOf(card.measures));
  allKnown(['expect', 'axes'], expect.axes, idsOf(card.axes));
  allKnown(['group_ages'], group_ages, [...names.groups]);
}

function columnKind(type: AccountColumn['type']): 'string' | 'boolean' | 'number' {
  if (type === 'STRING' || type === 'DATE') return 'string';
  return type === 'BOOL' ? 'boolean' : 'number';
}

function checkMetrics(
  values: RuleTestCase['metrics'],
  path: PropertyKey[],
  metrics: ReadonlyMap<string, PackMetric>,
  report: Report,
): void {
  for (const [id, value] of Object.entries(values)) {
    const metric = metrics.get(id);
    if (!metric) {
      report([...path, id], `is no metric of this pack${suggestion(id, metrics.keys())}`);
    } else if (metric.kind === 'derived') {
      report([...path, id], 'is derived: give the metrics that it is made from');
    } else if (value !== null) {
      const problem = valueProblem(metric, value);
      if (problem !== undefined) report([...path, id], problem);
    }
  }
}

function valueProblem(metric: PackMetric, value: number | boolean | string): string | undefined {
  if (metric.type === 'enum') {
    const values = metric.values ?? [];
    if (typeof value === 'string' && values.includes(value)) return undefined;
    return `is ${JSON.stringify(value)}, which ${metric.id} never is${suggestion(String(value), values)}`;
  }
  const wanted = metric.type === 'bool' ? 'boolean' : 'number';
  return typeof value === wanted
    ? undefined
    : `is ${JSON.stringify(value)}, but ${metric.id} is a ${wanted}`;
}

/** Checks the accounts that must come out well, or badly. */
export function readExemplars(
  document: YamlDocument<ExemplarsFile>,
  scores: readonly Score[],
): Exemplar[] {
  return document.data.flatMap(({ account, score: id, at_least, at_most, why }, i) => {
    const report = document.below(i);
    const score = scores.find((candidate) => candidate.id === id);
    if (!score) {
      const ids = scores.map((candidate) => candidate.id);
      report(['score'], isNone(id, 'no score', ids));
      return [];
    }
    if (at_least === undefined && at_most === undefined) {
      report([], 'expects nothing: say at_least or at_most with a band');
    }
    const from = bandIndex(score.bands, at_least, 'at_least', report);
    const to = bandIndex(score.bands, at_most, 'at_most', report);
    if (from !== undefined && to !== undefined && from > to) {
      report(['at_least'], `is ${at_least}, above at_most ${at_most}: no band is both`);
    }
    const place = document.placeOf(i);
    return [{ account, score: id, atLeast: at_least ?? null, atMost: at_most ?? null, why, place }];
  });
}

function bandIndex(
  bands: readonly Band[],
  id: string | undefined,
  field: string,
  report: Report,
): number | undefined {
  if (id === undefined) return undefined;
  const ids = bands.map((band) => band.id);
  if (ids.includes(id)) return ids.indexOf(id);
  report([field], isNone(id, 'no band of the score', ids));
  return undefined;
}
