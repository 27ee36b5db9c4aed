/** Rows of BigQuery's answers as columns, against plain JSON and the client's own reading of them. */

import { BigQuery } from '@google-cloud/bigquery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../functions/calendar.ts';
import { PageColumns } from '../../../functions/gcp/bigquery/columns.ts';
import { RowReader, UnexpectedJson } from '../../../functions/gcp/bigquery/json.ts';
import { numberAt } from '../../../functions/gcp/bigquery/numbers.ts';
import type { ColumnType } from '../../../functions/ports/warehouse.ts';
import type { Column, ColumnRequest } from '../../../functions/scorecard/engine/columns.ts';

const requests: ColumnRequest[] = [
  { name: 'id', as: 'string' },
  { name: 'n', as: 'number' },
  { name: 'f', as: 'number' },
  { name: 'b', as: 'number' },
  { name: 'd', as: 'number' },
  { name: 'c', as: 'code', codes: ['low', 'high', 'o"k'] },
  { name: 'h', as: 'bigint' },
  { name: 'l', as: 'numbers' },
];
const types: ColumnType[] = [
  'STRING',
  'INT64',
  'FLOAT64',
  'BOOL',
  'DATE',
  'STRING',
  'INT64',
  'ARRAY<INT64>',
];
const columns = requests.map(({ name }, i) => ({ name, type: types[i] ?? 'STRING' }));
const fields = columns.map(({ name, type }) =>
  type.startsWith('ARRAY') ? { name, type: 'INT64', mode: 'REPEATED' } : { name, type },
);

function decode(text: string | Buffer) {
  const sink = new PageColumns(requests, columns);
  const rest = new RowReader(Buffer.from(text)).readPage(sink);
  return { rest, batch: sink.batch() };
}

