/** A clock for tests: they run on no time at all. */
import type { Clock } from '../../functions/ports/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, waking every sleeper that is due on the way, in order. */
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  readonly sleeping: number;
}

interface Sleeper {
  due: number;
  wake: () => void;
}

/**
 * Time that costs nothing. With `auto` (the default), whoever sleeps is woken as soon as the
 * event loop has had a turn, earliest first, and the time is then theirs; without it, time
 * stands still until `advance`.
 */
export function virtualClock(start: Date, options: { auto?: boolean } = {}): VirtualClock {
  const auto = options.auto ?? true;
  let now = start.getTime();
  let scheduled = false;
  const sleepers: Sleeper[] = [];

  const wakeEarliest = (): void => {
    const earliest = sleepers.shift();
    if (earliest === undefined) return;
    now = Math.max(now, earliest.due);
    earliest.wake();
  };

  const schedule = (): void => {
    if (!auto || scheduled || sleepers.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      wakeEarliest();
      schedule();
    });
  };

  return {
    now: () => new Date(now),
    get sleeping() {
      return sleepers.length;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper: Sleeper = {
          due: now + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        const abort = () => {
          const at = sleepers.indexOf(sleeper);
          if (at >= 0) sleepers.splice(at, 1);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
        // Behind those due at the same time, so that equal sleeps end in the order they began.
        const at = sleepers.findIndex((other) => other.due > sleeper.due);
        sleepers.splice(at < 0 ? sleepers.length : at, 0, sleeper);
        schedule();
      });
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = sleepers[0]?.due;
        if (due === undefined || due > end) break;
        wakeEarliest();
        // The one just woken may sleep again before `end`.
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = Math.max(now, end);
    },
  };
}
