/** What every adapter of the Snapshots port answers to queries. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { code } from '../../functions/errors.ts';
import type { Query, Snapshots } from '../../functions/ports/snapshots.ts';
import { ref } from '../../functions/records/collection.ts';
import { type OpenedSnapshots, type Thing, things } from './snapshots-things.ts';

export function describeSnapshotQueries(
  adapter: string,
  open: () => Promise<OpenedSnapshots>,
): void {
  describe(`${adapter} answers queries`, () => {
    let opened: OpenedSnapshots;
    let snapshots: Snapshots;

    beforeEach(async () => {
      opened = await open();
      snapshots = opened.snapshots;
    });
    afterEach(async () => {
      await opened.close();
    });

    const at = (id: string) => ref(things, id);
    const fill = async (documents: Record<string, Thing>): Promise<void> => {
      for (const [id, data] of Object.entries(documents)) await snapshots.set(at(id), data);
    };
    const idsOf = async (query: Partial<Query<Thing>>): Promise<string[]> =>
      (await snapshots.query({ collection: things, limit: 100, ...query })).map(({ id }) => id);

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
}
