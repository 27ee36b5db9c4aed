import { describe, expect, test } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const start = new Date('2026-04-01T00:00:00Z');

describe('a virtual clock', () => {
  test('lets sleep end at once, at the time it should end', async () => {
    const clock = virtualClock(start);
    await clock.sleep(dayMs);
    expect(clock.now()).toEqual(new Date('2026-04-02T00:00:00Z'));
  });

  test('wakes the earliest first, and equal ones in the order they began', async () => {
    const clock = virtualClock(start);
    const woken: string[] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now().getTime() - start.getTime()}`);
    };
    await Promise.all([sleeper('long', 100), sleeper('short', 10), sleeper('equal', 100)]);
    expect(woken).toEqual(['short at 10', 'long at 100', 'equal at 100']);
  });

  test('stands still until it is moved, where it is told to', async () => {
    const clock = virtualClock(start, { auto: false });
    const woken: number[] = [];
    const nap = (async () => {
      await clock.sleep(10);
      woken.push(10);
      await clock.sleep(10);
      woken.push(20);
    })();
    await clock.advance(9);
    expect(woken).toEqual([]);
    expect(clock.sleeping).toBe(1);
    await clock.advance(11);
    expect(woken).toEqual([10, 20]);
    expect(clock.now().getTime() - start.getTime()).toBe(20);
    await nap;
  });

  test.each(['before', 'while'])('a sleep aborted %s it sleeps is rejected', async (when) => {
    const clock = virtualClock(start, { auto: false });
    const controller = new AbortController();
    const reason = new Error('enough');
    if (when === 'before') controller.abort(reason);
    const nap = expect(clock.sleep(10, controller.signal)).rejects.toBe(reason);
    controller.abort(reason);
    await nap;
    expect(clock.sleeping).toBe(0);
  });
});

describe('the system clock', () => {
  test('shows the time and waits', async () => {
    const before = Date.now();
    await systemClock.sleep(5);
    expect(systemClock.now().getTime()).toBeGreaterThanOrEqual(before + 4);
  });

  test('a sleep of longer than timers can hold does not end at once, and can be aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let ended = false;
    const nap = systemClock.sleep(2 ** 32, controller.signal).finally(() => {
      ended = true;
    });
    await systemClock.sleep(5);
    expect(ended).toBe(false);
    controller.abort(reason);
    await expect(nap).rejects.toBe(reason);
  });

  test('a sleep of nothing ends, unless it was aborted before', async () => {
    await systemClock.sleep(0);
    await expect(systemClock.sleep(0, AbortSignal.abort('no'))).rejects.toBe('no');
  });
});
