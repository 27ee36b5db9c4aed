import { afterEach, expect, it } from 'vitest';
import type { ReadRequest, Warehouse } from '../../functions/ports/warehouse.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, nextDay } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';
import { signalPackFiles } from '../support/system/tiny-signals.ts';

const worklists = `
- id: save
  label: { en: Save, ja: 解約防止 }
  reasons:
    - { id: idle, label: { en: Idle, ja: 利用が少ない }, when: metrics.minutes_7d < 100, action: { en: Call., ja: 電話する。 } }
`;

const shards = ['a1', 'a4', 'a7'];

let system: TestSystem;
afterEach(() => system.close());

/** Keeps what is read of which table, partition and shard from now on. */
function countReads(): Map<string, number> {
  const counts = new Map<string, number>();
  system.runtime.warehouse = new Proxy<Warehouse>(system.warehouse, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        if (name === 'read') {
          const { table, date, accounts } = given[0] as ReadRequest;
          const key = [String(table).replace(/_tiny.*/, ''), date, accounts?.from].join(' ').trim();
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        return value.apply(target, given);
      };
    },
  });
  return counts;
}

it.each([
  // Nothing changed in the other shards.
  ['results alone', tinyPackFiles(), ['a1']],
  ['signals that look back', signalPackFiles(), shards],
  [
    'worklists that read metrics',
    tinyPackFiles({ 'rules/tiny/worklists.yaml': worklists }),
    shards,
  ],
])('publishing a shard with %s reads each of our tables once', async (_, files, withBefore) => {
  system = await openTestSystem({ files });
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  await nextDay(system, '2026-03-02');
  const counts = countReads();
  await system.score('2026-03-02T17:00:00Z');
  await system.settle();
  const expected = new Map<string, number>();
  for (const from of shards) {
    // One of them is to score.
    expected.set(`run_inputs  ${from}`, 2);
    expected.set(`staging  ${from}`, 1);
    if (withBefore.includes(from)) expected.set(`score_history 2026-03-01 ${from}`, 1);
  }
  expect(counts).toEqual(expected);
});