const cellsOf = (column: Column | undefined, rows: number): unknown[] => {
  if (!column) return [];
  if (column.as !== 'numbers') return Array.from({ length: rows }, (_, i) => column.values[i]);
  return Array.from({ length: rows }, (_, i) => [
    ...column.values.subarray(column.offsets[i], column.offsets[i + 1]),
  ]);
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 5 });
const day = fc.date({
  min: new Date('1900-01-01'),
  max: new Date('2199-12-31'),
  noInvalidDate: true,
});
const row = fc.tuple(
  maybe(fc.string({ unit: 'binary', maxLength: 40 })),
  maybe(fc.maxSafeInteger().map(String)),
  maybe(fc.double({ noNaN: true }).map((value) => String(value))),
  maybe(fc.constantFrom('true', 'false')),
  maybe(day.map((date) => date.toISOString().slice(0, 10))),
  maybe(fc.constantFrom('low', 'high', 'o"k', 'other', '')),
  maybe(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  fc.array(
    fc.maxSafeInteger().map((value) => ({ v: String(value) })),
    { maxLength: 5 },
  ),
);
/** As the API writes it, and as it might. */
const written = fc.constantFrom(undefined, 1, '\t');

const unknown = 65_535;
const codes = ['low', 'high', 'o"k'];

describe('a page', () => {
  it('gives what the client gives, cell by cell', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), written, fc.boolean(), (rows, space, first) => {
        const list = rows.map((cells) => ({ f: cells.map((v) => ({ v })) }));
        const page = first
          ? { rows: list, totalRows: '7', pageToken: 'x"}]' }
          : { schema: { fields }, totalRows: '7', rows: list, pageToken: 'x"}]' };
        const { rest, batch } = decode(JSON.stringify(page, null, space));
        expect(rest).toMatchObject({ totalRows: '7', pageToken: 'x"}]' });
        expect(batch.rows).toBe(rows.length);
        const theirs = BigQuery.mergeSchemaWithRows_({ fields }, structuredClone(list), {
          wrapIntegers: false,
        });
        const of = (name: string) => cellsOf(batch.columns.get(name), batch.rows);
        expect(of('id')).toEqual(theirs.map((cells) => cells.id));
        for (const name of ['n', 'f']) {
          expect(of(name)).toEqual(theirs.map((cells) => cells[name] ?? Number.NaN));
        }
        expect(of('b')).toEqual(
          theirs.map((cells) => (cells.b === null ? Number.NaN : Number(cells.b))),
        );
        expect(of('d')).toEqual(
          theirs.map((cells) =>
            cells.d === null ? Number.NaN : Date.parse(cells.d.value) / dayMs,
          ),
        );
        expect(of('c')).toEqual(
          theirs.map(({ c }) => (c === null ? 0 : codes.indexOf(c) + 1 || unknown)),
        );
        expect(of('h')).toEqual(rows.map((cells) => BigInt(cells[6] ?? '0')));
        expect(of('l')).toEqual(theirs.map((cells) => cells.l));
      }),
      { numRuns: 150 },
    );
  });

  it('may have more rows than anybody expects', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => ({
      f: [`${i}`, `${i}`, '0.5', 'true', '2024-02-29', 'low', `${i}`, [{ v: '1' }, { v: '2' }]].map(
        (v) => ({ v }),
      ),
    }));
    const { batch } = decode(JSON.stringify({ rows: list }));
    expect(batch.rows).toBe(10_000);
    expect(cellsOf(batch.columns.get('n'), 10_000)).toEqual(list.map((_, i) => i));
    expect(cellsOf(batch.columns.get('h'), 10_000)[9_999]).toBe(9_999n);
    expect(cellsOf(batch.columns.get('l'), 10_000)[9_999]).toEqual([1, 2]);
  });

  it.each(['{}', '{"rows":[]}', ' { "jobComplete" : false } '])('may have no rows: %s', (text) => {
    expect(decode(text).batch.rows).toBe(0);
  });

  it('that is cut anywhere is refused', () => {
    const cells = ['a\\"b', '1', '0.5', 'true', '2024-02-29', 'low', '7', [{ v: '1' }]];
    const text = JSON.stringify({
      totalRows: '2',
      rows: [{ f: cells.map((v) => ({ v })) }, { f: cells.map((v) => ({ v })) }],
      pageToken: 'next',
    });
    expect(decode(text).batch.rows).toBe(2);
    for (let length = 0; length < text.length; length++) {
      expect(() => decode(text.slice(0, length)), text.slice(0, length)).toThrow(UnexpectedJson);
    }
  });

  const good = ['a', '1', '0.5', 'true', '2024-02-29', 'low', '7', [{ v: '1' }]];
  it.each<[string, number, unknown]>([
    ['a number as text', 0, 5],
    ['a list as text', 0, [{ v: 'a' }]],
    ['a word as number', 1, 'many'],
    ['nothing as number', 1, ''],
    ['a boolean that is none', 3, 'TRUE!'],
    ['a date that is none', 4, '2024-02-30x'],
    ['a fraction with all its bits', 6, '1.5'],
    ['a text as list', 7, '1'],
    ['NULL in a list', 7, [{ v: null }]],
    ['an object', 1, {}],
  ])('with %s is refused', (_, index, cell) => {
    const cells = good.with(index, cell as string);
    expect(() => decode(JSON.stringify({ rows: [{ f: cells.map((v) => ({ v })) }] }))).toThrow(
      UnexpectedJson,
    );
  });

  it.each([
    ['fewer cells', { f: good.slice(1).map((v) => ({ v })) }],
    ['more cells', { f: [...good, 'x'].map((v) => ({ v })) }],
    ['another name', { g: good.map((v) => ({ v })) }],
    ['another name of a cell', { f: good.map((w) => ({ w })) }],
  ])('with %s in a row is refused', (_, broken) => {
    expect(() => decode(JSON.stringify({ rows: [broken] }))).toThrow(UnexpectedJson);
  });
});

describe('a number', () => {
  const numberOf = (text: string) => numberAt(Buffer.from(text), 0, text.length);

  it('is the one that JavaScript reads', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noNaN: true }).map(String),
          fc
            .tuple(fc.maxSafeInteger(), fc.nat(20))
            .map(([n, places]) => (n / 10 ** (places % 16)).toFixed(places)),
        ),
        (text) => {
          expect(numberOf(text)).toBe(Number(text));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['1.0E10', 1e10],
    ['-1.5e-7', -1.5e-7],
    ['0.1', 0.1],
    ['-0.0', -0],
    ['100.000000001', 100.000000001],
  ])('may be %s', (text, value) => {
    expect(numberOf(text)).toBe(value);
  });
});
