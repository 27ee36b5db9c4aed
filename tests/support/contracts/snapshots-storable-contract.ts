/** What every adapter of the Snapshots port takes as a document, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code, Rejected } from '../../../functions/errors.ts';
import { type Collection, ref } from '../../../functions/records/collection.ts';
import { subcollection } from '../../../functions/records/document-id.ts';
import { at, type OpenedSnapshots, openedForEach, things } from './snapshots-things.ts';

const anything: Collection<unknown> = { path: 'things', schema: z.unknown() };
const expiring = subcollection(
  things,
  'a/b',
  'parts',
  z.strictObject({ n: z.number(), until: z.string() }),
  'until',
);

/** `{ m: { m: ... 1 } }`, that many objects deep. */
const nested = (levels: number): object => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { m: value };
  return value as object;
};

export function describeStorable(adapter: string, open: () => Promise<OpenedSnapshots>): void {
  describe(`${adapter} takes documents`, () => {
    const opened = openedForEach(open);

    test.each<[string, object]>([
      ['nothing at all', {}],
      ['empty values', { text: '', list: [], map: {}, none: null }],
      ['numbers', { a: 0, b: -1, c: 0.1, d: 2 ** 53, e: -(2 ** 60), f: 1e300, g: 5e-324 }],
      [
        'field names as users have them',
        { 'a.b': { 'c/d': 1 }, 'x`y"z\\': 2, 顧客: 3, _: 4, __: 5 },
      ],
      ['control characters and astral planes', { a: '\u0000\u0001\n\u2028', '\u0000': '🙂\uffff' }],
      ['lists of maps of lists', { a: [{ b: [1, [].length] }, { b: [] }], c: [null, 'x', true] }],
      ['what looks like a special value', { a: { _seconds: 1, _nanoseconds: 2 }, b: '__max__' }],
      ['20 levels', nested(20)],
      ['text of the longest kind', { text: 'x'.repeat(1_048_400) }],
      ['text of many bytes', { text: '健'.repeat(349_000) }],
    ])('and gives them back: %s', async (_, data) => {
      const one = ref(anything, 'one');
      await opened.snapshots.set(one, data);
      expect((await opened.snapshots.get(one))?.data).toEqual(data);
      const [found] = await opened.other.query({ collection: anything, limit: 1 });
      expect(found?.data).toEqual(data);
    });

    test('up to 1 MiB, names and all, and not a byte more', async () => {
      // 7 + 4 + 48 for names, 5 + 1 and 5 + 1 for two texts (see `documentBytes`).
      const room = 1_048_576 - 7 - 4 - 48 - 12;
      const halves = (bytes: number) => ({
        left: 'x'.repeat(500_000),
        most: 'y'.repeat(bytes - 500_000),
      });
      await opened.snapshots.set(ref(anything, 'one'), halves(room));
      const tooMuch = opened.snapshots.set(ref(anything, 'two'), halves(room + 1));
      await expect(tooMuch).rejects.toMatchObject({
        name: Rejected.name,
        code: code.invalidData,
        message: expect.stringContaining('1048577 bytes'),
      });
      expect(await opened.snapshots.count({ collection: anything })).toBe(1);
    });

    test.each<[string, unknown, string]>([
      ['undefined', { n: undefined }, 'n is undefined'],
      ['NaN', { n: Number.NaN }, 'n is NaN'],
      ['infinity', { n: Number.POSITIVE_INFINITY }, 'n is Infinity'],
      ['a date', { n: new Date(0) }, 'n is a Date'],
      ['a big integer', { n: 1n }, 'n is 1'],
      ['a list in a list', { n: [1, [2]] }, 'n[1] is a list in a list'],
      ['a hole in a list', { n: new Array(1) }, 'n[0] is undefined'],
      ['half a surrogate pair', { n: 'x\ud83d' }, 'n holds half a surrogate pair'],
      ['such a field name', { n: { '\ud83d': 1 } }, 'is no field'],
      ['an empty field name', { n: { '': 1 } }, '"n." is no field'],
      ['a reserved field name', { __n__: 1 }, '"__n__" is no field'],
      ['a field name of ours', { '~id': 'x' }, '"~id" is no field'],
      ['a field name that is too long', { ['n'.repeat(1_501)]: 1 }, 'is no field'],
      ['21 levels', nested(21), 'more than 20 levels'],
      ['a text that is too long', { n: 'x'.repeat(1_048_488) }, 'n has 1048488 bytes'],
      ['a list as the document', [1], 'the document is a list'],
      ['text as the document', 'x', 'the document is "x"'],
      ['null as the document', null, 'the document is null'],
    ])('but not %s', async (_, data, sentence) => {
      const one = ref(anything, 'one');
      const wanted = {
        name: Rejected.name,
        code: code.invalidData,
        message: expect.stringMatching(/things\/one/),
      };
      await expect(opened.snapshots.set(one, data)).rejects.toMatchObject(wanted);
      await expect(opened.snapshots.create(one, data)).rejects.toThrow(sentence);
      expect(await opened.snapshots.get(at('one'))).toBeUndefined();
    });

    test('with an expiry, which reads as it was written', async () => {
      const part = ref(expiring, 'one');
      const data = { n: 1, until: '2026-04-01T00:00:00.123Z' };
      await opened.snapshots.create(part, data);
      expect((await opened.snapshots.get(part))?.data).toEqual(data);
      const ifVersion = (await opened.snapshots.get(part))?.version;
      await opened.snapshots.set(part, { ...data, n: 2 }, { ifVersion });
      await opened.snapshots.transaction(async (tx) => {
        const read = (await tx.get(part))?.data;
        tx.set(part, { n: (read?.n ?? 0) + 1, until: read?.until ?? '' });
      });
      const all = await opened.other.query({ collection: expiring, limit: 9 });
      expect(all.map((stored) => stored.data)).toEqual([{ ...data, n: 3 }]);
    });

    test.each(['', 'soon', '2026-04-01', '2026-04-01T00:00:00Z', '2026-04-01T09:00:00.000+09:00'])(
      'but not with an expiry that would read otherwise: %j',
      async (until) => {
        const writing = opened.snapshots.create(ref(expiring, 'one'), { n: 1, until });
        await expect(writing).rejects.toMatchObject({
          code: code.invalidData,
          message: expect.stringContaining('until is'),
        });
      },
    );

    test('under ids of any length', async () => {
      for (const id of ['x'.repeat(1_000), 'x'.repeat(1_001), '健'.repeat(5_000)]) {
        await opened.snapshots.set(at(id), { n: id.length });
        const found = await opened.snapshots.query({
          collection: things,
          where: [{ field: 'n', op: '==', value: id.length }],
          limit: 2,
        });
        expect(found).toEqual([await opened.snapshots.get(at(id))]);
        expect(found[0]).toMatchObject({ id, data: { n: id.length } });
      }
    });
  });
}
