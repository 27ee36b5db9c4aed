/** Reads the input contract and the metric catalogue. */
import { type MetricGroup, metricGroup, type SourceTable, sourceTable } from '../pack/catalogue.ts';
import { martName, martSource, martSql } from '../pack/mart.ts';
import { isNone, type Problem, problemOfFile, requireUnique, suggestion } from '../problems.ts';
import type { MartFile } from '../schema/scorecards.ts';
import { readYaml, type YamlDocument } from '../yaml/document.ts';

/** A group as found, with its SQL. */
export interface CatalogueGroup extends MetricGroup {
  /** @see PackGroup */
  rowMaxAge?: number;
  file: string;
  sql: string;
  sqlFile: string;
}

export interface Catalogue {
  sources: Map<string, SourceTable>;
  groups: Map<string, CatalogueGroup>;
  /** The file each table is declared in. */
  sourceFiles: Map<string, string>;
}

type Files = ReadonlyMap<string, string>;

/** What the columns of `run_inputs` are called; metrics keep away from it. */
const reservedMetric = /^(account|before|trend|row_day)_|^(present|merged_into|fault)$/;

/**
 * Reads `sql/sources/*.yaml` and the groups of `sql/metrics/shared` and of the pack. With a
 * mart, groups that list nothing but it need no SQL: their metrics are its columns.
 */
export function readCatalogue(
  files: Files,
  pack: string,
  mart: MartFile | undefined,
  problems: Problem[],
): Catalogue {
  const { sources, sourceFiles } = readSources(files, problems);
  const groups = new Map<string, CatalogueGroup>();
  const metricFiles = new Map<string, string>();
  const documents = readGroups(files, pack, problems);
  if (mart) {
    const metrics = documents
      .filter(({ data }) => data.sources.includes(martName))
      .flatMap(({ data }) => data.metrics);
    sources.set(martName, martSource(mart, metrics));
  }
  for (const document of documents) {
    const { data, file } = document;
    const sqlFile = file.replace(/\.ya?ml$/, '.sql');
    const ofMart = mart && data.sources.length === 1 && data.sources[0] === martName;
    const sql = files.get(sqlFile) ?? (ofMart ? martSql(mart, data.metrics) : undefined);
    if (sql === undefined) {
      document.report([], `has no SQL beside it: add ${sqlFile}`);
    }
    checkGroup(document, groups, sources, metricFiles);
    if (groups.has(data.group)) continue;
    const byDay = ofMart && mart.date !== undefined && !files.has(sqlFile);
    groups.set(data.group, {
      ...data,
      file,
      sqlFile,
      sql: sql ?? '',
      ...(byDay ? { rowMaxAge: Number.parseInt(mart.max_age, 10) } : {}),
    });
  }
  return { sources, groups, sourceFiles };
}

function readGroups(files: Files, pack: string, problems: Problem[]): YamlDocument<MetricGroup>[] {
  const folders = ['sql/metrics/shared/', `sql/metrics/${pack}/`];
  return sorted(files).flatMap(([file, text]) => {
    if (!folders.some((prefix) => file.startsWith(prefix))) return [];
    const bare = file.replace(/\.sql$/, '');
    if (bare !== file && !files.has(`${bare}.yaml`) && !files.has(`${bare}.yml`)) {
      const message = `has no catalogue beside it, so nothing reads it: add ${bare}.yaml`;
      problems.push(problemOfFile(file, message));
    }
    if (!/\.ya?ml$/.test(file)) return [];
    return readYaml(file, text, metricGroup, problems) ?? [];
  });
}

