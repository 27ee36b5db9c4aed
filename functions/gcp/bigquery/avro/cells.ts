/** Cells of columns as Avro: what a column of BigQuery takes, and the refusal of all else. */
import { dayMs } from '../../../calendar.ts';
import { code, Rejected } from '../../../errors.ts';
import type { TableColumn } from '../../../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../../scorecard/engine/columns.ts';
import type { AvroWriter } from './writer.ts';

/** Writes one row's cell. */
export type CellWriter = (row: number) => void;

function wrongKind(column: TableColumn, found: string): never {
  throw new Rejected(
    code.invalidData,
    `bigquery: ${column.name} is ${column.type} and cannot take values given as ${found}`,
  );
}

function wrongValue(column: TableColumn, value: string | number, expected: string): never {
  throw new Rejected(
    code.invalidData,
    `bigquery: ${column.name} is ${column.type}; ${expected} is expected`,
    { said: `it cannot take '${value}'` },
  );
}

/** @throws Rejected `invalid-data` for a column that the table has not */
export function refuseUnknown(batch: ColumnBatch, columns: readonly TableColumn[]): void {
  for (const name of batch.columns.keys()) {
    if (columns.some((column) => column.name === name)) continue;
    throw new Rejected(code.invalidData, `bigquery: the table has no column ${name}.`);
  }
}

function wholeNumber(column: TableColumn, value: number): number {
  return Number.isSafeInteger(value) ? value : wrongValue(column, value, 'a whole number');
}

/** Writes `null`, or that a value follows; true where one does. */
type Presence = (present: boolean) => boolean;

function presence(writer: AvroWriter, column: TableColumn): Presence {
  if (column.required === true) {
    return (present) => {
      if (present) return true;
      throw new Rejected(
        code.invalidData,
        `bigquery: ${column.name} has a row without a value, and the column is REQUIRED.`,
      );
    };
  }
  // The place in the union ["null", type], zigzag.
  return (present) => {
    writer.byte(present ? 2 : 0);
    return present;
  };
}

/**
 * How a column's cells of a batch are written.
 * @throws Rejected `invalid-data` where the batch gives the column as something that it is not
 */
export function cellWriter(
  writer: AvroWriter,
  column: TableColumn,
  batch: ColumnBatch,
): CellWriter {
  const source = batch.columns.get(column.name);
  const isList = column.type.startsWith('ARRAY');
  if (source === undefined) {
    if (isList) return () => writer.byte(0);
    const isPresent = presence(writer, column);
    return () => void isPresent(false);
  }
  const length = source.as === 'numbers' ? source.offsets.length - 1 : source.values.length;
  if (length < batch.rows) {
    throw new Rejected(
      code.invalidData,
      `bigquery: ${column.name} has ${length} values for ${batch.rows} rows.`,
    );
  }
  if (isList && source.as !== 'numbers') wrongKind(column, 'single values');
  const isPresent = presence(writer, column);
  switch (source.as) {
    case 'number':
      return numberWriter(writer, column, source.values, isPresent);
    case 'string':
      return textWriter(writer, column, source.values, isPresent);
    case 'numbers':
      return listWriter(writer, column, source);
    case 'bigint':
      if (column.type !== 'INT64') return wrongKind(column, 'integers');
      return integerWriter(writer, source.values, isPresent);
    case 'code':
      return wrongKind(column, 'codes');
  }
}

function numberWriter(
  writer: AvroWriter,
  column: TableColumn,
  values: Float64Array,
  isPresent: Presence,
): CellWriter {
  const put = numberEncoder(writer, column);
  return (row) => {
    const value = values[row] as number;
    if (isPresent(!Number.isNaN(value))) put(value);
  };
}

function numberEncoder(writer: AvroWriter, column: TableColumn): (value: number) => void {
  switch (column.type) {
    case 'FLOAT64':
      return (value) => writer.double(value);
    case 'INT64':
    case 'DATE':
      return (value) => writer.long(wholeNumber(column, value));
    case 'BOOL':
      return (value) => writer.byte(value === 0 ? 0 : 1);
    case 'NUMERIC':
      return (value) => {
        if (!(Math.abs(value) < 1e20)) wrongValue(column, value, 'a number below 1e20');
        const bytes = decimalBytes(value);
        writer.long(bytes.length);
        writer.bytes(bytes);
      };
    default:
      return wrongKind(column, 'numbers');
  }
}

/** Billionths as a big-endian two's complement of 16 bytes. */
function decimalBytes(value: number): Buffer {
  // Whole and fractional part apart, so that nine digits after the point stay exact.
  const whole = Math.trunc(value);
  const scaled = BigInt(whole) * 1_000_000_000n + BigInt(Math.round((value - whole) * 1e9));
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64BE(scaled >> 64n, 0);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, scaled), 8);
  return bytes;
}

function integerWriter(writer: AvroWriter, values: BigInt64Array, isPresent: Presence): CellWriter {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (row) => {
    isPresent(true);
    writer.longOf(halves[row * 2] as number, halves[row * 2 + 1] as number);
  };
}

function textWriter(
  writer: AvroWriter,
  column: TableColumn,
  values: readonly (string | null)[],
  isPresent: Presence,
): CellWriter {
  const put = textEncoder(writer, column);
  return (row) => {
    const value = values[row];
    if (isPresent(value !== null && value !== undefined)) put(value as string);
  };
}

function textEncoder(writer: AvroWriter, column: TableColumn): (value: string) => void {
  if (column.type === 'STRING') return (value) => writer.text(value);
  if (column.type !== 'DATE' && column.type !== 'TIMESTAMP') return wrongKind(column, 'texts');
  const inDays = column.type === 'DATE';
  let last: string | undefined;
  let ms = Number.NaN;
  return (value) => {
    // Most days are the same in all rows of a load.
    if (value !== last) ms = Date.parse(value);
    last = value;
    if (Number.isNaN(ms)) wrongValue(column, value, 'a date or an instant');
    writer.long(inDays ? Math.floor(ms / dayMs) : ms * 1000);
  };
}

function listWriter(
  writer: AvroWriter,
  column: TableColumn,
  { values, offsets }: Extract<Column, { as: 'numbers' }>,
): CellWriter {
  if (!column.type.startsWith('ARRAY')) return wrongKind(column, 'lists');
  const put: (value: number) => void =
    column.type === 'ARRAY<FLOAT64>'
      ? (value) => writer.double(value)
      : (value) => writer.long(wholeNumber(column, value));
  return (row) => {
    const from = offsets[row] as number;
    const to = offsets[row + 1] as number;
    if (to > from) {
      writer.long(to - from);
      for (let i = from; i < to; i++) put(values[i] as number);
    }
    writer.byte(0);
  };
}
