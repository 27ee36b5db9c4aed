/**
 * Who goes on next. Whatever leaves a process goes through here, one call at a time, so that
 * the order in which processes meet is decided by a seed and by nothing else.
 */
import type { Random } from '../../../functions/local/demo/random.ts';
import type { DeliveryAttempt, Message } from '../../../functions/records/messages.ts';

/** A process: one request that a function works on. It may die, or be paused. */
export class Process {
  readonly name: string;
  dead = false;
  /** It gets no turn before this instant. */
  pausedUntil = 0;
  /** What it was asked to do, where a message did. */
  readonly message: Message | undefined;
  delivery: DeliveryAttempt;

  constructor(name: string, message: Message | undefined, delivery: DeliveryAttempt) {
    this.name = name;
    this.message = message;
    this.delivery = delivery;
  }
}

interface Waiting {
  process: Process;
  label: string;
  proceed: () => Promise<void>;
}

export class Turns {
  readonly #random: Random;
  readonly #waiting: Waiting[] = [];
  /** What happened, in order: the story of a schedule. */
  readonly story: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Runs `call` when it is its turn; never, where its process has died. */
  async take<T>(process: Process, label: string, call: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const proceed = async (): Promise<void> => {
        this.story.push(`${process.name}: ${label}`);
        try {
          const result = await call();
          this.story.push(`${process.name}: ${label} done`);
          if (!process.dead) resolve(result);
        } catch (error) {
          if (!process.dead) reject(error);
        }
      };
      this.#waiting.push({ process, label, proceed });
    });
  }

  /** Lets one of those that may go on do so, and waits until it has. @returns whether one could */
  async next(now: number): Promise<boolean> {
    this.#bury();
    const able = this.#waiting.filter(({ process }) => process.pausedUntil <= now);
    const chosen = able[this.#random.whole(0, Math.max(0, able.length - 1))];
    if (!chosen) return false;
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    await chosen.proceed();
    await settled();
    return true;
  }

  /** When the first of those that are paused may go on; undefined where nobody waits. */
  earliest(): number | undefined {
    this.#bury();
    const times = this.#waiting.map(({ process }) => process.pausedUntil);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #bury(): void {
    for (let i = this.#waiting.length - 1; i >= 0; i -= 1) {
      if (this.#waiting[i]?.process.dead) this.#waiting.splice(i, 1);
    }
  }
}

/** Until whoever got an answer has asked for the next thing: between ports, nobody waits. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
