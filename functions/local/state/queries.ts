/**
 * Firestore's filters and order as SQL over JSON documents. Values are compared only with
 * values of their own type, and ordered null < booleans < numbers < text
 * (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering).
 */
import type { PlannedFilter, QueryPlan, Scalar } from '../../ports/query-rules.ts';

/** A piece of a WHERE clause, with the values of its question marks. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

export function conditionsOf(filters: readonly PlannedFilter[]): Condition[] {
  return filters.map((filter) => {
    const { path } = filter;
    if (filter.op === '==') return equals(path, filter.value);
    if (filter.op !== 'in') return compares(path, filter.op, filter.value);
    const any = filter.values.map((each) => equals(path, each));
    return {
      sql: `(${any.map((one) => one.sql).join(' OR ')})`,
      values: any.flatMap((one) => one.values),
    };
  });
}

/** ORDER BY of a query, and the conditions that it implies. */
export function orderOf({ order, startAfter }: Pick<QueryPlan, 'order' | 'startAfter'>): {
  clause: string;
  conditions: Condition[];
} {
  if (order === undefined) {
    const after = startAfter && { sql: 'name > ?', values: [startAfter.name] };
    return { clause: 'ORDER BY name', conditions: after ? [after] : [] };
  }
  const path = jsonPath(order.path);
  const keys = [
    `CASE json_type(data, ${path}) WHEN 'null' THEN 0 WHEN 'false' THEN 1 WHEN 'true' THEN 1
       WHEN 'integer' THEN 2 WHEN 'real' THEN 2 WHEN 'text' THEN 3 ELSE 4 END`,
    `COALESCE(json_extract(data, ${path}), 0)`,
    'name',
  ];
  const descending = order.direction === 'desc';
  const conditions: Condition[] = [{ sql: `json_type(data, ${path}) IS NOT NULL`, values: [] }];
  if (startAfter !== undefined) {
    const { value = null, name } = startAfter;
    conditions.push({
      sql: `(${keys.join(', ')}) ${descending ? '<' : '>'} (?, ?, ?)`,
      // As the keys have it: null is 0, a boolean 0 or 1.
      values: [rank(value), typeof value === 'string' ? value : Number(value), name],
    });
  }
  const direction = descending ? 'DESC' : 'ASC';
  return {
    clause: `ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')}`,
    conditions,
  };
}

function rank(value: Scalar): number {
  if (value === null) return 0;
  return typeof value === 'boolean' ? 1 : typeof value === 'number' ? 2 : 3;
}

function equals(path: readonly string[], value: Scalar): Condition {
  if (value === null || typeof value === 'boolean') {
    return { sql: `json_type(data, ${jsonPath(path)}) = ?`, values: [String(value)] };
  }
  return compares(path, '=', value);
}

function compares(path: readonly string[], operator: string, value: string | number): Condition {
  const at = jsonPath(path);
  const types = typeof value === 'string' ? "('text')" : "('integer', 'real')";
  return {
    sql: `(json_type(data, ${at}) IN ${types} AND json_extract(data, ${at}) ${operator} ?)`,
    values: [value],
  };
}

/** `scores.health.band` as the SQL text `'$."scores"."health"."band"'`. */
function jsonPath(path: readonly string[]): string {
  return `'$${path.map((name) => `."${name}"`).join('')}'`;
}
