/** Cells of small results as plain values. */
import { code, Rejected } from '../../errors.ts';
import type { Row } from '../../ports/warehouse.ts';
import type { Field } from './schemas.ts';

type Scalar = string | number | boolean | null;
export interface Cell {
  v?: unknown;
}

function scalar({ name, type }: Field, value: unknown): Scalar {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') {
    throw new Rejected(code.badRequest, `bigquery: ${name} is ${type}, which is not used here.`);
  }
  switch (type) {
    case 'INTEGER':
    case 'INT64':
    case 'FLOAT':
    case 'FLOAT64':
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return Number(value);
    case 'BOOLEAN':
    case 'BOOL':
      return value === 'true';
    case 'TIMESTAMP':
      // Microseconds, of which ISO text in JavaScript keeps the milliseconds.
      return new Date(Math.floor(Number(value) / 1_000)).toISOString();
    default:
      return value;
  }
}

function cellValue(field: Field, value: unknown): Row[string] {
  if (!Array.isArray(value)) return scalar(field, value);
  return value.map((item: Cell) => {
    const plain = scalar(field, item.v);
    return typeof plain === 'boolean' ? String(plain) : plain;
  });
}

/** @throws Rejected `bad-request` for structs, which no query of ours gives */
export const rowOf = (fields: readonly Field[], cells: readonly Cell[]): Row =>
  Object.fromEntries(fields.map((one, index) => [one.name, cellValue(one, cells[index]?.v)]));
