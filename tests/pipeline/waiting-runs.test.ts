import { afterEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, lateRows, nextDay } from '../support/system/tiny-data.ts';

let system: TestSystem;
afterEach(() => system.close());

const score = async (slot: string): Promise<string> =>
  ((await system.score(slot)) as { run: string }).run;
const stateOf = async (id: string) =>
  (await system.runtime.snapshots.get(ref(runs, id)))?.data.state;

it('a run waits until the date before is published, even where its lease has run out', async () => {
  system = await openTestSystem();
  await createWorld(system);
  await score('2026-03-01T17:00:00Z');
  await system.settle();

  await nextDay(system, '2026-03-02');
  await lateRows(system, '2026-03-02');
  const { bus } = system.runtime;
  const publish = bus.publish.bind(bus);
  bus.publish = async (queue, messages) => {
    if (queue !== 'publish-shards') await publish(queue, messages);
  };
  const tuesday = await score('2026-03-02T17:00:00Z');
  await system.bus.idle();
  expect(await stateOf(tuesday)).toBe('publishing');
  await system.clock.advance(60 * 60_000);
  const wednesday = await score('2026-03-03T17:00:00Z');
  expect(await stateOf(wednesday)).toBe('waiting');

  bus.publish = publish;
  await system.settle();
  expect([await stateOf(tuesday), await stateOf(wednesday)]).toEqual(['finished', 'finished']);
  // What changed on Tuesday is told of Tuesday, though Wednesday found it unchanged.
  const shown = await system.runtime.snapshots.get(ref(accounts, 'a4'));
  expect(shown?.data).toMatchObject({ date: '2026-03-02', run: tuesday });
  expect(shown?.data.scores.health?.change).toMatchObject({ since: '2026-03-01' });
});
