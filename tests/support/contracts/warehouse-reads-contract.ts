/** How every warehouse reads tables: in order, in ranges, several at once. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Rejected } from '../../../functions/errors.ts';
import type { ReadRequest, Warehouse } from '../../../functions/ports/warehouse.ts';
import { history, listColumn, readAll, rowsFor, type WarehouseScope } from './warehouse-things.ts';

export function describeWarehouseReads(scope: WarehouseScope): void {
  const { fresh, job } = scope;
  let warehouse: Warehouse;
  beforeAll(() => {
    warehouse = scope.warehouse();
  });

  describe('reads', () => {
    it('order rows by account and score in binary order, over many batches', async () => {
      const table = fresh('ordered');
      await warehouse.createTable(table, history);
      const ids = Array.from({ length: 5000 }, (_, i) => `id-${(i * 7919) % 5000}`);
      const batches = [
        ids.slice(0, 4500),
        ids.slice(4500),
        ['Z', 'a', 'é', '😀', '￿', '00001'],
      ].map((accounts) => {
        const one = rowsFor('2024-01-01', accounts);
        const points = Float64Array.from(accounts, (id) => id.length);
        const inputs = listColumn(...accounts.map((id, i) => (i % 3 ? [id.length, i] : [])));
        one.columns.set('points', { as: 'number', values: points });
        one.columns.set('inputs', inputs);
        return one;
      });
      await warehouse.load({ id: job(), table, batches });
      const read = await readAll(warehouse, {
        table,
        columns: [
          { name: 'account_id', as: 'string' },
          { name: 'points', as: 'number' },
          { name: 'inputs', as: 'numbers' },
        ],
      });
      const expected = [...ids, 'Z', 'a', 'é', '😀', '￿', '00001'].sort((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      expect(read.account_id).toEqual(expected);
      expect(read.points).toEqual(expected.map((id) => id.length));
      (read.inputs as number[][]).forEach((list, i) => {
        if (list.length > 0) expect(list[0]).toBe(expected[i]?.length);
      });
    });

    it('find every range of a materialised table, however its rows fall', async () => {
      const table = fresh('wide');
      const ids = Array.from({ length: 6000 }, (_, i) => `account-${String(i).padStart(5, '0')}`);
      const unsorted = fresh('unsorted');
      await warehouse.createTable(unsorted, history);
      const shuffled = ids.map((_, i) => ids[(i * 7919) % ids.length] ?? '');
      const all = rowsFor('2024-01-01', shuffled);
      await warehouse.load({ id: job(), table: unsorted, batches: [all] });
      const sql = `SELECT account_id, points FROM ${unsorted}`;
      await warehouse.materialize({ id: job(), sql, table, cluster: ['account_id'] });
      const rangeOf = async (from: string, before?: string) => {
        const accounts = { from, ...(before !== undefined && { before }) };
        const columns = [{ name: 'account_id', as: 'string' }] as const;
        return (await readAll(warehouse, { table, columns, accounts })).account_id;
      };
      const marks = [0, 1, 2047, 2048, 2049, 4095, 4096, 5000, 5999];
      for (const [i, from] of marks.entries()) {
        for (const before of marks.slice(i)) {
          const found = await rangeOf(ids[from] ?? '', ids[before]);
          expect(found).toEqual(ids.slice(from, before));
        }
        expect(await rangeOf(ids[from] ?? '')).toEqual(ids.slice(from));
      }
      expect(await rangeOf('account-01000x', 'account-01002x')).toEqual(ids.slice(1001, 1003));
      expect(await rangeOf('b')).toEqual([]);
      expect(await rangeOf('', 'account-')).toEqual([]);
    });

    it('restrict to a range of ids and to a date', async () => {
      const table = fresh('ranges');
      await warehouse.createTable(table, history);
      await warehouse.load({
        id: job(),
        table,
        batches: [rowsFor('2024-01-01', ['a', 'b', 'c', "d'"]), rowsFor('2024-01-02', ['b', 'e'])],
      });
      const columns = [{ name: 'account_id', as: 'string' }] as const;
      const read = async (rest: Partial<ReadRequest>): Promise<unknown[] | undefined> =>
        (await readAll(warehouse, { table, columns, ...rest })).account_id;
      expect(await read({ accounts: { from: 'b', before: "d'" }, date: '2024-01-01' })).toEqual([
        'b',
        'c',
      ]);
      expect(await read({ accounts: { from: "d'" } })).toEqual(["d'", 'e']);
      expect(await read({ accounts: { from: '' }, date: '2024-01-02' })).toEqual(['b', 'e']);
      expect(await read({ date: '2030-01-01' })).toEqual([]);
    });

    it('keep ids of every kind apart', async () => {
      const table = fresh('hostile');
      await warehouse.createTable(table, history);
      const ids = [
        '😀',
        '😀😀',
        '健康',
        "o'hara",
        'a"b',
        'back\\slash\\',
        'line\nbreak\r\n',
        'tab\t',
        'null\u0000',
        '\u2028',
        '{{projectId}}',
        '@from',
        '%s $1 \\1',
        '{"v":"x"}',
        ' ',
        'x'.repeat(1500),
      ];
      await warehouse.load({ id: job(), table, batches: [rowsFor('2024-01-01', ids)] });
      for (const id of ids) {
        const read = await readAll(warehouse, {
          table,
          columns: [{ name: 'account_id', as: 'string' }],
          accounts: { from: id, before: `${id}\u0000` },
        });
        expect(read.account_id).toEqual([id]);
        const found = await warehouse.query(
          `SELECT account_id FROM ${table} WHERE account_id = @id`,
          { id },
        );
        expect(found).toEqual([{ account_id: id }]);
      }
    });

    it('may be left early, and stand beside each other', async () => {
      const table = fresh('early');
      await warehouse.createTable(table, history);
      const ids = Array.from({ length: 5000 }, (_, i) => `${i}`);
      await warehouse.load({ id: job(), table, batches: [rowsFor('2024-01-01', ids)] });
      const request: ReadRequest = { table, columns: [{ name: 'account_id', as: 'string' }] };
      for await (const { rows } of warehouse.read(request)) {
        expect(rows).toBeGreaterThan(0);
        break;
      }
      const both = await Promise.all([readAll(warehouse, request), readAll(warehouse, request)]);
      expect(both.map((read) => read.account_id?.length)).toEqual([5000, 5000]);
    });

    it.each([
      ['an unknown table', { table: 'no_such_table', columns: [] }],
      ['an unknown column', { columns: [{ name: 'nothing', as: 'number' }] }],
      ['a text as a number', { columns: [{ name: 'account_id', as: 'number' }] }],
      ['a list as a text', { columns: [{ name: 'inputs', as: 'string' }] }],
    ])('reject %s', async (_, request) => {
      const table = fresh('rejected');
      await warehouse.createTable(table, history);
      await expect(
        readAll(warehouse, { table, ...request } as unknown as ReadRequest),
      ).rejects.toBeInstanceOf(Rejected);
    });
  });
}
