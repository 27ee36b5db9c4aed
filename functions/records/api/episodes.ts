/** What the API says of episodes, and what people and systems send to it about them. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { reportedEvent } from '../events.ts';
import { type Authored, author } from '../fields.ts';
import { delivery, episodeDocument } from '../signal-documents.ts';
import { bothLanguages, cursor, nameBodies } from './common.ts';

const { shape } = episodeDocument;

export const episodeAnswer = z.strictObject({
  id: z.string(),
  account: shape.account,
  signal: shape.signal,
  label,
  severity: shape.severity,
  subject: shape.subject.describe('Whom it is about, e.g. a user; empty: the account'),
  state: shape.state,
  number: shape.number.describe('Grows with every episode of the account, signal and subject'),
  opened_at: shape.opened_at,
  silent: shape.silent.describe(
    'Held already when it was first looked at: reported in a digest only',
  ),
  facts: shape.facts.describe('What the condition read when it began'),
  acknowledged: shape.acknowledged,
  closed_at: shape.closed_at,
  closed_by: shape.closed_by,
  notices: z
    .array(
      z.strictObject({
        to: delivery.shape.to,
        state: delivery.shape.state,
        code: delivery.shape.code,
      }),
    )
    .describe('What was sent of it, and where something was not, why'),
  hints: bothLanguages,
  action: label.nullable().describe('Null: the pack no longer has the signal'),
  links: z.array(z.strictObject({ label, url: z.string() })),
});
export type EpisodeAnswer = z.infer<typeof episodeAnswer>;

export const episodeList = z.strictObject({
  episodes: z.array(episodeAnswer),
  next: cursor,
});
export type EpisodeList = z.infer<typeof episodeList>;

export const lotList = z.strictObject({
  lots: z.array(
    z.strictObject({
      account: shape.account,
      signal: shape.signal,
      year: z.string().describe('In which the contract year begins'),
      held_back: shape.held_back.unwrap().describe('Nobody was notified of it'),
    }),
  ),
  next: cursor,
});
export type LotList = z.infer<typeof lotList>;

const note = 'a text of at most 2,000 characters';

export const acknowledgement = z.strictObject({
  author,
  note: z.string({ error: note }).trim().max(2_000, note).default(''),
});
export type Acknowledgement = Authored<z.infer<typeof acknowledgement>>;

/** The acknowledgement is on its way; the episode shows it a moment later. */
export const acknowledgedAnswer = z.strictObject({ episode: z.string(), number: z.int() });

export const eventRequest = reportedEvent;

/** The event is kept and acted on a moment later; sent again, it changes nothing. */
export const eventAnswer = z.strictObject({
  id: z.string(),
  known: z.boolean().describe('It had been taken before'),
});
export type EventAnswer = z.infer<typeof eventAnswer>;

nameBodies({
  Episode: episodeAnswer,
  EpisodeList: episodeList,
  LotList: lotList,
  Acknowledgement: acknowledgement,
  Acknowledged: acknowledgedAnswer,
  Event: eventRequest,
  EventTaken: eventAnswer,
});
