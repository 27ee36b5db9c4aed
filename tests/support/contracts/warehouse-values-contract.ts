/** Which values every warehouse keeps. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Warehouse } from '../../../functions/ports/warehouse.ts';
import {
  batch,
  dayOf,
  history,
  listColumn,
  numberColumn,
  readAll,
  rowsFor,
  textColumn,
  type WarehouseScope,
} from './warehouse-things.ts';

export function describeWarehouseValues(scope: WarehouseScope): void {
  const { fresh, job } = scope;
  let warehouse: Warehouse;
  beforeAll(() => {
    warehouse = scope.warehouse();
  });

  describe('values', () => {
    it('keep every value of every type', async () => {
      const table = fresh('values');
      await warehouse.createTable(table, history);
      const nan = Number.NaN;
      const biggest = Number.MAX_SAFE_INTEGER;
      await warehouse.load({
        id: job(),
        table,
        batches: [
          batch(3, {
            date: numberColumn(19_000, 19_000, 19_000),
            account_id: textColumn('c', 'a', 'b'),
            score: textColumn('health', 'health', 'health'),
            points: numberColumn(-1, nan, biggest),
            share: numberColumn(0.1, Number.POSITIVE_INFINITY, nan),
            amount: numberColumn(12.345678901, nan, -0.5),
            late: numberColumn(1, 0, nan),
            day: textColumn('1969-12-31', null, '2024-02-29'),
            parts: listColumn([1, -2, 3], [], [-biggest]),
            inputs: listColumn([], [0.5, nan], [1]),
            hash: {
              as: 'bigint',
              values: BigInt64Array.from([-(2n ** 63n), 2n ** 63n - 1n, 9007199254740993n]),
            },
          }),
        ],
      });
      const read = await readAll(warehouse, {
        table,
        columns: [
          { name: 'account_id', as: 'string' },
          { name: 'points', as: 'number' },
          { name: 'share', as: 'number' },
          { name: 'amount', as: 'number' },
          { name: 'late', as: 'number' },
          { name: 'day', as: 'number' },
          { name: 'parts', as: 'numbers' },
          { name: 'inputs', as: 'numbers' },
          { name: 'hash', as: 'bigint' },
        ],
      });
      expect(read).toEqual({
        account_id: ['a', 'b', 'c'],
        points: [nan, biggest, -1],
        share: [Number.POSITIVE_INFINITY, nan, 0.1],
        amount: [nan, -0.5, 12.345678901],
        late: [0, nan, 1],
        day: [nan, dayOf('2024-02-29'), -1],
        parts: [[], [-biggest], [1, -2, 3]],
        inputs: [[0.5, nan], [1], []],
        hash: [2n ** 63n - 1n, 9007199254740993n, -(2n ** 63n)],
      });
      expect(await readAll(warehouse, { table, columns: [{ name: 'day', as: 'string' }] })).toEqual(
        { day: [null, '2024-02-29', '1969-12-31'] },
      );
    });

    it('give codes of listed texts, 0 for NULL and 65535 for others', async () => {
      const table = fresh('codes');
      await warehouse.createTable(table, { columns: [{ name: 'account_id', type: 'STRING' }] });
      await warehouse.load({
        id: job(),
        table,
        batches: [batch(4, { account_id: textColumn("o'k", 'z', null, 'low') })],
      });
      const many = ['low', "o'k", ...Array.from({ length: 50 }, (_, i) => `text ${i}`)];
      for (const codes of [many.slice(0, 2), many]) {
        const { account_id: found } = await readAll(warehouse, {
          table,
          columns: [{ name: 'account_id', as: 'code', codes }],
        });
        expect([...(found as number[])].sort((a, b) => a - b)).toEqual([0, 1, 2, 65_535]);
      }
    });

    it('keep texts of every length and script, however often they repeat', async () => {
      const table = fresh('texts');
      await warehouse.createTable(table, {
        columns: [
          { name: 'account_id', type: 'STRING' },
          { name: 'reason', type: 'STRING' },
        ],
      });
      const long = 'a text that has no room in its slot';
      const some = ['', 'short', 'short', 'twelve bytes', 'thirteen byte', 'é', '健康'.repeat(250)];
      const texts = [
        ...some,
        null,
        long,
        'between',
        long,
        null,
        long,
        '😀',
        'null\u0000inside',
        '',
      ];
      const many = Array.from({ length: 3000 }, (_, i) => texts[i % texts.length] ?? null);
      const ids = many.map((_, i) => String(i).padStart(6, '0'));
      await warehouse.load({
        id: job(),
        table,
        batches: [batch(3000, { account_id: textColumn(...ids), reason: textColumn(...many) })],
      });
      const read = await readAll(warehouse, {
        table,
        columns: [
          { name: 'account_id', as: 'string' },
          { name: 'reason', as: 'string' },
        ],
      });
      expect(read).toEqual({ account_id: ids, reason: many });
    });

    it('leave out columns as NULL and as empty lists', async () => {
      const table = fresh('sparse');
      await warehouse.createTable(table, history);
      await warehouse.load({ id: job(), table, batches: [rowsFor('2024-01-01', ['a'], 4)] });
      expect(
        await readAll(warehouse, {
          table,
          columns: [
            { name: 'points', as: 'number' },
            { name: 'share', as: 'number' },
            { name: 'hash', as: 'bigint' },
            { name: 'inputs', as: 'numbers' },
          ],
        }),
      ).toEqual({ points: [4], share: [Number.NaN], hash: [0n], inputs: [[]] });
    });
  });
}
