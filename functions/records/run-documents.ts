/**
 * What is kept of runs: packs with their lease, runs, shards and closed days. Written by the pipeline.
 * Instants are ISO 8601 in UTC; dates are local days.
 */
import { z } from 'zod';
import type { Collection } from './collection.ts';

const instant = z.iso.datetime();
const day = z.iso.date();

const byWhom = { author: z.string(), reason: z.string(), at: instant };

/**
 * A holder of one lease: the pack itself for scheduled runs, or one date of it for a backfill.
 * Written by the pipeline.
 */
export const packDocument = z.strictObject({
  /** What readers see; absent before the first run closes, and for backfills. */
  current: z
    .strictObject({ date: day, slot: instant, revision: z.int().min(1), run: z.string() })
    .nullable(),
  lease: z.strictObject({ run: z.string(), token: z.int(), until: instant }).nullable(),
  /** Tokens only grow, so a holder that lost its lease can tell. */
  next_token: z.int().min(1),
  /** Another pack took its place; `done`: no account is shown by it any more. */
  retired: z.strictObject({ ...byWhom, done: z.boolean() }).optional(),
  /** What another pack kept is being moved to this one; no run of it begins before that is done. */
  moving: z.strictObject({ from: z.string(), ...byWhom }).optional(),
  /** It goes by another name now. */
  moved: z.strictObject({ to: z.string(), ...byWhom }).optional(),
});
export type PackDocument = z.infer<typeof packDocument>;
export const packs: Collection<PackDocument> = {
  path: 'packs',
  schema: packDocument,
  keepsUnknown: true,
};

export const runState = z.enum([
  'waiting',
  'preparing',
  'scoring',
  'closing',
  'publishing',
  'finished',
  'held',
  'failed',
  'superseded',
  'discarded',
]);
export type RunState = z.infer<typeof runState>;

/** States in which a run still has something to do. */
export const activeRunStates = [
  'waiting',
  'preparing',
  'scoring',
  'closing',
  'publishing',
] as const satisfies readonly RunState[];

export const sourceState = z.strictObject({
  table: z.string(),
  /** provided: the table is there; missing: it is not. */
  state: z.enum(['provided', 'missing']),
  /** Last day that is complete at `as_of`; null where the table is empty or missing. */
  complete_through: day.nullable(),
  /** Known at `as_of`; null where a run of an earlier release did not count them. */
  rows: z.int().nullable().default(null),
  /** Of those, rows of an account that is there. */
  matching: z.int().nullable().default(null),
});
export type SourceState = z.infer<typeof sourceState>;

const runCounts = z.strictObject({
  /** Rows scored, by account and score. */
  scored: z.int(),
  absent: z.int(),
  errors: z.int(),
  unknown: z.int(),
  /** Of them, those that are unknown only because data is late: the breaker does not count them. */
  unknown_late: z.int().default(0),
  /** Of `comparable` rows (a known band before and now), how many changed band. */
  band_changes: z.int(),
  comparable: z.int(),
});
export type RunCounts = z.infer<typeof runCounts>;

/**
 * What a run would change for people who look now, in accounts: each is counted once, whichever
 * of its scores moved, in the first of the three that holds.
 */
export const runMoves = z.strictObject({
  /** The closed date it is compared with. */
  since: day,
  /** Accounts that were shown then. */
  shown: z.int(),
  gone: z.int(),
  band_changed: z.int(),
  /** Known then and not any more, for another reason than that data is late. */
  unknown: z.int(),
});
export type RunMoves = z.infer<typeof runMoves>;

/** Accounts that could not be written as they are; what was shown of them before stays. */
export const unpublishedAccounts = z.strictObject({
  count: z.int(),
  /** The first of them. */
  examples: z.array(
    z.strictObject({
      account: z.string(),
      /** The team's table and column whose value is at fault; null where it is no single one. */
      table: z.string().nullable(),
      column: z.string().nullable(),
      reason: z.string(),
    }),
  ),
});
export type UnpublishedAccounts = z.infer<typeof unpublishedAccounts>;
export const noUnpublished = (): UnpublishedAccounts => ({ count: 0, examples: [] });

/** Why nothing of a run is written to Salesforce: most accounts have been unknown since the first. */
export const withheldRun = z.strictObject({
  accounts: z.int(),
  /** Of them, without a band in any score. */
  unknown: z.int(),
  /** What is missing, in sentences for whoever mends it. */
  message: z.string(),
});

/** Places of accounts, 0 to 999: those before `from` are of the format, those before `until` next. */
const rewrites = z.strictObject({ format: z.int(), from: z.int(), until: z.int() });
export type Rewrites = z.infer<typeof rewrites>;
export const noRewrites = (): Rewrites => ({ format: 0, from: 0, until: 0 });

/** What a person decided about a run that was held. */
export const runDecision = z.strictObject({
  action: z.enum(['release', 'discard']),
  author: z.string(),
  reason: z.string(),
  at: instant,
});

