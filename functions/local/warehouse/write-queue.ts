/** The order of writes: some may run beside each other, the others run alone; first come, first served. */
export class WriteQueue {
  readonly #most: number;
  readonly #waiting: { alone: boolean; start: () => void }[] = [];
  #running = 0;
  #alone = false;

  /** @param most how many writes may run beside each other */
  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `work` while nothing else runs. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(true, work);
  }

  /** Runs `work` beside others that are let in the same way. */
  beside<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(false, work);
  }

  /** Resolves when all that was asked for has ended. */
  async ended(): Promise<void> {
    await this.alone(async () => undefined);
  }

  async #run<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ alone, start });
      this.#letIn();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      this.#alone = false;
      this.#letIn();
    }
  }

  #letIn(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (this.#alone || this.#running >= (first.alone ? 1 : this.#most)) return;
      this.#waiting.shift();
      this.#running++;
      this.#alone = first.alone;
      first.start();
    }
  }
}
