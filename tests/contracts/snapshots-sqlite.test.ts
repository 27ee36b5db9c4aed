import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openSqliteSnapshots } from '../../functions/local/sqlite-snapshots.ts';
import { type Collection, ref } from '../../functions/records/collection.ts';
import { describeSnapshots } from './snapshots-contract.ts';

describeSnapshots('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-snapshots-'));
  const path = join(folder, 'snapshots.sqlite');
  const snapshots = openSqliteSnapshots({ path });
  const other = openSqliteSnapshots({ path });
  return {
    snapshots,
    other,
    async close() {
      snapshots.close();
      other.close();
      rmSync(folder, { recursive: true });
    },
  };
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
