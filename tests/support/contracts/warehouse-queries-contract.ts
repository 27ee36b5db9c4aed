/** What every warehouse does with queries and with tables of ours. */
import { beforeAll, describe, expect, it } from 'vitest';
import { code, hasCode, Rejected } from '../../../functions/errors.ts';
import type { TableSchema, Warehouse } from '../../../functions/ports/warehouse.ts';
import { history, listColumn, readAll, rowsFor, type WarehouseScope } from './warehouse-things.ts';

export function describeWarehouseQueries(scope: WarehouseScope): void {
  const { count, fresh, job } = scope;
  let warehouse: Warehouse;
  beforeAll(() => {
    warehouse = scope.warehouse();
  });

  describe('query', () => {
    it('gives rows with plain values', async () => {
      const [row] = await warehouse.query(
        "SELECT 1 AS n, 1.5 AS f, 'a' AS s, TRUE AS b, DATE '2024-02-29' AS d, TIMESTAMP '2024-02-29T01:02:03Z' AS t, NULL AS z, CAST('1.25' AS NUMERIC) AS m",
      );
      expect(row).toEqual({
        n: 1,
        f: 1.5,
        s: 'a',
        b: true,
        d: '2024-02-29',
        t: '2024-02-29T01:02:03.000Z',
        z: null,
        m: 1.25,
      });
    });

    it.each([
      ['a text with quotes and a backslash', `it's "a" \\ b\n`],
      ['a text that looks like a parameter', '@date'],
      ['a text in Japanese', '健康'],
      ['a number', 1.5],
      ['a whole number', -7],
      ['a very small number', 1e-9],
      ['a boolean', false],
    ])('takes %s as a parameter', async (_, value) => {
      expect(await warehouse.query('SELECT @value AS v', { value })).toEqual([{ v: value }]);
    });

    it('takes dates, instants and lists of texts as parameters', async () => {
      expect(
        await warehouse.query(
          "SELECT @d AS d, @t AS t, 'b' IN UNNEST(@l) AS inside, 'c' IN UNNEST(@l) AS outside, 'a' IN UNNEST(@none) AS nowhere",
          {
            d: { date: '2024-03-01' },
            t: { timestamp: '2024-03-01T00:00:00+09:00' },
            l: ['a', 'b'],
            none: [],
          },
        ),
      ).toEqual([
        {
          d: '2024-03-01',
          t: '2024-02-29T15:00:00.000Z',
          inside: true,
          outside: false,
          nowhere: false,
        },
      ]);
    });

    it.each([
      ['malformed SQL', 'SELEKT 1'],
      ['an unknown column', 'SELECT nothing FROM (SELECT 1 AS something) AS t'],
      ['a statement that writes', 'DROP TABLE score_history'],
      ['a parameter without a value', 'SELECT @missing AS v'],
      ['two statements', 'SELECT 1; SELECT 2'],
    ])('rejects %s', async (_, sql) => {
      await expect(warehouse.query(sql)).rejects.toBeInstanceOf(Rejected);
    });

    it('gives at most 10,000 rows', async () => {
      const table = fresh('large');
      await warehouse.createTable(table, history);
      const ids = Array.from({ length: 10_001 }, (_, i) => `${i}`);
      await warehouse.load({ id: job(), table, batches: [rowsFor('2024-01-01', ids)] });
      await expect(warehouse.query(`SELECT account_id FROM ${table}`)).rejects.toBeInstanceOf(
        Rejected,
      );
      const rows = await warehouse.query(
        `SELECT account_id FROM ${table} WHERE account_id <> '10000'`,
      );
      expect(rows).toHaveLength(10_000);
    });

    it('gives lists, those that are NULL as empty ones', async () => {
      const table = fresh('lists');
      await warehouse.createTable(table, history);
      const one = rowsFor('2024-01-01', ['a', 'b']);
      one.columns.set('parts', listColumn([1, -2], []));
      await warehouse.load({ id: job(), table, batches: [one] });
      expect(
        await warehouse.query(`SELECT account_id, parts FROM ${table} ORDER BY account_id`),
      ).toEqual([
        { account_id: 'a', parts: [1, -2] },
        { account_id: 'b', parts: [] },
      ]);
      const made = fresh('made');
      await warehouse.materialize({
        id: job(),
        sql: "SELECT 'a' AS account_id, CAST(NULL AS ARRAY<INT64>) AS parts",
        table: made,
        cluster: [],
      });
      const columns = [{ name: 'parts', as: 'numbers' }] as const;
      expect(await readAll(warehouse, { table: made, columns })).toEqual({ parts: [[]] });
    });

    it('says not-found for an unknown table', async () => {
      await expect(warehouse.query('SELECT 1 FROM no_such_table')).rejects.toSatisfy((error) =>
        hasCode(error, code.notFound),
      );
    });
  });

  describe('tables', () => {
    it('are described as they were created', async () => {
      const table = fresh('described');
      expect(await warehouse.describe(table)).toBeUndefined();
      await warehouse.createTable(table, history);
      const { columns, ...layout } = (await warehouse.describe(table)) ?? { columns: [] };
      expect(layout).toMatchObject({ partition: history.partition, cluster: history.cluster });
      expect(columns.map(({ name: column, type }) => [column, type])).toEqual(
        history.columns.map(({ name: column, type }) => [column, type]),
      );
      expect(columns.filter((column) => column.required).map((column) => column.name)).toEqual([
        'date',
        'account_id',
        'score',
      ]);
    });

    it('may be created again with the same layout, keeping their rows', async () => {
      const table = fresh('again');
      await warehouse.createTable(table, history);
      await warehouse.load({ id: job(), table, batches: [rowsFor('2024-01-01', ['a'])] });
      await warehouse.createTable(table, history);
      expect(await count(table)).toBe(1);
    });

    it.each([
      ['columns', { ...history, columns: history.columns.slice(0, -1) }],
      ['clusters', { ...history, cluster: ['account_id'] }],
      ['partitions', { columns: history.columns, cluster: history.cluster }],
    ])('are not created again with other %s', async (_, other) => {
      const table = fresh('other');
      await warehouse.createTable(table, history);
      await expect(warehouse.createTable(table, other as TableSchema)).rejects.toBeInstanceOf(
        Rejected,
      );
      expect((await warehouse.describe(table))?.columns).toHaveLength(history.columns.length);
    });

    it('are the same whether they are temporary or not', async () => {
      const table = fresh('temporary');
      await warehouse.createTable(table, history, { temporary: true });
      await warehouse.createTable(table, history);
      expect((await warehouse.describe(table))?.columns).toHaveLength(history.columns.length);
    });

    it('are dropped, and dropping nothing is no error', async () => {
      const table = fresh('dropped');
      await warehouse.createTable(table, history);
      await warehouse.load({ id: job(), table, batches: [rowsFor('2024-01-01', ['a'])] });
      await warehouse.dropTable(table);
      await warehouse.dropTable(table);
      expect(await warehouse.describe(table)).toBeUndefined();
      // Its name is free for another layout, and nothing is left of it.
      await warehouse.createTable(table, { columns: history.columns });
      expect(await count(table)).toBe(0);
    });
  });

  describe('materialize', () => {
    it('writes a query into a table, with types of ours', async () => {
      const table = fresh('made');
      const result = await warehouse.materialize({
        id: job(),
        sql: "SELECT 'b' AS account_id, COUNT(*) AS n, SUM(x) AS total, CAST(NULL AS FLOAT64) AS f FROM (SELECT 1 AS x UNION ALL SELECT 2 AS x) AS t",
        table,
        cluster: ['account_id'],
      });
      expect(result).toEqual({ rows: 1 });
      expect((await warehouse.describe(table))?.columns).toEqual([
        { name: 'account_id', type: 'STRING' },
        { name: 'n', type: 'INT64' },
        { name: 'total', type: 'INT64' },
        { name: 'f', type: 'FLOAT64' },
      ]);
    });

    it('does nothing the second time, though the query would give something else', async () => {
      const table = fresh('made');
      const id = job();
      const request = { id, table, cluster: ['account_id'], parameters: { v: 'first' } };
      const sql = 'SELECT @v AS account_id';
      await warehouse.materialize({ ...request, sql });
      const again = await warehouse.materialize({ ...request, sql, parameters: { v: 'second' } });
      expect(again).toEqual({ rows: 1 });
      expect(await warehouse.query(`SELECT account_id FROM ${table}`)).toEqual([
        { account_id: 'first' },
      ]);
    });

    it('replaces the table under another id, and leaves it alone where it fails', async () => {
      const table = fresh('made');
      const request = { table, cluster: [] };
      await warehouse.materialize({ ...request, id: job(), sql: "SELECT 'a' AS account_id" });
      await warehouse.materialize({ ...request, id: job(), sql: 'SELECT 2 AS n, 3 AS m' });
      const id = job();
      await expect(
        warehouse.materialize({ ...request, id, sql: `SELECT 1 / (m - m) AS n FROM ${table}` }),
      ).rejects.toBeInstanceOf(Rejected);
      expect(await warehouse.query(`SELECT * FROM ${table}`)).toEqual([{ n: 2, m: 3 }]);
      // A failed id has had no effect, so it may still have one.
      await warehouse.materialize({ ...request, id, sql: 'SELECT 5 AS n' });
      expect(await warehouse.query(`SELECT * FROM ${table}`)).toEqual([{ n: 5 }]);
    });
  });
}
