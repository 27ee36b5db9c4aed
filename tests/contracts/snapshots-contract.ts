/** What every adapter of the Snapshots port does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code, Rejected, Retryable } from '../../functions/errors.ts';
import type { Query, Snapshots } from '../../functions/ports/snapshots.ts';
import { type Collection, ref } from '../../functions/records/collection.ts';
import { subcollection } from '../../functions/records/document-id.ts';

const thing = z.strictObject({
  n: z.number().nullable().optional(),
  name: z.string().optional(),
  flag: z.boolean().optional(),
  nested: z.strictObject({ band: z.string().nullable() }).optional(),
  list: z.array(z.union([z.string(), z.number()])).optional(),
  any: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
});
type Thing = z.infer<typeof thing>;

export interface OpenedSnapshots {
  snapshots: Snapshots;
  /** Another handle on the same documents, as another process has one. */
  other: Snapshots;
  close(): Promise<void>;
}

/** Ids that users have. */
export const awkwardIds = [
  'a',
  'a/b',
  'a.b',
  '.',
  '..',
  '__x__',
  '__',
  '~tilde',
  '%41',
  'A',
  'ünïcödé',
  '顧客１',
  '🙂',
  'spaces and\ttabs\nand lines',
  'quote \' and " and \\',
  'x'.repeat(1_500),
  '/'.repeat(1_500),
  '🙂'.repeat(375),
  `${'x'.repeat(1_499)}y`,
];

