/** Puts calls of our macros where the two engines differ, before the translator sees the query. */

import {
  commonNames,
  isObject,
  type Json,
  type JsonObject,
  literal,
  nodeOf,
  numberLiteral,
  rewriteTree,
  template,
  textLiteralNode,
} from '../tree.ts';
import {
  dateArithmetic,
  difference,
  extraction,
  lastDay,
  localDate,
  type Source,
  truncation,
} from './dates.ts';
import {
  caseOfOneType,
  listOfOneType,
  notNumeric,
  ofOneType,
  product,
  toNumeric,
} from './numeric.ts';

function calledFunction(body: JsonObject, source: Source): Json | undefined {
  const name = String(body.name).toUpperCase();
  const args = (body.args ?? []) as Json[];
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
      return args.length === 3 ? undefined : localDate(nodes._a, b ?? textLiteralNode('UTC'));
    case 'DIV':
      return template('kenko_div(_a, _b)', nodes);
    case 'SIGN':
      return template('kenko_sign(_a)', nodes);
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
    case 'REGEXP_REPLACE':
      return template('kenko_regexp_replace(_a, _b, _c)', { ...nodes, _c: args[2] ?? null });
    case 'BYTE_LENGTH':
      return template('kenko_byte_length(_a)', nodes);
    case 'IS_NAN':
      return template('isnan(_a)', nodes);
    case 'IS_INF':
      return template('isinf(_a)', nodes);
    case 'CONCAT':
      return args.reduce((left, right) => template('_a || _b', { _a: left, _b: right }));
    case 'GREATEST':
    case 'LEAST':
    case 'NULLIF':
      return listOfOneType('function', body, 'args');
    default:
      return undefined;
  }
}

/** Percentiles: PERCENTILE_CONT is FLOAT64 whatever it is taken of. */
function percentile(body: JsonObject): Json | undefined {
  const [a, b] = (body.args ?? []) as Json[];
  const nodes = { _a: a ?? null, _b: b ?? null };
  if (body.name === 'PERCENTILE_DISC') return template('quantile_disc(_a, _b)', nodes);
  return body.name === 'PERCENTILE_CONT'
    ? template('quantile_cont(kenko_float64(_a), _b)', nodes)
    : undefined;
}

function castTo(body: JsonObject): Json | undefined {
  const to = isObject(body.to) ? body.to : {};
  const value = body.this ?? null;
  const nodes = { _a: value };
  const isNull = nodeOf(value)?.kind === 'null';
  switch (to.data_type) {
    case 'timestamp':
    case 'timestamp_tz':
      return template('kenko_timestamp(_a)', nodes);
    case 'decimal':
      return toNumeric(value);
    case 'date':
      return isNull ? undefined : template('kenko_date(_a)', nodes);
    case 'boolean':
      return isNull ? undefined : template('kenko_bool(_a)', nodes);
    case 'string':
      return isNull ? undefined : template('kenko_string(_a)', nodes);
    default:
      return to.name === 'INT64' && !isNull ? template('kenko_int64(_a)', nodes) : undefined;
  }
}

/** Like a cast, but NULL where the value cannot be of the type. */
function safeCastTo(body: JsonObject): Json | undefined {
  const to = isObject(body.to) ? body.to : {};
  const nodes = { _a: body.this ?? null };
  switch (to.data_type) {
    case 'timestamp':
    case 'timestamp_tz':
      return template('kenko_safe_timestamp(_a)', nodes);
    case 'decimal':
      return template('kenko_safe_numeric(_a)', nodes);
    case 'date':
      return template('kenko_safe_date(_a)', nodes);
    case 'boolean':
      return template('kenko_safe_bool(_a)', nodes);
    case 'string':
      return template('kenko_string(_a)', nodes);
    default:
      return template(
        to.name === 'INT64' ? 'kenko_safe_int64(_a)' : 'kenko_safe_float64(_a)',
        nodes,
      );
  }
}

