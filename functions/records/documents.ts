/**
 * What is kept in Firestore, one schema per collection, with the one function that writes it.
 * Points are whole hundredths everywhere; instants are ISO 8601 in UTC; dates are local days.
 */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import { quoted } from '../safe-text.ts';
import { label } from '../scorecard/language/pack/catalogue.ts';
import { bandNotes, figures, resultChange } from '../scorecard/meaning/explanation.ts';
import { assignment } from '../scorecard/meaning/routing.ts';
import { worklistEntry } from '../scorecard/meaning/worklists.ts';
import type { Collection } from './collection.ts';
import { subcollection } from './document-id.ts';
import { keptAuthor } from './fields.ts';

const instant = z.iso.datetime();
const day = z.iso.date();
const hundredths = z.int();

/** A person's band in place of the computed one. */
const appliedOverride = z.strictObject({
  id: z.string(),
  band: z.string(),
  reason: z.string(),
  author: z.string(),
  until: instant,
});

const scoreDocument = z.strictObject({
  state: z.enum(['scored', 'error']),
  scorecard: z.string().nullable(),
  version: z.string().nullable(),
  ...figures,
  /** The band in force: the override's while one is, else the computed one. */
  band: z.string().nullable(),
  computed_band: z.string().nullable(),
  override: appliedOverride.nullable(),
  cap: z.string().nullable(),
  ...bandNotes,
  /** As the result that last changed recorded it; `from_band` only where the band changed. */
  change: resultChange.nullable(),
  /** Points that the customer's behaviour moved on the document's `date`: movers are sorted by it. */
  moved: hundredths,
  /** Why it is in state error. */
  reason: z.string().nullable(),
});
export type ScoreDocument = z.infer<typeof scoreDocument>;

/**
 * Format of the accounts' documents. It grows with a release that changes what they hold: those of
 * another release are then written again (`runs/rewrites.ts`). 1: of releases that had no number.
 */
export const accountFormat = 3;

/** Latest result of one account. Written by publish-shard. */
export const accountDocument = z.strictObject({
  format: z.int().min(1).default(1),
  pack: z.string(),
  state: z.enum(['active', 'absent']),
  merged_into: z.string().nullable(),
  phase: z.string().nullable(),
  /** Account columns that the pack shows, by name. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Last known values of the metrics that worklists read. */
  metrics: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** The date on which the result last changed, and the run that saw it. */
  date: day,
  run: z.string(),
  rules_hash: z.string(),
  engine_hash: z.string(),
  /** Identifies the computed result of all scores. */
  result_hash: z.string(),
  /** Identifies the document: its format and what it shows (`documentHash`). */
  hash: z.string(),
  scores: z.record(z.string(), scoreDocument),
  /** Who looks after it; null where the pack has no routing. */
  assignment: assignment.nullable(),
  /** Lists that it is on, by id. */
  worklists: z.record(z.string(), worklistEntry),
  /** Keys by which it is found by part of its name (`name-search.ts`). */
  search: z.array(z.string()).default([]),
  /**
   * Measures, axes and reference values by score, as one packed JSON text: written and
   * read whole, never queried, and several times cheaper than nested fields.
   */
  details: z.string(),
});
export type AccountDocument = z.infer<typeof accountDocument>;
/** @param shown what identifies it beside its format: the result, the overrides in force, ... */
export const documentHash = (format: number, shown: readonly string[]): string =>
  [`f${format}`, ...shown].join('|');

/** Whether both show the same, each in its format. */
export const showTheSame = (
  a: Pick<AccountDocument, 'hash'>,
  b: Pick<AccountDocument, 'hash'>,
): boolean => shownIn(a) === shownIn(b);
const shownIn = ({ hash }: Pick<AccountDocument, 'hash'>): string => hash.replace(/^f\d+\|/, '');

export const accounts: Collection<AccountDocument> = { path: 'accounts', schema: accountDocument };

