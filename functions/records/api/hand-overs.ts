/** What the API says of hand-overs, and takes of their checklists. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { type Authored, author, enteredText, oneOf } from '../fields.ts';
import { tickStates } from '../hand-over-ticks.ts';
import { cursor, nameBodies, named } from './common.ts';

export const tickRequest = z.strictObject({
  state: oneOf(tickStates)
    .default('done')
    .describe('missing: not known; back to sales with what they have to find out'),
  text: enteredText(2_000)
    .optional()
    .describe('What was said; of what is missing, what to find out'),
  author,
});
export type TickRequest = Authored<z.infer<typeof tickRequest>>;

const said = z.strictObject({
  author: z.string(),
  at: z.iso.datetime(),
  on: z.iso.date().describe('Local day of `at`'),
  text: z.string().nullable(),
});

export const checklistItem = z.strictObject({
  id: z.string(),
  label,
  state: z.enum(['open', ...tickStates]),
  done: said.nullable().describe('Who ticked it off'),
  missing: said.nullable().describe('Who sent it back to sales; kept when it is done later'),
});
export type ChecklistItem = z.infer<typeof checklistItem>;

const holder = z.strictObject({ team: named, owner: z.string().nullable() });

export const handOverAnswer = z.strictObject({
  id: z.string(),
  account: z.string(),
  name: z.string().nullable(),
  date: z.iso.date(),
  from: holder,
  to: holder,
  why: label,
  open: z.boolean().describe('Whether an item is not done yet'),
  checklist: z.array(checklistItem),
});
export type HandOverAnswer = z.infer<typeof handOverAnswer>;

export const handOverList = z.strictObject({
  hand_overs: z.array(handOverAnswer).describe('Newest first'),
  next: cursor,
});
export type HandOverList = z.infer<typeof handOverList>;

nameBodies({
  TickRequest: tickRequest,
  HandOver: handOverAnswer,
  HandOvers: handOverList,
});
