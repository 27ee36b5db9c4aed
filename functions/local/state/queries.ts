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

/**
 * A query whose rows come in its order; those after a cursor are several, one after the other, of
 * which each reads a range of an index.
 */
export interface Statement {
  where: readonly Condition[];
  order: string;
}

/** Below every number that a document holds, in the order of truth. */
const booleans = { false: -1.79e308, true: -1.78e308 };
const numbersFrom = -1.77e308;

/**
 * What documents are compared and ordered by, as one expression that SQLite has an index on:
 * nothing for null and for what is not there, and an order of types as Firestore's.
 */
const keyOf = (path: string): string =>
  `CASE json_type(data, ${path}) WHEN 'false' THEN ${booleans.false} WHEN 'true' THEN ${booleans.true} WHEN 'array' THEN x'00' WHEN 'object' THEN x'01' ELSE json_extract(data, ${path}) END`;
const isThere = (path: string): string => `json_type(data, ${path}) IS NOT NULL`;

/** Where the documents of a query come from. The planner knows no numbers, so it is told the index. */
export function sourceOf(plan: QueryPlan): string {
  const index = indexOf(plan);
  return index ? `documents INDEXED BY ${index.name}` : 'documents';
}

export function conditionsOf({ collection, filters, order }: QueryPlan): Condition[] {
  // As a literal: by it SQLite knows that an index on this collection serves the query.
  const ofCollection = { sql: `collection = ${literal(collection)}`, values: [] };
  const ordered = order ? [{ sql: isThere(jsonPath(order.path)), values: [] }] : [];
  return [ofCollection, ...filters.map((filter) => conditionOf(collection, filter)), ...ordered];
}

function conditionOf(collection: string, filter: PlannedFilter): Condition {
  const path = jsonPath(filter.path);
  switch (filter.op) {
    case '==':
      return equals(path, filter.value);
    case 'in': {
      const marks = filter.values.map(() => '?').join(', ');
      return { sql: `${keyOf(path)} IN (${marks})`, values: [...filter.values] };
    }
    case 'array-contains':
      return {
        sql: `name IN (SELECT name FROM ${elementsTable(collection, path)} WHERE value = ?)`,
        values: [filter.value],
      };
    default:
      return compares(path, filter.op, filter.value);
  }
}

/** The statements that give a query's rows in order: more than one where it goes on after a cursor. */
export function statementsOf(plan: QueryPlan): Statement[] {
  const all = conditionsOf(plan);
  const { order, startAfter } = plan;
  if (order === undefined) {
    const after = startAfter ? [{ sql: 'name > ?', values: [startAfter.name] }] : [];
    return [{ where: [...all, ...after], order: 'name' }];
  }
  const path = jsonPath(order.path);
  const key = keyOf(path);
  const way = order.direction === 'desc' ? ' DESC' : '';
  const clause = `${key}${way}, name${way}`;
  if (startAfter === undefined) return [{ where: all, order: clause }];

  const { value = null, name } = startAfter;
  const further = way === '' ? '>' : '<';
  const ties = { sql: `name ${further} ?`, values: [name] };
  const nulls: Condition = { sql: `${key} IS NULL`, values: [] };
  if (value === null) {
    const rest = { where: [...all, { sql: `${key} IS NOT NULL`, values: [] }], order: clause };
    const last = { where: [...all, nulls, ties], order: `name${way}` };
    return way === '' ? [last, rest] : [last];
  }
  const at = keyValue(value);
  return [
    { where: [...all, { sql: `${key} = ?`, values: [at] }, ties], order: `name${way}` },
    { where: [...all, { sql: `${key} ${further} ?`, values: [at] }], order: clause },
    ...(way === '' ? [] : [{ where: [...all, nulls], order: `name${way}` }]),
  ];
}

/**
 * What such a query is served from, as Firestore keeps it for every field: an index by the fields of
 * its equalities and by that of its order, and the elements of a list that is searched. Nothing for the
 * collections below a document, which are small.
 * @returns statements that may be run again
 */
export function preparationsOf(plan: QueryPlan): string[] {
  const lists = plan.filters.filter(({ op }) => op === 'array-contains');
  const index = indexOf(plan);
  return [
    ...lists.flatMap(({ path }) => elementsOf(plan.collection, jsonPath(path))),
    ...(index ? [index.statement] : []),
  ];
}

const elementsTable = (collection: string, path: string): string =>
  identifier('elements of', collection, path);

/** The elements of a list in every document, kept by triggers from the first search on. */
function elementsOf(collection: string, path: string): string[] {
  const table = elementsTable(collection, path);
  const of = (row: string): string =>
    `SELECT value, ${row}name FROM json_each(${row}data, ${path}) WHERE ${row}collection = ${literal(collection)}`;
  const added = `INSERT OR IGNORE INTO ${table} ${of('new.')};`;
  const removed = `DELETE FROM ${table} WHERE (value, name) IN (${of('old.')});`;
  const trigger = (event: string, work: string): string =>
    `CREATE TRIGGER IF NOT EXISTS ${identifier(event, collection, path)} AFTER ${event} ON documents BEGIN ${work} END`;
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (value, name TEXT, PRIMARY KEY (value, name)) WITHOUT ROWID`,
    trigger('INSERT', added),
    trigger('DELETE', removed),
    trigger('UPDATE', removed + added),
    `INSERT OR IGNORE INTO ${table} SELECT value, name FROM documents, json_each(documents.data, ${path}) WHERE collection = ${literal(collection)} AND NOT EXISTS (SELECT 1 FROM ${table})`,
  ];
}

function indexOf({ collection, filters, order }: QueryPlan) {
  if (collection.includes('/') || filters.some(({ op }) => op === 'array-contains')) {
    return undefined;
  }
  const equal = filters.filter(({ op }) => op === '==' || op === 'in').map(({ path }) => path);
  const paths = [...equal, ...(order ? [order.path] : [])].map(jsonPath);
  if (paths.length === 0) return undefined;
  const keys = [...new Set(paths.map(keyOf)), 'name'];
  const where = [
    `collection = ${literal(collection)}`,
    ...(order ? [isThere(jsonPath(order.path))] : []),
  ];
  const name = identifier(order ? 'order of' : 'index of', collection, ...paths);
  const statement = `CREATE INDEX IF NOT EXISTS ${name} ON documents (${keys.join(', ')}) WHERE ${where.join(' AND ')}`;
  return { name, statement };
}

const keyValue = (value: string | number | boolean): string | number =>
  typeof value === 'boolean' ? booleans[value ? 'true' : 'false'] : value;

function equals(path: string, value: Scalar): Condition {
  if (value === null) {
    return { sql: `${keyOf(path)} IS NULL AND json_type(data, ${path}) = 'null'`, values: [] };
  }
  return { sql: `${keyOf(path)} = ?`, values: [keyValue(value)] };
}

function compares(path: string, operator: string, value: string | number): Condition {
  const key = keyOf(path);
  const ofType =
    typeof value === 'string'
      ? `${key} >= '' AND ${key} < x''`
      : `${key} >= ${numbersFrom} AND ${key} < ''`;
  return { sql: `${key} ${operator} ? AND ${ofType}`, values: [value] };
}

const identifier = (...parts: string[]): string => `"${parts.join(' ').replaceAll(/['"$]/g, '')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `scores.health.band` as the SQL text `'$."scores"."health"."band"'`. */
function jsonPath(path: readonly string[]): string {
  return `'$${path.map((name) => `."${name}"`).join('')}'`;
}