export const noAccount = (id: string): Rejected =>
  new Rejected(code.notFound, `There is no account ${quoted(id)}.`);

/** Null where the pack reads no column called `name`, or it is empty. */
export function accountName({ attributes: { name } }: AccountDocument): string | null {
  return name === undefined || name === null || name === '' ? null : String(name);
}

/** What people call it: its name, else its id. */
export const nameOrId = (id: string, document: AccountDocument | undefined): string =>
  (document && accountName(document)) ?? id;

const holder = z.strictObject({ team: z.string(), owner: z.string().nullable() });

/**
 * One change of hands. Written by publish-shard with the account, never changed; its id tells
 * account and number, so whoever publishes the same again writes the same.
 */
export const handOverDocument = z.strictObject({
  pack: z.string(),
  account: z.string(),
  /** The account's assignments are numbered; this one began with the hand-over. */
  number: z.int().min(2),
  date: day,
  run: z.string(),
  from: holder,
  to: holder,
  /** The milestone that led to it: phase, account.<column>, or team where that is no more. */
  occasion: z.string(),
  /** The cell that the account is in now. */
  why: label,
  /** What is to be handed over and asked, as the pack had it then. */
  checklist: z.array(z.strictObject({ id: z.string(), label })),
});
export type HandOverDocument = z.infer<typeof handOverDocument>;
export const handOvers: Collection<HandOverDocument> = {
  path: 'handovers',
  schema: handOverDocument,
};
export const handOverId = (account: string, number: number): string => `${account}~${number}`;

const marks = z.record(z.string(), z.array(z.string()));

/** What the CRM holds of an account. Written by sync-salesforce. */
export const crmDocument = z.strictObject({
  state: z.enum(['synced', 'pending', 'parked']),
  record_id: z.string().nullable(),
  /** Hash of the fields of the last successful update; null before the first. */
  synced_hash: z.string().nullable(),
  /** Hash of the fields that `state` speaks of. */
  hash: z.string(),
  /** Run whose message led to this state. */
  run: z.string(),
  at: instant,
  code: z.string().nullable(),
  reason: z.string().nullable(),
  /** Fields that the CRM named when it refused the row. */
  fields: z.array(z.string()).default([]),
  /** Since when the record has not been as it should be; null while it is, and in older documents. */
  since: instant.nullable().default(null),
  /** What was last written to the fields in which a person's value is kept. */
  written: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Marks of what the record may show of ours, by field: more than one where no answer told. */
  shown: marks.default({}),
  /** Records that were the account's before, and may still show something of it. */
  former: z.array(z.strictObject({ record_id: z.string(), shown: marks })).default([]),
});
export type CrmDocument = z.infer<typeof crmDocument>;
export const crmAccounts: Collection<CrmDocument> = {
  path: 'crm',
  schema: crmDocument,
  keepsUnknown: true,
};

const reconciledAccounts = z.strictObject({
  count: z.int(),
  /** The first of them, to look at. */
  examples: z.array(z.string()),
});

/** Parts of a comparison, one after the other. */
export const reconciliationStep = z.enum(['accounts', 'records', 'judging', 'emptying']);

