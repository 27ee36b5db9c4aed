/**
 * What the subset alone cannot see in metric SQL: results that differ from run to run or from
 * engine to engine because of the types involved.
 */

import { replaceParameters } from '../pipeline/googlesql-text.ts';
import { visibleColumns } from '../pipeline/sources-query.ts';
import type { ColumnType } from '../ports/warehouse.ts';
import type { Pack } from '../scorecard/pack.ts';
import { checkSubset, refuse } from './googlesql-subset.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  literal,
  nodeOf,
  parseGoogleSql,
  walk,
} from './googlesql-tree.ts';

/** Types of columns and aliases by lower-case name; undefined where a name has several. */
type Scope = Map<string, ColumnType | undefined>;

export interface MetricSql {
  sql: string;
  /** Named in errors. */
  file: string;
  /** The tables it may read, by name, with their columns (`local_date` included). */
  tables: ReadonlyMap<string, ReadonlyMap<string, ColumnType>>;
}

const castTypes: Record<string, ColumnType> = {
  INT64: 'INT64',
  FLOAT64: 'FLOAT64',
  DECIMAL: 'NUMERIC',
  NUMERIC: 'NUMERIC',
  STRING: 'STRING',
  BOOLEAN: 'BOOL',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
};

const counts = new Set(['count', 'count_if', 'row_number', 'rank', 'dense_rank', 'n_tile']);
const booleans = new Set(
  'and or not eq neq lt lte gt gte is_null is_true is_false in exists like between null_safe_eq null_safe_neq starts_with ends_with logical_or logical_and boolean'.split(
    ' ',
  ),
);
const sameAsInput = new Set('min max lag lead first_value last_value paren neg abs sum'.split(' '));
const functionTypes: Record<string, ColumnType> = {
  DATE_ADD: 'DATE',
  DATE_SUB: 'DATE',
  DATE_TRUNC: 'DATE',
  DATE: 'DATE',
  DATE_DIFF: 'INT64',
  TIMESTAMP_DIFF: 'INT64',
  TIMESTAMP_ADD: 'TIMESTAMP',
  TIMESTAMP_SUB: 'TIMESTAMP',
  DIV: 'INT64',
  UNIX_DATE: 'INT64',
  PERCENTILE_CONT: 'FLOAT64',
};

/** The type that two numbers share. */
function widest(types: (ColumnType | undefined)[]): ColumnType | undefined {
  const known = types.filter((type) => type !== undefined);
  if (known.length === 0) return undefined;
  for (const type of ['FLOAT64', 'NUMERIC'] as const) if (known.includes(type)) return type;
  return known[0];
}

const children = (body: JsonObject, ...names: string[]): Json[] =>
  names.flatMap((name) => {
    const value = body[name];
    return value === undefined || value === null
      ? []
      : Array.isArray(value)
        ? value.flat()
        : [value];
  });

/** The type of an expression, as far as it is plain to see. */
function typeOf(value: Json, scope: Scope): ColumnType | undefined {
  const node = nodeOf(value);
  if (!node) return undefined;
  const { kind, body } = node;
  const of = (...names: string[]) =>
    widest(children(body, ...names).map((child) => typeOf(child, scope)));
  if (counts.has(kind)) return 'INT64';
  if (booleans.has(kind)) return 'BOOL';
  if (sameAsInput.has(kind)) return of('this');
  switch (kind) {
    case 'column':
      return isObject(body.name) ? scope.get(String(body.name.name).toLowerCase()) : undefined;
    case 'literal': {
      const sort = String(body.literal_type);
      if (sort === 'number') return /[.e]/i.test(String(body.value)) ? 'FLOAT64' : 'INT64';
      return sort === 'date' ? 'DATE' : sort === 'timestamp' ? 'TIMESTAMP' : undefined;
    }
    case 'cast': {
      const to = isObject(body.to) ? body.to : {};
      return castTypes[String(to.name ?? to.data_type).toUpperCase()];
    }
    case 'alias':
    case 'window_function':
      return of('this');
    case 'avg':
    case 'div':
    case 'safe_divide':
      return of('this', 'left', 'right', 'expression') === 'NUMERIC' ? 'NUMERIC' : 'FLOAT64';
    case 'add':
    case 'sub':
    case 'mul':
      return of('left', 'right');
    case 'coalesce':
    case 'greatest':
    case 'least':
      return of('expressions');
    case 'if_func':
      return of('true_value', 'false_value');
    case 'case':
      return widest([
        ...children(body, 'else_').map((child) => typeOf(child, scope)),
        ...(Array.isArray(body.whens) ? body.whens : []).map((when) =>
          Array.isArray(when) ? typeOf(when[1] ?? null, scope) : undefined,
        ),
      ]);
    case 'extract':
    case 'length':
      return 'INT64';
    case 'function':
    case 'aggregate_function':
      return functionTypes[String(body.name).toUpperCase()];
    default:
      return undefined;
  }
}

