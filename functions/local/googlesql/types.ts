/** Types of expressions in metric SQL, as far as they are plain to see. */
import type { ColumnType } from '../../ports/warehouse.ts';
import { isObject, type Json, type JsonObject, nodeOf, walk } from './tree.ts';

/** Types of columns and aliases by lower-case name; undefined where a name has several. */
export type Scope = Map<string, ColumnType | undefined>;

/** Columns of tables by name. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, ColumnType>>;

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

const counts = new Set(
  'count count_if row_number rank dense_rank n_tile length str_position extract mod_func'.split(
    ' ',
  ),
);
const floats = new Set('sqrt exp ln power round percent_rank cume_dist'.split(' '));
const texts = new Set('lower trim substring concat'.split(' '));
const booleans = new Set(
  'and or not eq neq lt lte gt gte is_null is_true is_false in exists like between null_safe_eq null_safe_neq starts_with ends_with logical_or logical_and boolean'.split(
    ' ',
  ),
);
const sameAsInput = new Set(
  'min max lag lead first_value last_value nth_value paren neg abs sum'.split(' '),
);
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
  UNIX_SECONDS: 'INT64',
  UNIX_MILLIS: 'INT64',
  UNIX_MICROS: 'INT64',
  PERCENTILE_CONT: 'FLOAT64',
  CONCAT: 'STRING',
  REPLACE: 'STRING',
  REGEXP_REPLACE: 'STRING',
  TRANSLATE: 'STRING',
};
/** Functions whose value has the type of their first argument. */
const firstArgument = new Set(['SIGN', 'NULLIF', 'PERCENTILE_DISC']);

/** The type that two numbers share. */
function widest(types: (ColumnType | undefined)[]): ColumnType | undefined {
  const known = types.filter((type) => type !== undefined);
  if (known.length === 0) return undefined;
  for (const type of ['FLOAT64', 'NUMERIC'] as const) if (known.includes(type)) return type;
  return known[0];
}

export const children = (body: JsonObject, ...names: string[]): Json[] =>
  names.flatMap((name) => {
    const value = body[name];
    return value === undefined || value === null
      ? []
      : Array.isArray(value)
        ? value.flat()
        : [value];
  });

/** The type of an expression, as far as it is plain to see. */
export function typeOf(value: Json, scope: Scope): ColumnType | undefined {
  const node = nodeOf(value);
  if (!node) return undefined;
  const { kind, body } = node;
  const of = (...names: string[]) =>
    widest(children(body, ...names).map((child) => typeOf(child, scope)));
  if (counts.has(kind)) return 'INT64';
  if (floats.has(kind)) return 'FLOAT64';
  if (texts.has(kind)) return 'STRING';
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
    case 'cast':
    case 'safe_cast': {
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
    case 'floor':
    case 'ceil':
      return of('this') === 'NUMERIC' ? 'NUMERIC' : 'FLOAT64';
    case 'last_day':
      return 'DATE';
    case 'function':
    case 'aggregate_function': {
      const name = String(body.name).toUpperCase();
      const args = (body.args ?? []) as Json[];
      if (firstArgument.has(name)) return typeOf(args[0] ?? null, scope);
      if (name === 'GREATEST' || name === 'LEAST') return of('args');
      return functionTypes[name];
    }
    default:
      return undefined;
  }
}

/** Columns of the tables that are read, then aliases in terms of them, until nothing is added. */
export function scopeOf(tree: Json, tables: Tables): Scope {
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
