/**
 * A reader of JSON as BigQuery sends rows, over bytes: a page of 10 MB holds some hundred
 * thousand `{"v":"..."}`, and making an object of each takes longer than reading them.
 * https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults
 */

const quote = 0x22;
const backslash = 0x5c;
const lowerN = 0x6e;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const comma = 0x2c;
const colon = 0x3a;

/** Not the JSON that was expected; the place is a byte offset. */
export class UnexpectedJson extends Error {
  constructor(expected: string, at: number) {
    super(`${expected} is expected at byte ${at}`);
    this.name = 'UnexpectedJson';
  }
}

/** What takes the cells of one row after the other. */
export interface CellSink {
  readonly width: number;
  /** A scalar: the bytes of its text, which still has its escapes where `escaped`. */
  scalar(column: number, json: RowReader, start: number, end: number, escaped: boolean): void;
  empty(column: number): void;
  /** A list starts; its items follow as `item`, then `endList`. */
  startList(column: number): void;
  item(column: number, json: RowReader, start: number, end: number, escaped: boolean): void;
  endList(column: number): void;
  endRow(): void;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

export class RowReader {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * Reads an object: gives `rows` to the sink and everything else as plain JSON.
   * @throws UnexpectedJson
   */
  readPage(sink: CellSink): Record<string, unknown> {
    const rest: Record<string, unknown> = {};
    this.#expect(openBrace);
    if (this.#skips(closeBrace)) return rest;
    do {
      const name = this.#name();
      this.#expect(colon);
      if (name === 'rows') this.#rows(sink);
      else rest[name] = this.#value();
    } while (this.#skips(comma));
    this.#expect(closeBrace);
    this.#space();
    if (this.#at < this.bytes.length) throw new UnexpectedJson('the end', this.#at);
    return rest;
  }

  /** The text between two offsets that were given to a sink. */
  text(start: number, end: number, escaped: boolean): string {
    if (escaped) return String(JSON.parse(this.bytes.toString('utf8', start - 1, end + 1)));
    return this.bytes.toString('utf8', start, end);
  }

  #rows(sink: CellSink): void {
    this.#expect(openBracket);
    if (this.#skips(closeBracket)) return;
    const { width } = sink;
    do {
      this.#key(0x66, 'f');
      this.#expect(openBracket);
      for (let column = 0; column < width; column++) {
        if (column > 0) this.#expect(comma);
        this.#cell(sink, column);
      }
      this.#expect(closeBracket);
      this.#expect(closeBrace);
      sink.endRow();
    } while (this.#skips(comma));
    this.#expect(closeBracket);
  }

  #cell(sink: CellSink, column: number): void {
    this.#key(0x76, 'v');
    const next = this.#peek();
    if (next === quote) {
      const start = this.#at + 1;
      const escaped = this.#string();
      sink.scalar(column, this, start, this.#at - 1, escaped);
    } else if (next === lowerN) {
      this.#null();
      sink.empty(column);
    } else if (next === openBracket) {
      this.#at++;
      sink.startList(column);
      if (!this.#skips(closeBracket)) {
        do {
          this.#key(0x76, 'v');
          if (this.#peek() !== quote) throw new UnexpectedJson('a text', this.#at);
          const start = this.#at + 1;
          const escaped = this.#string();
          sink.item(column, this, start, this.#at - 1, escaped);
          this.#expect(closeBrace);
        } while (this.#skips(comma));
        this.#expect(closeBracket);
      }
      sink.endList(column);
    } else {
      throw new UnexpectedJson('a text, null or a list', this.#at);
    }
    this.#expect(closeBrace);
  }

  /** `{"x":` */
  #key(letter: number, name: string): void {
    const { bytes } = this;
    const at = this.#at;
    // Without white space between, which is what is asked for.
    if (
      bytes[at] === openBrace &&
      bytes[at + 1] === quote &&
      bytes[at + 2] === letter &&
      bytes[at + 3] === quote &&
      bytes[at + 4] === colon
    ) {
      this.#at = at + 5;
      return;
    }
    this.#expect(openBrace);
    const from = this.#at;
    if (this.#name() !== name) throw new UnexpectedJson(`"${name}"`, from);
    this.#expect(colon);
  }

  /** Goes behind a text; true where it has escapes. */
  #string(): boolean {
    const { bytes } = this;
    const end = bytes.length;
    let at = this.#at + 1;
    let escaped = false;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#at = at + 1;
        return escaped;
      }
      if (byte === backslash) {
        escaped = true;
        at++;
      }
    }
    throw new UnexpectedJson('the end of a text', at);
  }

  #null(): void {
    const { bytes } = this;
    const at = this.#at;
    if (bytes[at + 1] !== 0x75 || bytes[at + 2] !== 0x6c || bytes[at + 3] !== 0x6c) {
      throw new UnexpectedJson('null', at);
    }
    this.#at = at + 4;
  }

  #name(): string {
    if (this.#peek() !== quote) throw new UnexpectedJson('a name', this.#at);
    const start = this.#at + 1;
    const escaped = this.#string();
    return this.text(start, this.#at - 1, escaped);
  }

  /** Any value, small enough to be made an object of. */
  #value(): unknown {
    const start = this.#at;
    let depth = 0;
    do {
      const byte = this.#peek();
      if (byte === quote) this.#string();
      else {
        if (byte === openBrace || byte === openBracket) depth++;
        if (byte === closeBrace || byte === closeBracket) depth--;
        this.#at++;
      }
      const next = this.#peek();
      if (depth === 0 && (next === comma || next === closeBrace || next === closeBracket)) break;
    } while (this.#at < this.bytes.length);
    try {
      return JSON.parse(decoder.decode(this.bytes.subarray(start, this.#at)));
    } catch {
      throw new UnexpectedJson('a value', start);
    }
  }

  #space(): void {
    const { bytes } = this;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  #peek(): number | undefined {
    this.#space();
    return this.bytes[this.#at];
  }

  #skips(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number): void {
    if (this.bytes[this.#at] === byte) {
      this.#at++;
      return;
    }
    if (!this.#skips(byte)) {
      throw new UnexpectedJson(`'${String.fromCharCode(byte)}'`, this.#at);
    }
  }
}
