/**
 * Texts into a vector, 16 bytes a row: the length, then a short text itself, or the start of a
 * long one and where it is kept (`duckdb_string_t` of DuckDB's C interface). Short ones are
 * written as a block and repeated long ones share their place, since a call for each text
 * would cost more than all the numbers of a row.
 */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { Part } from './duckdb-nulls.ts';

const slotBytes = 16;
/** Longest text, in bytes, that stands in its slot. */
const inlineBytes = 12;

/** Writes a short ASCII text into its slot; false where it is not one. */
function writeInline(slots: Uint8Array, row: number, text: string): boolean {
  const { length } = text;
  if (length > inlineBytes) return false;
  const at = row * slotBytes;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) {
      slots.fill(0, at, at + slotBytes);
      return false;
    }
    slots[at + 4 + i] = unit;
  }
  slots[at] = length;
  return true;
}

/** Copies the part of `values` into a VARCHAR vector; NULLs are noted in the part. */
export function copyTexts(
  values: readonly (string | null)[],
  { from, rows, nulls }: Part,
  vector: Vector,
): void {
  const slots = new Uint8Array(rows * slotBytes);
  /** Rows of texts that have no room in their slots, by text. */
  const kept = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const text = values[from + row];
    if (text === null || text === undefined) nulls.add(row);
    else if (row > 0 && text === values[from + row - 1] && slots[(row - 1) * slotBytes] !== 0) {
      slots.copyWithin(row * slotBytes, (row - 1) * slotBytes, row * slotBytes);
    } else if (!writeInline(slots, row, text)) {
      const others = kept.get(text);
      if (others) others.push(row);
      else kept.set(text, [row]);
    }
  }
  duckdb.copy_data_to_vector(vector, 0, slots.buffer, 0, slots.byteLength);
  if (kept.size === 0) return;
  let repeated = false;
  for (const [text, places] of kept) {
    duckdb.vector_assign_string_element(vector, places[0] ?? 0, text);
    if (places.length > 1) repeated = true;
  }
  if (!repeated) return;
  const assigned = duckdb.vector_get_data(vector, rows * slotBytes);
  slots.set(assigned.subarray(0, slots.byteLength));
  for (const [first = 0, ...others] of kept.values()) {
    for (const row of others) {
      slots.copyWithin(row * slotBytes, first * slotBytes, (first + 1) * slotBytes);
    }
  }
  duckdb.copy_data_to_vector(vector, 0, slots.buffer, 0, slots.byteLength);
}
