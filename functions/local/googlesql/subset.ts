/**
 * Refuses, by name and before anything runs, what the two engines are not known to answer alike:
 * most differences between them are silent.
 */
import { code, Rejected } from '../../errors.ts';
import { withoutTexts, writtenTexts } from '../../ports/googlesql-text.ts';
import {
  castTypes,
  metricCastTypes,
  metricFunctions,
  ownFunctions,
  ownSyntaxKinds,
  syntaxKinds,
} from './constructs.ts';
import { isObject, type Json, type JsonObject, literal, nodeOf, walk } from './tree.ts';

const forMetrics = Object.values(metricFunctions).flat();
const kinds = new Set([...syntaxKinds, ...forMetrics.flatMap(({ kind }) => kind ?? [])]);
const ownKinds = new Set([...ownSyntaxKinds, ...ownFunctions.flatMap(({ kind }) => kind ?? [])]);
const called = (functions: typeof ownFunctions): string[] =>
  functions.filter(({ kind }) => kind === undefined).map(({ name }) => name);
/** WEEK(MONDAY) is a part of a date that looks like a call. */
const functions = new Set([...called(forMetrics), 'WEEK']);
const ownCalls = new Set(called(ownFunctions));

/** What to write instead. */
const instead: Record<string, string> = {
  any_value: 'MIN or MAX',
  approx_count_distinct: 'COUNT(DISTINCT ...)',
  approx_quantiles: 'PERCENTILE_CONT(...) OVER (...)',
  array_agg: 'QUALIFY ROW_NUMBER() OVER (... ORDER BY ...) = 1',
  max_by: 'QUALIFY ROW_NUMBER() OVER (... ORDER BY ... DESC) = 1',
  min_by: 'QUALIFY ROW_NUMBER() OVER (... ORDER BY ...) = 1',
  current_date: '@date',
  current_timestamp: '@as_of',
  current_datetime: '@as_of',
  current_time: '@as_of',
  datetime: 'the local_date column of the table',
  timestamp: 'the local_date column of the table, or @as_of',
  timestamp_trunc: 'the local_date column of the table',
  power: 'POW',
  safe_cast: 'CAST; the input contract says which type a column has',
  stddev: 'sums of n and n * n, and SQRT',
  upper: 'LOWER on both sides of a comparison',
  variance: 'sums of n and n * n',
};

/** Where in the file a word stands, as `file line n` or just the file. */
export function placeOf(sql: string, file: string, word: string): string {
  const escaped = word.replace(/[^A-Za-z0-9_]/g, '\\$&');
  const at = sql.search(new RegExp(`(?<![\\w.])${escaped}(?!\\w)`, 'i'));
  return at < 0 ? file : `${file} line ${sql.slice(0, at).split('\n').length}`;
}

export function refuse(sql: string, file: string, word: string, why: string): never {
  throw new Rejected(code.invalidRules, `${placeOf(sql, file, word)}: ${why}`);
}

/** Clauses of a SELECT that must be empty. */
const clauses: Record<string, string> = {
  lateral_views: 'LATERAL VIEW',
  distribute_by: 'DISTRIBUTE BY',
  cluster_by: 'CLUSTER BY',
  sort_by: 'SORT BY',
  fetch: 'FETCH',
  distinct_on: 'DISTINCT ON',
  top: 'TOP',
  sample: 'TABLESAMPLE',
  hint: 'hints',
  connect: 'CONNECT BY',
  into: 'INTO',
  locks: 'locks',
};

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

export interface SubsetOptions {
  file: string;
  /** The text, to say where something stands. */
  sql: string;
  /** `metric`: written by a pack's author, so no zones and no arrays either. */
  mode: 'metric' | 'own';
}

/** @throws Rejected `invalid-rules` naming the first construct outside the subset. */
export function checkSubset(tree: Json, options: SubsetOptions): void {
  const { file, sql, mode } = options;
  const top = nodeOf(tree)?.kind;
  if (top === undefined || !['select', 'union', 'except', 'intersect', 'subquery'].includes(top)) {
    const what = (top ?? 'statement').replaceAll('_', ' ').toUpperCase();
    throw new Rejected(code.invalidRules, `${file}: ${what} is not a query; only SELECT is.`);
  }
  checkTexts(sql, file);
  const unknown = (name: string): never => {
    const better = instead[name.toLowerCase()];
    const shown = name.replace(/_func$/, '').toUpperCase();
    refuse(
      sql,
      file,
      shown,
      `${shown} is outside the checked subset of GoogleSQL${better ? `; use ${better}` : ''}.`,
    );
  };
  walk(tree, (kind, body) => {
    if (kind === 'select') checkSelect(body, options);
    if (kind === 'function' || kind === 'aggregate_function') {
      const name = String(body.name).toUpperCase();
      if (!functions.has(name) && !(mode === 'own' && ownCalls.has(name))) unknown(name);
      checkFunction(name, (body.args ?? []) as Json[], options);
      return;
    }
    if (!kinds.has(kind) && !(mode === 'own' && ownKinds.has(kind))) unknown(kind);
    if (mode === 'metric' && ownKinds.has(kind)) unknown(kind === 'array_func' ? 'ARRAY' : kind);
    checkNode(kind, body, options);
  });
}

