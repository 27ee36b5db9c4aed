/**
 * Texts out of a vector, 16 bytes a row: the length, then a short text itself, or the start of a
 * long one and where it is kept (`duckdb_string_t` of DuckDB's C interface). The client asks for
 * long texts one by one, which takes longer than all the numbers of a row.
 */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { isNull, validityOf } from './nulls.ts';

const slotBytes = 16;
/** Longest text, in bytes, that stands in its slot. */
const inlineBytes = 12;
/** Smallest piece of memory that is readable or not as a whole. */
const pageBytes = 4096;

export function textsOf(vector: Vector, rows: number): (string | null)[] {
  const data = duckdb.vector_get_data(vector, rows * slotBytes);
  const slots = Buffer.from(data.buffer, data.byteOffset, rows * slotBytes);
  const words = new Int32Array(data.buffer, data.byteOffset, rows * 4);
  const validity = validityOf(vector, rows);
  const texts = new Array<string | null>(rows).fill(null);
  const long: number[] = [];
  let last: string | null = null;
  for (let row = 0; row < rows; row++) {
    const length = lengthAt(words, row);
    // What stands in the slot of a NULL is left over from something else.
    if (validity && isNull(validity, row)) last = null;
    else if (length > inlineBytes) {
      long.push(row);
      last = null;
    } else {
      const at = row * slotBytes + 4;
      // Codes and names come in runs.
      if (last === null || !sameSlot(words, row)) last = slots.toString('utf8', at, at + length);
      texts[row] = last;
    }
  }
  readLong(slots, words, long, texts);
  return texts;
}

const lengthAt = (words: Int32Array, row: number): number => (words[row * 4] as number) >>> 0;

/** Address of a long text: 48 bits, which a number holds. */
const addressAt = (words: Int32Array, row: number): number =>
  ((words[row * 4 + 2] as number) >>> 0) + (words[row * 4 + 3] as number) * 2 ** 32;

function sameSlot(words: Int32Array, row: number): boolean {
  const at = row * 4;
  return (
    words[at] === words[at - 4] &&
    words[at + 1] === words[at - 3] &&
    words[at + 2] === words[at - 2] &&
    words[at + 3] === words[at - 1]
  );
}

/**
 * Long texts that are kept one after the other are fetched together. Between two of them less
 * than a page may lie: then every page from the first to the last holds a part of one of them,
 * so that nothing is touched that is not DuckDB's.
 */
function readLong(
  slots: Buffer,
  words: Int32Array,
  rows: readonly number[],
  texts: (string | null)[],
): void {
  for (let first = 0; first < rows.length; ) {
    const row = rows[first] as number;
    const start = addressAt(words, row);
    let end = start + lengthAt(words, row);
    let next = first + 1;
    for (; next < rows.length; next++) {
      const address = addressAt(words, rows[next] as number);
      const sameText = address === addressAt(words, rows[next - 1] as number);
      if (!sameText && (address < end || address - end >= pageBytes)) break;
      if (!sameText) end = address + lengthAt(words, rows[next] as number);
    }
    const pointer = slots.byteOffset + row * slotBytes + 8;
    const kept = duckdb.get_data_from_pointer(slots.buffer as ArrayBuffer, pointer, end - start);
    const bytes = Buffer.from(kept.buffer, kept.byteOffset, end - start);
    let last = '';
    for (let i = first; i < next; i++) {
      const at = rows[i] as number;
      const from = addressAt(words, at) - start;
      const same = i > first && addressAt(words, rows[i - 1] as number) === start + from;
      if (!same) last = bytes.toString('utf8', from, from + lengthAt(words, at));
      texts[at] = last;
    }
    first = next;
  }
}
