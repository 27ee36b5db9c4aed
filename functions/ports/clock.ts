/** Time is an input: nothing else in the product reads the current time or waits. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` milliseconds of this clock; rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
