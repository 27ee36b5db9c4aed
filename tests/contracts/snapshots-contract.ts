/** What every adapter of the Snapshots port does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code, Rejected, Retryable } from '../../functions/errors.ts';
import type { Snapshots } from '../../functions/ports/snapshots.ts';
import { type Collection, ref } from '../../functions/records/collection.ts';
import { subcollection } from '../../functions/records/document-id.ts';
import { describeSnapshotQueries } from './snapshots-queries-contract.ts';
import { awkwardIds, type OpenedSnapshots, type Thing, thing, things } from './snapshots-things.ts';

export function describeSnapshots(adapter: string, open: () => Promise<OpenedSnapshots>): void {
  describe(`${adapter} keeps documents`, () => {
    let opened: OpenedSnapshots;
    let snapshots: Snapshots;
    const at = (id: string) => ref(things, id);

    beforeEach(async () => {
      opened = await open();
      snapshots = opened.snapshots;
    });
    afterEach(async () => {
      await opened.close();
    });

    const fill = async (documents: Record<string, Thing>): Promise<void> => {
      for (const [id, data] of Object.entries(documents)) await snapshots.set(at(id), data);
    };

    test('a document reads back as it was written', async () => {
      const data: Thing = {
        n: -1.5,
        name: '健康 🙂 "quoted" \u0000',
        flag: false,
        nested: { band: null },
        list: ['a', 1],
      };
      await snapshots.create(at('one'), data);
      const stored = await snapshots.get(at('one'));
      expect(stored).toMatchObject({ id: 'one', data });
      expect(await opened.other.get(at('one'))).toEqual(stored);
    });

    test('a document that is not there is undefined', async () => {
      expect(await snapshots.get(at('one'))).toBeUndefined();
    });

    test('what is read is a copy', async () => {
      const data: Thing = { list: ['a'] };
      await snapshots.set(at('one'), data);
      data.list?.push('b');
      (await snapshots.get(at('one')))?.data.list?.push('c');
      expect((await snapshots.get(at('one')))?.data).toEqual({ list: ['a'] });
    });

    test('many reads answer one by one, in order, with gaps and repeats', async () => {
      await fill({ a: { n: 1 }, b: { n: 2 } });
      const found = await snapshots.getAll([at('b'), at('none'), at('a'), at('b')]);
      expect(found.map((stored) => stored?.data.n)).toEqual([2, undefined, 1, 2]);
      expect(await snapshots.getAll([])).toEqual([]);
    });

    test('users’ ids stay apart and come back as they were', async () => {
      for (const [n, id] of awkwardIds.entries()) await snapshots.create(at(id), { n });
      for (const [n, id] of awkwardIds.entries()) {
        expect(await snapshots.get(at(id))).toMatchObject({ id, data: { n } });
      }
      const all = await snapshots.query({ collection: things, limit: 100 });
      expect(all.map(({ id }) => id).sort()).toEqual([...awkwardIds].sort());
    });

    test.each(['', 'half a pair \ud83d'])('an id that cannot be one is refused: %j', async (id) => {
      await expect(snapshots.set(at(id), {})).rejects.toMatchObject({ code: code.invalidData });
    });

    test('creating twice is refused and keeps the first', async () => {
      await snapshots.create(at('one'), { n: 1 });
      await expect(snapshots.create(at('one'), { n: 2 })).rejects.toMatchObject({
        name: Rejected.name,
        code: code.alreadyExists,
      });
      expect((await snapshots.get(at('one')))?.data).toEqual({ n: 1 });
    });

    test('set replaces the whole document', async () => {
      await snapshots.set(at('one'), { n: 1, name: 'x' });
      await snapshots.set(at('one'), { n: 2 });
      expect((await snapshots.get(at('one')))?.data).toEqual({ n: 2 });
    });

    test('every write gives another version, even an equal one and one after a delete', async () => {
      const versions = new Set<string | undefined>();
      for (let i = 0; i < 3; i++) {
        await snapshots.set(at('one'), { n: 1 });
        versions.add((await snapshots.get(at('one')))?.version);
      }
      await snapshots.delete(at('one'));
      await snapshots.create(at('one'), { n: 1 });
      versions.add((await snapshots.get(at('one')))?.version);
      expect(versions.size).toBe(4);
    });

    test('a write over a version succeeds only while it is that version', async () => {
      await snapshots.set(at('one'), { n: 1 });
      const ifVersion = (await snapshots.get(at('one')))?.version;
      await snapshots.set(at('one'), { n: 2 }, { ifVersion });
      const late = snapshots.set(at('one'), { n: 3 }, { ifVersion });
      await expect(late).rejects.toMatchObject({ name: Rejected.name, code: code.conflict });
      expect((await snapshots.get(at('one')))?.data).toEqual({ n: 2 });
    });

    test('a write over a version of a document that is gone is refused', async () => {
      await snapshots.set(at('one'), { n: 1 });
      const ifVersion = (await snapshots.get(at('one')))?.version;
      await snapshots.delete(at('one'));
      const late = snapshots.set(at('one'), { n: 3 }, { ifVersion });
      await expect(late).rejects.toMatchObject({ code: code.conflict });
      expect(await snapshots.get(at('one'))).toBeUndefined();
    });

    test('deleting is repeatable', async () => {
      await snapshots.set(at('one'), {});
      await snapshots.delete(at('one'));
      await snapshots.delete(at('one'));
      expect(await snapshots.get(at('one'))).toBeUndefined();
    });

    test.each([
      ['undefined', { n: undefined }],
      ['NaN', { n: Number.NaN }],
      ['infinity', { n: Number.POSITIVE_INFINITY }],
    ])('%s is refused, since it would not be read back', async (_, data) => {
      await expect(snapshots.set(at('one'), data)).rejects.toMatchObject({
        code: code.invalidData,
        message: expect.stringContaining('things/one: n '),
      });
      expect(await snapshots.get(at('one'))).toBeUndefined();
    });

    test('a document above 1 MiB is refused', async () => {
      await expect(snapshots.set(at('one'), { name: 'x'.repeat(1_048_577) })).rejects.toMatchObject(
        { code: code.invalidData },
      );
    });

    test('a malformed document is an error where it is read, which names it', async () => {
      const loose: Collection<unknown> = { path: 'things', schema: z.unknown() };
      await snapshots.set(ref(loose, 'one'), { n: 'text' });
      const wanted = {
        name: Rejected.name,
        code: code.invalidData,
        message: expect.stringMatching(/things\/one.*at n/),
      };
      await expect(snapshots.get(at('one'))).rejects.toMatchObject(wanted);
      await expect(snapshots.getAll([at('one')])).rejects.toMatchObject(wanted);
      await expect(snapshots.query({ collection: things, limit: 1 })).rejects.toMatchObject(wanted);
    });

    test('collections stay apart, subcollections and those with an equal name too', async () => {
      const under = (id: string) => subcollection(things, id, 'parts', thing);
      await snapshots.set(at('one'), { n: 1 });
      await snapshots.set(ref(under('a/b'), 'one'), { n: 2 });
      await snapshots.set(ref(under('a'), 'one'), { n: 3 });
      expect((await snapshots.get(ref(under('a/b'), 'one')))?.data).toEqual({ n: 2 });
      expect(await snapshots.count({ collection: things })).toBe(1);
      expect(await snapshots.count({ collection: under('a') })).toBe(1);
    });

    test('a path that is no collection is refused', async () => {
      const document: Collection<Thing> = { path: 'things/one', schema: thing };
      await expect(snapshots.get(ref(document, 'x'))).rejects.toMatchObject({
        code: code.badRequest,
      });
    });

    describe('in transactions', () => {
      test('all writes happen, and the result is given', async () => {
        await fill({ a: { n: 1 }, b: { n: 2 } });
        const result = await snapshots.transaction(async (tx) => {
          const [a, none] = await tx.getAll([at('a'), at('none')]);
          tx.set(at('a'), { n: (a?.data.n ?? 0) + 10 });
          tx.create(at('c'), { n: 3 });
          tx.delete(at('b'));
          return none;
        });
        expect(result).toBeUndefined();
        expect(await snapshots.get(at('b'))).toBeUndefined();
        expect((await snapshots.get(at('c')))?.data.n).toBe(3);
        expect((await snapshots.get(at('a')))?.data.n).toBe(11);
      });

      test('nothing is written where the work fails, and its error is given', async () => {
        const failure = new Error('no');
        const running = snapshots.transaction(async (tx) => {
          tx.set(at('a'), { n: 1 });
          throw failure;
        });
        await expect(running).rejects.toBe(failure);
        expect(await snapshots.get(at('a'))).toBeUndefined();
      });

      test('creating a document that exists is refused, and nothing is written', async () => {
        await fill({ b: { n: 1 } });
        const running = snapshots.transaction(async (tx) => {
          tx.set(at('a'), { n: 1 });
          tx.create(at('b'), { n: 2 });
        });
        await expect(running).rejects.toMatchObject({ code: code.alreadyExists });
        expect(await snapshots.get(at('a'))).toBeUndefined();
        expect((await snapshots.get(at('b')))?.data).toEqual({ n: 1 });
      });

      test('the work runs again where a document it read has changed', async () => {
        await fill({ a: { n: 1 } });
        let runs = 0;
        await snapshots.transaction(async (tx) => {
          const read = await tx.get(at('a'));
          if (++runs === 1) await opened.other.set(at('a'), { n: 100 });
          tx.set(at('a'), { n: (read?.data.n ?? 0) + 1 });
        });
        expect(runs).toBe(2);
        expect((await snapshots.get(at('a')))?.data.n).toBe(101);
      });

      test('it also runs again where a document it missed has appeared or one has gone', async () => {
        await fill({ gone: { n: 1 } });
        const seen: boolean[][] = [];
        await snapshots.transaction(async (tx) => {
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

      test('increments by many at once are all counted', async () => {
        await fill({ a: { n: 0 } });
        const handles = [snapshots, opened.other];
        await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            handles[i % 2]?.transaction(async (tx) => {
              const read = await tx.get(at('a'));
              tx.set(at('a'), { n: (read?.data.n ?? 0) + 1 });
            }),
          ),
        );
        expect((await snapshots.get(at('a')))?.data.n).toBe(20);
      });

      test('contention without end is Retryable, and nothing is written', async () => {
        await fill({ a: { n: 0 } });
        const running = snapshots.transaction(async (tx) => {
          await tx.get(at('a'));
          await opened.other.set(at('a'), { n: 1 });
          tx.set(at('b'), { n: 1 });
        });
        await expect(running).rejects.toBeInstanceOf(Retryable);
        expect(await snapshots.get(at('b'))).toBeUndefined();
      });

      test('reading after writing is refused', async () => {
        const running = snapshots.transaction(async (tx) => {
          tx.set(at('a'), {});
          await tx.get(at('b'));
        });
        await expect(running).rejects.toMatchObject({ code: code.badRequest });
        expect(await snapshots.get(at('a'))).toBeUndefined();
      });

      test('500 writes are taken and 501 are refused', async () => {
        const write = (count: number) =>
          snapshots.transaction(async (tx) => {
            for (let i = 0; i < count; i++) tx.set(at(`${count}-${i}`), { n: i });
          });
        await expect(write(501)).rejects.toMatchObject({ code: code.badRequest });
        expect(await snapshots.count({ collection: things })).toBe(0);
        await write(500);
        expect(await snapshots.count({ collection: things })).toBe(500);
      });
    });
  });

  describeSnapshotQueries(adapter, open);
}
