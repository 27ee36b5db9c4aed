/**
 * What a query may ask: Firestore's rules, held to by every adapter, so that a query which
 * one of them answers is answered by all, in the same order.
 * https://firebase.google.com/docs/firestore/query-data/queries#query_limitations
 */
import { code, Rejected } from '../errors.ts';
import { documentId } from '../records/document-id.ts';
import { collectionPath } from '../records/document-rules.ts';
import {
  type CompositeIndex,
  isRange,
  missingIndexes,
  unindexedFields,
} from '../records/indexes.ts';
import type { Filter, Query } from './snapshots.ts';

export type Scalar = string | number | boolean | null;

/** A filter whose value fits its operator; `path` is the field's, name by name. */
export type PlannedFilter = { field: string; path: readonly string[] } & (
  | { op: '=='; value: Scalar }
  | { op: '<' | '<=' | '>' | '>='; value: string | number }
  | { op: 'in'; values: readonly (string | number)[] }
  | { op: 'array-contains'; value: string | number }
);

export interface QueryPlan {
  collection: string;
  filters: readonly PlannedFilter[];
  /** Absent: by document name, ascending. Else ties go by document name, same direction. */
  order?: { path: readonly string[]; direction: 'asc' | 'desc' };
  /** `name` is a document name; `value` is there where `order` is. */
  startAfter?: { value?: Scalar; name: string };
}

/** Firestore serves a query as that many queries for equality at most. */
const mostAlternatives = 30;

/**
 * @param limit of a query; absent for a count
 * @throws Rejected `bad-request` where Firestore would refuse the query, or has no index for it
 */
export function plannedQuery(
  query: Omit<Query<unknown>, 'limit'> & { limit?: number },
  indexes: readonly CompositeIndex[],
): QueryPlan {
  const { limit } = query;
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw refusal(`A query's limit is ${limit}; it has to be a whole number >= 1.`);
  }
  const collection = collectionPath(query.collection);
  const filters = (query.where ?? []).map(plannedFilter);
  const alternatives = filters.reduce((n, f) => (f.op === 'in' ? n * f.values.length : n), 1);
  if (filters.filter(({ op }) => op === 'array-contains').length > 1) {
    throw refusal('A query looks into one list at most.');
  }
  if (alternatives > mostAlternatives) {
    throw refusal(
      `The lists of a query make ${alternatives} alternatives; at most ${mostAlternatives} are possible.`,
    );
  }
  const order = orderOf(query, filters);
  const unindexed = unindexedFields(query);
  if (unindexed.length > 0) {
    throw refusal(
      `A query on ${query.collection.path} looks at ${unindexed.join(', ')}, which is not indexed.`,
    );
  }
  const missing = missingIndexes({ ...query, ...(order ? { orderBy: order } : {}) }, indexes);
  if (missing.length > 0) {
    const needed = missing.map((index) => `${index.equal}, ${index.by} ${index.direction}`);
    throw refusal(
      `A query on ${query.collection.path} needs an index that functions/records/indexes.json lacks: ${needed.join('; ')}.`,
    );
  }
  return {
    collection,
    filters,
    ...(order ? { order: { path: fieldPath(order.field), direction: order.direction } } : {}),
    ...startAfterOf(query, order?.field),
  };
}

/** Firestore orders by the field of a range where nothing else is said. */
function orderOf(
  query: Pick<Query<unknown>, 'orderBy'>,
  filters: readonly PlannedFilter[],
): Query<unknown>['orderBy'] {
  const ranges = filters.filter(({ op }) => isRange(op)).map(({ field }) => field);
  const first = query.orderBy?.field ?? ranges[0];
  const other = ranges.find((field) => field !== first);
  if (other !== undefined) {
    throw refusal(`A query is ordered by ${first}, so it cannot take a range of ${other}.`);
  }
  return query.orderBy ?? (first === undefined ? undefined : { field: first, direction: 'asc' });
}

function startAfterOf(
  { startAfter }: Pick<Query<unknown>, 'startAfter'>,
  orderField: string | undefined,
): Pick<QueryPlan, 'startAfter'> {
  if (startAfter === undefined) return {};
  const name = documentId(startAfter.id);
  if (orderField === undefined) return { startAfter: { name } };
  if (startAfter.value === undefined) {
    throw refusal(
      `A query ordered by ${orderField} starts after an id without that field's value.`,
    );
  }
  return { startAfter: { value: startAfter.value, name } };
}

function plannedFilter({ field, op, value }: Filter): PlannedFilter {
  const path = fieldPath(field);
  if ([value].flat().some((each) => typeof each === 'number' && !Number.isFinite(each))) {
    throw refusal(`The filter on ${field} needs finite numbers.`);
  }
  if (op === 'in') {
    if (!Array.isArray(value) || value.length === 0 || value.length > mostAlternatives) {
      throw refusal(`The filter on ${field} needs a list of 1 to ${mostAlternatives} values.`);
    }
    return { field, path, op, values: value };
  }
  if (typeof value === 'object' && value !== null) {
    throw refusal(`The filter on ${field} needs one value, not a list.`);
  }
  if (op === '==') return { field, path, op, value };
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw refusal(`The filter ${field} ${op} ${value} compares with text or a number only.`);
  }
  return { field, path, op, value };
}

/** Names of the steps into a document. The twin cannot quote some characters. */
function fieldPath(field: string): readonly string[] {
  const names = field.split('.');
  if (names.some((name) => name === '' || /["'\\]/.test(name))) {
    throw refusal(`"${field}" is no field; write names joined by dots.`);
  }
  return names;
}

function refusal(why: string): Rejected {
  return new Rejected(code.badRequest, why);
}
