/**
 * What people enter of an account: judgements, what they did, notes. Written by the API, each
 * once and never changed, so the order in which one thing led to the next stays.
 */
import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Collection } from './collection.ts';
import { keptAuthor } from './fields.ts';

const text = z.string().min(1).max(2_000);

/** From before the contract on: what people do with and for a customer. */
export const interventionKinds = [
  'consultation',
  'call',
  'meeting',
  'mail',
  'training',
  'seminar',
  'community',
  'proposal',
  'other',
] as const;

/** What a call is to find out, so that the score can be held against it. */
export const questions = ['about_to_churn', 'wants_more'] as const;
export const answerValues = ['yes', 'no', 'unclear'] as const;

export const callAnswer = z.strictObject({
  question: z.enum(questions),
  value: z.enum(answerValues),
});

const common = {
  pack: z.string(),
  account: z.string(),
  author: keptAuthor,
  /** When it was entered. */
  at: z.iso.datetime(),
  /**
   * Bands of then, by score: what people said is held against them. Those in force when it was
   * entered; of what happened on an earlier day, the computed ones of the last result before
   * that day, which is what people could know. Without such a result there are none.
   */
  bands: z.record(z.string(), z.string()),
};

const assessment = z.strictObject({
  ...common,
  kind: z.literal('assessment'),
  /** As the table `assessments` of the input contract has them. */
  of: z.string(),
  value: z.string(),
  /** Local days: of the judgement, and the last one it counts on. */
  on: z.iso.date(),
  until: z.iso.date(),
  text: text.nullable(),
});

const intervention = z.strictObject({
  ...common,
  kind: z.literal('intervention'),
  did: z.enum(interventionKinds),
  /** Local day on which it happened; left out, the day on which it was entered. */
  on: z.iso.date().optional(),
  text,
  answer: callAnswer.nullable(),
});

const note = z.strictObject({
  ...common,
  kind: z.literal('note'),
  text,
  /** A shared document, minutes, a recording. */
  url: z.string().nullable(),
});

export const entryDocument = z.discriminatedUnion('kind', [assessment, intervention, note]);
export type EntryDocument = z.infer<typeof entryDocument>;
export const entries: Collection<EntryDocument> = { path: 'entries', schema: entryDocument };

/** Local day of the pack's zone on which it happened. */
export function happenedOn(entry: EntryDocument, zone: string): string {
  return entry.kind !== 'note' && entry.on !== undefined ? entry.on : localDay(entry.at, zone);
}

/** Local day that contains an instant. */
export const localDay = (at: string, zone: string): string =>
  DateTime.fromISO(at, { zone }).toISODate() ?? at.slice(0, 10);