/** The translator knows these escapes; any other it would leave as it is written. */
const knownEscapes = /\\(?:[abfnrtv\\'"]|x[0-9A-Fa-f]{2})/g;

/** What the tree does not show: how texts are written, and a type that it takes for NUMERIC. */
function checkTexts(sql: string, file: string): void {
  if (/\bBIGNUMERIC\b/i.test(withoutTexts(sql))) {
    refuse(sql, file, 'BIGNUMERIC', 'BIGNUMERIC is outside the checked subset; use NUMERIC.');
  }
  for (const text of writtenTexts(sql)) {
    const unknown = /\\./s.exec(text.replace(knownEscapes, ''))?.[0];
    if (unknown !== undefined) {
      refuse(
        sql,
        file,
        text,
        `the escape ${unknown} is outside the checked subset; write the character itself.`,
      );
    }
  }
}

function checkSelect(body: JsonObject, { sql, file }: SubsetOptions): void {
  for (const [field, name] of Object.entries(clauses)) {
    if (!isEmpty(body[field])) {
      refuse(sql, file, name, `${name} is outside the checked subset of GoogleSQL.`);
    }
  }
  const common = body.with;
  if (isObject(common) && common.recursive === true) {
    refuse(sql, file, 'RECURSIVE', 'WITH RECURSIVE is outside the checked subset of GoogleSQL.');
  }
  for (const join of (body.joins ?? []) as Json[]) {
    if (isObject(join) && !isEmpty(join.kind) && String(join.kind).includes('Natural')) {
      refuse(sql, file, 'NATURAL', 'NATURAL JOIN is outside the checked subset; write USING.');
    }
  }
}

function checkFunction(name: string, args: Json[], { sql, file, mode }: SubsetOptions): void {
  if (name === 'DATE' && mode === 'metric' && args.length !== 3) {
    refuse(
      sql,
      file,
      'DATE',
      'DATE(timestamp) depends on a zone; use the local_date column of the table.',
    );
  }
  const takesInterval = /^(DATE|TIMESTAMP)_(ADD|SUB)$/.test(name);
  if (takesInterval && nodeOf(args[1] ?? null)?.kind !== 'interval') {
    refuse(sql, file, name, `${name} takes a value and an INTERVAL.`);
  }
  if (name.startsWith('PERCENTILE') && literal(args[1] ?? null, 'number') === undefined) {
    refuse(sql, file, name, `${name} takes its share as a number, such as 0.5.`);
  }
}

/** Sorts of literals that both engines read alike. */
const literals = new Set('number string raw_string triple_quoted_string date timestamp'.split(' '));

function checkNode(kind: string, body: JsonObject, options: SubsetOptions): void {
  const { sql, file } = options;
  const outside = (name: string, what = name): never =>
    refuse(sql, file, name, `${what} is outside the checked subset of GoogleSQL.`);
  if (!isEmpty(body.filter)) {
    refuse(sql, file, 'FILTER', 'FILTER is not GoogleSQL; use CASE WHEN inside the aggregate.');
  }
  switch (kind) {
    case 'table':
      if (!isEmpty(body.system_time)) outside('FOR', 'FOR SYSTEM_TIME');
      if (!isEmpty(body.table_sample)) outside('TABLESAMPLE');
      return;
    case 'like': {
      const pattern = literal(body.right ?? null, 'string');
      if (pattern === undefined || pattern.includes('\\')) {
        refuse(sql, file, 'LIKE', 'LIKE takes a text without backslashes here.');
      }
      return;
    }
    case 'literal': {
      const sort = String(body.literal_type);
      if (!literals.has(sort)) outside(sort.toUpperCase(), `a ${sort.replace('_', ' ')} literal`);
      return;
    }
    case 'add':
    case 'sub': {
      const side = [body.left, body.right].find((s) => nodeOf(s ?? null)?.kind === 'interval');
      if (side) {
        refuse(
          sql,
          file,
          'INTERVAL',
          'A date and an INTERVAL make a DATETIME; write DATE_ADD or DATE_SUB.',
        );
      }
      return;
    }
    case 'round':
      if (!isEmpty(body.decimals)) {
        refuse(sql, file, 'ROUND', 'ROUND takes one number here; write ROUND(x * 100) / 100.');
      }
      return;
    case 'str_position':
      if (!isEmpty(body.position)) outside('INSTR');
      return;
    case 'cast':
    case 'safe_cast':
      checkCast(body, options);
  }
}

function checkCast(body: JsonObject, { sql, file, mode }: SubsetOptions): void {
  const type = typeNamed(body.to ?? null);
  const operand = body.this ?? null;
  const plain = nodeOf(operand)?.kind === 'null' || literal(operand, 'string') !== undefined;
  const allowed = mode === 'metric' && !plain ? metricCastTypes : castTypes;
  const element = /^ARRAY<(.*)>$/.exec(type)?.[1];
  if (allowed.includes(type) || (mode === 'own' && castTypes.includes(element ?? ''))) return;
  refuse(
    sql,
    file,
    'CAST',
    `CAST to ${type} is outside the checked subset; ${listed(allowed)} are in it.`,
  );
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** GoogleSQL's name of a type in the tree, with its parameters where it has some. */
function typeNamed(to: Json): string {
  if (!isObject(to)) return '?';
  if (to.data_type === 'array') return `ARRAY<${typeNamed(to.element_type ?? null)}>`;
  const known: Record<string, string> = { decimal: 'NUMERIC', boolean: 'BOOL' };
  const name = known[String(to.data_type)] ?? String(to.name ?? to.data_type).toUpperCase();
  const parameters = [to.length, to.precision, to.scale].filter((value) => !isEmpty(value));
  return parameters.length > 0 ? `${name}(${parameters.join(', ')})` : name;
}
