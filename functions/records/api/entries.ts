/** What people send to the API about an account, and what it says of that. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { answerValues, interventionKinds, questions } from '../entries.ts';
import { type Authored, author, enteredText, oneOf } from '../fields.ts';
import { count, cursor, nameBodies } from './common.ts';
import { checklistItem } from './hand-overs.ts';

export const assessmentRequest = z.strictObject({
  of: z.string({ error: 'what is judged' }).min(1).describe('Such as proficiency'),
  value: z.string({ error: 'the judgement' }).min(1).describe('low, middle or high'),
  until: z.iso
    .date({ error: 'a date such as 2026-12-31' })
    .describe('Last day it counts, at most 366 days ahead'),
  text: enteredText(2_000).optional().describe('What it rests on'),
  author,
});
export type AssessmentRequest = Authored<z.infer<typeof assessmentRequest>>;

const answer = z.strictObject(
  {
    question: oneOf(questions),
    value: oneOf(answerValues),
  },
  { error: 'a question with its answer' },
);

export const interventionRequest = z.strictObject({
  did: oneOf(interventionKinds),
  on: z.iso
    .date({ error: 'a date such as 2026-03-01' })
    .optional()
    .describe('Local day on which it happened, at most 366 days ago; today by default'),
  text: enteredText(2_000),
  answer: answer.optional().describe('What a call found out'),
  author,
});
export type InterventionRequest = Authored<z.infer<typeof interventionRequest>>;

export const noteRequest = z.strictObject({
  text: enteredText(2_000),
  url: z
    .url({ protocol: /^https?$/, error: 'an address that begins with https://' })
    .max(1_000, 'an address of at most 1,000 characters')
    .optional(),
  author,
});
export type NoteRequest = Authored<z.infer<typeof noteRequest>>;

export const logEntry = z.strictObject({
  id: z.string(),
  kind: z.enum(['assessment', 'intervention', 'note', 'override', 'hand_over']),
  on: z.iso.date().describe('Local day on which it happened'),
  at: z.string().describe('Instant at which it was entered, or local day of a hand-over'),
  entered_on: z.iso.date().describe('Local day of `at`'),
  author: z.string().nullable().describe('Null where rules decided'),
  summary: label,
  text: z.string().nullable(),
  url: z.string().nullable(),
  checklist: z.array(checklistItem).describe('What has to be handed over'),
});
export type LogEntry = z.infer<typeof logEntry>;

export const accountLog = z.strictObject({
  account: z.string(),
  entries: z
    .array(logEntry)
    .describe('In the order of their days, then of their entry; of more than 1,000, the last'),
});
export type AccountLog = z.infer<typeof accountLog>;

export const interventionList = z.strictObject({
  interventions: z
    .array(
      z.strictObject({
        id: z.string(),
        account: z.string(),
        on: z.iso.date().describe('Local day on which it happened'),
        did: z.enum(interventionKinds),
        at: z.iso.datetime().describe('When it was entered'),
      }),
    )
    .describe('The one entered last first'),
  next: cursor,
});
export type InterventionList = z.infer<typeof interventionList>;

const disagreement = z.strictObject({
  account: z.string(),
  name: z.string().nullable(),
  kind: z.enum(['override', 'assessment', 'answer']),
  score: z.string(),
  band: z.string().describe('What the score said then'),
  people: label.describe('What people say'),
  text: z.string().nullable(),
  author: z.string(),
  on: z.iso.date().describe('Local day on which it happened'),
  at: z.iso.datetime().describe('When it was entered'),
});
export type Disagreement = z.infer<typeof disagreement>;

export const disagreementList = z.strictObject({
  disagreements: z
    .array(disagreement)
    .describe(
      'Overrides in force, the one that ends first first; then what was entered, newest first',
    ),
  looked_at: count.describe(
    'Overrides and entries looked at; those that fit the score are not listed',
  ),
  next: cursor,
});
export type DisagreementList = z.infer<typeof disagreementList>;

export const answerReport = z.strictObject({
  score: z.string().describe('The score whose band is counted by'),
  answers: z.array(
    z.strictObject({
      question: z.enum(questions),
      band: z.string().describe("The account's band on the day of the answer"),
      yes: z.int(),
      no: z.int(),
      unclear: z.int(),
    }),
  ),
});
export type AnswerReport = z.infer<typeof answerReport>;

nameBodies({
  AssessmentRequest: assessmentRequest,
  InterventionRequest: interventionRequest,
  NoteRequest: noteRequest,
  LogEntry: logEntry,
  AccountLog: accountLog,
  Interventions: interventionList,
  Disagreements: disagreementList,
  AnswerReport: answerReport,
});
