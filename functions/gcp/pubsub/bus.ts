/**
 * The bus on Pub/Sub: topics `${prefix}-${queue}`, pushed by subscriptions of which this knows
 * nothing, and dead letters in the subscriptions `${prefix}-${queue}-dead`.
 */
import type { PubSub, Topic, v1 } from '@google-cloud/pubsub';
import { code, messageOf, Rejected, Retryable } from '../../errors.ts';
import { type Bus, type DeadLetter, mostDeadLetters, type Outgoing } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Queue, queueNames, refuseMalformed } from '../../records/messages.ts';
import { traceAttributes } from '../../trace.ts';
import { classified, classifying } from '../grpc-failures.ts';
import {
  byAge,
  type DeadLetterQueue,
  type HeldLetter,
  holdDeadLetters,
  keepHeld,
  putBack,
  removeLetters,
} from './dead-letters.ts';

export interface PubSubBusOptions {
  projectId: string;
  /** Of the names of topics and subscriptions. */
  prefix: string;
  clock: Clock;
  /** `host:port` of an emulator, spoken to in plain text and without credentials. */
  emulator?: string;
  /** How long the client may repeat one request to publish. Default 60,000. */
  timeoutMs?: number;
  /**
   * How long a listing of dead letters goes on asking where there seem to be no more: Pub/Sub
   * may give nothing although there is something. Default 3,000.
   */
  patienceMs?: number;
}

export interface PubSubBus extends Bus {
  /**
   * Pulls the dead letters, without acknowledging them, and puts them back, which takes between
   * `patienceMs` and a minute. Two listings at once share the letters between them; so does one
   * that follows another which was cut off, for the ten minutes of a lease. Pub/Sub counts
   * `attempts` only about, may give one message up twice, under two ids, and does not know what
   * an endpoint answered: `error` names where to look.
   */
  deadLetters(queue?: Queue): Promise<DeadLetter[]>;
  /**
   * Publishes dead letters to their queue's topic, so to all of its consumers, then
   * acknowledges them. One that cannot be found, also because somebody else looks at it just
   * now, is `not-found`.
   * @throws Retryable where they may have been sent and are still listed
   */
  replay(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

interface Client {
  pubsub: PubSub;
  subscriber: InstanceType<typeof v1.SubscriberClient>;
}

/** A message as Pub/Sub takes it. */
type Raw = Pick<HeldLetter, 'data' | 'attributes'>;

/** Neither loads the client nor connects: the first call does. */
export function openPubSubBus(options: PubSubBusOptions): PubSubBus {
  return new TopicBus(options);
}

class TopicBus implements PubSubBus {
  readonly #options: PubSubBusOptions;
  readonly #topics = new Map<Queue, Topic>();
  #client: Promise<Client> | undefined;

  constructor(options: PubSubBusOptions) {
    this.#options = options;
  }

  async publish(queue: Queue, messages: readonly Outgoing[]): Promise<void> {
    refuseMalformed(
      queue,
      messages.map(({ body }) => body),
    );
    const attributes = traceAttributes();
    await this.#send(
      queue,
      messages.map(({ body }) => ({ data: Buffer.from(JSON.stringify(body)), attributes })),
    );
  }

  async deadLetters(queue?: Queue): Promise<DeadLetter[]> {
    const listed = await Promise.all(
      (queue ? [queue] : queueNames).map(async (each) => {
        const from = await this.#deadLettersOf(each);
        const held = await holdDeadLetters(from, mostDeadLetters);
        await putBack(from, held);
        return held;
      }),
    );
    const letters = listed.flat().sort(byAge).slice(0, mostDeadLetters);
    return letters.map(({ letter }) => letter);
  }

  async replay(ids: readonly string[]): Promise<void> {
    const wanted = new Set(ids);
    const unknown = new Set(ids);
    const queues = queueNames.filter((queue) => ids.some((id) => id.startsWith(`${queue}:`)));
    const held = await Promise.all(
      queues.map(async (queue) => {
        const from = await this.#deadLettersOf(queue);
        const all = await holdDeadLetters(from, Number.POSITIVE_INFINITY);
        for (const { letter } of all) unknown.delete(letter.id);
        const chosen = all.filter(({ letter }) => wanted.has(letter.id)).sort(byAge);
        return { from, chosen, others: all.filter(({ letter }) => !wanted.has(letter.id)) };
      }),
    );
    try {
      for (const { from, others } of held) await putBack(from, others);
      const [missing] = unknown;
      if (missing !== undefined) {
        throw new Rejected(
          code.notFound,
          `There is no dead letter ${missing}, or somebody else looks at it just now; nothing is replayed.`,
        );
      }
      for (const { from, chosen } of held) await keepHeld(from, chosen);
      for (const { from, chosen } of held) await this.#send(from.queue, chosen);
    } catch (error) {
      for (const { from, chosen } of held) await putBack(from, chosen);
      throw error;
    }
    for (const { from, chosen } of held) await removeLetters(from, chosen);
  }

  async missing(): Promise<string[]> {
    const { pubsub } = await this.#open();
    const found = await classifying('pubsub: looking for topics and subscriptions', () =>
      Promise.all(
        queueNames
          .flatMap((queue) => ['', '-dead'].map((end) => `${this.#options.prefix}-${queue}${end}`))
          .flatMap((name) => [pubsub.topic(name), pubsub.subscription(name)])
          .map(async (each) => ((await each.exists())[0] ? [] : [each.name])),
      ),
    );
    return found.flat();
  }

  async close(): Promise<void> {
    const client = await this.#client;
    await client?.pubsub.close();
    await client?.subscriber.close();
  }

  /** Resolves when all are durable. */
  async #send(queue: Queue, messages: readonly Raw[]): Promise<void> {
    if (messages.length === 0) return;
    const topic = await this.#topic(queue);
    const outcomes = await Promise.allSettled(
      messages.map(({ data, attributes }) => topic.publishMessage({ data, attributes })),
    );
    const failed = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    if (failed.length === 0) return;
    const what = `pubsub: publishing to ${topic.name}`;
    const reasons = failed.map((reason) => classified(reason, what));
    const passing = reasons.find((reason) => reason instanceof Retryable);
    if (passing) throw passing;
    if (failed.length === messages.length) throw reasons[0];
    throw new Retryable(
      code.unavailable,
      `${what}: ${failed.length} of ${messages.length} messages were not taken`,
      { said: messageOf(reasons[0]), cause: reasons[0] },
    );
  }