/** Columns of the tables that are read, then aliases in terms of them, until nothing is added. */
function scopeOf(tree: Json, tables: MetricSql['tables']): Scope {
  const scope: Scope = new Map();
  const add = (name: string, type: ColumnType | undefined): boolean => {
    const key = name.toLowerCase();
    if (!scope.has(key)) {
      if (type === undefined) return false;
      scope.set(key, type);
      return true;
    }
    const known = scope.get(key);
    if (known === undefined || type === undefined || known === type) return false;
    scope.set(key, undefined);
    return true;
  };
  walk(tree, (kind, body) => {
    if (kind !== 'table' || !isObject(body.name)) return;
    const columns = tables.get(String(body.name.name)) ?? [];
    for (const [name, type] of columns) add(name, type);
  });
  for (let changed = true; changed; ) {
    changed = false;
    walk(tree, (kind, body) => {
      if (kind !== 'alias' || !isObject(body.alias)) return;
      changed = add(String(body.alias.name), typeOf(body.this ?? null, scope)) || changed;
    });
  }
  return scope;
}

const families: Partial<Record<ColumnType, string>> = {
  INT64: 'number',
  FLOAT64: 'number',
  NUMERIC: 'number',
};

/** Names of common table expressions of the query. */
function ownNames(tree: Json): Set<string> {
  const names = new Set<string>();
  walk(tree, (kind, body) => {
    if (kind !== 'select' || !isObject(body.with)) return;
    for (const common of children(body.with, 'ctes')) {
      if (isObject(common) && isObject(common.alias)) names.add(String(common.alias.name));
    }
  });
  return names;
}

/**
 * Checks the SQL of a metric group: the subset, the tables it declares, and types where two
 * engines, or two runs on one engine, would differ.
 * @throws Rejected `invalid-rules` with one sentence naming file, line and what to write.
 */
export function lintMetricSql({ sql, file, tables }: MetricSql): void {
  const text = replaceParameters(sql, (found) => {
    if (found === '@date') return "DATE '2000-01-01'";
    if (found === '@as_of') return "TIMESTAMP '2000-01-01 00:00:00+00'";
    return refuse(sql, file, found, `${found} is no parameter; metrics have @as_of and @date.`);
  });
  const tree = parseGoogleSql(text, file);
  checkSubset(tree, { file, sql: text, mode: 'metric' });
  const own = ownNames(tree);
  const scope = scopeOf(tree, tables);
  const check = (kind: string, body: JsonObject): void => {
    const tell = (word: string, why: string): never => refuse(text, file, word, why);
    const type = (name: string) => typeOf(body[name] ?? null, scope);
    if (kind === 'table' && isObject(body.name)) {
      const name = String(body.name.name);
      if (isObject(body.schema)) {
        // It would pass by the conditions that keep rows after as_of away.
        tell(name, `the table ${name} is named with its data set; write ${name} alone.`);
      }
      if (!tables.has(name) && !own.has(name)) {
        tell(
          name,
          `the table ${name} is not among the group's sources: ${[...tables.keys()].join(', ')}.`,
        );
      }
    }
    if ((kind === 'sum' || kind === 'avg') && type('this') === 'FLOAT64') {
      const name = kind.toUpperCase();
      tell(
        name,
        `${name} over FLOAT64 differs from run to run; ${kind === 'sum' ? 'sum' : 'average'} integers, or CAST(... AS NUMERIC).`,
      );
    }
    const divides = kind === 'div' || kind === 'safe_divide';
    const operands = divides ? ['this', 'left', 'right', 'expression'] : ['this'];
    if ((divides || kind === 'avg') && operands.map(type).includes('NUMERIC')) {
      const name = kind === 'div' ? '/' : kind.toUpperCase();
      tell(
        name,
        'NUMERIC is divided to nine digits by one engine and to more by another; divide CAST(... AS FLOAT64).',
      );
    }
    if (kind === 'extract' && type('this') === 'TIMESTAMP') {
      tell('EXTRACT', 'EXTRACT from a TIMESTAMP depends on a zone; use the local_date column.');
    }
    if (['eq', 'neq', 'lt', 'lte', 'gt', 'gte'].includes(kind)) compare(body, tell);
  };
  const compare = (body: JsonObject, tell: (word: string, why: string) => never): void => {
    const sides = [body.left ?? null, body.right ?? null] as const;
    if (sides.some((side) => literal(side, 'string') !== undefined)) return;
    const [left, right] = sides.map((side) => typeOf(side, scope));
    if (left === undefined || right === undefined) return;
    if ((families[left] ?? left) === (families[right] ?? right)) return;
    const column = nodeOf(sides[0]);
    const name = isObject(column?.body.name) ? String(column.body.name.name) : 'WHERE';
    tell(name, `${left} and ${right} are compared; GoogleSQL refuses that.`);
  };
  walk(tree, check);
}

/**
 * Lints every metric group that a pack reads.
 * @throws Rejected `invalid-rules` as `lintMetricSql` does, for the first finding.
 */
export function lintPackSql(pack: Pick<Pack, 'groups' | 'sources'>): void {
  for (const group of pack.groups) {
    const tables = new Map(
      group.sources.flatMap((name) => {
        const contract = pack.sources.get(name);
        return contract ? [[name, visibleColumns(contract)] as const] : [];
      }),
    );
    lintMetricSql({ sql: group.sql, file: group.sqlFile, tables });
  }
}
