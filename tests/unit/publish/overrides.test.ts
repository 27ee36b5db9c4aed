/** Overrides that begin, however many do at once. */
import { expect, it } from 'vitest';
import { republishOverridden } from '../../../functions/publish/overrides.ts';
import { ref } from '../../../functions/records/collection.ts';
import { overrides } from '../../../functions/records/documents.ts';
import { openSweeping } from '../../support/unit/sweeping.ts';

const many = 2_300;
const names = Array.from({ length: many }, (_, n) => `a${String(n).padStart(5, '0')}`);

it('2,000 accounts are looked at by one call, and the others by the next, in messages of many', async () => {
  const system = openSweeping();
  for (const account of names) {
    await system.account(account, 'r');
    await system.snapshots.set(ref(overrides, account), {
      ...{ pack: 'tiny', account, score: 'health', band: 'red', reason: 'They leave.' },
      ...{ author: 'csm@example.com', from: system.at(-60_000), until: '2026-04-01T00:00:00.000Z' },
      withdrawn: null,
    });
  }
  const calls = [await republishOverridden(system.runtime, { again: true })];
  const first = system.taken();
  await system.clock.advance(10 * 60_000);
  calls.push(await republishOverridden(system.runtime, { again: true }));
  const sent = [...first, ...system.taken()];
  expect(calls.sort()).toEqual([2_000, 300].sort());
  expect(sent.flatMap((body) => ('accounts' in body ? body.accounts : [])).sort()).toEqual(names);
  expect(sent).toHaveLength(12);
  // Whoever enters one has it at once, whosever turn it is.
  expect(await republishOverridden(system.runtime, { again: true, account: names[0] ?? '' })).toBe(
    1,
  );
  system.snapshots.close();
});
