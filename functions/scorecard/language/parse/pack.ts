/** From the texts of a pack's files to a checked `Pack`, or to all that is wrong with them. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Expression } from '../cel/expressions.ts';
import { certain, nothing, union } from '../cel/guards.ts';
import { metricsOf } from '../pack/inputs.ts';
import { martMapping, martName } from '../pack/mart.ts';
import type { Pack, Phase, Score } from '../pack/pack.ts';
import {
  isNone,
  type Problem,
  problemOfFile,
  RulesError,
  requireUnique,
  suggestion,
} from '../problems.ts';
import { evidenceFile } from '../schema/evidence.ts';
import { routingFile } from '../schema/routing.ts';
import {
  bandsFile,
  exemplarsFile,
  type PackFile,
  packFile,
  salesforceFile,
  scorecardFile,
  testFile,
} from '../schema/scorecards.ts';
import { signalsFile } from '../schema/signals.ts';
import { worklistsFile } from '../schema/worklists.ts';
import { readYaml, type YamlDocument } from '../yaml/document.ts';
import { type Catalogue, type CatalogueGroup, readCatalogue } from './catalogue.ts';
import { weighProblems } from './consequences.ts';
import { readEvidence } from './evidence.ts';
import { readRouting } from './routing.ts';
import { readSalesforce } from './salesforce.ts';
import { columnsRead, type PackScope, packScope, readExpression } from './scope.ts';
import { readScores } from './scores.ts';
import { readSignals } from './signals.ts';
import { readExemplars, readTests } from './tests.ts';
import { readWorklists, withLots } from './worklists.ts';

export type { Pack } from '../pack/pack.ts';
export { type Problem, RulesError, sentenceOf } from '../problems.ts';

type Files = ReadonlyMap<string, string>;

/**
 * Reads one pack. `files`: texts by path from the root of the repository (`rules/<pack>/**`,
 * `sql/metrics/**`, `sql/sources/**`); other paths are ignored.
 * @throws RulesError with every problem found
 */
