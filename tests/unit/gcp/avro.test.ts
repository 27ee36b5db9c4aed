/** Avro files as a library reads them. */
import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../../../functions/errors.ts';
import { encodeAvro } from '../../../functions/gcp/bigquery/avro/file.ts';
import type { TableColumn } from '../../../functions/ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../../functions/scorecard/engine/columns.ts';

const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});

/** Rows of a file, longs with all their bits. */
async function read(pieces: readonly Buffer[]): Promise<Record<string, unknown>[]> {
  const decoder = new avro.streams.BlockDecoder({
    parseHook: (schema) => avro.Type.forSchema(schema, { registry: { long } }),
  });
  const rows: Record<string, unknown>[] = [];
  decoder.end(Buffer.concat(pieces));
  for await (const row of decoder) rows.push({ ...(row as object) });
  return rows;
}

const batch = (rows: number, columns: Record<string, Column>): ColumnBatch => ({
  rows,
  columns: new Map(Object.entries(columns)),
});
const numbers = (values: number[]): Column => ({
  as: 'number',
  values: Float64Array.from(values),
});

describe('an Avro file', () => {
  it('holds every whole number that a column holds', async () => {
    const edges = [
      0,
      1,
      -1,
      63,
      64,
      -64,
      -65,
      2 ** 30 - 1,
      2 ** 30,
      -(2 ** 30),
      2 ** 31,
      2 ** 32,
    ].concat([2 ** 49, -(2 ** 52), Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]);
    const columns: TableColumn[] = [
      { name: 'n', type: 'INT64', required: true },
      { name: 'list', type: 'ARRAY<INT64>' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.maxSafeInteger()), async (some) => {
        const values = [...edges, ...some];
        const offsets = Int32Array.from(values.concat(0), (_, i) => i);
        const { pieces, rows } = encodeAvro(columns, [
          batch(values.length, {
            n: numbers(values),
            list: { as: 'numbers', values: Float64Array.from(values), offsets },
          }),
        ]);
        expect(rows).toBe(values.length);
        const found = await read(pieces);
        expect(found.map((row) => row.n)).toEqual(values.map((value) => BigInt(value)));
        expect(found.map((row) => row.list)).toEqual(values.map((value) => [BigInt(value)]));
      }),
      { numRuns: 30 },
    );
  });

  it('holds all bits of an INT64', async () => {
    const edges = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n), 2n ** 31n];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        async (some) => {
          const values = [...edges, ...some];
          const { pieces } = encodeAvro(
            [{ name: 'n', type: 'INT64' }],
            [batch(values.length, { n: { as: 'bigint', values: BigInt64Array.from(values) } })],
          );
          expect((await read(pieces)).map((row) => row.n)).toEqual(values);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('holds texts of every script and length', async () => {
    const edges = ['', 'a', 'x'.repeat(24), 'x'.repeat(25), 'é'.repeat(24), '健康', '😀', '\u0000'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 80 }))),
        async (some) => {
          const values = [...edges, null, ...some];
          const { pieces } = encodeAvro(
            [{ name: 's', type: 'STRING' }],
            [batch(values.length, { s: { as: 'string', values } })],
          );
          expect((await read(pieces)).map((row) => row.s)).toEqual(values);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('holds other types, NULLs and lists as the table has them', async () => {
    const columns: TableColumn[] = [
      { name: 'f', type: 'FLOAT64' },
      { name: 'b', type: 'BOOL' },
      { name: 'd', type: 'DATE' },
      { name: 'day', type: 'DATE', required: true },
      { name: 't', type: 'TIMESTAMP' },
      { name: 'm', type: 'NUMERIC' },
      { name: 'l', type: 'ARRAY<FLOAT64>' },
      { name: 'left_out', type: 'STRING' },
      { name: 'left_out_list', type: 'ARRAY<INT64>' },
    ];
    const nan = Number.NaN;
    const { pieces } = encodeAvro(columns, [
      batch(3, {
        f: numbers([0.1, nan, Number.NEGATIVE_INFINITY]),
        b: numbers([1, nan, 0]),
        d: numbers([-1, nan, 19_000]),
        day: { as: 'string', values: ['1969-12-31', '1970-01-01', '2024-02-29'] },
        t: { as: 'string', values: ['1969-12-31T23:59:59.999Z', null, '2024-02-29T00:00:00Z'] },
        m: numbers([12.345678901, nan, -0.5]),
        l: {
          as: 'numbers',
          values: Float64Array.from([0.5, nan, 1]),
          offsets: Int32Array.from([0, 2, 2, 3]),
        },
      }),
    ]);
    const decimal = (bytes: unknown) =>
      bytes === null ? null : BigInt.asIntN(128, BigInt(`0x${(bytes as Buffer).toString('hex')}`));
    const rows = await read(pieces);
    expect(rows.map(({ m, ...row }) => ({ ...row, m: decimal(m) }))).toEqual([
      {
        f: 0.1,
        b: true,
        d: -1,
        day: -1,
        t: -1_000,
        m: 12_345_678_901n,
        l: [0.5, nan],
        left_out: null,
        left_out_list: [],
      },
      {
        f: null,
        b: null,
        d: null,
        day: 0,
        t: null,
        m: null,
        l: [],
        left_out: null,
        left_out_list: [],
      },
      {
        f: Number.NEGATIVE_INFINITY,
        b: false,
        d: 19_000,
        day: 19_782,
        t: 1_709_164_800_000_000,
        m: -500_000_000n,
        l: [1],
        left_out: null,
        left_out_list: [],
      },
    ]);
  });

  it('comes in blocks of about a megabyte, and without rows has none', async () => {
    const columns: TableColumn[] = [{ name: 's', type: 'STRING', required: true }];
    const values = Array.from({ length: 3_000 }, (_, i) => `${i}-${'x'.repeat(1_000)}`);
    const { pieces } = encodeAvro(columns, [
      batch(2_000, { s: { as: 'string', values: values.slice(0, 2_000) } }),
      batch(1_000, { s: { as: 'string', values: values.slice(2_000) } }),
    ]);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(1.1 * 2 ** 20);
    expect((await read(pieces)).map((row) => row.s)).toEqual(values);
    const none = encodeAvro(columns, []);
    expect(none.rows).toBe(0);
    expect(await read(none.pieces)).toEqual([]);
  });

  it('is the same for the same rows', () => {
    const encoded = () =>
      encodeAvro([{ name: 'n', type: 'INT64' }], [batch(2, { n: numbers([1, 2]) })]);
    expect(Buffer.concat(encoded().pieces)).toEqual(Buffer.concat(encoded().pieces));
  });

  it.each<[string, TableColumn, Column]>([
    ['INT64', { name: 'n', type: 'INT64' }, numbers([1.5])],
    ['a DATE of half a day', { name: 'n', type: 'DATE' }, numbers([1.5])],
    ['REQUIRED', { name: 'n', type: 'INT64', required: true }, numbers([Number.NaN])],
    ['NUMERIC', { name: 'n', type: 'NUMERIC' }, numbers([1e20])],
    ['a text in a number column', { name: 'n', type: 'INT64' }, { as: 'string', values: ['1'] }],
    ['a number in a text column', { name: 'n', type: 'STRING' }, numbers([1])],
    ['a number in a list column', { name: 'n', type: 'ARRAY<INT64>' }, numbers([1])],
    ['too few values', { name: 'n', type: 'INT64' }, numbers([])],
    ['a column that is not there', { name: 'm', type: 'INT64' }, numbers([1])],
  ])('refuses what is not %s', (_, column, values) => {
    const encode = () => encodeAvro([column], [batch(1, { n: values })]);
    expect(encode).toThrow(/^bigquery: /);
    try {
      encode();
    } catch (error) {
      expect(hasCode(error, 'invalid-data')).toBe(true);
    }
  });
});
