/** What the API says of accounts that Salesforce refuses, and how they are tried again. */
import { z } from 'zod';
import { count, cursor, instant, nameBodies } from './common.ts';

export const parkedAccount = z.strictObject({
  account: z.string(),
  name: z.string().nullable(),
  record_id: z.string().nullable().describe('Null where no one record is the account’s'),
  code: z.string().describe("Salesforce's code, or `no-record`, `ambiguous-record`"),
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

nameBodies({
  ParkedAccount: parkedAccount,
  ParkedList: parkedList,
  RetryRequest: retryRequest,
  RetryAnswer: retryAnswer,
});
