/**
 * What is kept of signals: which hold, the episodes they make, what was sent of them, and the
 * events that people or systems sent. Instants are ISO 8601 in UTC; dates are local days.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { instantAfter } from '../calendar.ts';
import type { Collection } from './collection.ts';
import { subcollection } from './document-id.ts';

const instant = z.iso.datetime();
const day = z.iso.date();

const fact = z.strictObject({
  /** As in rules: `metrics.mrr`. */
  of: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
});

const heldSignal = z.strictObject({
  id: z.string(),
  /** Date and run in which it began. */
  since: day,
  run: z.string(),
  /**
   * It held already when it was first looked at, or holds only because rules changed: nobody is
   * notified of it by itself.
   */
  silent: z.boolean(),
  /** It began with a new version of the rules: the digest of the switch says it to the owner. */
  rules: z.boolean().default(false),
  /** What its condition read when it began. */
  facts: z.array(fact),
});
export type HeldSignal = z.infer<typeof heldSignal>;

/** The signals that hold for one account. Written by publish-shard, when they change. */
export const signalsDocument = z.strictObject({
  pack: z.string(),
  account: z.string(),
  state: z.enum(['active', 'absent']),
  /** Of the last change. */
  date: day,
  run: z.string(),
  holding: z.boolean(),
  held: z.array(heldSignal),
});
export type SignalsDocument = z.infer<typeof signalsDocument>;
export const signalDocuments: Collection<SignalsDocument> = {
  path: 'signals',
  schema: signalsDocument,
};

/** Signals that a finished run has looked at: a new one begins silently. Written by publish-shard. */
export const knownSignalsDocument = z.strictObject({
  run: z.string(),
  date: day,
  signals: z.array(z.string()),
  /** By id, what identifies what it asked; none of a run of an earlier release. */
  definitions: z.record(z.string(), z.string()).default({}),
});
export type KnownSignalsDocument = z.infer<typeof knownSignalsDocument>;
/** By pack. */
export const knownSignals: Collection<KnownSignalsDocument> = {
  path: 'known_signals',
  schema: knownSignalsDocument,
};

/** Something to send once. */
export const delivery = z.strictObject({
  to: z.enum(['slack', 'task']),
  /** Slack's channel id. */
  channel: z.string().nullable(),
  mention: z.string().nullable(),
  /** Known to the other side too: what was sent is found by it. */
  key: z.string(),
  /**
   * due: not sent, for certain; sending: somebody sends it, or died over it; unsure: it may
   * have been sent, and nobody can know; refused: it cannot be sent as it is.
   */
  state: z.enum(['due', 'sending', 'sent', 'refused', 'unsure']),
  tries: z.int(),
  first_try: instant.nullable(),
  claimed_until: instant.nullable(),
  /** The other side's id of it. */
  ref: z.string().nullable(),
  code: z.string().nullable(),
});
export type Delivery = z.infer<typeof delivery>;

/** One stay of an account in a signal, and what was sent of it. Written by notify. */
export const episodeDocument = z.strictObject({
  pack: z.string(),
  account: z.string(),
  signal: z.string(),
  /** Whom it is about where an account has several, e.g. a user; else empty. */
  subject: z.string(),
  kind: z.enum(['state', 'event']),
  severity: z.enum(['info', 'warning', 'critical']),
  state: z.enum(['open', 'acknowledged', 'closed']),
  /** Grows with every episode of the account, signal and subject. */
  number: z.int().min(1),
  opened_at: instant,
  /** The run or event that opened it. */
  cause: z.string(),
  facts: z.array(fact),
  /** Held already when it was first looked at, or only because rules changed: in a digest only. */
  silent: z.boolean(),
  /** One of so many of its signal that it has no message of its own. */
  folded: z.boolean().default(false),
  /** Its message says that those which follow have none. */
  last_of_many: z.boolean().default(false),
  /** By lot: nobody is notified of it, and it is shown nowhere as something to do. */
  held_back: z.boolean().default(false),
  /** What the lot said in each contract year in which an episode opened: whom its effect is seen on. */
  lots: z.array(z.strictObject({ year: z.string(), held_back: z.boolean() })).default([]),
  acknowledged: z.strictObject({ by: z.string(), note: z.string(), at: instant }).nullable(),
  closed_at: instant.nullable(),
  closed_by: z.enum(['recovered', 'absent', 'removed', 'acknowledged']).nullable(),
  /** No other episode before this. */
  quiet_until: instant.nullable(),
  deliveries: z.array(delivery),
  digest: z.enum(['none', 'due', 'told']),
  /** When sweep brings it up again: something is unsent, or it holds again while quiet. */
  due_at: instant.nullable(),
});
export type EpisodeDocument = z.infer<typeof episodeDocument>;
export const episodes: Collection<EpisodeDocument> = {
  path: 'episodes',
  schema: episodeDocument,
  keepsUnknown: true,
};

/** Deterministic, and safe in an address: 24 hex digits of account, signal and subject. */
export function episodeId(account: string, signal: string, subject = ''): string {
  const text = JSON.stringify([account, signal, subject]);
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** One digest of a pack and date. Written by notify. */
export const digestDocument = z.strictObject({
  pack: z.string(),
  date: day,
  /** It reports episodes that were opened until then. */
  until: instant,
  /** Null: there was nothing to report. */
  delivery: delivery.nullable(),
  episodes: z.int(),
  done: z.boolean(),
});
export type DigestDocument = z.infer<typeof digestDocument>;
export const digests: Collection<DigestDocument> = { path: 'digests', schema: digestDocument };
export const digestId = (pack: string, date: string): string => `${pack}~${date}`;

/**
 * What a new version of the rules moved, said to each owner once. Begun by publish-shard with the
 * switch, written by notify from then on.
 */
export const rulesDigestDocument = z.strictObject({
  pack: z.string(),
  date: day,
  /** The run that switched, and its rules. */
  run: z.string(),
  rules_hash: z.string(),
  /** Null before it is known whom it concerns. */
  owners: z
    .array(z.strictObject({ owner: z.string().nullable(), accounts: z.int(), delivery }))
    .nullable(),
  done: z.boolean(),
});
export type RulesDigestDocument = z.infer<typeof rulesDigestDocument>;
/** By pack: of its latest switch. */
export const rulesDigests: Collection<RulesDigestDocument> = {
  path: 'rules_digests',
  schema: rulesDigestDocument,
};

/** An account that a new version of the rules moved. */
const movedByRules = z.strictObject({
  account: z.string(),
  /** Bands by the rules of before and by those of now, from the same data. */
  bands: z.array(z.strictObject({ score: z.string(), from: z.string(), to: z.string() })),
  /** Signals that began silently with it. */
  signals: z.array(z.string()),
});
export type MovedByRules = z.infer<typeof movedByRules>;

/** Some of the accounts that a switch moved. Written by publish-shard; removed after `expires_at`. */
export const movedDocument = z.strictObject({
  run: z.string(),
  moved: z.array(movedByRules),
  /** Not there where an earlier release wrote it. */
  expires_at: instant.optional(),
});
export type MovedDocument = z.infer<typeof movedDocument>;

/** How long it is kept after the switch: far longer than a digest can wait to be sent. */
const movedDays = 60;

export const movedDocumentOf = (
  run: string,
  date: string,
  moved: MovedByRules[],
): MovedDocument => ({ run, moved, expires_at: instantAfter(date, movedDays) });

export function movedBy(pack: string): Collection<MovedDocument> {
  return subcollection(rulesDigests, pack, 'moved', movedDocument, 'expires_at');
}
