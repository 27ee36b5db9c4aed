/**
 * What travels on the queues: ids, never states; a consumer loads the latest itself. Events
 * alone are whole, since their senders are others. A field that only a later release knows is left
 * out: messages outlive a rollback.
 */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import { type EventBody, eventBody } from './events.ts';
import { keptAuthor } from './fields.ts';

/** One shard of a run: score it, or publish it. */
export const shardMessage = z.object({
  run: z.string().min(1).max(300),
  shard: z.int().min(0).max(100_000),
});
export type ShardMessage = z.infer<typeof shardMessage>;

/** Accounts that one message names at most. */
export const accountsPerMessage = 200;

/** In the order given, as many as one message names at a time. */
export const groupsPerMessage = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / accountsPerMessage) }, (_, i) =>
    all.slice(i * accountsPerMessage, (i + 1) * accountsPerMessage),
  );

/** Of what sweep sends: the batch, and which of its messages this is; whoever is done with it says so. */
const swept = z.object({ batch: z.iso.datetime(), part: z.int().min(0) });
export type Swept = z.infer<typeof swept>;

const changedAccounts = z.array(z.string().min(1).max(1500)).min(1).max(accountsPerMessage);

/** These accounts may have changed; `run` names the run that said so, for the logs. */
export const accountsChangedMessage = z.object({
  pack: z.string().min(1).max(100),
  run: z.string().min(1).max(300),
  accounts: changedAccounts,
  /** Written again, to a record looked up anew, even where it was written before. */
  again: z.boolean().optional(),
  swept: swept.optional(),
});
export type AccountsChangedMessage = z.infer<typeof accountsChangedMessage>;

const pack = z.string().min(1).max(100);

/** Signals of these accounts may have changed; a digest may be due; a person has seen an episode. */
export const signalsChangedMessage = z.union([
  z.object({
    pack,
    accounts: changedAccounts,
    swept: swept.optional(),
  }),
  z.object({ pack, digest: z.iso.date(), swept: swept.optional() }),
  z.object({
    pack,
    acknowledge: z.object({
      episode: z.string().min(1).max(100),
      number: z.int().min(1),
      by: keptAuthor,
      note: z.string().max(2000),
      at: z.iso.datetime(),
    }),
  }),
]);
export type SignalsChangedMessage = z.infer<typeof signalsChangedMessage>;

/** Every queue and what it carries. The function that takes a queue is in `queueConsumers`. */
export const queues = {
  'score-shards': shardMessage,
  'publish-shards': shardMessage,
  'accounts-changed': accountsChangedMessage,
  'signals-changed': signalsChangedMessage,
  events: eventBody,
} as const;

export type Queue = keyof typeof queues;
export type Message = ShardMessage | AccountsChangedMessage | SignalsChangedMessage | EventBody;
export const queueNames = Object.keys(queues) as Queue[];

/** @throws Rejected `invalid-data` that names the field, for the first body that is none of the queue's */
export function refuseMalformed(queue: Queue, bodies: readonly unknown[]): void {
  for (const body of bodies) {
    const checked = queues[queue].safeParse(body);
    if (checked.success) continue;
    const issue = checked.error.issues[0];
    throw new Rejected(
      code.invalidData,
      `A message for ${queue} is malformed at "${issue?.path.join('.')}": ${issue?.message}`,
      { cause: checked.error },
    );
  }
}

/** The function that each queue's push subscription calls. */
export const queueConsumers = {
  'score-shards': 'score-shard',
  'publish-shards': 'publish-shard',
  'accounts-changed': 'sync-salesforce',
  'signals-changed': 'notify',
  events: 'notify-event',
} as const satisfies Record<Queue, string>;

/**
 * A push as Pub/Sub sends it to an HTTP endpoint. `data` is base64; unknown fields are
 * ignored, since Pub/Sub adds some over time.
 */
export const pushEnvelope = z.object({
  subscription: z.string().min(1),
  deliveryAttempt: z.int().min(1).optional(),
  message: z.object({
    data: z.base64(),
    messageId: z.string().min(1),
    publishTime: z.iso.datetime({ offset: true }).optional(),
    attributes: z.record(z.string(), z.string()).optional(),
  }),
});
export type PushEnvelope = z.infer<typeof pushEnvelope>;

/** What a consumer may know of how its message came. */
export interface DeliveryAttempt {
  /**
   * An earlier delivery may have done a part of the work, and died before it could say so:
   * always, unless this one is known to be the first.
   */
  repeated: boolean;
}
