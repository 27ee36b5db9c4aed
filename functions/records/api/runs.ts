/** What the API says of runs, and what people decide about one that is held. */
import { z } from 'zod';
import { type Authored, author, enteredText } from '../fields.ts';
import {
  foundInRows,
  runDecision,
  runMoves,
  runState,
  sourceState,
  unpublishedAccounts,
  withheldRun,
} from '../run-documents.ts';
import { count, counted, cursor, day, instant, nameBodies } from './common.ts';

const runCounts = z.strictObject({
  scored: count,
  absent: count,
  errors: count,
  unknown: count,
  unknown_late: count.describe('Of them, unknown only because data is late'),
  band_changes: count,
  comparable: count,
});

export const runSummary = z.strictObject({
  id: z.string(),
  kind: z.enum(['scheduled', 'backfill']),
  slot: instant,
  as_of: instant.describe('Exclusive end of what the run could see'),
  date: day,
  state: runState,
  revision: z.int().min(1).nullable(),
  accounts: count,
  shards: count,
  changed: count.nullable().describe('Accounts whose result changed'),
  counts: runCounts.nullable(),
  started_at: instant,
  ended_at: instant.nullable(),
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  withheld: withheldRun.nullable().describe('Why nothing of it is written to Salesforce'),
});
export type RunSummary = z.infer<typeof runSummary>;

export const crmCounts = z.strictObject({
  updated: counted('Shown by Salesforce as they are'),
  pending: counted('Wait for Salesforce'),
  parked: counted('Salesforce refuses the row as it is'),
});
export type CrmCounts = z.infer<typeof crmCounts>;

export const runList = z.strictObject({ runs: z.array(runSummary), next: cursor });
export type RunList = z.infer<typeof runList>;

export const runAnswer = runSummary.extend({
  attempt: z.int().min(1),
  before_date: day.nullable(),
  rules_hash: z.string(),
  engine_hash: z.string(),
  reached: z.record(z.string(), instant).describe('When each state was reached'),
  sources: z.array(sourceState),
  group_ages: z
    .record(z.string(), z.int().nullable())
    .describe(
      'By metric group, days between its last complete day and the date; null: not provided',
    ),
  moves: runMoves
    .nullable()
    .describe('Accounts that it changes against the closed date before, each counted once'),
  unpublished: unpublishedAccounts.describe(
    'Accounts that could not be written as they are; what was shown of them before stays',
  ),
  found_in_rows: foundInRows
    .nullable()
    .describe(
      'Accounts set aside for their rows, and what else was found; null before they are read',
    ),
  progress: z.strictObject({ open: count, scored: count, published: count }).describe('Shards'),
  crm: crmCounts.describe('Accounts whose state in Salesforce this run last led to'),
  decision: runDecision
    .nullable()
    .describe('What a person decided about a run that was held or withheld'),
});
export type RunAnswer = z.infer<typeof runAnswer>;

export const decisionRequest = z.strictObject({
  author,
  reason: enteredText(2_000),
});
export type DecisionRequest = Authored<z.infer<typeof decisionRequest>>;

export const moveRequest = decisionRequest.extend({
  to: z.string().min(1).max(100).describe('Its new name: of the pack that runs here'),
});
export type MoveRequest = Authored<z.infer<typeof moveRequest>>;

export const movedAnswer = z.strictObject({
  pack: z.string(),
  to: z.string(),
  moved: count.describe('Documents that were moved by this request'),
  done: z.boolean().describe('Whether that was all; else ask again, or leave it to sweep'),
});

export const retiredAnswer = z.strictObject({
  pack: z.string(),
  accounts: count.describe('Accounts that become absent; sweep does it, some thousand at a time'),
});

export const convertRequest = z.strictObject({
  after: z.string().min(1).optional().describe('`next` of the answer before'),
});

export const convertedAnswer = z.strictObject({
  pack: z.string(),
  accounts: count.describe('Accounts of which this request found dated snapshots'),
  snapshots: count.describe('Dated snapshots that it took over and removed'),
  next: z.string().nullable().describe('Where the next request goes on; null: that was all'),
});

nameBodies({
  RunSummary: runSummary,
  RunList: runList,
  Run: runAnswer,
  DecisionRequest: decisionRequest,
  MoveRequest: moveRequest,
  MovedPack: movedAnswer,
  RetiredPack: retiredAnswer,
  ConvertRequest: convertRequest,
  ConvertedSnapshots: convertedAnswer,
});
