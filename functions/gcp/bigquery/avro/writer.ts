/** Avro's binary encoding of single values, into memory that grows. */

/** Longest text that is written byte by byte: a call for each costs more. */
const inlineText = 24;
/** Whole numbers below this, and not below its negative, are doubled within 32 bits. */
const fewBits = 2 ** 30;

export class AvroWriter {
  length = 0;
  private buffer: Buffer<ArrayBuffer>;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** What has been written, as a copy of its own; the writer starts again. */
  take(): Buffer<ArrayBuffer> {
    const taken = Buffer.from(this.buffer.subarray(0, this.length));
    this.length = 0;
    return taken;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  /** A whole number that a double holds exactly, zigzag and in groups of seven bits. */
  long(value: number): void {
    if (value >= -fewBits && value < fewBits) {
      this.reserve(5);
      this.groups(((value << 1) ^ (value >> 31)) >>> 0);
    } else {
      const high = Math.floor(value / 4_294_967_296);
      this.longOf(value - high * 4_294_967_296, high);
    }
  }

  /** A 64-bit integer in its two halves. */
  longOf(low: number, high: number): void {
    this.reserve(10);
    const sign = high >> 31;
    let first = ((low << 1) ^ sign) >>> 0;
    let second = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
    while (second > 0) {
      this.buffer[this.length++] = (first & 0x7f) | 0x80;
      first = ((first >>> 7) | (second << 25)) >>> 0;
      second >>>= 7;
    }
    this.groups(first);
  }

  private groups(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.length++] = rest;
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  text(value: string): void {
    const { length } = value;
    this.reserve(10 + length * 3);
    if (length <= inlineText && this.asciiText(value)) return;
    this.long(Buffer.byteLength(value));
    this.length += this.buffer.write(value, this.length);
  }

  /** False where the text is not ASCII; then nothing is written. */
  private asciiText(value: string): boolean {
    const { buffer } = this;
    const { length } = value;
    const from = this.length + 1;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      buffer[from + i] = unit;
    }
    buffer[this.length] = length << 1;
    this.length = from + length;
    return true;
  }
}
