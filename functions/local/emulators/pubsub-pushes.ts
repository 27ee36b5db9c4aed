/**
 * The part of Pub/Sub that its emulator lacks: pushes that count their attempts, back off as the
 * policy says, and tell what became of them. Messages, topics and subscriptions are the
 * emulator's; it is pulled, and whatever it gives is pushed.
 */
import { type PubSub, v1 } from '@google-cloud/pubsub';
import type { Clock } from '../../ports/clock.ts';
import { type PushEnvelope, type Queue, queueNames } from '../../records/messages.ts';
import { push } from '../state/push.ts';
import { ReadyMessages } from '../state/ready-messages.ts';
import { type EmulatedProject, openEmulatedPubSub } from './pubsub-queues.ts';

export interface PubSubPushesOptions extends EmulatedProject {
  clock: Clock;
  /** Where a queue's consumer listens; asked at every delivery. */
  endpoints: (queue: Queue) => string;
  /** Deliveries before a message becomes a dead letter. Default 20. */
  maxAttempts?: number;
  /** Wait after the first failed delivery; doubles with each. Default 1,000. */
  minBackoffMs?: number;
  /** Longest wait between deliveries. Default 600,000, Pub/Sub's most. */
  maxBackoffMs?: number;
  /** Deliveries of one queue under way at once. Default 4. */
  concurrency?: number;
  /** How long a consumer may take to answer. Default 300,000, what `fetch` itself waits. */
  timeoutMs?: number;
}

export interface PubSubPushes {
  /** Resolves when everything published before was acknowledged or is a dead letter. */
  idle(): Promise<void>;
  /** Breaks off the deliveries under way, as when their consumer dies; they come again. */
  interrupt(): void;
  /** Delivers nothing more. */
  stop(): Promise<void>;
}

interface Held {
  ackId: string;
  attempts: number;
  message: PushEnvelope['message'];
}

type Subscriber = InstanceType<typeof v1.SubscriberClient>;

/** Wait between two pulls that gave nothing. */
const pollMs = 50;
const mostPulled = 100;

export async function startPubSubPushes(options: PubSubPushesOptions): Promise<PubSubPushes> {
  const pubsub = openEmulatedPubSub(options);
  const subscriber = new v1.SubscriberClient({ ...(await pubsub.getClientConfig()) });
  const queues = queueNames.map((queue) => new QueuePushes(queue, options, pubsub, subscriber));
  const stopping = new AbortController();
  const polling = queues.map((queue) => queue.poll(stopping.signal));
  // A failure is told by whoever waits for it, in idle or stop.
  for (const each of polling) each.catch(() => {});
  return {
    async idle() {
      for (;;) {
        const busy = await Promise.all(queues.map((queue) => queue.settle()));
        if (!busy.includes(true)) return;
      }
    },
    interrupt() {
      for (const queue of queues) queue.interrupt();
    },
    async stop() {
      stopping.abort();
      for (const queue of queues) queue.interrupt();
      await Promise.all(polling);
      await pubsub.close();
      await subscriber.close();
    },
  };
}

/** One queue's messages, from the pull to the acknowledgement. */
class QueuePushes {
  readonly #queue: Queue;
  readonly #options: PubSubPushesOptions;
  readonly #pubsub: PubSub;
  readonly #subscriber: Subscriber;
  readonly #name: string;
  readonly #ready = new ReadyMessages();
  readonly #held = new Map<number, Held>();
  readonly #deliveries = new Set<Promise<void>>();
  #lastNumber = 0;
  #inFlight = 0;
  #pulling: Promise<unknown> = Promise.resolve();
  #interrupting = new AbortController();
  #stopping: AbortSignal = AbortSignal.abort();

  constructor(queue: Queue, options: PubSubPushesOptions, pubsub: PubSub, subscriber: Subscriber) {
    this.#queue = queue;
    this.#options = options;
    this.#pubsub = pubsub;
    this.#subscriber = subscriber;
    this.#name = `${options.prefix}-${queue}`;
  }

