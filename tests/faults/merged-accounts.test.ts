/** Accounts that another one took over: absent, with the link. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, leave, nextDay } from '../support/system/tiny-data.ts';

let system: TestSystem;
beforeEach(async () => {
  system = await openTestSystem();
  await createWorld(system);
  await execute(system, ['ALTER TABLE source.accounts ADD COLUMN merged_into VARCHAR']);
  await system.run('2026-03-01T17:00:00Z');
});
afterEach(() => system.close());

interface Shown {
  state: string;
  merged_into: string | null;
  scores: { points: number | null }[];
}

async function shown(id: string): Promise<Shown> {
  const answer = await fetch(`${system.url('api')}/v1/accounts/${id}`);
  return (await answer.json()) as Shown;
}

const merge = (id: string, into: string) =>
  execute(system, [
    `UPDATE source.accounts SET merged_into = '${into}' WHERE account_id = '${id}'`,
  ]);

it('case 15: a valid row that says who took the account over makes it absent, and links there', async () => {
  await merge('a5', 'a6');
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: 'a6', scores: [] });
  expect(await shown('a6')).toMatchObject({ state: 'active', merged_into: null });
  // It stays as it is while the row stays, and comes back when the row says otherwise.
  await nextDay(system, '2026-03-03');
  await system.run('2026-03-03T17:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: 'a6' });
  await merge('a5', ' ');
  await nextDay(system, '2026-03-04');
  await system.run('2026-03-04T17:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'active', merged_into: null });
});

it('case 15: a row that has ended is read for the link, and the newest one counts', async () => {
  await leave(system, 'a5', '2026-03-02T06:00:00Z');
  await leave(system, 'a4', '2026-03-02T06:00:00Z');
  await merge('a5', 'a6');
  await execute(system, [
    `INSERT INTO source.accounts VALUES ('a5', 'Account 5', 'x', '2025-01-01', '2025-02-01', 'a1')`,
  ]);
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: 'a6' });
  expect(await shown('a4')).toMatchObject({ state: 'absent', merged_into: null });
});

it('case 15: a later run of the date may learn the link', async () => {
  await leave(system, 'a5', '2026-03-02T06:00:00Z');
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: null });
  await merge('a5', 'a6');
  await system.run('2026-03-02T18:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: 'a6' });
});

it('case 15: a run of a later day learns a link that came after the account had left, once', async () => {
  await leave(system, 'a5', '2026-03-02T06:00:00Z');
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  await merge('a5', 'a6');
  await nextDay(system, '2026-03-03');
  const learnt = await system.run('2026-03-03T17:00:00Z');
  expect(learnt.late_merges).toEqual([{ account: 'a5', merged_into: 'a6' }]);
  const document = () => system.runtime.snapshots.get(ref(accounts, 'a5'));
  const then = await document();
  expect(then?.data).toMatchObject({ state: 'absent', merged_into: 'a6', date: '2026-03-02' });
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: 'a6', scores: [] });
  await nextDay(system, '2026-03-04');
  expect((await system.run('2026-03-04T17:00:00Z')).late_merges).toEqual([]);
  expect(await document()).toEqual(then);
  // It was a mistake: another one took it over.
  await merge('a5', 'a7');
  await system.run('2026-03-04T18:00:00Z');
  expect(await shown('a5')).toMatchObject({ state: 'absent', merged_into: 'a7' });
});

it('case 15: of who was never shown nothing is learnt, nor of one that is back by a run that is behind', async () => {
  await execute(system, [
    `INSERT INTO source.accounts VALUES ('old', 'Old', 'x', '2020-01-01', '2021-01-01', 'a1')`,
  ]);
  await leave(system, 'a5', '2026-03-02T06:00:00Z');
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  await merge('a5', 'a6');
  await nextDay(system, '2026-03-03');
  const { bus } = system.runtime;
  const publish = bus.publish.bind(bus);
  bus.publish = async (queue, messages) => {
    if (queue !== 'publish-shards') await publish(queue, messages);
  };
  const { run: behind } = (await system.score('2026-03-03T17:00:00Z')) as { run: string };
  await system.bus.idle();
  bus.publish = publish;
  // The account comes back before that run is published.
  await execute(system, [
    "UPDATE source.accounts SET valid_to = NULL, merged_into = NULL WHERE account_id = 'a5'",
  ]);
  await system.clock.advance(16 * 60_000);
  await system.run('2026-03-03T18:00:00Z');
  const stored = (await system.runtime.snapshots.get(ref(runs, behind)))?.data;
  expect(stored).toMatchObject({ state: 'finished', late_merges: [{ account: 'a5' }] });
  expect(await shown('a5')).toMatchObject({ state: 'active', merged_into: null });
  expect(await system.runtime.snapshots.get(ref(accounts, 'old'))).toBeUndefined();
});

it('case 15: nobody is taken over by themselves, and an old row says nothing of who is back', async () => {
  await merge('a5', 'a5');
  await execute(system, [
    `INSERT INTO source.accounts VALUES ('a4', 'Account 4', 'x', '2025-01-01', '2025-02-01', 'a1')`,
  ]);
  await nextDay(system, '2026-03-02');
  await system.run('2026-03-02T17:00:00Z');
  for (const id of ['a4', 'a5'])
    expect(await shown(id)).toMatchObject({ state: 'active', merged_into: null });
});
