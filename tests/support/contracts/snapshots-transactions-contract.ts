/** What every adapter of the Snapshots port does in transactions. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code, Rejected, Retryable } from '../../../functions/errors.ts';
import type { Snapshots, Transaction } from '../../../functions/ports/snapshots.ts';
import { type Collection, ref } from '../../../functions/records/collection.ts';
import { gate } from './push-consumer.ts';
import { at, fill, type OpenedSnapshots, openedForEach, things } from './snapshots-things.ts';

export function describeSnapshotTransactions(
  adapter: string,
  open: () => Promise<OpenedSnapshots>,
): void {
  describe(`${adapter} in transactions`, () => {
    const opened = openedForEach(open);

    test('all writes happen, and the result is given', async () => {
      await fill(opened.snapshots, { a: { n: 1 }, b: { n: 2 } });
      const result = await opened.snapshots.transaction(async (tx) => {
        const [a, none] = await tx.getAll([at('a'), at('none')]);
        tx.set(at('a'), { n: (a?.data.n ?? 0) + 10 });
        tx.create(at('c'), { n: 3 });
        tx.delete(at('b'));
        return none;
      });
      expect(result).toBeUndefined();
      expect(await opened.snapshots.get(at('b'))).toBeUndefined();
      expect((await opened.snapshots.get(at('c')))?.data.n).toBe(3);
      expect((await opened.snapshots.get(at('a')))?.data.n).toBe(11);
    });

    test('nothing is written where the work fails, and its error is given', async () => {
      const failure = new Error('no');
      const running = opened.snapshots.transaction(async (tx) => {
        tx.set(at('a'), { n: 1 });
        throw failure;
      });
      await expect(running).rejects.toBe(failure);
      expect(await opened.snapshots.get(at('a'))).toBeUndefined();
    });

    test('creating a document that exists is refused, and nothing is written', async () => {
      await fill(opened.snapshots, { b: { n: 1 } });
      const running = opened.snapshots.transaction(async (tx) => {
        tx.set(at('a'), { n: 1 });
        tx.create(at('b'), { n: 2 });
      });
      await expect(running).rejects.toMatchObject({ code: code.alreadyExists });
      expect(await opened.snapshots.get(at('a'))).toBeUndefined();
      expect((await opened.snapshots.get(at('b')))?.data).toEqual({ n: 1 });
    });

    // Whether others wait for a transaction or make it run again is up to the database; in
    // either case the outcome is that of one after the other.
    test('what another writes to a document that both have read is not lost', async () => {
      await fill(opened.snapshots, { a: { n: 0 } });
      const bothRead = meeting(2);
      const add = (handle: Snapshots, amount: number) =>
        handle.transaction(async (tx) => {
          const n = (await tx.get(at('a')))?.data.n ?? 0;
          await bothRead();
          tx.set(at('a'), { n: n + amount });
        });
      await Promise.all([add(opened.snapshots, 1), add(opened.other, 100)]);
      expect((await opened.snapshots.get(at('a')))?.data.n).toBe(101);
    });

    test('what another creates where this one saw nothing is seen by one of them', async () => {
      const bothRead = meeting(2);
      const claim = (handle: Snapshots, mine: string, theirs: string) =>
        handle.transaction(async (tx) => {
          const [, seen] = await tx.getAll([at(mine), at(theirs)]);
          await bothRead();
          tx.create(at(mine), { flag: seen !== undefined });
        });
      await Promise.all([claim(opened.snapshots, 'x', 'y'), claim(opened.other, 'y', 'x')]);
      const both = await opened.snapshots.getAll([at('x'), at('y')]);
      expect(both.map((stored) => stored?.data.flag).sort()).toEqual([false, true]);
    });

    test('what another deletes after this one saw it is seen by one of them', async () => {
      await fill(opened.snapshots, { x: {}, y: {} });
      const bothRead = meeting(2);
      const release = (handle: Snapshots, mine: string, theirs: string) =>
        handle.transaction(async (tx) => {
          const [, seen] = await tx.getAll([at(mine), at(theirs)]);
          await bothRead();
          if (seen) tx.delete(at(mine));
        });
      await Promise.all([release(opened.snapshots, 'x', 'y'), release(opened.other, 'y', 'x')]);
      expect(await opened.snapshots.count({ collection: things })).toBe(1);
    });

    test('a plain write waits for the transaction, or makes it run again', async () => {
      await fill(opened.snapshots, { a: { n: 0 } });
      let writing: Promise<void> | undefined;
      await opened.snapshots.transaction(async (tx) => {
        const n = (await tx.get(at('a')))?.data.n ?? 0;
        writing ??= opened.other.set(at('a'), { n: 100 });
        tx.set(at('a'), { n: n + 1 });
      });
      await writing;
      expect([100, 101]).toContain((await opened.snapshots.get(at('a')))?.data.n);
    });

    test('increments by many at once are all counted', async () => {
      await fill(opened.snapshots, { a: { n: 0 } });
      const increment = (handle: Snapshots): Promise<void> =>
        handle
          .transaction(async (tx) => {
            const n = (await tx.get(at('a')))?.data.n ?? 0;
            tx.set(at('a'), { n: n + 1 });
          })
          // Contention may outlast one transaction; whoever asked tries again.
          .catch((error: unknown) => {
            if (error instanceof Retryable) return increment(handle);
            throw error;
          });
      await Promise.all(
        Array.from({ length: 12 }, (_, i) => increment(i % 2 ? opened.snapshots : opened.other)),
      );
      expect((await opened.snapshots.get(at('a')))?.data.n).toBe(12);
    });

    test('reading after writing is refused', async () => {
      const running = opened.snapshots.transaction(async (tx) => {
        tx.set(at('a'), {});
        await tx.get(at('b'));
      });
      await expect(running).rejects.toMatchObject({ code: code.badRequest });
      expect(await opened.snapshots.get(at('a'))).toBeUndefined();
    });

    test('500 writes are taken and 501 are refused', async () => {
      const write = (count: number) =>
        opened.snapshots.transaction(async (tx) => {
          for (let i = 0; i < count; i++) tx.set(at(`${count}-${i}`), { n: i });
        });
      await expect(write(501)).rejects.toMatchObject({ code: code.badRequest });
      expect(await opened.snapshots.count({ collection: things })).toBe(0);
      await write(500);
      expect(await opened.snapshots.count({ collection: things })).toBe(500);
    });

    test('more bytes than a request holds are refused', async () => {
      const running = opened.snapshots.transaction(async (tx) => {
        for (let i = 0; i < 10; i++) tx.set(at(`${i}`), { name: 'x'.repeat(1_000_000) });
      });
      await expect(running).rejects.toMatchObject({ code: code.badRequest });
      expect(await opened.snapshots.count({ collection: things })).toBe(0);
    });

    test('reads answer one by one, in order, with gaps and repeats', async () => {
      await fill(opened.snapshots, { a: { n: 1 }, b: { n: 2 } });
      await opened.snapshots.transaction(async (tx) => {
        const found = await tx.getAll([at('b'), at('none'), at('a'), at('b')]);
        expect(found.map((stored) => stored?.data.n)).toEqual([2, undefined, 1, 2]);
        expect(found[0]).toEqual(await opened.snapshots.get(at('b')));
        expect(await tx.getAll([])).toEqual([]);
      });
    });

    test('writes to one document are done in their order', async () => {
      await fill(opened.snapshots, { a: { n: 1 } });
      await opened.snapshots.transaction(async (tx) => {
        tx.delete(at('a'));
        tx.create(at('a'), { n: 2 });
        tx.set(at('b'), { n: 1 });
        tx.delete(at('b'));
      });
      expect((await opened.snapshots.get(at('a')))?.data).toEqual({ n: 2 });
      expect(await opened.snapshots.get(at('b'))).toBeUndefined();
    });

    test('what cannot be stored is refused, and nothing is written', async () => {
      const running = opened.snapshots.transaction(async (tx) => {
        tx.set(at('a'), { n: 1 });
        tx.set(at('b'), { n: Number.NaN });
      });
      await expect(running).rejects.toMatchObject({ code: code.invalidData });
      expect(await opened.snapshots.get(at('a'))).toBeUndefined();
    });

    test('a malformed document is an error where it is read, and nothing is written', async () => {
      const loose: Collection<unknown> = { path: 'things', schema: z.unknown() };
      await opened.snapshots.set(ref(loose, 'one'), { n: 'text' });
      let runs = 0;
      const running = opened.snapshots.transaction(async (tx) => {
        runs += 1;
        const [read] = await tx.getAll([at('one')]);
        tx.set(at('two'), { n: read?.data.n ?? 0 });
      });
      await expect(running).rejects.toMatchObject({ code: code.invalidData });
      expect(runs).toBe(1);
      expect(await opened.snapshots.get(at('two'))).toBeUndefined();
    });

    test('it cannot be used after it has ended', async () => {
      let kept: Transaction | undefined;
      await opened.snapshots.transaction(async (tx) => {
        kept = tx;
      });
      expect(() => kept?.set(at('a'), {})).toThrow(Rejected);
      await expect(kept?.get(at('a'))).rejects.toMatchObject({ code: code.badRequest });
      expect(await opened.snapshots.get(at('a'))).toBeUndefined();
    });
  });
}

/** Resolves for everybody when `count` have come; whoever comes later does not wait. */
function meeting(count: number): () => Promise<void> {
  const { opened, open } = gate();
  let come = 0;
  return () => {
    if (++come >= count) open();
    return opened;
  };
}