/** Accounts that a run could not score for their rows, and that keep their result before. */
const setAsideAccounts = z.strictObject({
  count: z.int(),
  /** The first of them; the column is the contract's. */
  examples: z.array(
    z.strictObject({
      account: z.string(),
      table: z.string(),
      column: z.string(),
      reason: z.string(),
    }),
  ),
});

/** What a run found in the team's rows. */
export const foundInRows = z.strictObject({
  set_aside: setAsideAccounts,
  /** Equal rows, rows without an account, ids that almost match: one sentence each. */
  notes: z.array(z.string()),
});
export type FoundInRows = z.infer<typeof foundInRows>;

/** One run of a pack. Written by the pipeline. */
export const runDocument = z.strictObject({
  pack: z.string(),
  kind: z.enum(['scheduled', 'backfill']),
  slot: instant,
  as_of: instant,
  date: day,
  state: runState,
  token: z.int(),
  /** Grows when a run has to start over with fresh tables. */
  attempt: z.int().min(1),
  revision: z.int().min(1).nullable(),
  rules_hash: z.string(),
  engine_hash: z.string(),
  before_date: day.nullable(),
  /** Rules of the rows in the partition before. */
  before_rules: z.array(z.string()),
  /** By score, the date that its trend looks back to. */
  trend_dates: z.record(z.string(), day),
  /** Of the signals whose columns its inputs hold; null: none. */
  signals_hash: z.string().nullable(),
  sources: z.array(sourceState),
  /** By metric group: days between its last complete day and the run's date; null: not provided. */
  group_ages: z.record(z.string(), z.int().nullable()),
  /** Absent until the rows are examined. */
  found_in_rows: foundInRows.optional(),
  accounts: z.int(),
  shards: z.int(),
  counts: runCounts.nullable(),
  /** Null before it is counted, and where there is nothing to compare with. */
  moves: runMoves.nullable().default(null),
  /** Nothing of it is written to Salesforce, unless somebody released it; null: it is. */
  withheld: withheldRun.nullable().default(null),
  /** Unchanged accounts are sent to Salesforce, too: the run before was withheld. */
  sends_all: z.boolean().default(false),
  /** Whether a row whose result hash equals the one before may be published without reading its document. */
  equal_rows_published: z.boolean(),
  /** Identifies the routing and the worklists that documents are published with. */
  shown_hash: z.string(),
  /** Absent accounts of which it is known only now who took them over; some hundred at most. */
  late_merges: z
    .array(z.strictObject({ account: z.string(), merged_into: z.string() }))
    .default(() => []),
  /** Accounts whose document it writes again where another release wrote it (`runs/rewrites.ts`). */
  rewrites: rewrites.default(noRewrites),
  /** Accounts whose document was written. */
  changed: z.int().nullable(),
  unpublished: unpublishedAccounts.default(noUnpublished),
  started_at: instant,
  /** When each state was reached. */
  reached: z.record(z.string(), instant),
  /** Last sign of progress; sweep looks at it. */
  progressed_at: instant,
  /** Why it ended without effect, is held, or could not go on when it last tried. */
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  decision: runDecision.nullable(),
});
export type RunDocument = z.infer<typeof runDocument>;
export const runs: Collection<RunDocument> = {
  path: 'runs',
  schema: runDocument,
  keepsUnknown: true,
};

/** One shard of a run: a range of account ids. Written by the pipeline. */
export const shardDocument = z.strictObject({
  from: z.string(),
  before: z.string().nullable(),
  state: z.enum(['open', 'scored', 'published']),
  rows: z.int(),
  counts: runCounts.nullable(),
  /** Accounts whose document this shard wrote. */
  changed: z.int(),
  unpublished: unpublishedAccounts.default(noUnpublished),
});
export type ShardDocument = z.infer<typeof shardDocument>;
export function shardsOf(
  run: string,
  { attempt }: Pick<RunDocument, 'attempt'>,
): Collection<ShardDocument> {
  const path = `runs/${run}/attempts/${attempt}/shards`;
  return { path, schema: shardDocument, keepsUnknown: true };
}

/** A closed date of a pack's history. Written by the pipeline when it closes. */
export const dayDocument = z.strictObject({
  pack: z.string(),
  date: day,
  run: z.string(),
  revision: z.int().min(1),
  accounts: z.int(),
  /** Rules of the rows in the partition. */
  rules: z.array(z.string()),
});
export type DayDocument = z.infer<typeof dayDocument>;
export const days: Collection<DayDocument> = { path: 'days', schema: dayDocument };
export const dayId = (pack: string, date: string): string => `${pack}~${date}`;

/**
 * The closed dates of a pack in a year, so that whoever shows a year need not read every day of it: what
 * is not among them had no run. Written by the pipeline when it closes.
 */
export const calendarDocument = z.strictObject({
  pack: z.string(),
  /** Revision by month and day (`03-02`). */
  closed: z.record(z.string(), z.int().min(1)).default({}),
});
export type CalendarDocument = z.infer<typeof calendarDocument>;
export const calendars: Collection<CalendarDocument> = {
  path: 'calendars',
  schema: calendarDocument,
};
export const calendarId = (pack: string, year: string): string => `${pack}~${year}`;
