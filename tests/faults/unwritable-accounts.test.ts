/** One account that cannot be written keeps nobody else from being published. */
import { afterEach, describe, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/session/http-client.ts';
import { code, Rejected } from '../../functions/errors.ts';
import { runAnswer } from '../../functions/records/api/runs.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { packs, runs } from '../../functions/records/run-documents.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { accountIds, createWorld, execute, nextDay } from '../support/system/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

async function run(slot: string) {
  const { id } = await system.run(slot);
  return runAnswer.parse(await getJson(`${system.url('api')}/v1/runs/${id}`));
}

async function publishedOn(date: string): Promise<string[]> {
  const all = await system.runtime.snapshots.query({ collection: accounts, limit: 100 });
  return all.flatMap(({ id, data }) => (data.date === date ? [id] : [])).sort();
}

const errorsOf = (event: string) => system.entries.filter((entry) => entry.event === event);

describe('an account that cannot be written', () => {
  it.each([
    ['case 12: a name of 1,100,000 characters', "repeat('x', 1100000)"],
    ['case 20h: a name of 1.2 MB', "repeat('あ', 400000)"],
  ])('is set aside, and the others are published: %s', async (_, name) => {
    system = await openTestSystem();
    await createWorld(system);
    await execute(system, [`UPDATE source.accounts SET name = ${name} WHERE account_id = 'a4'`]);
    const first = await run(monday);
    expect(first.state).toBe('finished');
    expect(first.unpublished).toMatchObject({
      count: 1,
      examples: [{ account: 'a4', table: 'accounts', column: 'name' }],
    });
    expect(await publishedOn('2026-03-01')).toEqual(accountIds.filter((id) => id !== 'a4'));
    expect(errorsOf('accounts-not-published')).toMatchObject([
      { severity: 'ERROR', run: first.id, account: 'a4', table: 'accounts', column: 'name' },
    ]);
    expect(await system.bus.deadLetters()).toEqual([]);

    // Mended, it is published by the next run, also where its result is as it was.
    await execute(system, ["UPDATE source.accounts SET name = 'A' WHERE account_id = 'a4'"]);
    await nextDay(system, '2026-03-02');
    expect((await run(tuesday)).unpublished.count).toBe(0);
    expect(await publishedOn('2026-03-02')).toContain('a4');
  });

  it('is set aside by itself where many documents are too large for one request', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await execute(system, [
      "UPDATE source.accounts SET name = repeat('x', 900000)",
      "UPDATE source.accounts SET name = repeat('x', 1100000) WHERE account_id = 'a5'",
    ]);
    const { state, unpublished } = await run(monday);
    expect([state, unpublished.examples.map(({ account }) => account)]).toEqual([
      'finished',
      ['a5'],
    ]);
  });

  it('is not blamed for what is wrong with a document of the pack', async () => {
    system = await openTestSystem();
    await createWorld(system);
    const { snapshots } = system.runtime;
    const get = snapshots.get.bind(snapshots);
    const isClosed = () => system.entries.some(({ event }) => event === 'run-closed');
    snapshots.get = async (wanted) => {
      if (wanted.collection.path !== packs.path || !isClosed()) return get(wanted);
      throw new Rejected(code.invalidData, 'packs/tiny is malformed');
    };
    const { run: id } = (await system.score(monday)) as { run: string };
    await system.bus.idle();
    const stored = await get(ref(runs, id));
    expect(stored?.data).toMatchObject({
      state: 'publishing',
      failure: { code: 'invalid-data', message: 'packs/tiny is malformed' },
    });
    // Refused is not done: it is repeated until it is a dead letter, and each time an error.
    expect(errorsOf('request-failed').length).toBeGreaterThan(1);
    expect((await system.bus.deadLetters()).length).toBeGreaterThan(0);
    await system.clock.advance(2 * 3_600_000);
    await sweep(system.runtime).catch(() => undefined);
    expect(errorsOf('run-stuck')).toMatchObject([
      { severity: 'ERROR', run: id, state: 'publishing', reason: 'packs/tiny is malformed' },
    ]);
    snapshots.get = get;
    await system.settle();
    expect((await get(ref(runs, id)))?.data).toMatchObject({ state: 'finished', failure: null });
  });
});
