import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code, Retryable } from '../../functions/errors.ts';
import { openSqliteSnapshots } from '../../functions/local/state/snapshots.ts';
import { type Collection, ref } from '../../functions/records/collection.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { describeSnapshots } from '../support/contracts/snapshots-contract.ts';
import { at, fill, openedForEach, thingIndexes } from '../support/contracts/snapshots-things.ts';

const openBoth = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-snapshots-'));
  const path = join(folder, 'snapshots.sqlite');
  const snapshots = openSqliteSnapshots({ path, indexes: thingIndexes });
  const other = openSqliteSnapshots({ path, indexes: thingIndexes });
  return {
    snapshots,
    other,
    async close() {
      snapshots.close();
      other.close();
      rmSync(folder, { recursive: true });
    },
  };
};

describeSnapshots('sqlite', openBoth);

/** Nobody waits here: who finds a document changed begins again. */
describe('sqlite transactions', () => {
  const opened = openedForEach(openBoth);

  test('the work runs again where a document it read has changed', async () => {
    await fill(opened.snapshots, { a: { n: 1 } });
    let runs = 0;
    await opened.snapshots.transaction(async (tx) => {
      const read = await tx.get(at('a'));
      if (++runs === 1) await opened.other.set(at('a'), { n: 100 });
      tx.set(at('a'), { n: (read?.data.n ?? 0) + 1 });
    });
    expect(runs).toBe(2);
    expect((await opened.snapshots.get(at('a')))?.data.n).toBe(101);
  });

  test('it also runs again where a document it missed has appeared or one has gone', async () => {
    await fill(opened.snapshots, { gone: { n: 1 } });
    const seen: boolean[][] = [];
    await opened.snapshots.transaction(async (tx) => {
      const [fresh, gone] = await tx.getAll([at('fresh'), at('gone')]);
      seen.push([fresh !== undefined, gone !== undefined]);
      if (seen.length === 1) await opened.other.create(at('fresh'), {});
      if (seen.length === 2) await opened.other.delete(at('gone'));
      tx.set(at('result'), { n: seen.length });
    });
    expect(seen).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  test('contention without end is Retryable, and nothing is written', async () => {
    await fill(opened.snapshots, { a: { n: 0 } });
    let runs = 0;
    const running = opened.snapshots.transaction(async (tx) => {
      await tx.get(at('a'));
      await opened.other.set(at('a'), { n: ++runs });
      tx.set(at('b'), { n: 1 });
    });
    await expect(running).rejects.toBeInstanceOf(Retryable);
    expect(await opened.snapshots.get(at('b'))).toBeUndefined();
  });
});

test('sqlite is opened with the indexes that are deployed', async () => {
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const orderBy = { field: 'started_at', direction: 'desc' } as const;
  const asking = (field: string) =>
    snapshots.query({
      collection: runs,
      where: [{ field, op: '==', value: 'x' }],
      orderBy,
      limit: 1,
    });
  expect(await asking('pack')).toEqual([]);
  await expect(asking('date')).rejects.toMatchObject({ code: code.badRequest });
  snapshots.close();
});

const numbers: Collection<{ n: number }> = {
  path: 'numbers',
  schema: z.strictObject({ n: z.number() }),
};

describe('sqlite documents', () => {
  test('survive closing and opening, with their versions', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-snapshots-'));
    const path = join(folder, 'made', 'on', 'demand.sqlite');
    const first = openSqliteSnapshots({ path });
    await first.set(ref(numbers, 'a'), { n: 1 });
    const before = await first.get(ref(numbers, 'a'));
    await first.delete(ref(numbers, 'a'));
    await first.set(ref(numbers, 'a'), { n: 2 });
    first.close();

    const second = openSqliteSnapshots({ path });
    expect((await second.get(ref(numbers, 'a')))?.data).toEqual({ n: 2 });
    expect((await second.get(ref(numbers, 'a')))?.version).not.toBe(before?.version);
    second.close();
    rmSync(folder, { recursive: true });
  });

  test('may live in memory', async () => {
    const snapshots = openSqliteSnapshots({ path: ':memory:' });
    await snapshots.create(ref(numbers, 'a'), { n: 1 });
    expect(await snapshots.count({ collection: numbers })).toBe(1);
    snapshots.close();
  });
});
