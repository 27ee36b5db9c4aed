/** What the API says of accounts that Salesforce refuses, and how they are tried again. */
import { z } from 'zod';
import { reconciliationStep } from '../documents.ts';
import { count, cursor, instant, nameBodies } from './common.ts';

export const parkedAccount = z.strictObject({
  account: z.string(),
  name: z.string().nullable(),
  record_id: z.string().nullable().describe('Null where no one record is the account’s'),
  code: z
    .string()
    .describe("Salesforce's code, or `no-record`, `ambiguous-record`, `shared-record`"),
  reason: z.string().describe('In words of Salesforce'),
  fields: z.array(z.string()).describe('Fields that it names'),
  since: instant.describe('Since when the record is not as it should be'),
  tried_at: instant.describe('The last try; each night has one'),
});
export type ParkedAccount = z.infer<typeof parkedAccount>;

export const parkedList = z.strictObject({
  count: count.describe('Of all pages'),
  accounts: z.array(parkedAccount).describe('By id'),
  next: cursor,
});
export type ParkedList = z.infer<typeof parkedList>;

/** What a comparison with Salesforce counted; each sort by itself. */
const found = z.strictObject({
  compared: count.describe('Accounts compared field by field'),
  differing: count.describe('Accounts whose fields differed; sent again'),
  kept: count.describe("Accounts in whose fields a person's value is kept"),
  unsent: count.describe('Accounts not sent before, or waiting; sent again'),
  parked: count.describe('Accounts that Salesforce refuses; tried again'),
  missing: count.describe('Accounts without a record'),
  moved: count.describe('Accounts whose record is another now; sent there'),
  left: count.describe("Accounts that a record showed which is nobody's"),
  orphans: count.describe('Records that name no account'),
  typed: count.describe("Records that are nobody's, in which people filled in a field"),
});

export const comparisonAnswer = z.strictObject({
  current: z
    .strictObject({
      state: z
        .enum(['running', 'waiting'])
        .describe(
          '`running`: the next call goes on; `waiting`: so it does once Salesforce takes calls',
        ),
      started_at: instant,
      seen_at: instant.describe('When it was last known how far it is'),
      step: reconciliationStep.describe('The part that it is at, of four in this order'),
      compared: count.describe('Accounts compared so far'),
    })
    .nullable()
    .describe('Null where none is under way'),
  last: z
    .strictObject({ started_at: instant, ended_at: instant, found })
    .nullable()
    .describe('The last that came to its end; null where none of the last ten did'),
});
export type ComparisonAnswer = z.infer<typeof comparisonAnswer>;

const accountId = 'the id of an account, or nothing for all that are parked';

export const retryRequest = z.strictObject({
  account: z.string({ error: accountId }).min(1, accountId).max(1500, accountId).optional(),
  cursor: z.string().min(1).max(12_000).optional().describe('`next` of the answer before'),
});
export type RetryRequest = z.infer<typeof retryRequest>;

export const retryAnswer = z.strictObject({
  accounts: count.describe('Sent again by this request'),
  next: cursor.describe('Value for `cursor` to go on; absent where that was all'),
});
export type RetryAnswer = z.infer<typeof retryAnswer>;

/** Accounts of one page of a preview: what two calls of Salesforce read. */
export const mostPreviewed = 200;

export const previewRequest = z.strictObject({
  account: z.string().min(1).max(1500).optional(),
  /** The account after which the page begins. */
  after: z.string().min(1).max(1500).optional(),
  limit: z.int().min(1).max(mostPreviewed).default(mostPreviewed),
});
export type PreviewRequest = z.output<typeof previewRequest>;

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const previewed = { account: z.string(), name: z.string().nullable() };

export const previewPage = z.strictObject({
  accounts: count.describe('Looked at'),
  outside: count.describe('Of them outside the pilot of the mapping'),
  withheld: z.boolean().describe('Nothing is written while most accounts are unknown'),
  changes: z.array(
    z.strictObject({
      ...previewed,
      record: z.string(),
      field: z.string(),
      before: fieldValue,
      after: fieldValue,
    }),
  ),
  unwritable: z
    .array(z.strictObject({ ...previewed, code: z.string(), reason: z.string() }))
    .describe('Accounts that have no one record'),
  next: z.string().optional().describe('The account after which the next page begins'),
});
export type PreviewPage = z.infer<typeof previewPage>;

nameBodies({
  Comparison: comparisonAnswer,
  ParkedAccount: parkedAccount,
  ParkedList: parkedList,
  RetryRequest: retryRequest,
  RetryAnswer: retryAnswer,
});
