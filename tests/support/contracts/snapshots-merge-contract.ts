/** What every adapter of the Snapshots port does with fields that are set in a document nobody read. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { code } from '../../../functions/errors.ts';
import { type Collection, type Patch, ref } from '../../../functions/records/collection.ts';
import { subcollection } from '../../../functions/records/document-id.ts';
import { type OpenedSnapshots, openedForEach, things } from './snapshots-things.ts';

const year = z.strictObject({
  days: z.record(z.string(), z.string()).default({}),
  names: z.record(z.string(), z.strictObject({ n: z.number() })).default({}),
  list: z.array(z.string()).optional(),
  opening: z.string().nullable().optional(),
});
const years: Collection<z.infer<typeof year>> = { path: 'things', schema: year };
const one = ref(years, 'one');

export function describeSnapshotMerges(
  adapter: string,
  open: () => Promise<OpenedSnapshots>,
): void {
  describe(`${adapter} sets fields`, () => {
    const opened = openedForEach(open);
    const merge = (fields: Patch<z.infer<typeof year>>, to = one) =>
      opened.snapshots.transaction(async (tx) => tx.merge(to, fields));
    const found = async () => (await opened.other.get(one))?.data;

    test('of a document that is not there, which is made', async () => {
      await merge({ days: { '03-01': 'a' } });
      expect(await found()).toEqual({ days: { '03-01': 'a' }, names: {} });
    });

    test('and leaves the others, in maps too', async () => {
      const names = { x: { n: 1 } };
      await opened.snapshots.set(one, { days: { '03-01': 'a' }, names, opening: null });
      await merge({ days: { '03-02': 'b', '03-01': 'c' }, names: { y: { n: 2 } } });
      expect(await found()).toEqual({
        days: { '03-01': 'c', '03-02': 'b' },
        names: { x: { n: 1 }, y: { n: 2 } },
        opening: null,
      });
    });

    test('and removes those that are undefined, whether they were there or not', async () => {
      await opened.snapshots.set(one, { days: { '03-01': 'a', '03-02': 'b' }, names: {} });
      const gone = { days: { '03-01': undefined, '03-03': undefined }, opening: undefined };
      await merge(gone);
      expect(await found()).toEqual({ days: { '03-02': 'b' }, names: {} });
      await opened.snapshots.delete(one);
      await merge({ ...gone, list: ['x'] });
      expect(await found()).toEqual({ days: {}, names: {}, list: ['x'] });
    });

    test('and lists whole', async () => {
      await opened.snapshots.set(one, { days: {}, names: {}, list: ['a', 'b'] });
      await merge({ list: ['c'] });
      expect((await found())?.list).toEqual(['c']);
    });

    test.each([
      ['as users have them', { 'a.b': 'x', 'c/d': 'x', 'e`"\\f': 'x', 顧客: 'x', '0': 'x' }],
      ['and texts', { a: '', b: '健康 🙂 "quoted" \u0000\n', c: 'x'.repeat(10_000) }],
    ])('of names %s', async (_, days) => {
      await merge({ days });
      expect((await found())?.days).toEqual(days);
      await merge({ days: { more: 'y' } });
      expect((await found())?.days).toEqual({ ...days, more: 'y' });
    });

    test('without losing what another sets at the same time', async () => {
      const handles = [opened.snapshots, opened.other];
      const dates = Array.from({ length: 8 }, (_, day) => `03-0${day + 1}`);
      await Promise.all(
        dates.map((date, i) =>
          handles[i % 2]?.transaction(async (tx) => tx.merge(one, { days: { [date]: date } })),
        ),
      );
      expect(Object.keys((await found())?.days ?? {}).sort()).toEqual(dates);
    });

    test('again without another version, where they hold that already', async () => {
      await merge({ days: { '03-01': 'a' }, list: ['x'] });
      const before = await opened.snapshots.get(one);
      await merge({ days: { '03-01': 'a', '03-02': undefined } });
      expect(await opened.snapshots.get(one)).toEqual(before);
      await merge({ days: { '03-01': 'b' } });
      expect((await opened.snapshots.get(one))?.version).not.toBe(before?.version);
    });

    test('together with what else a transaction writes, or not at all', async () => {
      const two = ref(years, 'two');
      const failing = opened.snapshots.transaction(async (tx) => {
        tx.merge(one, { opening: 'x' });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await found()).toBeUndefined();
      await opened.snapshots.transaction(async (tx) => {
        tx.set(one, { days: { a: 'a' }, names: {} });
        tx.merge(one, { days: { b: 'b' } });
        tx.merge(two, { opening: 'y' });
        tx.delete(two);
      });
      expect((await found())?.days).toEqual({ a: 'a', b: 'b' });
      expect(await opened.snapshots.get(two)).toBeUndefined();
    });

    test('beside an id that its name would lose, and an end that it has', async () => {
      const long = ref(years, 'x'.repeat(2_000));
      await merge({ opening: 'x' }, long);
      expect(await opened.snapshots.get(long)).toMatchObject({
        id: long.id,
        data: { opening: 'x' },
      });
      const schema = z.strictObject({ until: z.string(), n: z.number().optional() });
      const ending = ref(subcollection(things, 'a', 'parts', schema, 'until'), 'one');
      const until = '2026-04-01T00:00:00.000Z';
      await opened.snapshots.transaction(async (tx) => tx.merge(ending, { until }));
      await opened.snapshots.transaction(async (tx) => tx.merge(ending, { n: 1 }));
      expect((await opened.snapshots.get(ending))?.data).toEqual({ until, n: 1 });
    });

    test.each<[string, object]>([
      ['null', { opening: null }],
      ['an empty map', { days: {} }],
      ['nothing', {}],
      ['what no document holds', { days: { a: Number.NaN } }],
    ])('and refuses %s', async (_, fields) => {
      await expect(merge(fields)).rejects.toMatchObject({ code: code.invalidData });
    });

    test('and reads nothing afterwards', async () => {
      const reading = opened.snapshots.transaction(async (tx) => {
        tx.merge(one, { opening: 'x' });
        await tx.get(one);
      });
      await expect(reading).rejects.toMatchObject({ code: code.badRequest });
    });
  });
}
