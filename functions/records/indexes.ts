/**
 * Composite indexes that our queries need, in the one list that Terraform reads. Firestore
 * serves equality filters alone from its automatic indexes, and merges composite ones that
 * end alike (https://firebase.google.com/docs/firestore/query-data/index-overview#taking_advantage_of_index_merging),
 * so one index per filtered field and order is enough for every combination of filters.
 */
import type { Pack } from '../scorecard/language/pack/pack.ts';
import indexFile from './indexes.json' with { type: 'json' };
import { ownerField } from './owners.ts';
import unindexedFile from './unindexed-fields.json' with { type: 'json' };

export interface CompositeIndex {
  /** Last segment of the collection's path. */
  collection: string;
  /**
   * Field compared for equality; `{score}` and `{worklist}` stand for each of the pack's, `{owner}` for
   * the field of the one who looks after an account (`owners.ts`).
   */
  equal: string;
  /** Field of the order, or of the range. */
  by: string;
  direction: 'asc' | 'desc';
}

export const indexes = indexFile as readonly CompositeIndex[];

/**
 * Fields without any index: long texts, whose index would cost most of a write, and instants of
 * each write, an index on which takes 500 writes a second at most. Terraform reads this list too.
 */
const unindexed: readonly { collection: string; field: string }[] = unindexedFile;

/** Whether a filter takes a range of its field, which is then the order. */
export const isRange = (op: string): boolean => ['<', '<=', '>', '>='].includes(op);

/** The indexes that a pack needs. */
export const indexesOf = (
  pack: Pick<Pack, 'routing' | 'scores' | 'worklists'>,
  list: readonly CompositeIndex[] = indexes,
): CompositeIndex[] =>
  list.flatMap((listed) => {
    const index = { ...listed, equal: listed.equal.replace('{owner}', ownerField(pack)) };
    const { equal, by } = index;
    const named = (placeholder: string, all: readonly { id: string }[]) =>
      all.map(({ id }) => ({
        ...index,
        equal: equal.replace(placeholder, id),
        by: by.replace(placeholder, id),
      }));
    if (`${equal} ${by}`.includes('{score}')) return named('{score}', pack.scores);
    return by.includes('{worklist}') ? named('{worklist}', pack.worklists.lists) : [index];
  });

/** The parts of a query that decide which index serves it. */
interface QueryShape {
  collection: { path: string; expiry?: string };
  where?: readonly { field: string; op: string }[];
  orderBy?: { field: string; direction: 'asc' | 'desc' };
}

/** Fields that a query looks at although nothing about them is indexed. */
export function unindexedFields(query: QueryShape): string[] {
  const collection = lastSegment(query.collection);
  const { expiry } = query.collection;
  return fieldsOf(query).filter(
    (field) =>
      field === expiry ||
      unindexed.some(
        (one) => one.collection === collection && `${field}.`.startsWith(`${one.field}.`),
      ),
  );
}

/** What a query needs and the list lacks; empty where Firestore can serve it. */
export function missingIndexes(
  query: QueryShape,
  list: readonly CompositeIndex[] = indexes,
): CompositeIndex[] {
  const filters = query.where ?? [];
  const equal = filters.filter(({ op }) => !isRange(op)).map(({ field }) => field);
  const ranges = filters.filter(({ op }) => isRange(op)).map(({ field }) => field);
  const by = query.orderBy?.field ?? ranges[0];
  if (by === undefined) return [];
  const direction = query.orderBy?.direction ?? 'asc';
  const collection = lastSegment(query.collection);
  return [...equal, ...ranges.filter((field) => field !== by)]
    .map((field) => ({ collection, equal: anyId(field), by: anyId(by), direction }) as const)
    .filter((needed) => !list.some((index) => sameIndex(index, needed)));
}

function fieldsOf({ where = [], orderBy }: QueryShape): string[] {
  return [...where, ...(orderBy ? [orderBy] : [])].map(({ field }) => field);
}

const lastSegment = ({ path }: { path: string }): string => path.split('/').at(-1) ?? '';

const anyId = (field: string): string =>
  field
    .replace(/^(assignment|attributes)\.owner$/, '{owner}')
    .replace(/^scores\.[^.]+\./, 'scores.{score}.')
    .replace(/^worklists\.[^.]+\./, 'worklists.{worklist}.');

function sameIndex(a: CompositeIndex, b: CompositeIndex): boolean {
  return (
    a.collection === b.collection &&
    a.equal === b.equal &&
    a.by === b.by &&
    a.direction === b.direction
  );
}
