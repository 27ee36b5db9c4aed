/** What accounts were by date: documents tell what the warehouse has, without its being asked. */
import { afterEach, describe, expect, it } from 'vitest';
import { getHistory } from '../../functions/api/accounts/history.ts';
import { republishOverridden } from '../../functions/publish/overrides.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts, overrides } from '../../functions/records/documents.ts';
import { yearsOf } from '../../functions/records/years.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import {
  correctedUsage,
  createWorld,
  execute,
  lateRows,
  leave,
  nextDay,
} from '../support/system/tiny-data.ts';

let system: TestSystem;
afterEach(() => system.close());

/** Of all accounts, by one of the two. */
async function historiesBy(holder: 'documents' | 'warehouse'): Promise<Record<string, unknown>> {
  const { runtime } = system;
  const { snapshots } = runtime;
  const found = await snapshots.query({ collection: accounts, limit: 100 });
  const only: Runtime =
    holder === 'documents'
      ? { ...runtime, warehouse: untouchable() }
      : { ...runtime, snapshots: withoutYears(snapshots) };
  const histories = await Promise.all(
    found.map(
      async ({ id }) => [id, (await getHistory(only, id, { limit: 100 })).results] as const,
    ),
  );
  return Object.fromEntries(histories);
}

const untouchable = (): Runtime['warehouse'] =>
  new Proxy({} as Runtime['warehouse'], {
    get: () => () => {
      throw new Error('the warehouse was asked');
    },
  });

const withoutYears = (snapshots: Runtime['snapshots']): Runtime['snapshots'] =>
  new Proxy(snapshots, {
    get(target, key) {
      if (key === 'getAll') return async (refs: unknown[]) => refs.map(() => undefined);
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

async function expectSame(): Promise<Record<string, unknown>> {
  const documents = await historiesBy('documents');
  expect(documents).toEqual(await historiesBy('warehouse'));
  return documents;
}

describe('the history of every account', () => {
  it('is the same by its documents: over days, a revision, a leaving, and a day without a run', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await system.run('2026-03-01T17:00:00Z');
    await expectSame();
    await nextDay(system, '2026-03-02');
    await leave(system, 'a5', '2026-03-02T10:00:00Z');
    await system.run('2026-03-02T17:00:00Z');
    await expectSame();
    await lateRows(system, '2026-03-02');
    await system.run('2026-03-02T18:00:00Z');
    await expectSame();
    await system.run('2026-03-04T17:00:00Z');
    await execute(system, correctedUsage('a4', '2026-03-02', 3, 24));
    await system.run('2026-03-04T18:00:00Z');
    const { a1, a5 } = await expectSame();
    expect((a1 as { date: string }[]).map(({ date }) => date)).toEqual([
      '2026-03-04',
      '2026-03-02',
      '2026-03-01',
    ]);
    expect(a5).toMatchObject([{ date: '2026-03-02', state: 'absent' }, { date: '2026-03-01' }]);
  });

  it('is so after backfills, before the first run and of dates between others', async () => {
    system = await openTestSystem();
    await createWorld(system);
    const at = '2026-03-01T16:00:00Z';
    for (const backfill of ['2026-02-20', '2026-02-24']) await system.run(at, { backfill });
    await system.run('2026-03-01T17:00:00Z');
    await expectSame();
    await execute(system, correctedUsage('a9', '2026-02-22', 0, 0));
    await execute(system, correctedUsage('a2', '2026-02-21', 40, 900));
    for (const backfill of ['2026-02-22', '2026-02-24', '2026-02-21']) {
      await system.run('2026-03-01T18:00:00Z', { backfill });
    }
    const histories = await historiesBy('documents');
    const others = await historiesBy('warehouse');
    // What the next date says of its change is as it was computed, against the date that was before it.
    expect(withoutChange(histories)).toEqual(withoutChange(others));
  });

  it('has no override in it: it is an interval of its own', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await system.run('2026-03-01T17:00:00Z');
    const { snapshots, clock } = system.runtime;
    const year = ref(yearsOf('a1'), '2026');
    const before = await snapshots.get(year);
    await snapshots.set(ref(overrides, 'o1'), {
      ...{ pack: 'tiny', account: 'a1', score: 'health', band: 'green', reason: 'Known.' },
      ...{ author: 'csm@example.com', from: clock.now().toISOString() },
      until: '2026-04-01T00:00:00.000Z',
      withdrawn: null,
    });
    expect(await republishOverridden(system.runtime)).toBe(1);
    expect(await snapshots.get(year)).toEqual(before);
    await expectSame();
  });
});

const withoutChange = (histories: Record<string, unknown>): unknown =>
  JSON.parse(JSON.stringify(histories, (key, value) => (key === 'change' ? null : value)));
