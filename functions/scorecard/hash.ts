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
  const known = numbers.get(text);
  if (known !== undefined) return known;
  const number = Number(hasher.h64(text, seed) >> 11n);
  if (numbers.size < rememberedTexts) numbers.set(text, number);
  return number;
}

/** Gathers the parts of one row, then hashes them. Reused for all rows. */
export interface RowHasher {
  start(): void;
  number(value: number): void;
  /** A list with its length. */
  list(values: Float64Array, from: number, to: number): void;
  text(value: string | null): void;
  /** The hash, unsigned; an INT64 column keeps the same bits with a sign. */
  finish(): bigint;
}

/** One NaN and one zero, of the many that there are. */
function plain(value: number): number {
  return value === value ? value + 0 : Number.NaN;
}

export function rowHasher(): RowHasher {
  let buffer = new ArrayBuffer(4096);
  let doubles = new Float64Array(buffer);
  let units = new Uint16Array(buffer);
  let views: (Uint8Array | undefined)[] = [];
  /** In doubles. */
  let at = 0;
  const reserve = (count: number): void => {
    if (at + count <= doubles.length) return;
    const larger = new ArrayBuffer(Math.max(buffer.byteLength * 2, (at + count) * 8));
    new Uint8Array(larger).set(new Uint8Array(buffer));
    buffer = larger;
    doubles = new Float64Array(buffer);
    units = new Uint16Array(buffer);
    views = [];
  };
  return {
    start() {
      at = 0;
    },
    number(value) {
      reserve(1);
      doubles[at++] = plain(value);
    },
    list(values, from, to) {
      reserve(to - from + 1);
      doubles[at++] = to - from;
      for (let i = from; i < to; i++) doubles[at++] = plain(values[i] as number);
    },
    text(value) {
      const length = value === null ? -1 : value.length;
      const words = (Math.max(length, 0) + 3) >> 2;
      reserve(words + 1);
      doubles[at++] = length;
      if (value === null || words === 0) return;
      // The last word is only partly written: clear what an earlier row left there.
      doubles[at + words - 1] = 0;
      const first = at * 4;
      for (let i = 0; i < length; i++) units[first + i] = value.charCodeAt(i);
      at += words;
    },
    finish() {
      const view = views[at] ?? new Uint8Array(buffer, 0, at * 8);
      views[at] = view;
      return hasher.h64Raw(view, seed);
    },
  };
}