/** A table in the schema that stands for its dataset. */
function inSchema(
  body: JsonObject,
  { schemaOf }: Source,
  common: ReadonlySet<string>,
): Json | undefined {
  const { catalog, schema, name } = body;
  if (!isObject(schema) && isObject(name) && common.has(String(name.name))) return undefined;
  const dataset = [catalog, schema].flatMap((part) => (isObject(part) ? [String(part.name)] : []));
  const found = schemaOf(dataset);
  if (found === '') return undefined;
  const identifier = { ...(isObject(schema) ? schema : isObject(name) ? name : {}) };
  return {
    table: { ...body, catalog: null, schema: { ...identifier, name: found, quoted: true } },
  };
}

/** The tree with macros in place; the rest is the translator's. */
export function rewrite(tree: Json, source: Source): Json {
  const common = commonNames(tree);
  return rewriteTree(tree, (kind, body) => {
    const operands = {
      _a: body.left ?? body.this ?? null,
      _b: body.right ?? body.expression ?? null,
    };
    switch (kind) {
      case 'table':
        return inSchema(body, source, common);
      case 'function':
        return calledFunction(body, source);
      case 'aggregate_function':
        return percentile(body);
      case 'count_if':
        return body.distinct === true
          ? undefined
          : template('COUNT(CASE WHEN _a THEN 1 END)', operands);
      case 'avg':
        return { avg: { ...body, this: notNumeric(operands._a) } };
      case 'safe_divide':
        return template('kenko_safe_divide(_a, _b)', operands);
      case 'div':
        return template('kenko_divide(_a, _b)', operands);
      case 'mod_func':
        return template('kenko_mod(_a, _b)', operands);
      case 'mul':
        return product(body);
      case 'add':
        return ofOneType('add', body, ['left', 'right']);
      case 'sub':
        return template('kenko_minus(_a, _b)', {
          _a: operands._a,
          _b: operands._b,
        });
      case 'if_func':
        return ofOneType('if_func', body, ['true_value', 'false_value']);
      case 'coalesce':
        return listOfOneType('coalesce', body, 'expressions');
      case 'case':
        return caseOfOneType(body);
      case 'floor':
      case 'ceil':
        return undefined;
      case 'round':
      case 'sqrt':
      case 'exp':
      case 'ln':
        return template(`kenko_${kind}(_a)`, operands);
      case 'power':
        return template('kenko_pow(_a, _b)', operands);
      case 'lower':
        return template('kenko_lower(_a)', operands);
      case 'trim':
        return isEmptyNode(body.characters) ? template('kenko_trim(_a)', operands) : undefined;
      case 'substring':
        return isEmptyNode(body.length)
          ? template('kenko_substr(_a, _s)', { ...operands, _s: body.start ?? null })
          : template('kenko_substr_of(_a, _s, _n)', {
              ...operands,
              _s: body.start ?? null,
              _n: body.length ?? null,
            });
      case 'concat':
        return template('_a || _b', operands);
      case 'cast':
        return castTo(body);
      case 'safe_cast':
        return safeCastTo(body);
      case 'in':
        return membership(body);
      case 'extract':
        return extraction(body, source);
      case 'last_day':
        return lastDay(body, source);
      case 'timestamp':
        return template('kenko_local_instant(_a, _b)', {
          ...operands,
          _b: body.zone ?? textLiteralNode('UTC'),
        });
      case 'literal': {
        if (body.literal_type === 'timestamp') {
          return template('kenko_timestamp(_a)', { _a: textLiteralNode(String(body.value)) });
        }
        const digits = literal({ literal: body }, 'number');
        // A number with a point is a DECIMAL to DuckDB and a FLOAT64 to GoogleSQL.
        return digits?.includes('.') && !/e/i.test(digits)
          ? numberLiteral(`${digits}e0`)
          : undefined;
      }
      default:
        return undefined;
    }
  });
}

const isEmptyNode = (value: Json | undefined): boolean => value === undefined || value === null;

/** `x IN UNNEST([a, b])` as `x IN (a, b)`. */
function membership(body: JsonObject): Json | undefined {
  const array = nodeOf(body.unnest ?? null);
  if (array?.kind !== 'array_func') return undefined;
  const values = (array.body.expressions ?? []) as Json[];
  if (values.length === 0) return { boolean: { value: body.not === true } };
  return { in: { ...body, unnest: null, expressions: values } };
}
