import '../support/properties.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { history, play, wrongInTheEnd } from '../support/hand-edits/history.ts';
import { type HandEditedOrg, openOrg, openWorld } from '../support/hand-edits/world.ts';

let org: HandEditedOrg;
beforeEach(async () => {
  org = await openOrg();
});
afterEach(() => org.close());

describe('case 01: whatever people do to records and ids between syncs and reconciles', () => {
  it.each([1, 2, 3, 4, 5])(
    'each record shows the account that it names, and no other shows ours: 100 histories from %i',
    async (seed) => {
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          const world = await openWorld(org);
          try {
            await play(world, steps);
            expect(await wrongInTheEnd(world)).toEqual([]);
          } finally {
            world.close();
          }
        }),
        { seed, numRuns: 100 },
      );
    },
  );
});
