/** Text files as people export them: their encoding, and what separates the cells of a table. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { code, Rejected } from '../errors.ts';
import { isWorkbook, notUtf8 } from '../utf8-text.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis';

/** Of a text, from its first bytes: UTF-8 where it is, UTF-16 by its mark, else Shift_JIS. */
function encodingOf(bytes: Uint8Array, part: boolean): Encoding {
  if (notUtf8(bytes, part) === undefined) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'shift_jis';
}

/**
 * The text of a file, without a byte order mark.
 * @throws Rejected `invalid-data` for a workbook, or bytes that no encoding fits
 */
export function readText(path: string, name = path): { text: string; encoding: Encoding } {
  const bytes = readFileSync(path);
  const encoding = encodingOf(bytes, false);
  try {
    if (isWorkbook(bytes)) throw new TypeError('a workbook');
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch (error) {
    throw new Rejected(code.invalidData, `${name} ${notUtf8(bytes)}.`, { cause: error });
  }
}

/** Beyond this a first line is no header. */
const mostHeaderBytes = 1 << 20;

export interface OpenedText {
  /** A file of the same lines in UTF-8: the file itself, or a copy. */
  path: string;
  /** Its first lines. */
  start: string;
  /** Removes the copy, if there is one. */
  release(): void;
}

/** For readers that take UTF-8 only. @throws Rejected as `readText` */
export function openAsUtf8(path: string, name: string): OpenedText {
  const descriptor = openSync(path, 'r');
  const bytes = Buffer.alloc(mostHeaderBytes);
  let length: number;
  try {
    length = readSync(descriptor, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const first = bytes.subarray(0, length);
  if (encodingOf(first, length === bytes.length) === 'utf-8') {
    const start = first.toString('utf8').replace(/^\uFEFF/, '');
    return { path, start, release: () => undefined };
  }
  const { text } = readText(path, name);
  const folder = mkdtempSync(join(tmpdir(), 'kenko-text-'));
  const copy = join(folder, 'utf8');
  writeFileSync(copy, text, { mode: 0o600 });
  return {
    path: copy,
    start: text.slice(0, mostHeaderBytes),
    release: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** How a table begins: Excel may write `sep=;` above the names of the columns. */
export interface TableStart {
  separator: string;
  /** Lines above the names of the columns. */
  above: number;
}

export function tableStart(text: string): TableStart {
  const [first = ''] = text.split(/\r\n|\r|\n/, 1);
  const declared = /^"?sep=(.)"?$/i.exec(first)?.[1];
  return declared === undefined
    ? { separator: separatorOf(first), above: 0 }
    : { separator: declared, above: 1 };
}

/** What parts the names of the first line most often, outside quotes. */
function separatorOf(line: string): string {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const count = (separator: string) => bare.split(separator).length;
  return [',', '\t', ';', '|'].reduce((best, one) => (count(one) > count(best) ? one : best));
}