function sorted(files: Files): [string, string][] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function checkGroup(
  document: YamlDocument<MetricGroup>,
  groups: ReadonlyMap<string, CatalogueGroup>,
  sources: ReadonlyMap<string, SourceTable>,
  metricFiles: Map<string, string>,
): void {
  const { data, file, report } = document;
  const name = /([^/]+)\.ya?ml$/.exec(file)?.[1];
  if (name !== data.group) {
    report(['group'], `is ${data.group}, but the file is called ${name}: give both one name`);
  }
  const same = groups.get(data.group);
  if (same) report(['group'], `is already declared in ${same.file}: choose another name`);
  for (const [i, source] of data.sources.entries()) {
    if (!sources.has(source)) {
      report(
        ['sources', i],
        `is ${source}, which sql/sources does not declare${suggestion(source, sources.keys())}`,
      );
    }
  }
  for (const [i, metric] of data.metrics.entries()) {
    const at = ['metrics', i];
    const known = metricFiles.get(metric.id);
    if (known !== undefined) {
      report(
        [...at, 'id'],
        `is ${metric.id}, which ${known} already declares: metric ids are unique`,
      );
    }
    metricFiles.set(metric.id, file);
    if (reservedMetric.test(metric.id)) {
      report(
        [...at, 'id'],
        `is ${metric.id}, but names like account_..., before_..., trend_..., row_day_..., present, merged_into and fault are taken: choose another`,
      );
    }
    if ((metric.type === 'enum') !== (metric.values !== undefined)) {
      report(
        at,
        metric.type === 'enum'
          ? 'is an enum without values: list its texts, worst first or best first as its direction says'
          : `is of type ${metric.type}, so it has no values: remove them or make it an enum`,
      );
    }
    if (metric.values && new Set(metric.values).size < metric.values.length) {
      report([...at, 'values'], 'repeats a text: list each once');
    }
    const ofMart = data.sources.length === 1 && data.sources[0] === martName;
    if (metric.days_since && (!ofMart || metric.type !== 'int')) {
      report(
        [...at, 'days_since'],
        'is for whole numbers of a mart, whose column holds dates: write type: int and sources: [mart], or compute the days in SQL',
      );
    }
    if (metric.default !== undefined && metric.type === 'enum') {
      report([...at, 'default'], 'is only for numbers and booleans: remove it');
    }
  }
}

function readSources(
  files: Files,
  problems: Problem[],
): { sources: Map<string, SourceTable>; sourceFiles: Map<string, string> } {
  const sources = new Map<string, SourceTable>();
  const sourceFiles = new Map<string, string>();
  for (const [file, text] of sorted(files)) {
    if (!/^sql\/sources\/[^/]+\.ya?ml$/.test(file)) continue;
    const document = readYaml(file, text, sourceTable, problems);
    if (!document) continue;
    checkSource(document);
    const { data } = document;
    const known = sourceFiles.get(data.table);
    if (known !== undefined) {
      document.report(['table'], `is already declared in ${known}`);
      continue;
    }
    if (data.table === martName) {
      document.report(
        ['table'],
        'is mart, as the table of metrics in pack.yaml is called: choose another name',
      );
    }
    sources.set(data.table, data);
    sourceFiles.set(data.table, file);
  }
  const accounts = sources.get('accounts');
  const file = 'sql/sources/accounts.yaml';
  const isBroken = problems.some((problem) => problem.file === file);
  if (!isBroken && !accounts?.columns.some(({ name }) => name === 'account_id')) {
    const message = 'is missing or has no column account_id: declare the table accounts';
    problems.push(problemOfFile(file, message));
  }
  return { sources, sourceFiles };
}

function checkSource({ data, report }: YamlDocument<SourceTable>): void {
  const types = new Map(data.columns.map(({ name, type }) => [name, type]));
  requireUnique(
    data.columns.map(({ name }) => name),
    'list each column once',
    report,
    (i) => ['columns', i],
  );
  const check = (path: string[], name: string | undefined, wanted: readonly string[]) => {
    if (name === undefined) return;
    const type = types.get(name);
    if (type === undefined) {
      report(path, isNone(name, 'no column of the table', types.keys()));
    } else if (!wanted.includes(type)) {
      report(path, `is ${name}, a ${type} column, but must be ${wanted.join(' or ')}`);
    }
  };
  check(['event_time'], data.event_time, ['DATE', 'TIMESTAMP']);
  check(['loaded_at'], data.loaded_at, ['TIMESTAMP']);
  check(['validity', 'from'], data.validity?.from, ['DATE', 'TIMESTAMP']);
  check(['validity', 'to'], data.validity?.to, ['DATE', 'TIMESTAMP']);
  if (data.kind === 'events' && data.event_time === undefined) {
    report([], 'is of kind events without event_time: name the column that says when it happened');
  }
  if (data.kind === 'dimension' && data.event_time !== undefined) {
    report(['event_time'], 'is only for kind events: remove it');
  }
  if (data.kind === 'dimension' && !data.validity && !data.current_only) {
    report([], 'is a dimension without validity: name its columns, or say current_only: true');
  }
  if (data.freshness === 'event_time' && data.event_time === undefined) {
    report(['freshness'], 'is event_time, which the table does not have: use none');
  }
  if (data.freshness === 'loaded_at' && data.loaded_at === undefined) {
    report(['freshness'], 'is loaded_at, which the table does not have: use event_time or none');
  }
}
