/**
 * Firestore's filters and order as SQL over JSON documents. Values are compared only with
 * values of their own type, and ordered null < booleans < numbers < text
 * (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering).
 */
import { code, Rejected } from '../errors.ts';
import type { Filter, Query } from '../ports/snapshots.ts';
import { documentId } from '../records/document-id.ts';

/** A piece of a WHERE clause, with the values of its question marks. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

type Scalar = string | number | boolean | null;

/** Firestore takes at most 30 values after `in`. */
const mostAlternatives = 30;

export function conditionsOf(filters: readonly Filter[]): Condition[] {
  return filters.map((filter) => {
    const { field, op, value } = filter;
    if (op === 'in') {
      if (!Array.isArray(value) || value.length === 0 || value.length > mostAlternatives) {
        throw new Rejected(
          code.badRequest,
          `The filter on ${field} needs a list of 1 to ${mostAlternatives} values.`,
        );
      }
      const any = value.map((each) => equals(field, each));
      return {
        sql: `(${any.map((one) => one.sql).join(' OR ')})`,
        values: any.flatMap((one) => one.values),
      };
    }
    if (typeof value === 'object' && value !== null) {
      throw new Rejected(code.badRequest, `The filter on ${field} needs one value, not a list.`);
    }
    return op === '==' ? equals(field, value) : compares(field, op, value);
  });
}

/** ORDER BY of a query, and the conditions that it implies. Ties run in the order's direction. */
export function orderOf(
  orderBy: Query<unknown>['orderBy'],
  startAfter: { value?: Scalar; id: string } | undefined,
): { clause: string; conditions: Condition[] } {
  if (orderBy === undefined) {
    const after = startAfter && { sql: 'name > ?', values: [documentId(startAfter.id)] };
    return { clause: 'ORDER BY name', conditions: after ? [after] : [] };
  }
  const path = jsonPath(orderBy.field);
  const keys = [
    `CASE json_type(data, ${path}) WHEN 'null' THEN 0 WHEN 'false' THEN 1 WHEN 'true' THEN 1
       WHEN 'integer' THEN 2 WHEN 'real' THEN 2 WHEN 'text' THEN 3 ELSE 4 END`,
    `COALESCE(json_extract(data, ${path}), 0)`,
    'name',
  ];
  const descending = orderBy.direction === 'desc';
  const conditions: Condition[] = [{ sql: `json_type(data, ${path}) IS NOT NULL`, values: [] }];
  if (startAfter !== undefined) {
    const { value } = startAfter;
    if (value === undefined) {
      throw new Rejected(
        code.badRequest,
        `A query ordered by ${orderBy.field} starts after an id without that field's value.`,
      );
    }
    conditions.push({
      sql: `(${keys.join(', ')}) ${descending ? '<' : '>'} (?, ?, ?)`,
      // As the keys have it: null is 0, a boolean 0 or 1.
      values: [
        rank(value),
        typeof value === 'string' ? value : Number(value),
        documentId(startAfter.id),
      ],
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

function equals(field: string, value: Scalar): Condition {
  if (value === null || typeof value === 'boolean') {
    return { sql: `json_type(data, ${jsonPath(field)}) = ?`, values: [String(value)] };
  }
  return compares(field, '=', value);
}

function compares(field: string, operator: string, value: Scalar): Condition {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new Rejected(
      code.badRequest,
      `The filter ${field} ${operator} ${value} compares with text or a number only.`,
    );
  }
  const path = jsonPath(field);
  const types = typeof value === 'string' ? "('text')" : "('integer', 'real')";
  return {
    sql: `(json_type(data, ${path}) IN ${types} AND json_extract(data, ${path}) ${operator} ?)`,
    values: [value],
  };
}

/** `scores.health.band` as the SQL text `'$."scores"."health"."band"'`. */
function jsonPath(field: string): string {
  const segments = field.split('.');
  if (segments.some((segment) => segment === '' || /["'\\]/.test(segment))) {
    throw new Rejected(code.badRequest, `"${field}" is no field; write names joined by dots.`);
  }
  return `'$${segments.map((segment) => `."${segment}"`).join('')}'`;
}
