/**
 * The part of Pub/Sub that its emulator lacks: pushes that count their attempts, back off as the
 * policy says, and report what became of them. Messages, topics and subscriptions are the
 * emulator's; it is pulled, and whatever it gives is pushed.
 */
import { type PubSub, v1 } from '@google-cloud/pubsub';
import type { Clock } from '../../ports/clock.ts';
import { type PushEnvelope, type Queue, queueNames } from '../../records/messages.ts';
import { Deliveries, type Mailbox, type QueueOptions } from '../state/deliveries.ts';
import { type EmulatedProject, openEmulatedPubSub } from './pubsub-queues.ts';

export interface PubSubPushesOptions extends EmulatedProject, QueueOptions {
  clock: Clock;
  /** Where a queue's consumer listens; asked at every delivery. */
  endpoints: (queue: Queue) => string;
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
  // Whoever waits is given a failure, in idle or stop.
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
  readonly #options: PubSubPushesOptions;
  readonly #pubsub: PubSub;
  readonly #subscriber: Subscriber;
  readonly #name: string;
  readonly #held = new Map<number, Held>();
  readonly #deliveries: Deliveries;
  #lastNumber = 0;
  #pulling: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown } | undefined;

  constructor(queue: Queue, options: PubSubPushesOptions, pubsub: PubSub, subscriber: Subscriber) {
    this.#options = options;
    this.#pubsub = pubsub;
    this.#subscriber = subscriber;
    this.#name = `${options.prefix}-${queue}`;
    this.#deliveries = new Deliveries({
      ...options,
      endpoint: () => options.endpoints(queue),
      mailbox: this.#mailbox(),
      broken: (error) => {
        this.#failure ??= { error };
      },
    });
  }

  /** Pulls and delivers until the signal ends it. */
  async poll(stopping: AbortSignal): Promise<void> {
    this.#deliveries.start(stopping);
    while (!stopping.aborted) {
      if ((await this.#pull()) > 0) continue;
      await this.#options.clock.sleep(pollMs, stopping).catch((error: unknown) => {
        if (!stopping.aborted) throw error;
      });
    }
    await this.#settled();
  }

  /** Waits for what is under way and for what can be pulled now; false where there was nothing. */
  async settle(): Promise<boolean> {
    const pulled = await this.#pull();
    const busy = pulled > 0 || this.#deliveries.left > 0;
    await this.#settled();
    return busy;
  }

  interrupt(): void {
    this.#deliveries.interrupt();
  }

  async #settled(): Promise<void> {
    await this.#deliveries.settled();
    if (this.#failure) throw this.#failure.error;
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
      this.#deliveries.add(number);
    }
    return receivedMessages?.length ?? 0;
  }

  #mailbox(): Mailbox {
    const held = (number: number): Held => {
      const message = this.#held.get(number);
      if (message) return message;
      throw new TypeError(`message ${number} is not held`);
    };
    return {
      take: (number) => {
        const message = held(number);
        message.attempts++;
        const { attempts: deliveryAttempt, message: sent } = message;
        return { subscription: this.#subscription, deliveryAttempt, message: sent };
      },
      delivered: (number) => this.#acknowledge(number, held(number)),
      failed: async (number, _failure, dead) => {
        if (!dead) return;
        await this.#giveUp(held(number));
        await this.#acknowledge(number, held(number));
      },
    };
  }

  async #acknowledge(number: number, { ackId }: Held): Promise<void> {
    await this.#subscriber.acknowledge({ subscription: this.#subscription, ackIds: [ackId] });
    this.#held.delete(number);
  }

  /** A dead letter says no more than Pub/Sub's own: not what the endpoint answered. */
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

  get #subscription(): string {
    return `projects/${this.#options.projectId}/subscriptions/${this.#name}`;
  }
}
