/** The translator's syntax tree, as plain JSON: a node is an object with its kind as only key. */
import { code, Rejected } from '../../errors.ts';
import { parse } from './polyglot.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that hold one thing and look like a node, but are not. */
const fields = new Set(['this', 'expressions', 'num_buckets', 'Preceding', 'Following', 'ctes']);

/** Kind and contents of a node; undefined for anything else. */
export function nodeOf(value: Json): { kind: string; body: JsonObject } | undefined {
  if (!isObject(value)) return undefined;
  const keys = Object.keys(value);
  const kind = keys[0];
  if (keys.length !== 1 || kind === undefined || fields.has(kind)) return undefined;
  const body = value[kind];
  if (body === null) return { kind, body: {} };
  return isObject(body) ? { kind, body } : undefined;
}

/** Calls `visit` for every node, outermost first. */
export function walk(value: Json, visit: (kind: string, body: JsonObject) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (!isObject(value)) return;
  const node = nodeOf(value);
  if (node) visit(node.kind, node.body);
  for (const item of Object.values(value)) walk(item, visit);
}

/** Names of the common table expressions of a query, wherever they stand. */
export function commonNames(tree: Json): Set<string> {
  const names = new Set<string>();
  walk(tree, (_, body) => {
    const common = isObject(body.with) ? body.with.ctes : undefined;
    for (const one of Array.isArray(common) ? common : []) {
      if (isObject(one) && isObject(one.alias)) names.add(String(one.alias.name));
    }
  });
  return names;
}

/** A copy in which `replace` has been applied to every node, innermost first. */
export function rewriteTree(
  value: Json,
  replace: (kind: string, body: JsonObject) => Json | undefined,
): Json {
  if (Array.isArray(value)) return value.map((item) => rewriteTree(item, replace));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) copy[key] = rewriteTree(item, replace);
  const node = nodeOf(copy);
  return (node && replace(node.kind, node.body)) ?? copy;
}

/**
 * The tree of one GoogleSQL query.
 * @throws Rejected `invalid-rules` where it is no GoogleSQL, or more than one statement.
 */
export function parseGoogleSql(sql: string, file: string): Json {
  const result = parse(sql, 'bigquery' as Parameters<typeof parse>[1]);
  if (!result.success) {
    const reason = String(result.error ?? 'it cannot be parsed').replace(/\s+/g, ' ');
    throw new Rejected(code.invalidRules, `${file}: this is not GoogleSQL: ${reason}.`);
  }
  const statements = [result.ast].flat() as Json[];
  const [statement] = statements;
  if (statements.length !== 1 || statement === undefined) {
    throw new Rejected(
      code.invalidRules,
      `${file}: ${statements.length} statements; one query is expected.`,
    );
  }
  return statement;
}

export const numberLiteral = (value: string | number): Json => ({
  literal: { literal_type: 'number', value: String(value) },
});
export const textLiteralNode = (value: string): Json => ({
  literal: { literal_type: 'string', value },
});

const templates = new Map<string, Json>();

/** Parses an expression once and puts nodes in place of its columns `_a`, `_b`, ... */
export function template(expression: string, nodes: Record<string, Json>): Json {
  let tree = templates.get(expression);
  if (tree === undefined) {
    const select = nodeOf(parseGoogleSql(`SELECT ${expression}`, 'template'));
    const [first] = (select?.body.expressions ?? []) as Json[];
    if (first === undefined) throw new Error(`no expression in ${expression}`);
    tree = first;
    templates.set(expression, tree);
  }
  return rewriteTree(tree, (kind, body) => {
    if (kind !== 'column') return undefined;
    const name = isObject(body.name) ? body.name.name : undefined;
    return typeof name === 'string' ? nodes[name] : undefined;
  });
}

/** Text or digits of a literal node, of the given sort. */
export function literal(value: Json, sort: 'number' | 'string'): string | undefined {
  const node = nodeOf(value);
  if (node?.kind !== 'literal' || node.body.literal_type !== sort) return undefined;
  const text = node.body.value;
  return typeof text === 'string' ? text : undefined;
}
