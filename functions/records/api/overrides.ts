/** A person's band in place of the computed one, as it is entered and shown. */
import { z } from 'zod';
import { type Authored, author, enteredText } from '../fields.ts';
import { instant, nameBodies } from './common.ts';

export const override = z.strictObject({
  id: z.string(),
  band: z.string(),
  reason: z.string(),
  author: z.string(),
  until: instant.describe('Exclusive'),
});

export const overrideRequest = z.strictObject({
  score: z.string({ error: 'the id of a score' }).min(1),
  band: z.string({ error: 'the id of a band' }).min(1),
  reason: enteredText(2_000),
  author,
  from: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-11-23T00:00:00Z' })
    .optional()
    .describe('Now, where absent'),
  until: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-12-31T00:00:00Z' })
    .describe('Exclusive end, at most 366 days ahead'),
});
export type OverrideRequest = Authored<z.infer<typeof overrideRequest>>;

export const overrideAnswer = override.extend({
  account: z.string(),
  score: z.string(),
  from: instant,
  in_force: z.boolean(),
  withdrawn: z
    .strictObject({
      author: z.string(),
      reason: z.string(),
      at: instant,
      until: instant.describe('When it would have ended'),
    })
    .nullable()
    .describe('Who took it back before its time'),
});
export type OverrideAnswer = z.infer<typeof overrideAnswer>;

export const withdrawalRequest = z.strictObject({ reason: enteredText(2_000), author });
export type WithdrawalRequest = Authored<z.infer<typeof withdrawalRequest>>;

nameBodies({
  OverrideRequest: overrideRequest,
  Override: overrideAnswer,
  WithdrawalRequest: withdrawalRequest,
});
