/** Puts calls of our macros where the two engines differ, before the translator sees the query. */

import { refuse } from './googlesql-subset.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  literal,
  nodeOf,
  rewriteTree,
  template,
} from './googlesql-tree.ts';
import { constantOffset } from './zone-offset.ts';

export interface Source {
  sql: string;
  file: string;
  /** The schema of a dataset that is named with its project, or alone. */
  schemaOf: (dataset: readonly string[]) => string;
}

const microseconds: Record<string, number> = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
};
const days: Record<string, number> = { DAY: 1, WEEK: 7 };
const months: Record<string, number> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

const number = (value: string | number): Json => ({
  literal: { literal_type: 'number', value: String(value) },
});
const text = (value: string): Json => ({ literal: { literal_type: 'string', value } });

/** Name of a date part: DAY, WEEK(MONDAY), ... */
function partOf(node: Json | undefined): string {
  const found = nodeOf(node ?? null);
  if (found?.kind === 'var') return String(found.body.this).toUpperCase();
  if (found?.kind === 'function' || found?.kind === 'week') {
    const args = (found.body.args ?? []) as Json[];
    return `${String(found.body.name ?? 'WEEK').toUpperCase()}(${partOf(args[0])})`;
  }
  if (found?.kind === 'column' && isObject(found.body.name)) {
    return String(found.body.name.name).toUpperCase();
  }
  return '?';
}

function intervalOf(node: Json | undefined): { amount: Json; unit: string } | undefined {
  const found = nodeOf(node ?? null);
  if (found?.kind !== 'interval') return undefined;
  const amount = found.body.this ?? null;
  const digits = literal(amount, 'string');
  const unit = isObject(found.body.unit) ? String(found.body.unit.unit) : '?';
  return { amount: digits === undefined ? amount : number(digits), unit: unit.toUpperCase() };
}

function dateArithmetic(name: string, args: Json[], source: Source): Json {
  const interval = intervalOf(args[1]);
  const unit = interval?.unit ?? '?';
  const onDates = name.startsWith('DATE');
  const [factor, call] = onDates
    ? days[unit] !== undefined
      ? [days[unit], 'kenko_date_plus_days(_a, _n)']
      : [months[unit], 'kenko_date_plus_months(_a, _n)']
    : [microseconds[unit], 'kenko_timestamp_plus(_a, _n, _f)'];
  if (interval === undefined || factor === undefined) {
    return refuse(
      source.sql,
      source.file,
      name,
      `${name} does not take an INTERVAL in ${unit} here.`,
    );
  }
  const sign = name.endsWith('SUB') ? '-' : '';
  const scaled = onDates && factor !== 1 ? `(${sign}(_n)) * ${factor}` : `${sign}(_n)`;
  return template(call.replace('_n', scaled), {
    _a: args[0] ?? null,
    _n: interval.amount,
    _f: number(factor),
  });
}

function difference(name: string, args: Json[], source: Source): Json {
  const part = partOf(args[2]);
  const nodes = { _a: args[0] ?? null, _b: args[1] ?? null };
  if (name === 'TIMESTAMP_DIFF') {
    const micros = microseconds[part];
    if (micros !== undefined) {
      return template('kenko_timestamp_diff(_a, _b, _f)', { ...nodes, _f: number(micros) });
    }
  } else {
    if (part === 'DAY') return template('kenko_date_diff_days(_a, _b)', nodes);
    if (part === 'MONTH') return template('kenko_date_diff_months(_a, _b)', nodes);
    if (part === 'YEAR') return template('kenko_date_diff_years(_a, _b)', nodes);
  }
  return refuse(
    source.sql,
    source.file,
    name,
    `${name} in ${part} is outside the checked subset of GoogleSQL${part.startsWith('WEEK') ? '; divide days by 7' : ''}.`,
  );
}

function truncation(args: Json[], source: Source): Json {
  const part = partOf(args[1]);
  const nodes = { _a: args[0] ?? null };
  if (part === 'WEEK' || part === 'WEEK(SUNDAY)') {
    return template('kenko_date_trunc_sunday(_a)', nodes);
  }
  const unit = part === 'ISOWEEK' || part === 'WEEK(MONDAY)' ? 'week' : part.toLowerCase();
  if (!['day', 'week', 'month', 'quarter', 'year'].includes(unit)) {
    refuse(
      source.sql,
      source.file,
      'DATE_TRUNC',
      `DATE_TRUNC to ${part} is outside the checked subset of GoogleSQL.`,
    );
  }
  return template('kenko_date_trunc(_p, _a)', { ...nodes, _p: text(unit) });
}

/** The calendar day of an instant in a zone. */
function localDate(nodes: { _a: Json; _b: Json }): Json {
  const zone = literal(nodes._b, 'string');
  const micros = zone === undefined ? undefined : constantOffset(zone);
  return micros === undefined
    ? template('kenko_local_date(_a, _b)', nodes)
    : template('kenko_local_date_at(_a, _b, _o)', { ...nodes, _o: number(micros) });
}

