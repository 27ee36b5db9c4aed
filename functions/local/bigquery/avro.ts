/**
 * Avro files as load jobs bring them, read by a library: what we write ourselves is checked by
 * somebody else's reading.
 */
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import avro from 'avsc';
import { z } from 'zod';
import type { ColumnType, TableColumn } from '../../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../scorecard/engine/columns.ts';
import { invalid, notServed } from './errors.ts';

/** Rows that are held as objects at a time. */
const batchRows = 4_096;

type Value = string | number | boolean | bigint | Buffer | null | (number | bigint)[];
interface AvroHeader {
  meta: Record<string, Buffer>;
  /** Ends the header and every block. */
  sync: Buffer;
}
type AvroRow = Record<string, Value>;

/** A long with all its bits: 64 bits do not fit a number. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

const avroType = z.union([
  z.string(),
  z.object({
    type: z.string(),
    logicalType: z.string().optional(),
    items: z.string().optional(),
    precision: z.int().optional(),
    scale: z.int().optional(),
  }),
]);
const record = z.object({
  type: z.literal('record'),
  fields: z.array(z.object({ name: z.string(), type: z.union([avroType, z.array(avroType)]) })),
});

const plain: Record<string, ColumnType> = {
  string: 'STRING',
  long: 'INT64',
  int: 'INT64',
  double: 'FLOAT64',
  float: 'FLOAT64',
  boolean: 'BOOL',
};

/** https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro#avro_conversions */
function typeOf(name: string, type: z.infer<typeof avroType>, logical: boolean): ColumnType {
  const refused = (): never => {
    throw notServed(`Avro type ${JSON.stringify(type)} of field ${name}`);
  };
  if (typeof type === 'string') return plain[type] ?? refused();
  if (type.type === 'array') {
    const item = plain[type.items ?? ''];
    return item === 'INT64' || item === 'FLOAT64' ? `ARRAY<${item}>` : refused();
  }
  if (!logical || type.logicalType === undefined) return plain[type.type] ?? refused();
  if (type.type === 'int' && type.logicalType === 'date') return 'DATE';
  if (type.type === 'long' && type.logicalType === 'timestamp-micros') return 'TIMESTAMP';
  const { precision = 0, scale = 0 } = type;
  const isNumeric = scale <= 9 && precision - scale <= 29;
  if (type.type === 'bytes' && type.logicalType === 'decimal' && isNumeric) return 'NUMERIC';
  return refused();
}

/** Columns of a file: REQUIRED as a type, NULLABLE as a union with null, REPEATED as an array. */
function columnsOf(schema: unknown, logical: boolean): TableColumn[] {
  const parsed = record.safeParse(schema);
  if (!parsed.success) throw invalid('The Apache Avro file is no record of plain fields.');
  return parsed.data.fields.map(({ name, type }) => {
    if (!Array.isArray(type)) {
      const found = typeOf(name, type, logical);
      return { name, type: found, ...(!found.startsWith('ARRAY') && { required: true }) };
    }
    const [nothing, one, ...more] = type;
    if (nothing !== 'null' || one === undefined || more.length > 0) {
      throw invalid(`Field ${name} is a union of other things than null and one type.`);
    }
    return { name, type: typeOf(name, one, logical) };
  });
}

/** @throws BigQueryFailure `invalid` where the file does not fit the table as it is */
function assertFits(columns: readonly TableColumn[], table: readonly TableColumn[]): void {
  const modeOf = ({ type, required }: TableColumn): string =>
    type.startsWith('ARRAY') ? 'REPEATED' : required ? 'REQUIRED' : 'NULLABLE';
  const mismatch = (name: string, what: string): Error =>
    invalid(`Provided Schema does not match Table. Field ${name} ${what}`);
  for (const column of columns) {
    const { name, type } = column;
    const own = table.find((one) => one.name === name);
    if (!own) throw mismatch(name, 'is not in the table');
    if (own.type !== type) {
      throw mismatch(name, `has changed type from ${own.type} to ${type}`);
    }
    if (modeOf(own) !== modeOf(column)) {
      throw mismatch(name, `has changed mode from ${modeOf(own)} to ${modeOf(column)}`);
    }
  }
  for (const own of table) {
    if (own.required && !columns.some(({ name }) => name === own.name)) {
      throw mismatch(own.name, 'is REQUIRED and missing');
    }
  }
}

/**
 * The rows of a file as batches for a table.
 * @throws BigQueryFailure `invalid` for a file that is none or does not fit
 */
