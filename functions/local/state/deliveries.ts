/**
 * Messages of one queue on their way to its consumer, as Pub/Sub's push subscriptions send them: some
 * at once, in the order in which they became ready, with waits that double after each that fails.
 */
import { messageOf } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PushEnvelope } from '../../records/messages.ts';
import { bearer } from '../loopback.ts';

/** How one queue is delivered; see Pub/Sub's retry and dead-letter policies. */
export interface QueueOptions {
  /** Deliveries before a message becomes a dead letter. Default 20. */
  maxAttempts?: number;
  /** Wait after the first failed delivery; doubles with each. Default 1,000. */
  minBackoffMs?: number;
  /** Longest wait between deliveries. Default 600,000, Pub/Sub's most. */
  maxBackoffMs?: number;
  /** Deliveries under way at once. Default 4. */
  concurrency?: number;
  /** How long a consumer may take to answer. Default 300,000, what `fetch` itself waits. */
  timeoutMs?: number;
  /** Sent as `Authorization: Bearer`, as Pub/Sub sends the token of its push identity. */
  token?: string | undefined;
}

export type Delivery = PushEnvelope & { deliveryAttempt: number };

/** Where the messages are kept. Whatever it throws breaks the deliveries. */
export interface Mailbox {
  /** The message as it is sent; this delivery is counted, whatever becomes of it. */
  take(number: number): Delivery;
  delivered(number: number): void | Promise<void>;
  /** @param dead whether it is not sent again */
  failed(number: number, failure: string, dead: boolean): void | Promise<void>;
}

export interface DeliveriesOptions extends QueueOptions {
  clock: Clock;
  /** Where the consumer listens; asked at every delivery. */
  endpoint: () => string;
  mailbox: Mailbox;
  /** A delivery and its wait are over. */
  ended?: () => void;
  /** The mailbox failed. */
  broken: (error: unknown) => void;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #ready = new ReadyMessages();
  readonly #underWay = new Set<Promise<void>>();
  #inFlight = 0;
  #backingOff = 0;
  #running = AbortSignal.abort();
  #interrupting = new AbortController();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Messages that are ready, in flight or waiting for their next delivery. */
  get left(): number {
    return this.#underWay.size + this.#ready.waiting;
  }

  get stats(): { queued: number; inFlight: number; backingOff: number } {
    return {
      queued: this.#ready.waiting,
      inFlight: this.#inFlight,
      backingOff: this.#backingOff,
    };
  }

  add(number: number): void {
    this.#ready.add(number);
    this.#pump();
  }

  /** Delivers until the signal ends it, also the waits. */
  start(running: AbortSignal): void {
    this.#running = running;
    this.#pump();
  }

  /** Breaks off what is in flight, as when its consumer dies; it comes again. */
  interrupt(): void {
    this.#interrupting.abort(new Error('the consumer is gone'));
    this.#interrupting = new AbortController();
  }

  /** Waits for what is in flight or between two deliveries. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #pump(): void {
    const { concurrency = 4, ended, broken } = this.#options;
    while (!this.#running.aborted && this.#inFlight < concurrency) {
      const number = this.#ready.next();
      if (number === undefined) return;
      const delivery: Promise<void> = this.#deliver(number, this.#running)
        .catch(broken)
        .then(() => {
          this.#underWay.delete(delivery);
          this.#pump();
          ended?.();
        });
      this.#underWay.add(delivery);
    }
  }

  /** One delivery and, where it fails, the wait before the next. */
  async #deliver(number: number, running: AbortSignal): Promise<void> {
    const { mailbox, clock, endpoint } = this.#options;
    const { timeoutMs = 300_000, maxAttempts = 20, token } = this.#options;
    this.#inFlight++;
    let attempt: number;
    let failure: string | undefined;
    try {
      const envelope = mailbox.take(number);
      attempt = envelope.deliveryAttempt;
      const signals = [AbortSignal.timeout(timeoutMs), this.#interrupting.signal];
      failure = await push(endpoint(), envelope, { token, signal: AbortSignal.any(signals) });
    } finally {
      this.#inFlight--;
    }
    if (failure === undefined) return mailbox.delivered(number);
    const dead = attempt >= maxAttempts;
    await mailbox.failed(number, failure, dead);
    if (dead) return;
    const { minBackoffMs = 1_000, maxBackoffMs = 600_000 } = this.#options;
    this.#backingOff++;
    this.#pump();
    const wait = Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempt - 1));
    await clock.sleep(wait, running).catch((error: unknown) => {
      if (!running.aborted) throw error;
    });
    this.#backingOff--;
    this.#ready.add(number);
  }
}

/** Messages that may be delivered now, in the order in which they became so. */
class ReadyMessages {
  readonly #messages: number[] = [];
  #head = 0;

  /** How many there are. */
  get waiting(): number {
    return this.#messages.length - this.#head;
  }

  add(message: number): void {
    this.#messages.push(message);
  }

  /** Takes a message to deliver. */
  next(): number | undefined {
    const message = this.#messages[this.#head];
    if (message === undefined) return undefined;
    this.#head++;
    // Taken ones are dropped now and then, so that taking is cheap and memory bounded.
    if (this.#head > 1_000 && this.#head * 2 > this.#messages.length) {
      this.#messages.splice(0, this.#head);
      this.#head = 0;
    }
    return message;
  }
}

const longestError = 500;

/** Sends a message as Pub/Sub does: undefined for a 2xx answer, else what went wrong. */
async function push(
  url: string,
  envelope: PushEnvelope,
  { token, signal }: { token: string | undefined; signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && bearer(token)) },
      body: JSON.stringify(envelope),
      redirect: 'manual',
      signal,
    });
    const answer = (await response.text()).trim();
    if (response.ok) return undefined;
    const status = `${response.status} ${response.statusText}`.trim();
    return (answer === '' ? status : `${status}: ${answer}`).slice(0, longestError);
  } catch (error) {
    // fetch hides what happened to the connection in `cause`.
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return `no answer: ${messageOf(cause)}`.slice(0, longestError);
  }
}