/** One comparison of the CRM with the latest results, by one call or many. Written by reconcile. */
export const reconciliationDocument = z.strictObject({
  pack: z.string(),
  started_at: instant,
  /** Until it has ended: when it was last known how far it is. */
  ended_at: instant,
  /** running: the next call goes on; waiting: so it does, once the CRM takes calls again. */
  state: z.enum(['running', 'waiting', 'ended']).default('ended'),
  step: reconciliationStep.default('emptying'),
  /** Where the step goes on; null: at its beginning. */
  cursor: z.string().nullable().default(null),
  /** Calls that have worked on it; only the last one writes. */
  calls: z.int().default(1),
  /** False until all was compared. */
  complete: z.boolean(),
  /** Accounts compared field by field. */
  compared: z.int(),
  /** Their fields differ from the results; sent again. */
  differing: reconciledAccounts,
  /** Accounts whose fields differ, by field. */
  fields: z.record(z.string(), z.int()),
  /** A person's value differs and is kept, as the mapping says. */
  kept: reconciledAccounts,
  /** Not sent yet, or waiting; sent again. */
  unsent: reconciledAccounts,
  /** Refused by the CRM as they are. */
  parked: z.int(),
  /** Accounts without a record in the CRM. */
  missing: reconciledAccounts,
  /** Records in the CRM that name no account of ours. */
  orphans: reconciledAccounts,
  /** Accounts whose record is another than the one that was written to; sent there. */
  moved: reconciledAccounts.default(() => ({ count: 0, examples: [] })),
  /** Accounts that a record still showed which is nobody's; emptied. */
  left: reconciledAccounts.default(() => ({ count: 0, examples: [] })),
  /** Records that are nobody's and show something in our fields. */
  unclaimed: z.int().default(0),
  /** Whether it is known whose that is: before that, nothing is judged. */
  traced: z.boolean().default(true),
  /** Records, not accounts, of those that show what was never written here; it stays. */
  typed: reconciledAccounts.default(() => ({ count: 0, examples: [] })),
});
export type ReconciliationDocument = z.infer<typeof reconciliationDocument>;
export const reconciliations: Collection<ReconciliationDocument> = {
  path: 'reconciliations',
  schema: reconciliationDocument,
};

/** Records that one comparison found to be their account's no more; removed at its end. */
const straysDocument = z.strictObject({
  strays: z.array(z.strictObject({ account: z.string(), record_id: z.string() })),
});
export const straysOf = (reconciliation: string): Collection<z.infer<typeof straysDocument>> =>
  subcollection(reconciliations, reconciliation, 'strays', straysDocument);

/** Records that one comparison found to be nobody's, and what they show; removed at its end. */
const unclaimedRecord = z.strictObject({
  record_id: z.string(),
  /** The account that it names, where that is not written to it. */
  names: z.string().nullable(),
  /** A mark of what it shows, by field. */
  shown: z.record(z.string(), z.string()),
  /** The account that it is most like so far, and in how many fields. */
  account: z.string().nullable(),
  alike: z.int(),
});
export type UnclaimedRecord = z.infer<typeof unclaimedRecord>;
const unclaimedDocument = z.strictObject({ records: z.array(unclaimedRecord) });
export const unclaimedOf = (
  reconciliation: string,
): Collection<z.infer<typeof unclaimedDocument>> =>
  subcollection(reconciliations, reconciliation, 'unclaimed', unclaimedDocument);

/** The texts that produced results, and how to read rows made by them. Written by score. */
export const rulesDocument = z.strictObject({
  pack: z.string(),
  /** File texts by path. */
  files: z.record(z.string(), z.string()),
  /** `RulesLayout` of the scorecard core, as JSON. */
  layout: z.string(),
});
export type RulesDocument = z.infer<typeof rulesDocument>;
export const rules: Collection<RulesDocument> = { path: 'rules', schema: rulesDocument };

/** A person's band for one score of one account. Written by the API; never changed, only ended. */
export const overrideDocument = z.strictObject({
  pack: z.string(),
  account: z.string(),
  score: z.string(),
  band: z.string(),
  reason: z.string().min(1).max(2000),
  author: keptAuthor,
  from: instant,
  until: instant,
  /** Who took it back before its time, and until when it was to be; `until` is then `at`. */
  withdrawn: z
    .strictObject({ author: keptAuthor, reason: z.string(), at: instant, until: instant })
    .nullable()
    .default(null),
  /** When it was entered; not there where an earlier release wrote it. */
  at: instant.optional(),
});
export type OverrideDocument = z.infer<typeof overrideDocument>;
export const overrides: Collection<OverrideDocument> = {
  path: 'overrides',
  schema: overrideDocument,
};
