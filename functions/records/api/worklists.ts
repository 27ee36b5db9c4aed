/** What the API answers about worklists. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { accountSummary } from './accounts.ts';
import { bothLanguages, counted, cursor, nameBodies, named } from './common.ts';

const worklistSummary = z.strictObject({
  id: z.string(),
  label,
  score: z.string().describe('The score whose reasons are shown'),
  accounts: counted('On the list now'),
});
export type WorklistSummary = z.infer<typeof worklistSummary>;

export const worklistsAnswer = z.strictObject({ worklists: z.array(worklistSummary) });
export type WorklistsAnswer = z.infer<typeof worklistsAnswer>;

const worklistEntry = z.strictObject({
  account: accountSummary,
  team: named.nullable(),
  owner: z.string().nullable().describe("The routing's, else the attribute `owner`"),
  rank: z.number().nullable().describe('What the list is sorted by; null where not known'),
  reasons: z.array(named).describe('Why it is on the list'),
  action: label.nullable().describe('What to do next'),
  why: bothLanguages.describe(
    'What made it hold: metrics and measures that put the account on the list',
  ),
});
export type WorklistEntryAnswer = z.infer<typeof worklistEntry>;

export const worklistAnswer = worklistSummary.extend({
  entries: z.array(worklistEntry).describe('Highest rank first'),
  next: cursor,
});
export type WorklistAnswer = z.infer<typeof worklistAnswer>;

nameBodies({
  Worklists: worklistsAnswer,
  WorklistEntry: worklistEntry,
  Worklist: worklistAnswer,
});
