/**
 * The subset of GoogleSQL that was compared with hand-computed results on the twin. Anything
 * else is refused by name when SQL is loaded, since most differences between the two engines
 * are silent.
 */
import { code, Rejected } from '../errors.ts';
import { isObject, type Json, type JsonObject, literal, nodeOf, walk } from './googlesql-tree.ts';

/** Node kinds of plain syntax and of functions that the parser knows. */
const kinds = new Set(
  `select union except intersect subquery column alias star table paren literal boolean null
  and or not eq neq lt lte gt gte is_null is_true is_false null_safe_eq null_safe_neq between in
  exists like case if_func coalesce nullif add sub mul neg div div_func int_div safe_divide mod_func
  cast interval extract concat greatest least abs floor ceil sqrt lower length starts_with ends_with
  count count_if sum avg min max logical_or logical_and window_function row_number rank dense_rank
  n_tile lag lead first_value last_value date_add date_sub date_diff date_trunc function
  aggregate_function array_func unnest var last_day ordered simple array_length subscript`.split(
    /\s+/,
  ),
);

/** Functions that the parser does not know; the rewriter knows what each becomes. */
const functions = new Set([
  'DATE_ADD',
  'DATE_SUB',
  'DATE_DIFF',
  'DATE_TRUNC',
  'DATE',
  'DIV',
  'TIMESTAMP_ADD',
  'TIMESTAMP_SUB',
  'TIMESTAMP_DIFF',
  'UNIX_DATE',
  'UNIX_SECONDS',
  'UNIX_MILLIS',
  'UNIX_MICROS',
  'NULLIF',
  'GREATEST',
  'LEAST',
  'SIGN',
  'CONCAT',
  'REGEXP_CONTAINS',
  'PERCENTILE_CONT',
  'WEEK',
]);

/** Only in queries that we generate: they need care that a metric's author should not need. */
const ownFunctions = new Set([
  'BYTE_LENGTH',
  'IS_NAN',
  'IS_INF',
  'OFFSET',
  'SAFE_OFFSET',
  'ARRAY_LENGTH',
]);
const ownKinds = new Set([
  'array_func',
  'unnest',
  'subscript',
  'array_length',
  'any_value',
  'timestamp',
]);

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
  safe_cast: 'CAST; the input contract says which type a column has',
  stddev: 'integer or NUMERIC sums',
  variance: 'integer or NUMERIC sums',
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
      if (!functions.has(name) && !(mode === 'own' && ownFunctions.has(name))) unknown(name);
      checkFunction(name, (body.args ?? []) as Json[], options);
      return;
    }
    if (!kinds.has(kind) && !(mode === 'own' && ownKinds.has(kind))) unknown(kind);
    if (mode === 'metric' && ownKinds.has(kind)) unknown(kind === 'array_func' ? 'ARRAY' : kind);
    checkNode(kind, body, options);
  });
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
  if (
    (name === 'DATE_ADD' || name === 'DATE_SUB') &&
    nodeOf(args[1] ?? null)?.kind !== 'interval'
  ) {
    refuse(sql, file, name, `${name} takes a date and an INTERVAL.`);
  }
}

function checkNode(kind: string, body: JsonObject, { sql, file, mode }: SubsetOptions): void {
  if (!isEmpty(body.filter)) {
    refuse(sql, file, 'FILTER', 'FILTER is not GoogleSQL; use CASE WHEN inside the aggregate.');
  }
  if (kind === 'table' && !isEmpty(body.system_time)) {
    refuse(sql, file, 'FOR', 'FOR SYSTEM_TIME is outside the checked subset of GoogleSQL.');
  }
  if (kind === 'table' && !isEmpty(body.table_sample)) {
    refuse(sql, file, 'TABLESAMPLE', 'TABLESAMPLE is outside the checked subset of GoogleSQL.');
  }
  if (kind === 'like') {
    const pattern = literal(body.right ?? null, 'string');
    if (pattern === undefined || pattern.includes('\\')) {
      refuse(sql, file, 'LIKE', 'LIKE takes a text without backslashes here.');
    }
  }
  if (kind === 'cast' && mode === 'metric') {
    const to = isObject(body.to) ? body.to : {};
    const isNull = nodeOf(body.this ?? null)?.kind === 'null';
    const textual = literal(body.this ?? null, 'string') !== undefined;
    const type = String(to.name ?? to.data_type).toUpperCase();
    if (!isNull && !textual && !['INT64', 'FLOAT64', 'DECIMAL', 'NUMERIC'].includes(type)) {
      refuse(
        sql,
        file,
        'CAST',
        `CAST to ${type} is outside the checked subset; INT64, FLOAT64 and NUMERIC are in it.`,
      );
    }
  }
}
