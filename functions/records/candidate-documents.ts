/**
 * What a version of the rules that is only looked at would change, beside the live one. Apart from runs,
 * so that nothing which follows a run ever meets it, also not in an earlier release.
 */
import { z } from 'zod';
import type { Collection } from './collection.ts';

const instant = z.iso.datetime();
const day = z.iso.date();

/** What a comparison is of: another date, live version or candidate is another comparison. */
const compared = {
  id: z.string(),
  /** The live run whose date it looks at. */
  run: z.string(),
  date: day,
  as_of: instant,
  rules_hash: z.string(),
  live_rules_hash: z.string(),
};

export const comparisonInWork = z.strictObject({
  ...compared,
  pack: z.string(),
  engine_hash: z.string(),
  before_date: day.nullable(),
  before_rules: z.array(z.string()),
  group_ages: z.record(z.string(), z.int().nullable()),
  /** Whether its inputs say what accounts pay. */
  revenue: z.boolean(),
  /** Null until its inputs are frozen. */
  parts: z.int().nullable(),
  /** Parts that were left when it was last looked at. */
  open: z.int().nullable(),
  progressed_at: instant,
});
export type ComparisonInWork = z.infer<typeof comparisonInWork>;

export const comparisonMade = z.strictObject({
  ...compared,
  accounts: z.int(),
  parts: z.int(),
  finished_at: instant,
  /** Why there are no figures. */
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

/** One document a pack. Written by sweep and by whoever finishes the last part. */
export const candidateDocument = z.strictObject({
  pack: z.string(),
  latest: comparisonMade.nullable(),
  /** What `latest` found, by score, as JSON; null where it failed, and before the first. */
  compared: z.string().nullable(),
  in_work: comparisonInWork.nullable(),
  /** Comparisons shown no more whose parts are still to be removed. */
  former: z.array(z.string()),
});
export type CandidateDocument = z.infer<typeof candidateDocument>;
export const candidates: Collection<CandidateDocument> = {
  path: 'candidates',
  schema: candidateDocument,
  keepsUnknown: true,
};

/** A range of account ids in a comparison. */
export const comparisonPart = z.strictObject({
  from: z.string(),
  before: z.string().nullable(),
  state: z.enum(['open', 'compared']),
  accounts: z.int(),
  /** As above, with all that would move as far as a document holds them. */
  compared: z.string().nullable(),
});
export type ComparisonPart = z.infer<typeof comparisonPart>;
export const partsOf = (pack: string, comparison: string): Collection<ComparisonPart> => ({
  path: `candidates/${pack}/comparisons/${comparison}/parts`,
  schema: comparisonPart,
});
