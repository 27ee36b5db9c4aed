/**
 * Texts into a vector, 16 bytes a row: the length, then a short text itself, or the start of a
 * long one and where it is kept (`duckdb_string_t` of DuckDB's C interface). Short ones are
 * written as a block and repeated long ones share their place, since a call for each text
 * would cost more than all the numbers of a row.
 */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { Part } from './nulls.ts';

/**
 * Memory for values on their way into a vector, which copies them: made once, since a load
 * needs some megabytes for every thousand rows, and all of it would be garbage at once.
 */
let memory = new Int32Array(0);

/** Zeros; valid until the next call, so nothing may be awaited in between. */
export function scratchInt32(length: number): Int32Array<ArrayBuffer> {
  if (memory.length < length) memory = new Int32Array(length * 2);
  return memory.subarray(0, length).fill(0);
}

const slotBytes = 16;
/** Longest text, in bytes, that stands in its slot. */
const inlineBytes = 12;
/** Distinct long texts that are remembered; in a column with more, such as ids, few come twice. */
const rememberedTexts = 32;
/** After this many that did not come before, a column is taken for one of ids. */
const mostMisses = 256;

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

function copySlot(words: Int32Array, from: number, to: number): void {
  for (let i = 0; i < 4; i++) words[to * 4 + i] = words[from * 4 + i] as number;
}

/** Copies the part of `values` into a VARCHAR vector; NULLs are noted in the part. */
export function copyTexts(
  values: readonly (string | null)[],
  { from, rows, nulls }: Part,
  vector: Vector,
): void {
  const words = scratchInt32(rows * 4);
  const slots = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  /** Long texts are assigned by a call, after the block is copied. */
  const assigned: number[] = [];
  /** Rows with a long text that an earlier row has, and that row. */
  const repeated: number[] = [];
  const remembered = new Map<string, number>();
  let misses = 0;
  let last: string | null = null;
  /** Row of `last`; -1 where it stands in its slot. */
  let lastLong = -1;
  for (let row = 0; row < rows; row++) {
    const text = values[from + row];
    if (text === null || text === undefined) nulls.add(row);
    else if (text === last) {
      if (lastLong < 0) copySlot(words, row - 1, row);
      else repeated.push(row, lastLong);
    } else if (writeInline(slots, row, text)) lastLong = -1;
    else {
      const earlier = misses < mostMisses ? remembered.get(text) : undefined;
      if (earlier !== undefined) repeated.push(row, earlier);
      else {
        assigned.push(row);
        misses++;
        if (remembered.size < rememberedTexts) remembered.set(text, row);
      }
      lastLong = earlier ?? row;
    }
    last = text ?? null;
  }
  duckdb.copy_data_to_vector(vector, 0, words.buffer, words.byteOffset, slots.byteLength);
  for (const row of assigned) {
    duckdb.vector_assign_string_element(vector, row, values[from + row] ?? '');
  }
  if (repeated.length === 0) return;
  slots.set(duckdb.vector_get_data(vector, slots.byteLength));
  for (let i = 0; i < repeated.length; i += 2) {
    copySlot(words, repeated[i + 1] as number, repeated[i] as number);
  }
  duckdb.copy_data_to_vector(vector, 0, words.buffer, words.byteOffset, slots.byteLength);
}