export function parsePack(files: Files): Pack {
  const problems: Problem[] = [];
  const folder = packFolder(files);
  const read = <T>(name: string, schema: z.ZodType<T>) => {
    const text = files.get(folder + name);
    return text === undefined ? undefined : readYaml(folder + name, text, schema, problems);
  };
  // Of a file that cannot be read, that is said, and not that it is missing.
  const has = (name: string) => files.has(folder + name);
  const packDocument = read('pack.yaml', packFile);
  const bands = read('bands.yaml', bandsFile);
  const salesforce = read('salesforce.yaml', salesforceFile);
  const signals = read('signals.yaml', signalsFile);
  const routing = read('routing.yaml', routingFile);
  const worklists = read('worklists.yaml', worklistsFile);
  const exemplars = read('exemplars.yaml', exemplarsFile);
  const accepted = read('evidence.yaml', evidenceFile);
  const names = [...files.keys()].filter((path) => path.startsWith(folder)).sort();
  const scorecards = [];
  const tests = [];
  for (const path of names) {
    if (!/\.ya?ml$/.test(path)) continue;
    const name = path.slice(folder.length);
    const text = files.get(path) ?? '';
    if (/\.test\.ya?ml$/.test(name)) {
      const document = readYaml(path, text, testFile, problems);
      if (document) tests.push(document);
    } else if (name.startsWith('scorecards/')) {
      const document = readYaml(path, text, scorecardFile, problems);
      if (document) scorecards.push(document);
    } else if (!knownFiles.includes(name)) {
      problems.push(problemOfFile(path, `is no file of a pack${suggestion(name, knownFiles)}`));
    }
  }
  for (const name of ['pack.yaml', 'bands.yaml']) {
    if (!has(name)) {
      problems.push(problemOfFile(folder + name, 'is missing: every pack has one'));
    }
  }
  const id = /^rules\/([^/]+)\/$/.exec(folder)?.[1] ?? '';
  const catalogue = readCatalogue(files, id, packDocument?.data.metrics, problems);
  if (!packDocument) throw new RulesError(problems);

  checkPackFile(packDocument, id, catalogue);
  const scope = packScope(packDocument, catalogue);
  const phases = readPhases(packDocument, scope);
  const scores = readScores({ pack: packDocument, bands, scorecards }, scope);
  const attributes = readAttributes(packDocument, scope);
  const phaseIds = phases.map((phase) => phase.id);
  const context = { ...scope, phases: phaseIds, groups: [...catalogue.groups.keys()] };
  const ruleTests = tests.flatMap((document) => {
    const path = document.file.replace(/\.test(\.ya?ml)$/, '$1');
    for (const score of scores) {
      const card = score.scorecards.find(({ place }) => place.file === path);
      if (card) return [readTests(document, score, card, context)];
    }
    if (!files.has(path)) document.report([], `has no scorecard beside it: expected ${path}`);
    return [];
  });
  const shown = { ...scope, scores, phases, attributes };
  const lists = readWorklists(worklists, shown);
  const routes = has('routing.yaml');
  const showable = { scores, attributes, routed: routes, lists: lists.lists, shown };
  const mapping = salesforce ? readSalesforce(salesforce, showable, scope.account) : null;
  const yearFrom = packDocument.data.evidence.year_from;
  const written = ({ file }: { file: string }) => files.get(file) ?? '';
  const routed = routing ? readRouting(routing, written(routing), shown) : null;
  const watched = signals
    ? readSignals(signals, written(signals), {
        ...shown,
        hasRecords: has('salesforce.yaml'),
        yearFrom,
      })
    : null;
  const held = withLots(lists, watched?.states ?? [], worklists);
  const examples = exemplars ? readExemplars(exemplars, scores) : [];
  const evidence = readEvidence(packDocument, accepted, scores);

  const { data } = packDocument;
  const scored = scores.flatMap((score) => metricsOf({ ...scope, phases }, score));
  const used = new Set([...scored, ...(watched?.metrics ?? [])]);
  const groupsWith = (ids: ReadonlySet<string>) =>
    [...catalogue.groups.values()].filter(({ metrics }) => metrics.some(({ id }) => ids.has(id)));
  const needed = neededFiles(data, groupsWith(used), catalogue);
  const { stopping, idle } = weighProblems(problems, files, (file) => needed.has(file));
  if (stopping.length > 0) throw new RulesError(stopping);
  return {
    id: data.pack,
    label: data.label,
    zone: data.zone,
    asOf: data.as_of,
    accountsPerShard: data.accounts_per_shard,
    tolerance: data.tolerance,
    breaker: data.breaker,
    carry: Number.parseInt(data.carry, 10),
    evidence,
    scores,
    phases,
    attributes,
    accountColumns: columnsRead(conditions(scores, phases), scope.account, attributes),
    derived: scope.derived.filter((metric) => used.has(metric.id)),
    metrics: scope.metrics,
    groups: groupsWith(used),
    sources: catalogue.sources,
    tables: tableMapping(data),
    salesforce: mapping,
    signals: watched,
    routing: routed,
    worklists: held,
    exemplars: examples,
    tests: ruleTests,
    idle,
    hash: hashOf(files, folder, scorecards, groupsWith(new Set(scored)), catalogue),
  };
}

/** Files of the catalogue without which the pack cannot be scored. */
function neededFiles(
  { tables }: PackFile,
  groups: readonly CatalogueGroup[],
  { sourceFiles }: Catalogue,
): Set<string> {
  const read = ['accounts', ...Object.keys(tables), ...groups.flatMap(({ sources }) => sources)];
  return new Set([
    ...groups.map(({ file }) => file),
    ...read.map((table) => sourceFiles.get(table) ?? `sql/sources/${table}.yaml`),
  ]);
}

const knownFiles = [
  'pack.yaml',
  'bands.yaml',
  'salesforce.yaml',
  'signals.yaml',
  'routing.yaml',
  'worklists.yaml',
  'exemplars.yaml',
  'evidence.yaml',
];

/** `rules/<pack>/`, or a problem where there is none or more than one. */
function packFolder(files: Files): string {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const folder = /^rules\/[^/]+\//.exec(path)?.[0];
    if (folder !== undefined && folder !== 'rules/schema/') folders.add(folder);
  }
  const [folder] = folders;
  if (folder !== undefined && folders.size === 1) return folder;
  const found =
    folders.size === 0 ? 'no pack' : `${folders.size} packs (${[...folders].join(', ')})`;
  throw new RulesError([problemOfFile('rules', `holds ${found}: exactly one is read at a time`)]);
}

