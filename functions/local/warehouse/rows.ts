/** Small results as plain rows. */
import {
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Row } from '../../ports/warehouse.ts';

type Scalar = string | number | boolean | null;

function scalar(value: DuckDBValue): Scalar {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return new Date(Number(value.micros / 1000n)).toISOString();
  }
  return String(value);
}

function cell(value: DuckDBValue): Row[string] {
  if (!(value instanceof DuckDBListValue)) return scalar(value);
  return value.items.map((item) => {
    const plain = scalar(item);
    return typeof plain === 'boolean' ? String(plain) : plain;
  });
}

export function rowsOf(chunk: DuckDBDataChunk, names: readonly string[]): Row[] {
  return chunk
    .getRows()
    .map((row) => Object.fromEntries(names.map((name, index) => [name, cell(row[index] ?? null)])));
}
