/**
 * New documents come slowly at first. Firestore splits the ranges of a collection as it is filled, and
 * asks for 500 operations a second to begin with, and half as many again every five minutes
 * (https://firebase.google.com/docs/firestore/best-practices#ramping_up_traffic).
 */
import type { Clock } from '../../ports/clock.ts';

/** What all processes may write together in the first five minutes. */
const writesPerSecond = 500;
const growth = 1.5;
const growsEveryMs = 5 * 60_000;
/** Publishing at once unless configured otherwise (terraform: `max_instances` of publish-shard). */
const usualProcesses = 10;

/**
 * The share of one process. Only transactions that make documents count, with all that they write;
 * those that change documents find the ranges split.
 */
export class RampUp {
  readonly #clock: Clock;
  readonly #processes: number;
  #begun = 0;
  /** When all that was written is within the rate. */
  #due = Number.NEGATIVE_INFINITY;

  /** @param processes that may make documents at once: nobody counts for all of them */
  constructor(clock: Clock, processes: number = usualProcesses) {
    this.#clock = clock;
    this.#processes = processes;
  }

  /** Resolves when another transaction may begin. */
  async ready(): Promise<void> {
    const wait = this.#due - this.#clock.now().getTime();
    if (wait > 0) await this.#clock.sleep(wait);
  }

  /** @param writes of a transaction that made documents */
  took(writes: number): void {
    const now = this.#clock.now().getTime();
    // After a pause it is a load that begins.
    if (now - this.#due > growsEveryMs) this.#begun = now;
    const steps = Math.floor((now - this.#begun) / growsEveryMs);
    const perMs = (writesPerSecond * growth ** steps) / this.#processes / 1000;
    this.#due = Math.max(now, this.#due) + writes / perMs;
  }
}
