/** `evidence.yaml`: what was accepted as the evidence of a pack's rules, reviewed like them. */
import { z } from 'zod';
import { identifier } from '../pack/catalogue.ts';

/** A figure with the range that chance leaves open (95 %). */
const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const count = z.int().min(0);

const score = z.strictObject({
  basis: z
    .enum(['untuned', 'later', 'out_of_fold'])
    .describe(
      'untuned: no outcome shaped the rules; later: outcomes after tuned_until; out_of_fold: accounts that a calibration like it was not made from.',
    ),
  accounts: count,
  bad: count.describe('Accounts that left; of a score for upsell, that did not grow.'),
  auc: estimate.nullable(),
  monotone: z.boolean().describe('No band ended worse than a lower one, beyond chance.'),
  hold_out: z
    .strictObject({
      acted: count,
      held: count,
      smallest: z.number(),
      difference: estimate,
      verdict: z.enum(['helped', 'harmed', 'not shown']),
    })
    .nullable(),
  ranking: z
    .strictObject({ accounts: count, rankers: count, kendall: estimate })
    .nullable()
    .describe('How far CSMs who did not see the score rank accounts as it does.'),
  churns: z
    .array(
      z.strictObject({
        account: z.string().min(1),
        known_on: z.iso.date(),
        warned_on: z.iso.date().nullable(),
        days: count.nullable(),
        by: z.array(z.string()),
        note: z.string().describe('What people say of it: was the warning right, what was missed?'),
      }),
    )
    .default([])
    .describe('Of fewer than 20 that left: each of them, reviewed by people.'),
});

export const evidenceFile = z.strictObject({
  rules: z.string().regex(/^[0-9a-f]{16}$/, 'the hash of the rules, 16 hex digits'),
  accepted_on: z.iso.date(),
  accepted_by: z.string().min(1),
  from: z.iso.date(),
  to: z.iso.date(),
  lead: z.int().min(1),
  exemplars: z.strictObject({ passed: count, failed: count }),
  scores: z.record(identifier, score),
});
export type EvidenceFile = z.infer<typeof evidenceFile>;
export type AcceptedScore = EvidenceFile['scores'][string];
