/** Documents and ids that the contract of Snapshots is tried with. */
import { afterEach, beforeEach } from 'vitest';
import { z } from 'zod';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import { type Collection, type Ref, ref } from '../../../functions/records/collection.ts';
import type { CompositeIndex } from '../../../functions/records/indexes.ts';

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

export const at = (id: string): Ref<Thing> => ref(things, id);

/** What the queries of the contract need; both adapters under test are opened with it. */
export const thingIndexes: readonly CompositeIndex[] = [
  { collection: 'things', equal: 'name', by: 'n', direction: 'asc' },
  { collection: 'things', equal: 'flag', by: 'n', direction: 'desc' },
];

export interface OpenedSnapshots {
  snapshots: Snapshots;
  /** Another handle on the same documents, as another process has one. */
  other: Snapshots;
  close(): Promise<void>;
}

/** Opens before each test of a suite and closes after it; the object stays the same. */
export function openedForEach(open: () => Promise<OpenedSnapshots>): OpenedSnapshots {
  const opened = {} as OpenedSnapshots;
  beforeEach(async () => {
    Object.assign(opened, await open());
  });
  afterEach(() => opened.close());
  return opened;
}

export async function fill(snapshots: Snapshots, documents: Record<string, Thing>): Promise<void> {
  for (const [id, data] of Object.entries(documents)) await snapshots.set(at(id), data);
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