  /** Pulls and delivers until it is told to stop. */
  async poll(stopping: AbortSignal): Promise<void> {
    this.#stopping = stopping;
    while (!stopping.aborted) {
      if ((await this.#pull()) === 0) await this.#sleep(pollMs);
    }
    await this.#delivered();
  }

  /** Waits for what is under way and for what can be pulled now; false where there was nothing. */
  async settle(): Promise<boolean> {
    const pulled = await this.#pull();
    const busy = pulled > 0 || this.#deliveries.size > 0;
    await this.#delivered();
    return busy;
  }

  interrupt(): void {
    this.#interrupting.abort(new Error('the consumer is gone'));
    this.#interrupting = new AbortController();
  }

  async #delivered(): Promise<void> {
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  /** One pull at a time, so that one which gives nothing says that nothing is on its way. */
  #pull(): Promise<number> {
    const pulled = this.#pulling.then(() => this.#pullOnce());
    this.#pulling = pulled.catch(() => {});
    return pulled;
  }

  async #pullOnce(): Promise<number> {
    const [{ receivedMessages }] = await this.#subscriber.pull({
      subscription: this.#subscription,
      maxMessages: mostPulled,
      returnImmediately: true,
    });
    for (const { ackId, message } of receivedMessages ?? []) {
      const number = ++this.#lastNumber;
      this.#held.set(number, {
        ackId: ackId ?? '',
        attempts: 0,
        message: {
          data: Buffer.from(message?.data ?? '').toString('base64'),
          messageId: message?.messageId ?? '',
          publishTime: new Date(Number(message?.publishTime?.seconds ?? 0) * 1_000).toISOString(),
          attributes: message?.attributes ?? {},
        },
      });
      this.#ready.add(number);
    }
    this.#pump();
    return receivedMessages?.length ?? 0;
  }

  #pump(): void {
    const { concurrency = 4 } = this.#options;
    while (!this.#stopping.aborted && this.#inFlight < concurrency) {
      const number = this.#ready.next();
      const held = number === undefined ? undefined : this.#held.get(number);
      if (number === undefined || held === undefined) return;
      this.#inFlight++;
      const delivery = this.#deliver(number, held).finally(() => {
        this.#deliveries.delete(delivery);
        this.#pump();
      });
      this.#deliveries.add(delivery);
    }
  }

  /** One delivery and, where it fails, the wait before the next. */
  async #deliver(number: number, held: Held): Promise<void> {
    const { endpoints, timeoutMs = 300_000, maxAttempts = 20 } = this.#options;
    held.attempts++;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#interrupting.signal]);
    const failure = await push(endpoints(this.#queue), this.#envelope(held), signal);
    this.#inFlight--;
    if (failure !== undefined && held.attempts < maxAttempts) {
      this.#pump();
      const { minBackoffMs = 1_000, maxBackoffMs = 600_000 } = this.#options;
      await this.#sleep(Math.min(maxBackoffMs, minBackoffMs * 2 ** (held.attempts - 1)));
      this.#ready.add(number);
      return;
    }
    if (failure !== undefined) await this.#giveUp(held);
    await this.#subscriber.acknowledge({
      subscription: this.#subscription,
      ackIds: [held.ackId],
    });
    this.#held.delete(number);
  }

  /** A dead letter tells no more than Pub/Sub's own: not what the endpoint answered. */
  async #giveUp({ attempts, message }: Held): Promise<void> {
    await this.#pubsub.topic(`${this.#name}-dead`).publishMessage({
      data: Buffer.from(message.data, 'base64'),
      attributes: {
        ...message.attributes,
        CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
        CloudPubSubDeadLetterSourceSubscription: this.#name,
        CloudPubSubDeadLetterSourceSubscriptionProject: this.#options.projectId,
        CloudPubSubDeadLetterSourceTopicPublishTime: message.publishTime ?? '',
      },
    });
  }

  #envelope({ attempts, message }: Held): PushEnvelope {
    return { subscription: this.#subscription, deliveryAttempt: attempts, message };
  }

  get #subscription(): string {
    return `projects/${this.#options.projectId}/subscriptions/${this.#name}`;
  }

  /** Ends early where the pushes stop. */
  async #sleep(ms: number): Promise<void> {
    await this.#options.clock.sleep(ms, this.#stopping).catch((error: unknown) => {
      if (!this.#stopping.aborted) throw error;
    });
  }
}
