import { afterEach, expect, it } from 'vitest';
import { code, Retryable } from '../../functions/errors.ts';
import type { Warehouse } from '../../functions/ports/warehouse.ts';
import { ref } from '../../functions/records/collection.ts';
import { runs, shardsOf } from '../../functions/records/run-documents.ts';
import { scoreShard } from '../../functions/runs/score-shard.ts';
import { startRun } from '../../functions/runs/start-run.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld } from '../support/system/tiny-data.ts';

const slot = '2026-03-01T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

/** The same runtime, where something happens before inputs are frozen. */
function beforeInputs(runtime: Runtime, happens: () => Promise<void>): Runtime {
  const materialize: Warehouse['materialize'] = async (...given) => {
    await happens();
    return runtime.warehouse.materialize(...given);
  };
  const warehouse = new Proxy(runtime.warehouse, {
    get: (target, name) => {
      if (name === 'materialize') return materialize;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...runtime, warehouse };
}

it('a run that other code starts over is not taken further by the one that began it', async () => {
  system = await openTestSystem();
  await createWorld(system);
  const next: Runtime = { ...system.runtime, engineHash: 'engine-2' };
  const unavailable = beforeInputs(next, async () => {
    throw new Retryable(code.unavailable, 'the warehouse is unavailable');
  });
  // It stands still until another release has started the run over, and got as far as itself.
  const slow = beforeInputs(system.runtime, async () => {
    await expect(startRun(unavailable, { slot })).rejects.toThrow('unavailable');
  });
  const { id, run: left } = await startRun(slow, { slot });
  expect(left).toMatchObject({ state: 'preparing', attempt: 2, engine_hash: 'engine-2' });

  const { run } = await startRun(next, { slot });
  expect(run).toMatchObject({ state: 'scoring', attempt: 2 });
  const shards = await next.snapshots.query({ collection: shardsOf(id, run), limit: 100 });
  expect(shards.length).toBe(run.shards);
  for (const shard of shards) await scoreShard(next, { run: id, shard: Number(shard.id) });
  expect((await next.snapshots.get(ref(runs, id)))?.data.state).toBe('publishing');
});
