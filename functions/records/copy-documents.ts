/** How far what people entered is copied to the warehouse. Written by score. */
import { z } from 'zod';
import type { Collection } from './collection.ts';

const instant = z.iso.datetime();

export const copyDocument = z.strictObject({
  /** Everything that was entered before is copied; null before the first time. */
  until: instant.nullable(),
  /** End of the part that is being copied: whoever takes it up again copies the same part. */
  next: instant.nullable(),
});
export type CopyDocument = z.infer<typeof copyDocument>;
/** One document, `entered`: tables of the warehouse belong to no pack. */
export const copies: Collection<CopyDocument> = { path: 'copies', schema: copyDocument };
