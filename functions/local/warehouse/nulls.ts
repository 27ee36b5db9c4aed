/** Which rows of a vector have no value. */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { columnRules } from '../../ports/column-rules.ts';
import type { TableColumn } from '../../ports/warehouse.ts';

/** One bit a row, 1 where it has a value; made only when the first NULL is met. */
export class Nulls {
  private bits: Uint8Array | undefined;
  private readonly rows: number;

  constructor(rows: number) {
    this.rows = rows;
  }

  add(row: number): void {
    this.bits ??= new Uint8Array(Math.ceil(this.rows / 64) * 8).fill(255);
    const byte = row >> 3;
    this.bits[byte] = (this.bits[byte] ?? 255) & ~(1 << (row & 7));
  }

  copyInto(vector: Vector, name: string, required: boolean): void {
    if (this.bits === undefined) return;
    if (required) columnRules('duckdb').refuseNull(name);
    duckdb.vector_ensure_validity_writable(vector);
    const { buffer, byteOffset, byteLength } = this.bits;
    duckdb.copy_data_to_vector_validity(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength);
  }
}

/** A slice of a column on its way into a vector. */
export interface Part {
  column: TableColumn;
  from: number;
  rows: number;
  nulls: Nulls;
}

/** One bit a row, 1 where it has a value; null where all have. */
export function validityOf(vector: Vector, rows: number): Uint8Array | null {
  return duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null;
}

export function isNull(validity: Uint8Array, row: number): boolean {
  return ((validity[row >> 3] as number) & (1 << (row & 7))) === 0;
}