export async function readAvro(
  file: Buffer,
  table: readonly TableColumn[],
  options: { logicalTypes: boolean },
): Promise<ColumnBatch[]> {
  const decoder = new avro.streams.BlockDecoder({
    parseHook: (schema) => avro.Type.forSchema(schema, { registry: { long } }),
  });
  let columns: TableColumn[] | undefined;
  let marker: Buffer | undefined;
  decoder.on('metadata', (_type: unknown, _codec: unknown, header: AvroHeader) => {
    marker = header.sync;
    columns = columnsOf(JSON.parse(String(header.meta['avro.schema'])), options.logicalTypes);
    assertFits(columns, table);
  });
  const batches: ColumnBatch[] = [];
  let rows: AvroRow[] = [];
  const flush = (): void => {
    if (columns !== undefined && rows.length > 0) batches.push(...batchesOf(columns, rows));
    rows = [];
  };
  const sink = new PassThrough({ objectMode: true });
  const read = pipeline(Readable.from([file]), decoder, sink);
  try {
    for await (const row of sink) {
      rows.push(row as AvroRow);
      if (rows.length === batchRows) flush();
    }
    await read;
  } catch (error) {
    await read.catch(() => undefined);
    throw error instanceof Error && error.name === 'BigQueryFailure'
      ? error
      : invalid(
          `The Apache Avro file cannot be read: ${error instanceof Error ? error.message : error}`,
        );
  }
  if (columns === undefined) throw invalid('The Apache Avro file has no header.');
  // The library takes a block that is cut for none.
  if (!marker?.equals(file.subarray(-marker.length))) throw invalid('The Apache Avro file is cut.');
  flush();
  return batches;
}

const isUnsafe = (value: Value): boolean =>
  typeof value === 'bigint' && !Number.isSafeInteger(Number(value));

function* batchesOf(
  columns: readonly TableColumn[],
  rows: readonly AvroRow[],
): Generator<ColumnBatch> {
  // A column of all bits has no NULLs: where there are both, each row is a batch.
  const mixed = columns.some(({ name, type }) => {
    if (type !== 'INT64') return false;
    return (
      rows.some((row) => row[name] === null) && rows.some((row) => isUnsafe(row[name] ?? null))
    );
  });
  for (const some of mixed ? rows.map((row) => [row]) : [rows]) {
    const batch: ColumnBatch = { rows: some.length, columns: new Map() };
    for (const column of columns) {
      const values = some.map((row) => row[column.name] ?? null);
      const made = columnFrom(column.type, values);
      if (made) batch.columns.set(column.name, made);
    }
    yield batch;
  }
}

/** Undefined for a column of NULLs only. */
function columnFrom(type: ColumnType, values: readonly Value[]): Column | undefined {
  const numbers = (of: (value: NonNullable<Value>) => number): Column => ({
    as: 'number',
    values: Float64Array.from(values, (value) => (value === null ? Number.NaN : of(value))),
  });
  switch (type) {
    case 'STRING':
      return {
        as: 'string',
        values: values.map((value) => (value === null ? null : String(value))),
      };
    case 'TIMESTAMP':
      return {
        as: 'string',
        values: values.map((value) =>
          value === null ? null : new Date(Number(BigInt(String(value)) / 1_000n)).toISOString(),
        ),
      };
    case 'NUMERIC':
      return numbers((value) => decimalOf(value as Buffer));
    case 'INT64':
      if (!values.some(isUnsafe)) return numbers(Number);
      return { as: 'bigint', values: BigInt64Array.from(values, (value) => BigInt(String(value))) };
    case 'FLOAT64':
      return floats(values);
    case 'BOOL':
    case 'DATE':
      return numbers(Number);
    case 'ARRAY<INT64>':
    case 'ARRAY<FLOAT64>': {
      const lists = values as (number | bigint)[][];
      const offsets = new Int32Array(lists.length + 1);
      for (const [i, list] of lists.entries()) offsets[i + 1] = (offsets[i] ?? 0) + list.length;
      return { as: 'numbers', values: Float64Array.from(lists.flat(), Number), offsets };
    }
  }
}

/** NaN is a value here and NULL another; a column has one sign for both. */
function floats(values: readonly Value[]): Column {
  if (values.some((value) => Number.isNaN(value))) {
    throw invalid('A FLOAT64 is NaN, which nothing of ours loads: it means NULL.');
  }
  return {
    as: 'number',
    values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
  };
}

/** Big-endian two's complement, in billionths. */
function decimalOf(bytes: Buffer): number {
  let scaled = 0n;
  for (const byte of bytes) scaled = scaled * 256n + BigInt(byte);
  return Number(BigInt.asIntN(bytes.length * 8, scaled)) / 1e9;
}
