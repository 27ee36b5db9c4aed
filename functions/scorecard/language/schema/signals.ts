/** `signals.yaml`, as people write it. */
import { z } from 'zod';
import { identifier, label } from '../pack/catalogue.ts';
import { days, expression } from './scorecards.ts';

const channel = z
  .string()
  .regex(/^[CG][A-Z0-9]{8,20}$/, "a channel's id such as C0123456789: Slack shows it under About");

/** Whom a message calls: everybody who is there, or a user, or a group of users. */
const mention = z
  .string()
  .regex(/^(here|channel|[UWS][A-Z0-9]{8,20})$/, "here, channel, or a user's or group's id");

const texts = z.strictObject({
  en: z.array(z.string().min(1).max(300)).min(1).max(10),
  ja: z.array(z.string().min(1).max(300)).min(1).max(10),
});

const target = z.union(
  [
    z.literal('task'),
    z.literal('digest'),
    z.strictObject({ slack: identifier, mention: mention.optional() }),
  ],
  { error: 'must be task, digest, or { slack: <channel> }' },
);

/** What may happen outside a run. */
export const eventKinds = ['survey_answer', 'user_departed'] as const;

const signal = z.strictObject({
  id: identifier,
  label,
  severity: z.enum(['info', 'warning', 'critical']),
  /** Holds while the account is in the state that people should know of. */
  when: expression,
  /** Asked of each event of this kind, at once, instead of every account in every run. */
  event: z.enum(eventKinds).optional(),
  /** What `before` and `moved` look back to. */
  within: days.optional(),
  /** Days after which a metric's source counts as missing. */
  max_age: days.default('3d'),
  /** When it is over; without it, as soon as `when` does not hold. */
  recovers: expression.optional(),
  /** After one has ended, days without another of the same account. */
  cooldown: days.default('14d'),
  hold_out: z
    .number()
    .gt(0)
    .max(0.5)
    .optional()
    .describe(
      'Share of accounts that a lot holds back from the action, so that its effect shows: nobody is notified of them.',
    ),
  /** What to consider: hints, not answers. */
  hints: texts,
  /** What to do next. */
  action: label,
  links: z
    .array(z.strictObject({ label, url: z.url({ protocol: /^https$/ }).max(1000) }))
    .max(5)
    .default([]),
  /** A column of accounts, or an address; without it account.owner, where the pack shows that. */
  owner: z.string().min(1).max(200).optional(),
  to: z.array(target).min(1).max(5),
});

export const signalsFile = z.strictObject({
  /** Channels by the names that signals call them, and the one for the digest. */
  slack: z
    .strictObject({
      language: z.enum(['en', 'ja']).default('en'),
      channels: z.record(identifier, channel),
      digest: identifier.optional(),
    })
    .optional(),
  signals: z.array(signal).max(100),
});
export type SignalsFile = z.infer<typeof signalsFile>;
