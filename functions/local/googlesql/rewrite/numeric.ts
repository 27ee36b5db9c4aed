/**
 * NUMERIC where DuckDB's DECIMAL is not the same: BigQuery rounds products, quotients and means
 * to nine digits, and takes a number with a point beside a NUMERIC as NUMERIC, too. Types are
 * only known to DuckDB, so these calls say so when the query is planned, at no cost to its rows.
 */
import { type Json, type JsonObject, literal, nodeOf, template } from '../tree.ts';

/** `1.5` or `-1e3`: FLOAT64, unless it stands beside a NUMERIC. */
function isFloatLiteral(value: Json): boolean {
  const node = nodeOf(value);
  if (node?.kind === 'neg' || node?.kind === 'paren') return isFloatLiteral(node.body.this ?? null);
  return /[.e]/i.test(literal(value, 'number') ?? '');
}

const isLiteral = (value: Json): boolean =>
  ['literal', 'null', 'boolean'].includes(nodeOf(value)?.kind ?? 'null');

/** The value, which must not be NUMERIC. */
export const notNumeric = (value: Json): Json =>
  isLiteral(value) ? value : template('kenko_not_numeric(_a)', { _a: value });

/** These values come to one type: none may be NUMERIC where one is a number with a point. */
function together(values: readonly Json[]): Json[] {
  return values.some(isFloatLiteral) ? values.map(notNumeric) : [...values];
}

/** Applies `together` to the values of a node that are named. */
export function ofOneType(kind: string, body: JsonObject, fields: readonly string[]): Json {
  const values = together(fields.map((field) => body[field] ?? null));
  const replaced = fields.flatMap((field, i) =>
    body[field] === undefined || body[field] === null ? [] : [[field, values[i] ?? null]],
  );
  return { [kind]: { ...body, ...Object.fromEntries(replaced) } };
}

export function listOfOneType(kind: string, body: JsonObject, field: string): Json {
  return { [kind]: { ...body, [field]: together((body[field] ?? []) as Json[]) } };
}

export function caseOfOneType(body: JsonObject): Json {
  const whens = (body.whens ?? []) as Json[][];
  const otherwise = body.else_ ?? null;
  const values = together([...whens.map((when) => when[1] ?? null), otherwise]);
  return {
    case: {
      ...body,
      whens: whens.map(([condition], i) => [condition ?? null, values[i] ?? null]),
      else_: otherwise === null ? null : (values.at(-1) ?? null),
    },
  };
}

export function product(body: JsonObject): Json {
  const [left, right] = together([body.left ?? null, body.right ?? null]);
  const nodes = { _a: left ?? null, _b: right ?? null };
  if (isLiteral(nodes._a) || isLiteral(nodes._b)) {
    return { mul: { ...body, left: nodes._a, right: nodes._b } };
  }
  return template('kenko_times(_a, _b)', nodes);
}

/** CAST(a * b AS NUMERIC) rounds the product as BigQuery does. */
export function toNumeric(value: Json): Json {
  const call = nodeOf(value);
  const bare = call?.kind === 'paren' ? nodeOf(call.body.this ?? null) : call;
  if (bare?.kind === 'function' && bare.body.name === 'kenko_times') {
    const [a, b] = (bare.body.args ?? []) as Json[];
    return template('kenko_numeric(_a * _b)', { _a: a ?? null, _b: b ?? null });
  }
  return template('kenko_numeric(_a)', { _a: value });
}
