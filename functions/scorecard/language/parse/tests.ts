/** Reads what a pack is checked against: `*.test.yaml` and `exemplars.yaml`. */
import type {
  AccountColumn,
  Band,
  Exemplar,
  PackMetric,
  RuleTests,
  Score,
  Scorecard,
} from '../pack/pack.ts';
import { type Problem, suggestion } from '../problems.ts';
import type { ExemplarsFile, RuleTestCase } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';

type Report = (path: PropertyKey[], message: string) => void;

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
  problems: Problem[],
): RuleTests {
  const cases: RuleTests['cases'] = [];
  for (const [i, test] of document.data.entries()) {
    const report: Report = (path, message) =>
      problems.push(document.problem([i, ...path], message));
    checkCase(test, score, card, names, report);
    cases.push({ line: document.lineOf([i]), test });
  }
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
  const known = (path: PropertyKey[], id: string | null | undefined, ids: readonly string[]) => {
    if (id === null || id === undefined || ids.includes(id)) return;
    report(path, `is ${id}, which does not exist${suggestion(id, ids)}`);
  };
  const bands = [...score.bands.map(({ id }) => id), 'unknown'];
  const cards = score.scorecards.map(({ id }) => id);
  known(['before', 'band'], before?.band, bands);
  known(['before', 'scorecard'], before?.scorecard, cards);
  known(
    ['before', 'cap'],
    before?.cap,
    card.caps.map(({ id }) => id),
  );
  known(['expect', 'band'], expect.band, bands);
  known(['expect', 'scorecard'], expect.scorecard, cards);
  known(['expect', 'phase'], expect.phase, names.phases);
  known(
    ['expect', 'cap'],
    expect.cap,
    card.caps.map(({ id }) => id),
  );
  for (const id of Object.keys(expect.measures ?? {})) {
    known(
      ['expect', 'measures', id],
      id,
      card.measures.map((measure) => measure.id),
    );
  }
  for (const id of Object.keys(expect.axes ?? {})) {
    known(
      ['expect', 'axes', id],
      id,
      card.axes.map((axis) => axis.id),
    );
  }
  for (const group of Object.keys(group_ages ?? {})) {
    known(['group_ages', group], group, [...names.groups]);
  }
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
  problems: Problem[],
): Exemplar[] {
  const exemplars: Exemplar[] = [];
  for (const [i, { account, score: id, at_least, at_most, why }] of document.data.entries()) {
    const report: Report = (path, message) =>
      problems.push(document.problem([i, ...path], message));
    const score = scores.find((candidate) => candidate.id === id);
    if (!score) {
      report(
        ['score'],
        `is ${id}, which is no score${suggestion(
          id,
          scores.map((s) => s.id),
        )}`,
      );
      continue;
    }
    if (at_least === undefined && at_most === undefined) {
      report([], 'expects nothing: say at_least or at_most with a band');
    }
    const from = bandIndex(score.bands, at_least, 'at_least', report);
    const to = bandIndex(score.bands, at_most, 'at_most', report);
    if (from !== undefined && to !== undefined && from > to) {
      report(['at_least'], `is ${at_least}, above at_most ${at_most}: no band is both`);
    }
    const place = { file: document.file, line: document.lineOf([i]) };
    exemplars.push({
      account,
      score: id,
      atLeast: at_least ?? null,
      atMost: at_most ?? null,
      why,
      place,
    });
  }
  return exemplars;
}

function bandIndex(
  bands: readonly Band[],
  id: string | undefined,
  field: string,
  report: Report,
): number | undefined {
  if (id === undefined) return undefined;
  const index = bands.findIndex((band) => band.id === id);
  if (index >= 0) return index;
  report(
    [field],
    `is ${id}, which is no band of the score${suggestion(
      id,
      bands.map((b) => b.id),
    )}`,
  );
  return undefined;
}
