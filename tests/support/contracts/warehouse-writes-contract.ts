/** How every warehouse writes: jobs that have one effect, logs, whole partitions. */
import { beforeAll, describe, expect, it } from 'vitest';
import { code, hasCode, Rejected } from '../../../functions/errors.ts';
import type { Row, TableSchema, Warehouse } from '../../../functions/ports/warehouse.ts';
import type { Column } from '../../../functions/scorecard/engine/columns.ts';
import {
  history,
  listColumn,
  numberColumn,
  readAll,
  rowsFor,
  textColumn,
  type WarehouseScope,
} from './warehouse-things.ts';

export function describeWarehouseWrites(scope: WarehouseScope): void {
  const { count, fresh, job } = scope;
  let warehouse: Warehouse;
  beforeAll(() => {
    warehouse = scope.warehouse();
  });

  describe('load', () => {
    it('take several loads at once, and the same one once', async () => {
      const table = fresh('at_once');
      await warehouse.createTable(table, history);
      const same = job();
      const loads = await Promise.all(
        [same, job(), same, job(), same, job()].map((id, i) =>
          warehouse.load({
            id,
            table,
            batches: [rowsFor('2024-01-01', id === same ? ['same', 'a'] : [`other-${i}`])],
          }),
        ),
      );
      expect(loads.map(({ rows }) => rows)).toEqual([2, 1, 2, 1, 2, 1]);
      const columns = [{ name: 'account_id', as: 'string' }] as const;
      expect((await readAll(warehouse, { table, columns })).account_id).toEqual([
        'a',
        'other-1',
        'other-3',
        'other-5',
        'same',
      ]);
    });

    it('appends once, however often it is asked for', async () => {
      const table = fresh('once');
      await warehouse.createTable(table, history);
      const request = { id: job(), table, batches: [rowsFor('2024-01-01', ['a', 'b'])] };
      expect(await warehouse.load(request)).toEqual({ rows: 2 });
      expect(await warehouse.load(request)).toEqual({ rows: 2 });
      expect(await warehouse.load({ ...request, batches: [] })).toEqual({ rows: 2 });
      expect(await count(table)).toBe(2);
      await warehouse.load({ ...request, id: job() });
      expect(await count(table)).toBe(4);
    });

    it('gives the same effect to the same id asked for at the same time', async () => {
      const table = fresh('race');
      await warehouse.createTable(table, history);
      const request = { id: job(), table, batches: [rowsFor('2024-01-01', ['a', 'b'])] };
      await Promise.all([1, 2, 3].map(() => warehouse.load(request)));
      expect(await count(table)).toBe(2);
    });

    it('takes no rows at all', async () => {
      const table = fresh('none');
      await warehouse.createTable(table, history);
      expect(await warehouse.load({ id: job(), table, batches: [] })).toEqual({ rows: 0 });
    });

    it.each([
      ['a fraction in an INT64 column', { points: numberColumn(1.5) }],
      ['infinity in an INT64 column', { points: numberColumn(Number.POSITIVE_INFINITY) }],
      ['no value in a required column', { score: textColumn(null) }],
      ['a text in a number column', { points: textColumn('a') }],
      ['a day that does not exist', { day: textColumn('yesterday') }],
      ['no value in a list of INT64', { parts: listColumn([1, Number.NaN]) }],
      ['an unknown column', { nothing: numberColumn(1) }],
      ['a column that is too short', { points: numberColumn() }],
      ['codes', { score: { as: 'code', values: new Uint16Array(1) } as Column }],
    ])('rejects %s and appends nothing of it', async (_, wrong) => {
      const table = fresh('half');
      await warehouse.createTable(table, history);
      const bad = rowsFor('2024-01-01', ['z']);
      for (const [column, value] of Object.entries(wrong)) bad.columns.set(column, value);
      const id = job();
      const good = rowsFor('2024-01-01', ['a', 'b']);
      await expect(warehouse.load({ id, table, batches: [good, bad] })).rejects.toBeInstanceOf(
        Rejected,
      );
      expect(await count(table)).toBe(0);
      expect(await warehouse.load({ id, table, batches: [good] })).toEqual({ rows: 2 });
    });

    it('rejects a table that is not there', async () => {
      await expect(
        warehouse.load({ id: job(), table: 'no_such_table', batches: [] }),
      ).rejects.toSatisfy((error) => hasCode(error, code.notFound));
    });
  });

  describe('append', () => {
    it('adds plain rows, those of columns left out as NULL', async () => {
      const table = fresh('log');
      await warehouse.createTable(table, {
        columns: [
          { name: 'at', type: 'TIMESTAMP', required: true },
          { name: 'date', type: 'DATE' },
          { name: 'who', type: 'STRING' },
          { name: 'n', type: 'INT64' },
          { name: 'late', type: 'BOOL' },
        ],
      });
      const at = '2026-04-01T01:02:03.456Z';
      await warehouse.append(table, [
        { at, date: '2026-04-01', who: "o'k 😀", n: 3, late: true },
        { at, who: null },
      ]);
      await warehouse.append(table, []);
      await warehouse.append(table, [{ at, n: -1 }]);
      expect(await warehouse.query(`SELECT * FROM ${table} ORDER BY n DESC`)).toEqual([
        { at, date: '2026-04-01', who: "o'k 😀", n: 3, late: true },
        { at, date: null, who: null, n: -1, late: null },
        { at, date: null, who: null, n: null, late: null },
      ]);
    });

    it('refuses a column that is not there, and rows without a required one', async () => {
      const table = fresh('strict_log');
      await warehouse.createTable(table, {
        columns: [
          { name: 'who', type: 'STRING', required: true },
          { name: 'n', type: 'INT64' },
        ],
      });
      const wrongRows: Row[] = [{ who: 'a', unknown: 1 }, { n: 1 }, { who: 'a', n: 'many' }];
      for (const wrong of wrongRows) {
        const failure = await warehouse
          .append(table, [{ who: 'fine' }, wrong])
          .catch((error: unknown) => error);
        expect(hasCode(failure, code.invalidData)).toBe(true);
      }
      expect(await warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`)).toEqual([{ n: 0 }]);
      await expect(warehouse.append(fresh('nowhere'), [{ who: 'a' }])).rejects.toThrow();
    });
  });

  describe('replacePartition', () => {
    const columns = [
      { name: 'account_id', as: 'string' },
      { name: 'points', as: 'number' },
    ] as const;

    async function pair(): Promise<{ from: string; to: string }> {
      const names = { from: fresh('staging'), to: fresh('history') };
      await warehouse.createTable(names.from, history);
      await warehouse.createTable(names.to, history);
      await warehouse.load({
        id: job(),
        table: names.to,
        batches: [rowsFor('2024-01-01', ['x', 'y'], 9), rowsFor('2024-01-02', ['z'], 9)],
      });
      return names;
    }

    it('replaces one date and leaves the others', async () => {
      const names = await pair();
      await warehouse.load({
        id: job(),
        table: names.from,
        batches: [rowsFor('2024-01-01', ['b', 'a'], 1), rowsFor('2024-01-02', ['no'], 1)],
      });
      await warehouse.replacePartition({ id: job(), ...names, date: '2024-01-01' });
      expect(await readAll(warehouse, { table: names.to, columns })).toEqual({
        account_id: ['a', 'b', 'z'],
        points: [1, 1, 9],
      });
    });

    it('empties the date where there is nothing to put', async () => {
      const names = await pair();
      await warehouse.replacePartition({ id: job(), ...names, date: '2024-01-01' });
      const read = await readAll(warehouse, { table: names.to, columns });
      expect(read.account_id).toEqual(['z']);
      // A date that has no rows on either side stays so.
      await warehouse.replacePartition({ id: job(), ...names, date: '2024-02-29' });
      expect(await count(names.to)).toBe(1);
    });

    it('has one effect per id', async () => {
      const names = await pair();
      const request = { id: job(), ...names, date: '2024-01-01' };
      await warehouse.replacePartition(request);
      await warehouse.load({
        id: job(),
        table: names.from,
        batches: [rowsFor('2024-01-01', ['late'])],
      });
      await warehouse.replacePartition(request);
      const read = await readAll(warehouse, { table: names.to, columns });
      expect(read.account_id).toEqual(['z']);
    });

    it.each([
      ['clusters', { ...history, cluster: ['account_id'] }],
      ['columns', { ...history, columns: history.columns.slice(0, -1) }],
      ['order of columns', { ...history, columns: history.columns.toReversed() }],
      ['partitions', { columns: history.columns, cluster: ['account_id', 'score'] }],
    ])('refuses a table of other %s and changes nothing', async (_, layout) => {
      const names = await pair();
      const other = fresh('other');
      await warehouse.createTable(other, layout as TableSchema);
      await expect(
        warehouse.replacePartition({ id: job(), from: other, to: names.to, date: '2024-01-01' }),
      ).rejects.toSatisfy((error) => hasCode(error, code.invalidData));
      const read = await readAll(warehouse, { table: names.to, columns });
      expect(read.account_id).toEqual(['x', 'y', 'z']);
    });

    it('refuses tables that are not there', async () => {
      const names = await pair();
      for (const wrong of [{ from: 'no_such_table' }, { to: 'no_such_table' }]) {
        await expect(
          warehouse.replacePartition({ id: job(), ...names, ...wrong, date: '2024-01-01' }),
        ).rejects.toSatisfy((error) => hasCode(error, code.notFound));
      }
    });

    it('keeps readers on what they began with', async () => {
      const names = await pair();
      const ids = Array.from({ length: 20_000 }, (_, i) => `${i}`);
      await warehouse.load({ id: job(), table: names.to, batches: [rowsFor('2024-01-03', ids)] });
      let seen = 0;
      for await (const { rows } of warehouse.read({
        table: names.to,
        columns,
        date: '2024-01-03',
      })) {
        if (seen === 0) {
          await warehouse.replacePartition({ id: job(), ...names, date: '2024-01-03' });
        }
        seen += rows;
      }
      expect(seen).toBe(20_000);
      expect(await count(names.to)).toBe(3);
    });
  });
}
