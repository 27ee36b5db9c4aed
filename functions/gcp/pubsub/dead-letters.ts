/**
 * Dead letters, as they wait in the subscription of a dead-letter topic. Looking at them means
 * pulling them: until they are put back, nobody else sees them.
 */
import type { protos, v1 } from '@google-cloud/pubsub';
import type { DeadLetter } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Queue, queueConsumers } from '../../records/messages.ts';
import { classifying } from '../grpc-failures.ts';

type Received = protos.google.pubsub.v1.IReceivedMessage;
type SubscriberClient = InstanceType<typeof v1.SubscriberClient>;

/** What Pub/Sub adds to a message that it gives up: https://cloud.google.com/pubsub/docs/dead-letter-topics */
const mark = 'CloudPubSubDeadLetterSource';

/** Messages of one pull, and acknowledgements of one request, which holds 512 KiB. */
const mostAtOnce = 1_000;
/** A look at one queue's dead letters ends after this long, whatever is left. */
const longestLookMs = 60_000;
/** As long as a lease may be, in seconds. */
const longestLease = 600;
/** Between two pulls that give nothing. */
const pollMs = 500;

/** A dead letter that only we see until it is put back. */
export interface HeldLetter {
  letter: DeadLetter;
  /** In nanoseconds, for the order. */
  failedAtNanos: bigint;
  ackId: string;
  data: Buffer;
  /** Those it was published with. */
  attributes: Record<string, string>;
}

export interface DeadLetterQueue {
  queue: Queue;
  subscriber: SubscriberClient;
  /** Full name of the subscription to the dead letters. */
  subscription: string;
  clock: Clock;
  /** How long it goes on asking where a pull gave nothing. */
  patienceMs: number;
}

/**
 * Takes the dead letters there are, up to `most`. Pub/Sub gives them in any order and some at a
 * time; that it gives nothing for a while is the only sign that there are no more.
 */
export async function holdDeadLetters(from: DeadLetterQueue, most: number): Promise<HeldLetter[]> {
  const { clock, patienceMs } = from;
  const held = new Map<string, HeldLetter>();
  const end = clock.now().getTime() + longestLookMs;
  let patience = patienceMs;
  try {
    while (held.size < most && clock.now().getTime() < end) {
      const received = await pull(from, Math.min(mostAtOnce, most - held.size));
      for (const each of received) {
        const letter = heldLetter(from.queue, each);
        held.set(letter.letter.id, letter);
      }
      if (received.length > 0) patience = patienceMs;
      else if (patience <= 0) break;
      else {
        await clock.sleep(Math.min(pollMs, patience));
        patience -= pollMs;
      }
    }
  } catch (error) {
    await putBack(from, [...held.values()]);
    throw error;
  }
  return [...held.values()];
}

/** Lets others see them again, at once. */
export function putBack(to: DeadLetterQueue, letters: readonly HeldLetter[]): Promise<void> {
  return extend(to, letters, 0);
}

/** Keeps them from others for as long as is possible from now on. */
export function keepHeld(of: DeadLetterQueue, letters: readonly HeldLetter[]): Promise<void> {
  return extend(of, letters, longestLease);
}

/** Ends them for good. */
export async function removeLetters(
  from: DeadLetterQueue,
  letters: readonly HeldLetter[],
): Promise<void> {
  const { subscriber, subscription } = from;
  for (const ackIds of ackIdsOf(letters)) {
    await classifying(`pubsub: removing dead letters of ${from.queue}`, () =>
      subscriber.acknowledge({ subscription, ackIds }),
    );
  }
}

/** Oldest first; always the same for the same letters. */
export function byAge(a: HeldLetter, b: HeldLetter): number {
  if (a.failedAtNanos !== b.failedAtNanos) return a.failedAtNanos < b.failedAtNanos ? -1 : 1;
  const [one, other] = [a.letter.id, b.letter.id];
  // Ids are numbers, as text.
  return one.length - other.length || (one < other ? -1 : 1);
}

async function extend(
  of: DeadLetterQueue,
  letters: readonly HeldLetter[],
  ackDeadlineSeconds: number,
): Promise<void> {
  const { subscriber, subscription } = of;
  for (const ackIds of ackIdsOf(letters)) {
    await classifying(`pubsub: holding dead letters of ${of.queue}`, () =>
      subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds }),
    );
  }
}

/**
 * What there is just now. A pull that waits could take, after we stopped waiting for it, what we
 * have put back meanwhile, and keep it from everybody for the length of a lease.
 */
async function pull(from: DeadLetterQueue, maxMessages: number): Promise<readonly Received[]> {
  const { queue, subscriber, subscription } = from;
  const [answer] = await classifying(`pubsub: looking for dead letters of ${queue}`, () =>
    subscriber.pull({ subscription, maxMessages, returnImmediately: true }),
  );
  return answer.receivedMessages ?? [];
}

function heldLetter(queue: Queue, { ackId, message }: Received): HeldLetter {
  const attributes = message?.attributes ?? {};
  const data = Buffer.from(message?.data ?? '');
  const seconds = BigInt(String(message?.publishTime?.seconds ?? 0));
  const nanos = seconds * 1_000_000_000n + BigInt(message?.publishTime?.nanos ?? 0);
  return {
    letter: {
      id: `${queue}:${message?.messageId}`,
      queue,
      body: bodyOf(data),
      attempts: Number(attributes[`${mark}DeliveryCount`] ?? 0),
      error: attributes[`${mark}DeliveryErrorMessage`] ?? whereToLook(queue, attributes),
      failedAt: new Date(Number(nanos / 1_000_000n)).toISOString(),
    },
    failedAtNanos: nanos,
    ackId: ackId ?? '',
    data,
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([name]) => !name.startsWith(mark)),
    ),
  };
}

/** Pub/Sub does not keep what an endpoint answered to a push. */
function whereToLook(queue: Queue, attributes: Record<string, string>): string {
  // A queue's further consumers have subscriptions that end in their names.
  const further = attributes[`${mark}Subscription`]?.split(`-${queue}-`)[1];
  return `not known to Pub/Sub; look for request-failed in the log of ${further ?? queueConsumers[queue]}`;
}

/** The message, or its text where it is no JSON. */
function bodyOf(data: Buffer): unknown {
  const text = data.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function* ackIdsOf(letters: readonly HeldLetter[]): Generator<string[]> {
  for (let start = 0; start < letters.length; start += mostAtOnce) {
    yield letters.slice(start, start + mostAtOnce).map(({ ackId }) => ackId);
  }
}