function calledFunction(name: string, args: Json[], source: Source): Json | undefined {
  const [a, b] = args;
  const nodes = { _a: a ?? null, _b: b ?? null };
  switch (name) {
    case 'DATE_ADD':
    case 'DATE_SUB':
    case 'TIMESTAMP_ADD':
    case 'TIMESTAMP_SUB':
      return dateArithmetic(name, args, source);
    case 'DATE_DIFF':
    case 'TIMESTAMP_DIFF':
      return difference(name, args, source);
    case 'DATE_TRUNC':
      return truncation(args, source);
    case 'DATE':
      if (args.length === 3) return undefined;
      return args.length === 2 ? localDate(nodes) : template("kenko_local_date(_a, 'UTC')", nodes);
    case 'DIV':
      return template('kenko_div(_a, _b)', nodes);
    case 'UNIX_DATE':
      return template('kenko_unix_date(_a)', nodes);
    case 'UNIX_SECONDS':
      return template('kenko_floor_div(kenko_unix_micros(_a), 1000000)', nodes);
    case 'UNIX_MILLIS':
      return template('kenko_floor_div(kenko_unix_micros(_a), 1000)', nodes);
    case 'UNIX_MICROS':
      return template('kenko_unix_micros(_a)', nodes);
    case 'REGEXP_CONTAINS':
      return template('kenko_regexp_contains(_a, _b)', nodes);
    case 'BYTE_LENGTH':
      return template('kenko_byte_length(_a)', nodes);
    case 'IS_NAN':
      return template('isnan(_a)', nodes);
    case 'IS_INF':
      return template('isinf(_a)', nodes);
    case 'CONCAT':
      return args.reduce((left, right) => template('_a || _b', { _a: left, _b: right }));
    default:
      return undefined;
  }
}

function castTo(body: JsonObject): Json | undefined {
  const to = isObject(body.to) ? body.to : {};
  const nodes = { _a: body.this ?? null };
  if (to.data_type === 'timestamp' || to.data_type === 'timestamp_tz') {
    return template('kenko_timestamp(_a)', nodes);
  }
  if (nodeOf(nodes._a)?.kind === 'null' && to.data_type !== 'decimal') return undefined;
  if (to.name === 'INT64') return template('kenko_int64(_a)', nodes);
  if (to.data_type === 'decimal' || to.name === 'NUMERIC') {
    return template('kenko_numeric(_a)', nodes);
  }
  return undefined;
}

/** A table that is named with its dataset, in the schema that stands for it. */
function inSchema(body: JsonObject, { schemaOf }: Source): Json | undefined {
  const { catalog, schema } = body;
  if (!isObject(schema)) return undefined;
  const dataset = [catalog, schema].flatMap((part) => (isObject(part) ? [String(part.name)] : []));
  return {
    table: { ...body, catalog: null, schema: { ...schema, name: schemaOf(dataset), quoted: true } },
  };
}

/** The tree with macros in place; the rest is the translator's. */
export function rewrite(tree: Json, source: Source): Json {
  return rewriteTree(tree, (kind, body) => {
    const operands = {
      _a: body.left ?? body.this ?? null,
      _b: body.right ?? body.expression ?? null,
    };
    switch (kind) {
      case 'table':
        return inSchema(body, source);
      case 'function':
        return calledFunction(String(body.name).toUpperCase(), (body.args ?? []) as Json[], source);
      case 'count_if':
        return body.distinct === true
          ? undefined
          : template('COUNT(CASE WHEN _a THEN 1 END)', operands);
      case 'safe_divide':
        return template('kenko_safe_divide(_a, _b)', operands);
      case 'div':
        return template('kenko_divide(_a, _b)', operands);
      case 'mod_func':
        return template('kenko_mod(_a, _b)', operands);
      case 'concat':
        return template('_a || _b', operands);
      case 'cast':
        return castTo(body);
      case 'in':
        return membership(body);
      case 'extract':
        return extraction(body, source);
      case 'timestamp':
        return template('kenko_local_midnight(_a, _b)', {
          ...operands,
          _b: body.zone ?? text('UTC'),
        });
      case 'literal': {
        if (body.literal_type === 'timestamp') {
          return template('kenko_timestamp(_a)', { _a: text(String(body.value)) });
        }
        const digits = literal({ literal: body }, 'number');
        // A number with a point is a DECIMAL to DuckDB and a FLOAT64 to GoogleSQL.
        return digits?.includes('.') && !/e/i.test(digits) ? number(`${digits}e0`) : undefined;
      }
      default:
        return undefined;
    }
  });
}

/** `x IN UNNEST([a, b])` as `x IN (a, b)`. */
function membership(body: JsonObject): Json | undefined {
  const array = nodeOf(body.unnest ?? null);
  if (array?.kind !== 'array_func') return undefined;
  const values = (array.body.expressions ?? []) as Json[];
  if (values.length === 0) return { boolean: { value: body.not === true } };
  return { in: { ...body, unnest: null, expressions: values } };
}

function extraction(body: JsonObject, source: Source): Json | undefined {
  const field = String(
    isObject(body.field) ? Object.values(body.field)[0] : body.field,
  ).toUpperCase();
  if (field === 'DAYOFWEEK') {
    return template('kenko_dayofweek(_a)', { _a: body.this ?? null });
  }
  if (!['YEAR', 'QUARTER', 'MONTH', 'DAY', 'DAYOFYEAR', 'DOY'].includes(field)) {
    refuse(
      source.sql,
      source.file,
      'EXTRACT',
      `EXTRACT(${field} ...) is outside the checked subset of GoogleSQL.`,
    );
  }
  return undefined;
}
