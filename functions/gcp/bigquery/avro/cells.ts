/** Cells of columns as Avro. */
import { columnRules } from '../../../ports/column-rules.ts';
import type { TableColumn } from '../../../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../../scorecard/engine/columns.ts';
import type { AvroWriter } from './writer.ts';

/** Writes one row's cell. */
export type CellWriter = (row: number) => void;

export const rules = columnRules('bigquery');

/** Writes `null`, or that a value follows; true where one does. */
type Presence = (present: boolean) => boolean;

function presence(writer: AvroWriter, column: TableColumn): Presence {
  if (column.required === true) {
    return (present) => present || rules.refuseNull(column.name);
  }
  // The place in the union ["null", type], zigzag.
  return (present) => {
    writer.byte(present ? 2 : 0);
    return present;
  };
}

/** How a column's cells of a batch that was checked are written. */
export function cellWriter(
  writer: AvroWriter,
  column: TableColumn,
  batch: ColumnBatch,
): CellWriter {
  const source = batch.columns.get(column.name);
  if (source?.as === 'numbers') return listWriter(writer, column, source);
  if (column.type.startsWith('ARRAY')) return () => writer.byte(0);
  const isPresent = presence(writer, column);
  switch (source?.as) {
    case 'number':
      return numberWriter(writer, column, source.values, isPresent);
    case 'string':
      return textWriter(writer, column, source.values, isPresent);
    case 'bigint':
      return integerWriter(writer, source.values, isPresent);
    default:
      return () => void isPresent(false);
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
      return (value) => writer.long(rules.wholeNumber(column, value));
    case 'BOOL':
      return (value) => writer.byte(value === 0 ? 0 : 1);
    default:
      return (value) => {
        const bytes = decimalBytes(rules.billionths(column, value));
        writer.long(bytes.length);
        writer.bytes(bytes);
      };
  }
}

/** A big-endian two's complement of 16 bytes. */
function decimalBytes(scaled: bigint): Buffer {
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
  const time = rules.times(column);
  return column.type === 'DATE'
    ? (value) => writer.long(time(value))
    : (value) => writer.long(time(value) * 1000);
}

function listWriter(
  writer: AvroWriter,
  column: TableColumn,
  { values, offsets }: Extract<Column, { as: 'numbers' }>,
): CellWriter {
  const put: (value: number) => void =
    column.type === 'ARRAY<FLOAT64>'
      ? (value) => writer.double(value)
      : (value) => writer.long(rules.wholeNumber(column, value));
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
