/** One queue's messages that may be delivered now, in the order in which they became so. */
export class ReadyMessages {
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
