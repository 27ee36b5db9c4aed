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
  /**
   * Its documents are modified in place: fields that another release keeps there stay. Those of other
   * collections are written whole, so that a field nobody computes any more does not grow old in them.
   */
  readonly keepsUnknown?: true;
}

/** One document: `id` is the user's id; adapters encode it (see `documentId`). */
export interface Ref<T> {
  readonly collection: Collection<T>;
  readonly id: string;
}

/**
 * Fields of a document, those of maps within it too, that are set while its others stay; `undefined`
 * removes one. Lists are set whole. No field becomes null, and no map empty.
 */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Field in keyof T]?: Patch<T[Field]> | undefined }
    : T;

/** Typed shorthand: `ref(accounts, 'a-1')`. */
export function ref<T>(collection: Collection<T>, id: string): Ref<T> {
  return { collection, id };
}
