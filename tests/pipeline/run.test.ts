import { afterEach, describe, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/http-client.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts, runs } from '../../functions/records/documents.ts';
import { finalState } from './support/final-state.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';
import { createWorld, lateRows, leave, nextDay } from './support/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';
const tuesdayAgain = '2026-03-02T18:00:00Z';
const wednesday = '2026-03-03T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

async function run(slot: string, body: object = {}) {
  const answer = (await system.score(slot, body)) as { run: string };
  await system.settle();
  const stored = await system.runtime.snapshots.get(ref(runs, answer.run));
  if (!stored) throw new Error(`run ${answer.run} is not stored`);
  return stored.data;
}

describe('a scheduled run', () => {
  it('scores every account into history, documents and Salesforce', async () => {
    system = await openTestSystem();
    await createWorld(system);
    const first = await run(monday);
    expect(first).toMatchObject({ state: 'finished', accounts: 9, shards: 3, changed: 9 });
    const state = await finalState(system);
    expect(state.accounts).toHaveLength(9);
    expect(state.history).toHaveLength(9);
    expect(state.salesforce).toHaveLength(9);
    expect(state.deadLetters).toEqual([]);
  });

  it('is one run where its slot comes twice', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await run(monday);
    const before = await finalState(system);
    await run(monday);
    expect(await finalState(system)).toEqual(before);
  });
});
