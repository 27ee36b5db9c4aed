import type { Query as NativeQuery } from '@google-cloud/firestore';
import type { QueryPlan } from '../../ports/query-rules.ts';
import type { Client } from './documents.ts';

export function filteredQuery({ firestore, FieldPath }: Client, plan: QueryPlan): NativeQuery {
  return plan.filters.reduce<NativeQuery>((query, filter) => {
    const value = filter.op === 'in' ? filter.values : filter.value;
    return query.where(new FieldPath(...filter.path), filter.op, value);
  }, firestore.collection(plan.collection));
}

/** Filters, order and cursor. Document names end every order, so that pages add up. */
export function orderedQuery(client: Client, plan: QueryPlan): NativeQuery {
  const { FieldPath } = client;
  const { order, startAfter } = plan;
  let query = filteredQuery(client, plan);
  if (order) query = query.orderBy(new FieldPath(...order.path), order.direction);
  query = query.orderBy(FieldPath.documentId(), order?.direction ?? 'asc');
  if (startAfter === undefined) return query;
  return order
    ? query.startAfter(startAfter.value, startAfter.name)
    : query.startAfter(startAfter.name);
}