  async #topic(queue: Queue): Promise<Topic> {
    const { pubsub } = await this.#open();
    const known = this.#topics.get(queue);
    if (known) return known;
    const topic = pubsub.topic(`${this.#options.prefix}-${queue}`, {
      // Messages of one call go together: there is nothing to wait for.
      batching: { maxMessages: 1_000, maxMilliseconds: 0 },
      gaxOpts: { timeout: this.#options.timeoutMs ?? 60_000 },
    });
    this.#topics.set(queue, topic);
    return topic;
  }

  async #deadLettersOf(queue: Queue): Promise<DeadLetterQueue> {
    const { projectId, prefix, clock, patienceMs = 3_000 } = this.#options;
    const { subscriber } = await this.#open();
    const subscription = `projects/${projectId}/subscriptions/${prefix}-${queue}-dead`;
    return { queue, subscriber, subscription, clock, patienceMs };
  }

  #open(): Promise<Client> {
    this.#client ??= connected(this.#options);
    return this.#client;
  }
}

async function connected({ projectId, emulator }: PubSubBusOptions): Promise<Client> {
  const { PassThroughClient, PubSub, v1 } = await import('./client.ts');
  const pubsub = new PubSub({
    projectId,
    // Without a client that needs no credentials, some are looked for on the network.
    ...(emulator === undefined
      ? {}
      : { apiEndpoint: emulator, emulatorMode: true, authClient: new PassThroughClient() }),
  });
  return { pubsub, subscriber: new v1.SubscriberClient({ ...(await pubsub.getClientConfig()) }) };
}
