/** Whether scores stand as they stood when their rules went live. Written by sweep. */
import { z } from 'zod';
import type { Collection } from './collection.ts';

const day = z.iso.date();

export const ageingDocument = z.strictObject({
  /** Versions of the scorecards, and what they were tuned or accepted on: others begin anew. */
  basis: z.string(),
  /** The first date that closed with them: later ones are held against it. */
  since: day,
  /** The last date that was held against it. */
  checked: day,
  /** By score, since when each look has found it moved. */
  moved: z.record(z.string(), day),
  /** By score, when it was said to have aged, and which metrics had moved with its points. */
  aged: z.record(
    z.string(),
    z.strictObject({ on: day, psi: z.number(), metrics: z.array(z.string()) }),
  ),
});
export type AgeingDocument = z.infer<typeof ageingDocument>;
/** By pack. */
export const ageing: Collection<AgeingDocument> = { path: 'ageing', schema: ageingDocument };
