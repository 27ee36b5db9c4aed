/** What every adapter of the Snapshots port answers to queries. */
import { describe, expect, test } from 'vitest';
import { code, Rejected } from '../../../functions/errors.ts';
import type { Query } from '../../../functions/ports/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { documentId, subcollection } from '../../../functions/records/document-id.ts';
import { accounts, crmAccounts, rules } from '../../../functions/records/documents.ts';
import { yearsOf } from '../../../functions/records/years.ts';
import {
  at,
  awkwardIds,
  fill,
  type OpenedSnapshots,
  openedForEach,
  type Thing,
  things,
} from './snapshots-things.ts';

export function describeSnapshotQueries(
  adapter: string,
  open: () => Promise<OpenedSnapshots>,
): void {
  describe(`${adapter} answers queries`, () => {
    const opened = openedForEach(open);
    const idsOf = async (query: Partial<Query<Thing>>): Promise<string[]> =>
      (await opened.snapshots.query({ collection: things, limit: 100, ...query })).map(
        ({ id }) => id,
      );

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
      ['at most, by that field', [{ field: 'n', op: '<=', value: 10 }], ['a', 'c', 'b']],
      ['more', [{ field: 'n', op: '>', value: 2 }], ['b']],
      ['at least, by that field', [{ field: 'n', op: '>=', value: 2 }], ['a', 'c', 'b']],
      ['a range of negative numbers', [{ field: 'n', op: '<', value: -0.5 }], []],
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
      await fill(opened.snapshots, documents);
      expect(await idsOf({ where })).toEqual(expected);
      expect(await opened.snapshots.count({ collection: things, where })).toBe(expected.length);
    });

    test('no more are counted than asked for', async () => {
      await fill(opened.snapshots, documents);
      const counted = (most: number) => opened.snapshots.count({ collection: things, most });
      expect([await counted(4), await counted(5), await counted(6)]).toEqual([4, 5, 5]);
    });

    test('a list that holds a value is found, whole elements of its own type only', async () => {
      await fill(opened.snapshots, {
        a: { list: ['red', 'green'], name: 'x' },
        b: { list: ['red'], name: 'y' },
        c: { list: ['reddish', 1], name: 'x' },
        d: { list: [], name: 'x' },
        e: { name: 'red' },
      });
      const holding = (value: string | number, name?: string) =>
        idsOf({
          where: [
            { field: 'list', op: 'array-contains', value },
            ...(name ? [{ field: 'name', op: '==', value: name } as const] : []),
          ],
        });
      expect(await holding('red')).toEqual(['a', 'b']);
      expect(await holding('red', 'x')).toEqual(['a']);
      expect(await holding(1)).toEqual(['c']);
      expect(await holding('1')).toEqual([]);
      // What changes later is found as it is then.
      await opened.snapshots.set(at('a'), { list: ['blue'], name: 'x' });
      await opened.snapshots.delete(at('b'));
      await opened.snapshots.create(at('f'), { list: ['red', 'red'] });
      expect(await holding('red')).toEqual(['f']);
      expect(await holding('blue')).toEqual(['a']);
      const where = [{ field: 'list', op: 'array-contains', value: 'red' }] as const;
      expect(await opened.snapshots.count({ collection: things, where })).toBe(1);
      expect(await idsOf({ where, startAfter: { id: 'f' } })).toEqual([]);
    });

    test('order by a field leaves out documents without it', async () => {
      await fill(opened.snapshots, documents);
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
      await fill(opened.snapshots, documents);
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
        await fill(opened.snapshots, documents);
        for (const field of ['n', 'any', 'name'] as const) {
          const orderBy = { field, direction };
          const whole = await idsOf({ orderBy });
          for (const limit of [1, 2, 3]) {
            const seen: string[] = [];
            let startAfter: Query<Thing>['startAfter'];
            for (;;) {
              const page = await opened.snapshots.query({
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
      await fill(opened.snapshots, documents);
      expect(await idsOf({ limit: 2 })).toEqual(['a', 'b']);
      expect(await idsOf({ limit: 2, startAfter: { id: 'b' } })).toEqual(['c', 'd']);
      expect(await idsOf({ startAfter: { id: 'e' } })).toEqual([]);
    });

    test('a cursor need not exist any more', async () => {
      await fill(opened.snapshots, documents);
      await opened.snapshots.delete(at('a'));
      const orderBy = { field: 'n', direction: 'asc' } as const;
      expect(await idsOf({ orderBy, startAfter: { value: 2, id: 'a' } })).toEqual(['c', 'b']);
    });

    test('ids are ordered as their names are, byte by byte, and pages of them add up', async () => {
      for (const [n, id] of awkwardIds.entries()) {
        await opened.snapshots.set(at(id), { n, name: 'same' });
      }
      const byName = (a: string, b: string) =>
        Buffer.compare(Buffer.from(documentId(a)), Buffer.from(documentId(b)));
      const ascending = awkwardIds.toSorted(byName);
      expect(await idsOf({})).toEqual(ascending);
      for (const direction of ['asc', 'desc'] as const) {
        const orderBy = { field: 'name', direction };
        const seen: string[] = [];
        for (let last: string | undefined; seen.length < awkwardIds.length; last = seen.at(-1)) {
          const startAfter = last === undefined ? undefined : { value: 'same', id: last };
          const page = await idsOf({ orderBy, limit: 7, startAfter });
          if (page.length === 0) break;
          seen.push(...page);
        }
        expect(seen).toEqual(direction === 'asc' ? ascending : ascending.toReversed());
      }
    });

    test('text is ordered by its bytes in UTF-8, numbers by their value', async () => {
      const texts = ['', 'A', 'a', 'a\u0000', 'a ', 'aa', 'é', '健', '～', '🙂'];
      const numbers = [-1e300, -2, -1.5, 0, 5e-324, 0.1, 1, 2 ** 53, 1e300];
      for (const [i, any] of [...texts, ...numbers].toReversed().entries()) {
        await opened.snapshots.set(at(String(i)), { any });
      }
      const all = await opened.snapshots.query({
        collection: things,
        orderBy: { field: 'any', direction: 'asc' },
        limit: 100,
      });
      expect(all.map(({ data }) => data.any)).toEqual([...numbers, ...texts]);
    });

    test('a range without an order goes on after the value and the id', async () => {
      await fill(opened.snapshots, documents);
      const where = [{ field: 'n', op: '>=', value: 2 }] as const;
      expect(await idsOf({ where, startAfter: { value: 2, id: 'a' } })).toEqual(['c', 'b']);
    });

    test('a collection’s documents are not those under them', async () => {
      await fill(opened.snapshots, documents);
      const parts = subcollection(things, 'a', 'things', things.schema);
      await opened.snapshots.set(ref(parts, 'under'), { n: 2 });
      expect(await idsOf({ where: [{ field: 'n', op: '==', value: 2 }] })).toEqual(['a', 'c']);
      expect(await idsOf({ collection: parts })).toEqual(['under']);
    });

    test('filters, order and cursor together', async () => {
      await fill(opened.snapshots, documents);
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
      ['a limit that is no number', { limit: Number.NaN }],
      [
        'two lists at once',
        {
          where: [
            { field: 'list', op: 'array-contains', value: 'a' },
            { field: 'list', op: 'array-contains', value: 'b' },
          ],
        },
      ],
      ['an empty list', { where: [{ field: 'n', op: 'in', value: [] }] }],
      [
        'more than 30 alternatives',
        { where: [{ field: 'n', op: 'in', value: Array.from({ length: 31 }, (_, i) => i) }] },
      ],
      [
        'lists that make more than 30 alternatives',
        {
          where: [
            { field: 'n', op: 'in', value: [1, 2, 3, 4, 5, 6] },
            { field: 'any', op: 'in', value: [1, 2, 3, 4, 5, 6] },
          ],
        },
      ],
      [
        'a range of another field than the order’s',
        {
          where: [{ field: 'n', op: '>', value: 1 }],
          orderBy: { field: 'any', direction: 'asc' },
        },
      ],
      [
        'ranges of two fields',
        {
          where: [
            { field: 'n', op: '>', value: 1 },
            { field: 'any', op: '<', value: 1 },
          ],
        },
      ],
      ['a comparison with NaN', { where: [{ field: 'n', op: '>', value: Number.NaN }] }],
      ['an alternative that is infinite', { where: [{ field: 'n', op: 'in', value: [1 / 0] }] }],
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

    test.each<[string, Partial<Query<Thing>>, string]>([
      [
        'a filter and an order',
        {
          where: [{ field: 'name', op: '==', value: 'x' }],
          orderBy: { field: 'any', direction: 'asc' },
        },
        'name, any asc',
      ],
      [
        'the order’s other direction',
        {
          where: [{ field: 'name', op: 'in', value: ['x', 'y'] }],
          orderBy: { field: 'n', direction: 'desc' },
        },
        'name, n desc',
      ],
      [
        'one of two filters',
        {
          where: [
            { field: 'name', op: '==', value: 'x' },
            { field: 'flag', op: '==', value: true },
            { field: 'n', op: '<', value: 3 },
          ],
        },
        'flag, n asc',
      ],
    ])('without an index it is refused: %s', async (_, query, index) => {
      const refused = {
        name: Rejected.name,
        code: code.badRequest,
        message: expect.stringContaining(index),
      };
      await expect(idsOf(query)).rejects.toMatchObject(refused);
      if (query.orderBy === undefined) {
        await expect(
          opened.snapshots.count({ collection: things, ...query }),
        ).rejects.toMatchObject(refused);
      }
    });

    test.each<[string, Omit<Query<unknown>, 'limit'>]>([
      [
        'a filter on a long text',
        { collection: accounts, where: [{ field: 'details', op: '==', value: 'x' }] },
      ],
      [
        'an order by the instant of each write',
        { collection: crmAccounts, orderBy: { field: 'at', direction: 'asc' } },
      ],
      [
        'a name inside such a field',
        { collection: rules, where: [{ field: 'files.x', op: '==', value: 'x' }] },
      ],
      [
        'a range of the expiry',
        { collection: yearsOf('a'), where: [{ field: 'expires_at', op: '<', value: 'x' }] },
      ],
    ])('a field without any index is refused: %s', async (_, query) => {
      const refused = {
        name: Rejected.name,
        code: code.badRequest,
        message: expect.stringContaining('is not indexed'),
      };
      await expect(opened.snapshots.query({ ...query, limit: 1 })).rejects.toMatchObject(refused);
      await expect(opened.snapshots.count(query)).rejects.toMatchObject(refused);
    });

    test('with an index it is answered', async () => {
      await fill(opened.snapshots, documents);
      const where = [{ field: 'name', op: 'in', value: ['x', 'y', 'é'] }] as const;
      expect(await idsOf({ where, orderBy: { field: 'n', direction: 'asc' } })).toEqual([
        'd',
        'a',
        'c',
        'b',
      ]);
    });
  });
}