function checkPackFile(
  { data, report }: YamlDocument<PackFile>,
  folder: string,
  { sources }: Catalogue,
): void {
  if (data.pack !== folder) {
    report(['pack'], `is ${data.pack}, but its folder is called ${folder}: give both one name`);
  }
  if (!isZone(data.zone)) {
    report(['zone'], `is ${data.zone}, which is no IANA time zone: write one such as Asia/Tokyo`);
  }
  const checkColumns = (path: PropertyKey[], table: string, columns: Iterable<string>) => {
    const names = sources.get(table)?.columns.map(({ name }) => name) ?? [];
    for (const column of columns) {
      if (names.includes(column)) continue;
      report(
        [...path, column],
        table === martName
          ? `is neither account_id nor a metric with sources: [mart]${suggestion(column, names)}`
          : `is no column of ${table} in the input contract${suggestion(column, names)}`,
      );
    }
  };
  for (const [table, { columns }] of Object.entries(data.tables)) {
    if (table === martName || !sources.has(table)) {
      const tables = [...sources.keys()].filter((name) => name !== martName);
      report(['tables', table], `is no table of the input contract${suggestion(table, tables)}`);
      continue;
    }
    checkColumns(['tables', table, 'columns'], table, Object.keys(columns ?? {}));
  }
  checkColumns(['metrics', 'columns'], martName, Object.keys(data.metrics?.columns ?? {}));
}

function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function readPhases(document: YamlDocument<PackFile>, { scope }: PackScope): Phase[] {
  const { phases } = document.data;
  const report = document.below('phases');
  requireUnique(
    phases.map(({ id }) => id),
    'phase ids are unique',
    report,
  );
  // A phase is only asked for where none before it holds: `!has(x)` guards those after it.
  let known = nothing;
  return phases.flatMap(({ id, label, when: text }, i) => {
    const path = [i, 'when'];
    const when = readExpression(report, path, text, scope, 'condition', known);
    if (!when) return [];
    known = union(known, certain(when.ast, false));
    if (!when.readsPhase) return [{ id, label, when }];
    report(path, 'reads account.phase, which is what phases decide: use metrics or other columns');
    return [];
  });
}

function readAttributes(document: YamlDocument<PackFile>, { account }: PackScope): string[] {
  const { attributes } = document.data;
  const report = document.below('attributes');
  requireUnique(attributes, 'list it once', report, (i) => [i]);
  for (const [i, name] of attributes.entries()) {
    if (!account.has(name)) {
      report([i], isNone(name, 'no column of accounts that can be shown', account.keys()));
    }
  }
  return attributes;
}

/** Every condition of the pack. */
function conditions(scores: readonly Score[], phases: readonly Phase[]): Expression[] {
  const cards = scores.flatMap(({ scorecards }) => scorecards);
  return [
    ...phases.map(({ when }) => when),
    ...cards.flatMap(({ appliesTo, caps }) => [
      ...(appliesTo ? [appliesTo] : []),
      ...caps.map(({ when }) => when),
    ]),
  ];
}

function tableMapping(data: PackFile): Pack['tables'] {
  const tables = new Map(
    Object.entries(data.tables).map(([name, { table, columns }]) => [
      name,
      { table: table ?? name, columns: new Map(Object.entries(columns ?? {})) },
    ]),
  );
  if (data.metrics) tables.set(martName, martMapping(data.metrics));
  return tables;
}

/** Of what decides results: not of tests, exemplars, signals and what Salesforce is shown. */
function hashOf(
  files: Files,
  folder: string,
  scorecards: readonly { file: string }[],
  groups: Pack['groups'],
  { sources, sourceFiles }: Catalogue,
): string {
  const paths = new Set([`${folder}pack.yaml`, `${folder}bands.yaml`]);
  for (const { file } of scorecards) paths.add(file);
  const tables = new Set(['accounts', ...groups.flatMap((group) => group.sources)]);
  for (const { file, sqlFile } of groups) paths.add(file).add(sqlFile);
  for (const table of tables) {
    const file = sourceFiles.get(table);
    if (file !== undefined && sources.has(table)) paths.add(file);
  }
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) {
    const text = files.get(path) ?? '';
    hash.update(`${path}\0${text.length}\0${text}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}
