/** A flat table as people have it: any of the usual encodings and separators. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { code, Rejected } from '../../errors.ts';
import { notUtf8 } from '../../utf8-text.ts';
import { whyNotCsv } from '../rules/sheet-file.ts';

export interface FlatFile {
  header: string[];
  records: string[][];
  encoding: string;
  separator: string;
}

/** @throws Rejected `not-found`, or `invalid-data` with one sentence about what to mend */
export function readFlatFile(path: string): FlatFile {
  if (!existsSync(path)) throw new Rejected(code.notFound, `There is no file ${path}.`);
  const { text, encoding } = decode(path);
  const [first = ''] = text.split(/\r\n|\r|\n/, 1);
  const separator = separatorOf(first);
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, delimiter: separator, skip_empty_lines: true });
  } catch (error) {
    throw new Rejected(code.invalidData, `${path} ${whyNotCsv(error)}.`, { cause: error });
  }
  const [header = [], ...records] = rows;
  if (records.length === 0) {
    throw new Rejected(code.invalidData, `${path} has no rows below the column names.`);
  }
  return { header, records, encoding, separator };
}

/** UTF-8 where it is, else UTF-16 by its mark, else Shift_JIS where every byte fits. */
function decode(path: string): { text: string; encoding: string } {
  const bytes = readFileSync(path);
  const mark = bytes.subarray(0, 2).toString('hex');
  const why = notUtf8(bytes);
  const encodings = { fffe: 'utf-16le', feff: 'utf-16be' } as Record<string, string>;
  const encoding = why === undefined ? 'utf-8' : (encodings[mark] ?? 'shift_jis');
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch (error) {
    throw new Rejected(code.invalidData, `${path} ${why}.`, { cause: error });
  }
}

/** What parts the names of the first line most often, outside quotes. */
function separatorOf(line: string): string {
  const plain = line.replaceAll(/"[^"]*"/g, '');
  const count = (separator: string) => plain.split(separator).length;
  return [',', '\t', ';', '|'].reduce((best, one) => (count(one) > count(best) ? one : best));
}
