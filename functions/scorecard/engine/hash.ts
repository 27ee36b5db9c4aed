/** 64-bit hashes of numbers and texts, row by row. */
import createHasher from 'xxhash-wasm';

const hasher = await createHasher();

/** What is hashed changed its meaning: raise it, so that no old hash equals a new one. */
const seed = 1n;

/** Distinct texts given to `textNumber` are few; the limit guards against surprises. */
const rememberedTexts = 20_000;
const numbers = new Map<string, number>();

/** A number that stands for a text (53 bits of its hash); for texts of which there are few. */
export function textNumber(text: string | null): number {
  if (text === null) return -1;
  if (text === '') return 0;
  const known = numbers.get(text);
  if (known !== undefined) return known;
  const number = Number(hasher.h64(text, seed) >> 11n);
  if (numbers.size < rememberedTexts) numbers.set(text, number);
  return number;
}

/** Gathers the parts of one row, then hashes them. Reused for all rows. */
export class RowHasher {
  #doubles = new Float64Array(512);
  #units = new Uint16Array(this.#doubles.buffer);
  #views: (Uint8Array | undefined)[] = [];
  #size = 0;

  start(): void {
    this.#size = 0;
  }

  number(value: number): void {
    const at = this.#size;
    if (at >= this.#doubles.length) this.#grow(at + 1);
    // One NaN and one zero, of the many that there are.
    this.#doubles[at] = Number.isNaN(value) ? Number.NaN : value + 0;
    this.#size = at + 1;
  }

  /** A list with its length. */
  list(values: Float64Array, from: number, to: number): void {
    let at = this.#size;
    if (at + to - from >= this.#doubles.length) this.#grow(at + to - from + 1);
    const doubles = this.#doubles;
    doubles[at++] = to - from;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      doubles[at++] = Number.isNaN(value) ? Number.NaN : value + 0;
    }
    this.#size = at;
  }

  text(value: string | null): void {
    const at = this.#size;
    const length = value === null ? -1 : value.length;
    const words = value === null ? 0 : (length + 3) >> 2;
    if (at + words >= this.#doubles.length) this.#grow(at + words + 1);
    this.#doubles[at] = length;
    this.#size = at + 1 + words;
    if (value === null || words === 0) return;
    // The last word is only partly written: clear what an earlier row left there.
    this.#doubles[at + words] = 0;
    const units = this.#units;
    const first = (at + 1) * 4;
    for (let i = 0; i < length; i++) units[first + i] = value.charCodeAt(i);
  }

  /** The hash, unsigned; an INT64 column keeps the same bits with a sign. */
  finish(): bigint {
    const size = this.#size;
    const view = this.#views[size] ?? new Uint8Array(this.#doubles.buffer, 0, size * 8);
    this.#views[size] = view;
    return hasher.h64Raw(view, seed);
  }

  #grow(size: number): void {
    const larger = new Float64Array(Math.max(size, this.#doubles.length * 2));
    larger.set(this.#doubles);
    this.#doubles = larger;
    this.#units = new Uint16Array(larger.buffer);
    this.#views = [];
  }
}

export function rowHasher(): RowHasher {
  return new RowHasher();
}
