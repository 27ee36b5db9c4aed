import { beforeEach, describe, expect, it } from 'vitest';
import { RampUp } from '../../../functions/gcp/firestore/ramp-up.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const minute = 60_000;
/** What one of ten processes may write in a second, at first. */
const share = 50;

let clock: VirtualClock;
let rampUp: RampUp;
beforeEach(() => {
  clock = virtualClock(new Date('2026-03-02T00:00:00Z'));
  rampUp = new RampUp(clock);
});

/** Writes without a pause for so long. @returns how much a second it came to */
async function rateDuring(ms: number): Promise<number> {
  const from = clock.now().getTime();
  let writes = 0;
  while (clock.now().getTime() < from + ms) {
    await rampUp.ready();
    rampUp.took(100);
    writes += 100;
  }
  return writes / ((clock.now().getTime() - from) / 1000);
}

describe('new documents', () => {
  it('begin at once', async () => {
    const before = clock.now();
    await rampUp.ready();
    expect(clock.now()).toEqual(before);
  });

  it('come at a tenth of 500 a second, and half as many again every five minutes', async () => {
    for (let step = 0; step < 6; step += 1) {
      const rate = await rateDuring(5 * minute);
      expect(rate / (share * 1.5 ** step)).toBeCloseTo(1, 1);
    }
  });

  it('of a small company wait for nobody longer than they take at that rate', async () => {
    const before = clock.now().getTime();
    rampUp.took(200);
    await rampUp.ready();
    expect(clock.now().getTime() - before).toBe((200 / share) * 1000);
  });

  it('have twice the rate where half as many processes make them', async () => {
    rampUp = new RampUp(clock, 5);
    expect((await rateDuring(minute)) / share).toBeCloseTo(2, 1);
  });

  it('begin slowly again after a pause', async () => {
    await rateDuring(12 * minute);
    await clock.sleep(6 * minute);
    expect((await rateDuring(minute)) / share).toBeCloseTo(1, 1);
  });

  it('of several at once are within the rate together', async () => {
    const before = clock.now().getTime();
    const write = async () => {
      for (let i = 0; i < 30; i += 1) {
        await rampUp.ready();
        rampUp.took(10);
      }
    };
    await Promise.all([write(), write()]);
    await rampUp.ready();
    expect(clock.now().getTime() - before).toBe((600 / share) * 1000);
  });
});
