/** Documents and ids that the contract of Snapshots is tried with. */
import { z } from 'zod';
import type { Snapshots } from '../../functions/ports/snapshots.ts';
import type { Collection } from '../../functions/records/collection.ts';

export const thing = z.strictObject({
  n: z.number().nullable().optional(),
  name: z.string().optional(),
  flag: z.boolean().optional(),
  nested: z.strictObject({ band: z.string().nullable() }).optional(),
  list: z.array(z.union([z.string(), z.number()])).optional(),
  any: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
});
export type Thing = z.infer<typeof thing>;
export const things: Collection<Thing> = { path: 'things', schema: thing };

export interface OpenedSnapshots {
  snapshots: Snapshots;
  /** Another handle on the same documents, as another process has one. */
  other: Snapshots;
  close(): Promise<void>;
}

/** Ids that users have. */
export const awkwardIds = [
  'a',
  'a/b',
  'a.b',
  '.',
  '..',
  '__x__',
  '__',
  '~tilde',
  '%41',
  'A',
  'ünïcödé',
  '顧客１',
  '🙂',
  'spaces and\ttabs\nand lines',
  'quote \' and " and \\',
  'x'.repeat(1_500),
  '/'.repeat(1_500),
  '🙂'.repeat(375),
  `${'x'.repeat(1_499)}y`,
];
