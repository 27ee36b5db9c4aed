/**
 * What sweep has sent again, by queue: it sends nothing more while a batch is on its way. Written by
 * sweep; a consumer leaves a receipt for each message of a batch that it is done with.
 */
import { z } from 'zod';
import type { Collection } from './collection.ts';
import { subcollection } from './document-id.ts';
import type { Queue } from './messages.ts';

const instant = z.iso.datetime();

/** Where a query goes on: the last document seen, and its order field where it has one. */
const cursor = z.strictObject({ value: z.string().optional(), id: z.string() });
export type SweepCursor = z.infer<typeof cursor>;

/** By the queue's name. */
export const sweepDocument = z.strictObject({
  /** Identifies the last batch: the instant at which it was begun. */
  batch: instant,
  /** Its messages, and what they are about in all: accounts, episodes, events. */
  messages: z.int(),
  sent: z.int(),
  /** False until the queue has taken all of its messages. */
  published: z.boolean(),
  /** A message lives no longer than until then: delivered, or given up. */
  until: instant,
  /** Where the next batch goes on; null: at the beginning. */
  cursor: cursor.nullable(),
  /**
   * Run whose accounts are looked through for those of which the CRM was never told, and the last one
   * that was; empty before the first, null where it was all of them.
   */
  looked_through: z
    .strictObject({ run: z.string(), finished: instant, after: z.string().nullable() })
    .nullable()
    .default(null),
});
export type SweepDocument = z.infer<typeof sweepDocument>;
export const sweeps: Collection<SweepDocument> = {
  path: 'sweeps',
  schema: sweepDocument,
  keepsUnknown: true,
};

/** By the number of the message, so that those of the next batch take the place of these. */
const receiptDocument = z.strictObject({ batch: instant });
export const receiptsOf = (queue: Queue): Collection<z.infer<typeof receiptDocument>> =>
  subcollection(sweeps, queue, 'receipts', receiptDocument);
