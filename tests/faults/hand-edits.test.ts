import '../support/properties.ts';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { history, play, wrongInTheEnd } from '../support/hand-edits/history.ts';
import { type HandEditedOrg, openOrg, openWorld, somePilot } from '../support/hand-edits/world.ts';

let org: HandEditedOrg;
afterEach(() => org.close());

const holds = (seed: number, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const world = await openWorld(org);
      try {
        await play(world, steps);
        expect(await wrongInTheEnd(world)).toEqual([]);
      } finally {
        world.close();
      }
    }),
    { seed, numRuns },
  );

describe('case 01: whatever people do to records and ids between syncs and reconciles', () => {
  it.each([1, 2, 3, 4, 5])(
    'each record shows the account that it names, and no other shows ours: 100 histories from %i',
    async (seed) => {
      org = await openOrg();
      await holds(seed, 100);
    },
  );

  it('and so where a column of the team’s table names records: moved, shared, and let go again', async () => {
    org = await openOrg({ byColumn: true });
    await holds(7, 100);
  });

  it('and so where fields stand on records below Accounts: dropped, moved, copied, merged', async () => {
    org = await openOrg({ onChildren: true });
    await holds(8, 60);
  });

  it('and so in a pilot that accounts enter and leave: nothing is left of those outside', async () => {
    org = await openOrg({ pilot: somePilot });
    await holds(6, 100);
  });
});
