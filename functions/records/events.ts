/** Events that do not wait for a run, as they are sent and kept. */
import { z } from 'zod';
import { surveyKinds, userRoles } from '../scorecard/language/pack/signals.ts';
import type { Collection } from './collection.ts';
import { oneOf, textUpTo } from './fields.ts';

const score = 'a number from 0 to 10';

/** What a sender may call an event, and by what it is kept: its sender's name and that. */
const longestName = 200;
const longestId = 500;

const eventWith = (longest: number) => {
  const common = {
    id: textUpTo(longest).describe("The sender's own; an event that comes again has the same"),
    account: textUpTo(1500),
    at: z.iso
      .datetime({ offset: true, error: 'an instant such as 2026-11-23T00:00:00Z' })
      .describe('At most 31 days ago'),
  };
  return z.discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('survey_answer'),
        ...common,
        survey: oneOf(surveyKinds),
        score: z.number({ error: score }).min(0, score).max(10, score),
        user: textUpTo(200).optional(),
        comment: textUpTo(4000).optional(),
      }),
      z.strictObject({
        kind: z.literal('user_departed'),
        ...common,
        user: textUpTo(200),
        role: oneOf(userRoles).optional(),
      }),
    ],
    { error: 'survey_answer or user_departed' },
  );
};

/** As it is sent by whoever reports it. */
export const reportedEvent = eventWith(longestName);

/**
 * An answer to a survey, or a user who leaves. `comment` is a person's words: kept with the
 * event, and never in a log or a message.
 */
export const eventBody = eventWith(longestId);
export type EventBody = z.infer<typeof eventBody>;

/** An event, kept by whoever takes it first: the API, or notify-event, which says when it is handled. */
export const eventDocument = z.strictObject({
  pack: z.string(),
  account: z.string(),
  taken_at: z.iso.datetime(),
  body: eventBody,
  /** Whether everything that it asks for was begun. */
  handled: z.boolean(),
});
export type EventDocument = z.infer<typeof eventDocument>;
/** By the event's id. */
export const events: Collection<EventDocument> = { path: 'events', schema: eventDocument };
