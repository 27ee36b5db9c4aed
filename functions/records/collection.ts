import type { z } from 'zod';

/** A collection of documents of one schema. `path` has an odd number of segments. */
export interface Collection<T> {
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /**
   * Field with the instant (text as `toISOString` gives it) after which a document may be
   * removed; Firestore keeps it as a timestamp, else its TTL policy would not see it.
   */
  readonly expiry?: string;
}

/** One document: `id` is the user's id; adapters encode it (see `documentId`). */
export interface Ref<T> {
  readonly collection: Collection<T>;
  readonly id: string;
}

/** Typed shorthand: `ref(accounts, 'a-1')`. */
export function ref<T>(collection: Collection<T>, id: string): Ref<T> {
  return { collection, id };
}
