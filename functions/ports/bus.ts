import type { Message, Queue } from '../records/messages.ts';

/** A message to send: its body names its queue's contents, never a state. */
export interface Outgoing {
  body: Message;
}

/** A message that used up its delivery attempts. */
export interface DeadLetter {
  id: string;
  queue: Queue;
  body: unknown;
  attempts: number;
  /** What the last delivery answered, e.g. `500 Internal Server Error`, or where that is logged. */
  error: string;
  /** When it was given up, right after the last attempt; ISO 8601. */
  failedAt: string;
}

/** Dead letters that are shown at once. */
export const mostDeadLetters = 10_000;

/**
 * At-least-once messages, pushed over HTTP in Pub/Sub's envelope: they may repeat and arrive
 * in any order.
 */
export interface Bus {
  /**
   * Resolves when all messages are durable.
   * @throws Retryable where none or only some of them may have been taken.
   */
  publish(queue: Queue, messages: readonly Outgoing[]): Promise<void>;
  /** Dead letters, oldest first, `mostDeadLetters` at most. */
  deadLetters(queue?: Queue): Promise<DeadLetter[]>;
  /**
   * Sends dead letters again, as new messages, and removes them from the list.
   * @throws Rejected `not-found` for an unknown id; then nothing is replayed.
   */
  replay(ids: readonly string[]): Promise<void>;
  /** Names of the topics and subscriptions that a queue of ours needs and that are not there. */
  missing(): Promise<string[]>;
}
