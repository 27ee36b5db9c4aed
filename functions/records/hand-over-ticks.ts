/**
 * What people say of an item of the checklist of a hand-over. Written by the API, each once and
 * never changed; the hand-over itself is the pipeline's. An item goes back to sales at most
 * once and is ticked off at most once, so who did which, and when, stays.
 */
import { z } from 'zod';
import type { Collection } from './collection.ts';
import { keptAuthor } from './fields.ts';

export const tickStates = ['done', 'missing'] as const;

export const tickDocument = z.strictObject({
  pack: z.string(),
  account: z.string(),
  /** Ids of the hand-over and of the item of its checklist. */
  hand_over: z.string(),
  item: z.string(),
  /** missing: not known, back to sales with what they have to find out. */
  state: z.enum(tickStates),
  author: keptAuthor,
  at: z.iso.datetime(),
  text: z.string().min(1).max(2_000).nullable(),
});
export type TickDocument = z.infer<typeof tickDocument>;
export const handOverTicks: Collection<TickDocument> = {
  path: 'handoverticks',
  schema: tickDocument,
};

type Named = Pick<TickDocument, 'hand_over' | 'item' | 'state'>;
export const tickId = ({ hand_over, item, state }: Named): string =>
  `${hand_over}~${item}~${state}`;