export function describeSnapshots(adapter: string, open: () => Promise<OpenedSnapshots>): void {
  describe(`${adapter} keeps documents`, () => {
    let opened: OpenedSnapshots;
    let snapshots: Snapshots;
    const things: Collection<Thing> = { path: 'things', schema: thing };
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
    const idsOf = async (query: Partial<Query<Thing>>): Promise<string[]> =>
      (await snapshots.query({ collection: things, limit: 100, ...query })).map(({ id }) => id);

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
        expect(await idsOf({})).toEqual(['a', 'c']);
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

    describe('answers queries', () => {
      const documents: Record<string, Thing> = {
        a: { n: 2, name: 'x', flag: true, nested: { band: 'red' }, any: 1 },
        b: { n: 10, name: 'y', flag: false, nested: { band: 'green' }, any: true },
        c: { n: 2, name: 'é', nested: { band: null }, any: '1' },
        d: { n: null, name: 'x', any: null },
        e: { name: 'z', any: false },
      };

      test.each<[string, Query<Thing>['where'], string[]]>([
        ['no filter', [], ['a', 'b', 'c', 'd', 'e']],
        ['equal number', [{ field: 'n', op: '==', value: 2 }], ['a', 'c']],
        ['equal text', [{ field: 'name', op: '==', value: 'x' }], ['a', 'd']],
        ['equal null, not missing', [{ field: 'n', op: '==', value: null }], ['d']],
        ['true, not 1', [{ field: 'any', op: '==', value: true }], ['b']],
        ['1, neither true nor text', [{ field: 'any', op: '==', value: 1 }], ['a']],
        ['false', [{ field: 'flag', op: '==', value: false }], ['b']],
        ['a nested field', [{ field: 'nested.band', op: '==', value: 'red' }], ['a']],
        ['less', [{ field: 'n', op: '<', value: 10 }], ['a', 'c']],
        ['at most', [{ field: 'n', op: '<=', value: 10 }], ['a', 'b', 'c']],
        ['more', [{ field: 'n', op: '>', value: 2 }], ['b']],
        ['at least', [{ field: 'n', op: '>=', value: 2 }], ['a', 'b', 'c']],
        ['text by bytes', [{ field: 'name', op: '>', value: 'z' }], ['c']],
        ['only text after text', [{ field: 'any', op: '>=', value: '' }], ['c']],
        ['one of', [{ field: 'name', op: 'in', value: ['y', 'z', 'none'] }], ['b', 'e']],
        ['one of mixed types', [{ field: 'any', op: 'in', value: [1, '1'] }], ['a', 'c']],
        ['none', [{ field: 'nope', op: '==', value: 1 }], []],
        [
          'all of several',
          [
            { field: 'name', op: '==', value: 'x' },
            { field: 'n', op: '>=', value: 0 },
          ],
          ['a'],
        ],
      ])('filter: %s', async (_, where, expected) => {
        await fill(documents);
        expect(await idsOf({ where })).toEqual(expected);
        expect(await snapshots.count({ collection: things, where })).toBe(expected.length);
      });

      test('order by a field leaves out documents without it', async () => {
        await fill(documents);
        expect(await idsOf({ orderBy: { field: 'n', direction: 'asc' } })).toEqual([
          'd',
          'a',
          'c',
          'b',
        ]);
        expect(await idsOf({ orderBy: { field: 'n', direction: 'desc' } })).toEqual([
          'b',
          'c',
          'a',
          'd',
        ]);
      });

      test('order across types: null, booleans, numbers, text', async () => {
        await fill(documents);
        expect(await idsOf({ orderBy: { field: 'any', direction: 'asc' } })).toEqual([
          'd',
          'e',
          'b',
          'a',
          'c',
        ]);
      });

      test.each(['asc', 'desc'] as const)(
        'pages %s add up, over ties and types',
        async (direction) => {
          await fill(documents);
          for (const field of ['n', 'any', 'name'] as const) {
            const orderBy = { field, direction };
            const whole = await idsOf({ orderBy });
            for (const limit of [1, 2, 3]) {
              const seen: string[] = [];
              let startAfter: Query<Thing>['startAfter'];
              for (;;) {
                const page = await snapshots.query({
                  collection: things,
                  orderBy,
                  limit,
                  startAfter,
                });
                const last = page.at(-1);
                if (last === undefined) break;
                expect(page.length).toBeLessThanOrEqual(limit);
                seen.push(...page.map(({ id }) => id));
                startAfter = { value: last.data[field], id: last.id };
              }
              expect(seen).toEqual(whole);
            }
          }
        },
      );

      test('pages without an order go by id', async () => {
        await fill(documents);
        expect(await idsOf({ limit: 2 })).toEqual(['a', 'b']);
        expect(await idsOf({ limit: 2, startAfter: { id: 'b' } })).toEqual(['c', 'd']);
        expect(await idsOf({ startAfter: { id: 'e' } })).toEqual([]);
      });

      test('a cursor need not exist any more', async () => {
        await fill(documents);
        await snapshots.delete(at('a'));
        const orderBy = { field: 'n', direction: 'asc' } as const;
        expect(await idsOf({ orderBy, startAfter: { value: 2, id: 'a' } })).toEqual(['c', 'b']);
      });

      test('filters, order and cursor together', async () => {
        await fill(documents);
        expect(
          await idsOf({
            where: [{ field: 'n', op: '>=', value: 2 }],
            orderBy: { field: 'n', direction: 'desc' },
            startAfter: { value: 10, id: 'b' },
          }),
        ).toEqual(['c', 'a']);
      });

      test.each<[string, Partial<Query<Thing>>]>([
        ['a limit of 0', { limit: 0 }],
        ['a broken limit', { limit: 1.5 }],
        ['an empty list', { where: [{ field: 'n', op: 'in', value: [] }] }],
        [
          'more than 30 alternatives',
          { where: [{ field: 'n', op: 'in', value: Array.from({ length: 31 }, (_, i) => i) }] },
        ],
        ['a list to compare with', { where: [{ field: 'n', op: '>', value: [1] }] }],
        ['an order by null', { where: [{ field: 'n', op: '>', value: null }] }],
        ['a field that is none', { where: [{ field: 'a".b', op: '==', value: 1 }] }],
        [
          'a cursor without its value',
          { orderBy: { field: 'n', direction: 'asc' }, startAfter: { id: 'a' } },
        ],
      ])('%s is refused', async (_, query) => {
        await expect(idsOf(query)).rejects.toMatchObject({ code: code.badRequest });
      });
    });
  });
}
