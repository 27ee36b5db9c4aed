import { afterEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { finalState } from '../support/system/final-state.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, nextDay } from '../support/system/tiny-data.ts';

const hour = 3_600_000;

let system: TestSystem;
afterEach(() => system.close());

async function visible(): Promise<object> {
  const { accounts, snapshots, crm, history, salesforce, current } = await finalState(system);
  const [{ current: shown } = {}] = current as { current?: object }[];
  return { accounts, snapshots, crm, history, salesforce, shown };
}

async function stored(id: string) {
  const found = await system.runtime.snapshots.get(ref(runs, id));
  if (!found) throw new Error(`run ${id} is not stored`);
  return found.data;
}

it('a run whose shards never come through fails at its deadline, and leaves nothing behind', async () => {
  system = await openTestSystem();
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  const before = await visible();

  await nextDay(system, '2026-03-02');
  await system.clock.advance(24 * hour);
  const { bus } = system.runtime;
  const publish = bus.publish.bind(bus);
  bus.publish = async (queue, messages) => {
    if (queue !== 'score-shards') await publish(queue, messages);
  };
  const { run: id } = (await system.score('2026-03-02T17:00:00Z')) as { run: string };
  const { attempt } = await stored(id);
  const tables = ['run_inputs', 'staging'].map(
    (table) => `${table}_${id.replaceAll('-', '_')}_${attempt}`,
  );
  for (const table of tables) expect(await system.warehouse.describe(table)).toBeDefined();
  await system.clock.advance(19 * hour);
  await sweep(system.runtime);
  expect((await stored(id)).state).toBe('scoring');

  await system.clock.advance(hour);
  await sweep(system.runtime);
  expect(await stored(id)).toMatchObject({ state: 'failed', failure: { code: 'expired' } });
  expect(system.entries.filter(({ event }) => event === 'run-failed')).toMatchObject([
    { severity: 'ERROR', run: id, code: 'expired' },
  ]);
  for (const table of tables) expect(await system.warehouse.describe(table)).toBeUndefined();
  expect(await visible()).toEqual(before);

  bus.publish = publish;
  const { run: next } = (await system.score('2026-03-03T17:00:00Z')) as { run: string };
  await system.settle();
  expect(await stored(next)).toMatchObject({ state: 'finished', before_date: '2026-03-01' });
});
