/** What every adapter of the Snapshots port does. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code, Rejected } from '../../../functions/errors.ts';
import { type Collection, ref } from '../../../functions/records/collection.ts';
import { subcollection } from '../../../functions/records/document-id.ts';
import { describeSnapshotMerges } from './snapshots-merge-contract.ts';
import { describeSnapshotQueries } from './snapshots-queries-contract.ts';
import { describeStorable } from './snapshots-storable-contract.ts';
import {
  at,
  awkwardIds,
  fill,
  type OpenedSnapshots,
  openedForEach,
  type Thing,
  thing,
  things,
} from './snapshots-things.ts';
import { describeSnapshotTransactions } from './snapshots-transactions-contract.ts';

export function describeSnapshots(adapter: string, open: () => Promise<OpenedSnapshots>): void {
  describe(`${adapter} keeps documents`, () => {
    const opened = openedForEach(open);

    test('a document reads back as it was written', async () => {
      const data: Thing = {
        n: -1.5,
        name: '健康 🙂 "quoted" \u0000',
        flag: false,
        nested: { band: null },
        list: ['a', 1],
      };
      await opened.snapshots.create(at('one'), data);
      const stored = await opened.snapshots.get(at('one'));
      expect(stored).toMatchObject({ id: 'one', data });
      expect(await opened.other.get(at('one'))).toEqual(stored);
    });

    test('a document that is not there is undefined', async () => {
      expect(await opened.snapshots.get(at('one'))).toBeUndefined();
    });

    test('what is read is a copy', async () => {
      const data: Thing = { list: ['a'] };
      await opened.snapshots.set(at('one'), data);
      data.list?.push('b');
      (await opened.snapshots.get(at('one')))?.data.list?.push('c');
      expect((await opened.snapshots.get(at('one')))?.data).toEqual({ list: ['a'] });
    });

    test('many reads answer one by one, in order, with gaps and repeats', async () => {
      await fill(opened.snapshots, { a: { n: 1 }, b: { n: 2 } });
      const found = await opened.snapshots.getAll([at('b'), at('none'), at('a'), at('b')]);
      expect(found.map((stored) => stored?.data.n)).toEqual([2, undefined, 1, 2]);
      expect(await opened.snapshots.getAll([])).toEqual([]);
    });

    test('versions are those that reads give, in order, with gaps and repeats', async () => {
      await fill(opened.snapshots, { a: { n: 1 }, b: { n: 2 } });
      const versionOf = async (id: string) => (await opened.snapshots.get(at(id)))?.version;
      const [a, b] = [await versionOf('a'), await versionOf('b')];
      const asked = [at('b'), at('none'), at('a'), at('b')];
      expect(await opened.snapshots.versions(asked)).toEqual([b, undefined, a, b]);
      await opened.snapshots.set(at('a'), { n: 3 });
      expect(await opened.snapshots.versions([at('a')])).not.toEqual([a]);
      await opened.snapshots.delete(at('b'));
      expect(await opened.snapshots.versions([at('b')])).toEqual([undefined]);
      expect(await opened.snapshots.versions([])).toEqual([]);
    });

    test('users’ ids stay apart and come back as they were', async () => {
      for (const [n, id] of awkwardIds.entries()) await opened.snapshots.create(at(id), { n });
      for (const [n, id] of awkwardIds.entries()) {
        expect(await opened.snapshots.get(at(id))).toMatchObject({ id, data: { n } });
      }
      const all = await opened.snapshots.query({ collection: things, limit: 100 });
      expect(all.map(({ id }) => id).sort()).toEqual([...awkwardIds].sort());
    });

    test.each(['', 'half a pair \ud83d'])('an id that cannot be one is refused: %j', async (id) => {
      await expect(opened.snapshots.set(at(id), {})).rejects.toMatchObject({
        code: code.invalidData,
      });
    });

    test('creating twice is refused and keeps the first', async () => {
      await opened.snapshots.create(at('one'), { n: 1 });
      await expect(opened.snapshots.create(at('one'), { n: 2 })).rejects.toMatchObject({
        name: Rejected.name,
        code: code.alreadyExists,
      });
      expect((await opened.snapshots.get(at('one')))?.data).toEqual({ n: 1 });
    });

    test('set replaces the whole document', async () => {
      await opened.snapshots.set(at('one'), { n: 1, name: 'x' });
      await opened.snapshots.set(at('one'), { n: 2 });
      expect((await opened.snapshots.get(at('one')))?.data).toEqual({ n: 2 });
    });

    test('every change gives another version, and so does creating it again', async () => {
      const versions = new Set<string | undefined>();
      for (const n of [1, 2, 1]) {
        await opened.snapshots.set(at('one'), { n });
        versions.add((await opened.snapshots.get(at('one')))?.version);
      }
      await opened.snapshots.delete(at('one'));
      await opened.snapshots.create(at('one'), { n: 1 });
      versions.add((await opened.snapshots.get(at('one')))?.version);
      expect(versions.size).toBe(4);
    });

    test('writing what is there already changes nothing, not even the version', async () => {
      await opened.snapshots.set(at('one'), { n: 1, list: ['a'] });
      const before = await opened.snapshots.get(at('one'));
      await opened.other.set(at('one'), { n: 1, list: ['a'] });
      expect(await opened.snapshots.get(at('one'))).toEqual(before);
    });

    test('a write over a version succeeds only while it is that version', async () => {
      await opened.snapshots.set(at('one'), { n: 1 });
      const ifVersion = (await opened.snapshots.get(at('one')))?.version;
      await opened.snapshots.set(at('one'), { n: 2 }, { ifVersion });
      const late = opened.snapshots.set(at('one'), { n: 3 }, { ifVersion });
      await expect(late).rejects.toMatchObject({ name: Rejected.name, code: code.conflict });
      expect((await opened.snapshots.get(at('one')))?.data).toEqual({ n: 2 });
    });

    test('a write over a version replaces the whole document', async () => {
      await opened.snapshots.set(at('one'), { n: 1, name: 'x', nested: { band: 'red' } });
      const ifVersion = (await opened.snapshots.get(at('one')))?.version;
      await opened.snapshots.set(at('one'), { nested: { band: null } }, { ifVersion });
      const after = await opened.snapshots.get(at('one'));
      expect(after?.data).toEqual({ nested: { band: null } });
      expect(after?.version).not.toBe(ifVersion);
    });

    test('of two writes over one version, one succeeds', async () => {
      await opened.snapshots.set(at('one'), { n: 0 });
      const ifVersion = (await opened.snapshots.get(at('one')))?.version;
      const handles = [opened.snapshots, opened.other];
      const outcomes = await Promise.allSettled(
        [1, 2, 3, 4].map((n) => handles[n % 2]?.set(at('one'), { n }, { ifVersion })),
      );
      const won = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i + 1] : []));
      expect(won).toHaveLength(1);
      expect((await opened.snapshots.get(at('one')))?.data).toEqual({ n: won[0] });
    });

    test.each(['0', '', 'nonsense', '1.5', '1700000000.000001000'])(
      'a version that never was is refused: %j',
      async (ifVersion) => {
        await opened.snapshots.set(at('one'), { n: 1 });
        const writing = opened.snapshots.set(at('one'), { n: 2 }, { ifVersion });
        await expect(writing).rejects.toMatchObject({ code: code.conflict });
        expect((await opened.snapshots.get(at('one')))?.data).toEqual({ n: 1 });
      },
    );

    test('a write over a version of a document that is gone is refused', async () => {
      await opened.snapshots.set(at('one'), { n: 1 });
      const ifVersion = (await opened.snapshots.get(at('one')))?.version;
      await opened.snapshots.delete(at('one'));
      const late = opened.snapshots.set(at('one'), { n: 3 }, { ifVersion });
      await expect(late).rejects.toMatchObject({ code: code.conflict });
      expect(await opened.snapshots.get(at('one'))).toBeUndefined();
    });

    test('deleting is repeatable', async () => {
      await opened.snapshots.set(at('one'), {});
      await opened.snapshots.delete(at('one'));
      await opened.snapshots.delete(at('one'));
      expect(await opened.snapshots.get(at('one'))).toBeUndefined();
    });

    test('a malformed document is an error where it is read, which names it', async () => {
      const loose: Collection<unknown> = { path: 'things', schema: z.unknown() };
      await opened.snapshots.set(ref(loose, 'one'), { n: 'text' });
      const wanted = {
        name: Rejected.name,
        code: code.invalidData,
        message: expect.stringMatching(/things\/one.*at n/),
      };
      await expect(opened.snapshots.get(at('one'))).rejects.toMatchObject(wanted);
      await expect(opened.snapshots.getAll([at('one')])).rejects.toMatchObject(wanted);
      await expect(opened.snapshots.query({ collection: things, limit: 1 })).rejects.toMatchObject(
        wanted,
      );
    });

    test('a newer schema reads older documents by its defaults, an older one newer documents without what is new', async () => {
      const older: Collection<object> = {
        path: 'things',
        schema: z.strictObject({ n: z.number() }),
      };
      const newer: Collection<object> = {
        path: 'things',
        schema: z.strictObject({ n: z.number(), kind: z.string().default('plain') }),
      };
      await opened.snapshots.set(ref(older, 'one'), { n: 1 });
      await opened.snapshots.set(ref(newer, 'two'), { n: 2, kind: 'odd' });
      expect((await opened.snapshots.get(ref(newer, 'one')))?.data).toEqual({
        n: 1,
        kind: 'plain',
      });
      const found = await opened.snapshots.getAll([ref(older, 'one'), ref(older, 'two')]);
      expect(found.map((one) => one?.data)).toEqual([{ n: 1 }, { n: 2 }]);
      // Where documents are modified in place, what a later release keeps there stays.
      const inPlace = { ...older, keepsUnknown: true } as const;
      const two = await opened.snapshots.get(ref(inPlace, 'two'));
      await opened.snapshots.set(ref(inPlace, 'two'), { ...two?.data, n: 3 });
      expect((await opened.snapshots.get(ref(newer, 'two')))?.data).toEqual({ n: 3, kind: 'odd' });
    });

    test('collections stay apart, subcollections and those with an equal name too', async () => {
      const under = (id: string) => subcollection(things, id, 'parts', thing);
      await opened.snapshots.set(at('one'), { n: 1 });
      await opened.snapshots.set(ref(under('a/b'), 'one'), { n: 2 });
      await opened.snapshots.set(ref(under('a'), 'one'), { n: 3 });
      expect((await opened.snapshots.get(ref(under('a/b'), 'one')))?.data).toEqual({ n: 2 });
      expect(await opened.snapshots.count({ collection: things })).toBe(1);
      expect(await opened.snapshots.count({ collection: under('a') })).toBe(1);
    });

    test('a path that is no collection is refused', async () => {
      const document: Collection<Thing> = { path: 'things/one', schema: thing };
      await expect(opened.snapshots.get(ref(document, 'x'))).rejects.toMatchObject({
        code: code.badRequest,
      });
    });
  });

  describeStorable(adapter, open);
  describeSnapshotTransactions(adapter, open);
  describeSnapshotMerges(adapter, open);
  describeSnapshotQueries(adapter, open);
}
