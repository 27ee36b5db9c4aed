/** Files that people write or export: only UTF-8 is read, since anything else would be misread in silence. */
import { readFileSync } from 'node:fs';
import { code, Rejected } from './errors.ts';

const startsWith = (bytes: Uint8Array, ...first: number[]): boolean =>
  first.every((byte, i) => bytes[i] === byte);

/** Zip archives (.xlsx) and OLE files (.xls), which no encoding makes a text. */
export const isWorkbook = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0x50, 0x4b, 0x03, 0x04) || startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0);

/**
 * Why `bytes` are no UTF-8 text, as the end of a sentence that starts with the file's name;
 * undefined where they are.
 * @param part true where they are the start of a longer file, which may end within a character
 */
export function notUtf8(bytes: Uint8Array, part = false): string | undefined {
  if (isWorkbook(bytes)) {
    return 'is an Excel workbook, not a text: save it in Excel as "CSV UTF-8 (comma delimited)"';
  }
  const other = 'save it as UTF-8; Excel calls that "CSV UTF-8 (comma delimited)"';
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) {
    return `is UTF-16, not UTF-8: ${other}`;
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: part });
    return undefined;
  } catch {
    return `is not UTF-8, perhaps Shift_JIS: ${other}`;
  }
}

/** The text of a file. @throws Rejected `invalid-data` where it is not UTF-8 */
export function readUtf8(path: string, name = path): string {
  const bytes = readFileSync(path);
  const why = notUtf8(bytes);
  if (why !== undefined) throw new Rejected(code.invalidData, `${name} ${why}.`);
  return bytes.toString('utf8');
}
