/** What is no UTF-8 is refused by its name, since it would be misread in silence. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notUtf8 } from '../../functions/utf8-text.ts';
import { readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';

const japanese = Buffer.from('顧客');

it.each([
  ['UTF-8', japanese],
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFF顧客')],
  ['an empty file', Buffer.alloc(0)],
])('takes %s', (_, bytes) => {
  expect(notUtf8(bytes)).toBeUndefined();
});

it.each([
  ['Shift_JIS', Buffer.from([0x8c, 0xda, 0x8b, 0x71]), /^is not UTF-8, perhaps Shift_JIS: save/],
  ['UTF-16', Buffer.from('\uFEFFid', 'utf16le'), /^is UTF-16, not UTF-8: save/],
  ['an Excel workbook', Buffer.from('PK\u0003\u0004'), /^is an Excel workbook, not a text: save/],
  ['an old Excel workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), /^is an Excel workbook/],
])('names %s', (_, bytes, sentence) => {
  expect(notUtf8(bytes)).toMatch(sentence);
});

it('minds no character that the start of a file cuts in two', () => {
  expect(notUtf8(japanese.subarray(0, 4), true)).toBeUndefined();
  expect(notUtf8(japanese.subarray(0, 4))).toMatch(/not UTF-8/);
});

it('is told of rules, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-utf8-'));
  try {
    cpSync(join(repositoryRoot(), 'rules/retail'), folder, { recursive: true });
    const path = join(folder, 'bands.yaml');
    const text = readFileSync(path);
    writeFileSync(path, Buffer.concat([text, Buffer.from([0x23, 0x8c, 0xda, 0x0a])]));
    expect(() => readPackFiles('retail', { folder })).toThrow(
      'rules/retail/bands.yaml is not UTF-8, perhaps Shift_JIS: save it as UTF-8',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
