/** What every warehouse does, whatever it is made of. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code, hasCode, Rejected } from '../../functions/errors.ts';
import type { ReadRequest, Row, TableSchema, Warehouse } from '../../functions/ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../functions/scorecard/columns.ts';

export interface WarehouseUnderTest {
  warehouse: Warehouse;
  close(): Promise<void>;
}

const numberColumn = (...values: number[]): Column => ({
  as: 'number',
  values: Float64Array.from(values),
});
const textColumn = (...values: (string | null)[]): Column => ({ as: 'string', values });
const listColumn = (...lists: number[][]): Column => {
  const offsets = [0];
  for (const list of lists) offsets.push((offsets.at(-1) ?? 0) + list.length);
  return {
    as: 'numbers',
    values: Float64Array.from(lists.flat()),
    offsets: Int32Array.from(offsets),
  };
};
const batch = (rows: number, columns: Record<string, Column>): ColumnBatch => ({
  rows,
  columns: new Map(Object.entries(columns)),
});

const history: TableSchema = {
  columns: [
    { name: 'date', type: 'DATE', required: true },
    { name: 'account_id', type: 'STRING', required: true },
    { name: 'score', type: 'STRING', required: true },
    { name: 'points', type: 'INT64' },
    { name: 'share', type: 'FLOAT64' },
    { name: 'amount', type: 'NUMERIC' },
    { name: 'late', type: 'BOOL' },
    { name: 'day', type: 'DATE' },
    { name: 'parts', type: 'ARRAY<INT64>' },
    { name: 'inputs', type: 'ARRAY<FLOAT64>' },
    { name: 'hash', type: 'INT64' },
  ],
  partition: 'date',
  cluster: ['account_id', 'score'],
};
const dayOf = (date: string): number => Date.parse(date) / 86_400_000;

/** A row for each account, all of one date. */
function rowsFor(date: string, accounts: string[], points = 1): ColumnBatch {
  const each = (value: number): Column => numberColumn(...accounts.map(() => value));
  return batch(accounts.length, {
    date: each(dayOf(date)),
    account_id: textColumn(...accounts),
    score: textColumn(...accounts.map(() => 'health')),
    points: each(points),
  });
}

/** Everything a read gives, its batches put together. */
async function readAll(
  warehouse: Warehouse,
  request: ReadRequest,
): Promise<Record<string, unknown[]>> {
  const result: Record<string, unknown[]> = {};
  for (const { name } of request.columns) result[name] = [];
  for await (const { rows, columns } of warehouse.read(request)) {
    for (const { name } of request.columns) {
      const column = columns.get(name);
      if (!column) throw new Error(`no column ${name}`);
      for (let i = 0; i < rows; i++) {
        result[name]?.push(
          column.as === 'numbers'
            ? [...column.values.slice(column.offsets[i], column.offsets[i + 1])]
            : column.values[i],
        );
      }
    }
  }
  return result;
}

/** @param open gives a warehouse with no tables of ours in it */
export function describeWarehouse(name: string, open: () => Promise<WarehouseUnderTest>): void {
  describe(`warehouse: ${name}`, () => {
    let opened: WarehouseUnderTest;
    let warehouse: Warehouse;
    let next = 0;
    const fresh = (prefix: string): string => `${prefix}_${next++}`;
    const job = (): string => fresh('job');

    beforeAll(async () => {
      opened = await open();
      warehouse = opened.warehouse;
    });
    afterAll(() => opened.close());

    const count = async (table: string): Promise<unknown> =>
      (await warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n;

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
        const columns = await warehouse.describe(table);
        expect(columns?.map(({ name: column, type }) => [column, type])).toEqual(
          history.columns.map(({ name: column, type }) => [column, type]),
        );
        expect(columns?.filter((column) => column.required).map((column) => column.name)).toEqual([
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
        expect((await warehouse.describe(table))?.length).toBe(history.columns.length);
      });

      it('are the same whether they are temporary or not', async () => {
        const table = fresh('temporary');
        await warehouse.createTable(table, history, { temporary: true });
        await warehouse.createTable(table, history);
        expect(await warehouse.describe(table)).toHaveLength(history.columns.length);
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
        expect(await warehouse.describe(table)).toEqual([
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

    describe('load and read', () => {
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
        expect(
          await readAll(warehouse, { table, columns: [{ name: 'day', as: 'string' }] }),
        ).toEqual({ day: [null, '2024-02-29', '1969-12-31'] });
      });

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
        const some = [
          '',
          'short',
          'short',
          'twelve bytes',
          'thirteen byte',
          'é',
          '健康'.repeat(250),
        ];
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
          batches: [
            rowsFor('2024-01-01', ['a', 'b', 'c', "d'"]),
            rowsFor('2024-01-02', ['b', 'e']),
          ],
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

    describe('load', () => {
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
  });
}
