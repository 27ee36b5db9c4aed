/**
 * Composite indexes that our queries need, in the one list that Terraform reads. Firestore
 * serves equality filters alone from its automatic indexes, and merges composite ones that
 * end alike (https://firebase.google.com/docs/firestore/query-data/index-overview#taking_advantage_of_index_merging),
 * so one index per filtered field and order is enough for every combination of filters.
 */
import indexFile from './indexes.json' with { type: 'json' };

export interface CompositeIndex {
  /** Last segment of the collection's path. */
  collection: string;
  /** Field compared for equality; `{score}` stands for each score of the pack. */
  equal: string;
  /** Field of the order, or of the range. */
  by: string;
  direction: 'asc' | 'desc';
}

export const indexes = indexFile as readonly CompositeIndex[];

/** The parts of a query that decide which index serves it. */
interface QueryShape {
  collection: { path: string };
  where?: readonly { field: string; op: string }[];
  orderBy?: { field: string; direction: 'asc' | 'desc' };
}

/** What a query needs and the list lacks; empty where Firestore can serve it. */
export function missingIndexes(query: QueryShape): CompositeIndex[] {
  const filters = query.where ?? [];
  const equal = filters.filter(({ op }) => op === '==' || op === 'in').map(({ field }) => field);
  const ranges = filters.filter(({ op }) => op !== '==' && op !== 'in').map(({ field }) => field);
  const by = query.orderBy?.field ?? ranges[0];
  if (by === undefined) return [];
  const direction = query.orderBy?.direction ?? 'asc';
  const collection = query.collection.path.split('/').at(-1) ?? '';
  return [...equal, ...ranges.filter((field) => field !== by)]
    .map((field) => ({ collection, equal: anyScore(field), by: anyScore(by), direction }) as const)
    .filter((needed) => !indexes.some((index) => sameIndex(index, needed)));
}

const anyScore = (field: string): string => field.replace(/^scores\.[^.]+\./, 'scores.{score}.');

function sameIndex(a: CompositeIndex, b: CompositeIndex): boolean {
  return (
    a.collection === b.collection &&
    a.equal === b.equal &&
    a.by === b.by &&
    a.direction === b.direction
  );
}
