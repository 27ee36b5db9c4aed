/**
 * The order in which one queue's messages may be delivered: any that is ready, but of one
 * ordering key only the earliest, until it is done with.
 */
export class Lanes {
  readonly #ready: number[] = [];
  /** By key: its messages in order, the first of which is ready, taken or backing off. */
  readonly #lanes = new Map<string, number[]>();
  readonly #keys = new Map<number, string>();
  #head = 0;
  #behind = 0;

  /** Messages ready, or behind another of their key. */
  get waiting(): number {
    return this.#ready.length - this.#head + this.#behind;
  }

  add(message: number, key: string | null): void {
    if (key !== null) {
      this.#keys.set(message, key);
      const lane = this.#lanes.get(key);
      if (lane) {
        lane.push(message);
        this.#behind++;
        return;
      }
      this.#lanes.set(key, [message]);
    }
    this.#ready.push(message);
  }

  /** Takes a message to deliver; follow it with `done` or `again`. */
  next(): number | undefined {
    const message = this.#ready[this.#head];
    if (message === undefined) return undefined;
    this.#head++;
    // Taken ones are dropped now and then, so that taking is cheap and memory bounded.
    if (this.#head > 1_000 && this.#head * 2 > this.#ready.length) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
    return message;
  }

  /** The message taken has to be delivered again. */
  again(message: number): void {
    this.#ready.push(message);
  }

  /** The message taken will not be delivered again. */
  done(message: number): void {
    const key = this.#keys.get(message);
    if (key === undefined) return;
    this.#keys.delete(message);
    const lane = this.#lanes.get(key);
    lane?.shift();
    const following = lane?.[0];
    if (following === undefined) {
      this.#lanes.delete(key);
    } else {
      this.#behind--;
      this.#ready.push(following);
    }
  }
}
