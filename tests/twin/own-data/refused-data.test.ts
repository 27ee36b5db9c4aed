/** Files that cannot be read are told in one sentence, and change nothing. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { code, hasCode, messageOf } from '../../../functions/errors.ts';
import { lineOfRecord } from '../../../functions/own-data/files.ts';
import { importData } from '../../../functions/own-data/folder.ts';
import { accounts, importedFolder, importPack, orders } from '../../support/own-data/import.ts';

const imported = importedFolder();
const { folder } = imported;

describe('bad input is told in one sentence and changes nothing', () => {
  const bad = (cells: string) => `${orders}a,2024-01-01,1,1.5\n${cells}\n`;
  it.each<[string, Record<string, string | Buffer>, string]>([
    ['no accounts file', { 'orders.csv': orders }, 'has neither accounts.csv nor accounts.parquet'],
    [
      'an empty file',
      { 'accounts.csv': '' },
      'accounts.csv is empty; a first line with column names',
    ],
    [
      'no accounts',
      { 'accounts.csv': 'account_id\n' },
      'accounts.csv has no rows; there is nothing',
    ],
    [
      'a missing column',
      { 'accounts.csv': 'id,name\n1,a\n' },
      'accounts.csv has no column account_id; add it, or name yours in pack.yaml under tables.accounts.columns.account_id.',
    ],
    [
      'two columns of one name',
      { 'accounts.csv': 'account_id,Name,name\na,b,c\n' },
      'accounts.csv line 1: the column name is there twice',
    ],
    [
      'a column without a name',
      { 'accounts.csv': 'account_id,,x\na,b,c\n' },
      'line 1: column 2 has no name',
    ],
    [
      'a line of totals',
      { 'orders.csv': bad('合計,2024-01-31,7,1') },
      "account_id is '合計'; a line of totals is no customer: remove it.",
    ],
    [
      'a note under the table',
      { 'accounts.csv': 'account_id,name\na,A\n* as of March\n' },
      'accounts.csv line 3: 1 values; the header names 2 columns.',
    ],
    [
      'a title above the table',
      { 'accounts.csv': 'Customers 2024\n\naccount_id,name\na,A\n' },
      'accounts.csv has no column account_id',
    ],
    [
      'a share among whole numbers',
      { 'orders.csv': bad('a,2024-01-02,12%,1') },
      "quantity is '12%'; a whole number is expected, not a share: write 12 for 12 %, or make the column FLOAT64, where 12% is read as 0.12.",
    ],
    [
      'a number of Excel where a day belongs',
      { 'orders.csv': bad('a,45351,1,1') },
      "purchase_date is '45351'; that is Excel's number of a day: format the column as a date, such as 2024-03-31, and export it again.",
    ],
    [
      'a word for nothing where a value is needed',
      { 'orders.csv': bad('a,N/A,1,1') },
      "purchase_date is 'N/A'; every row needs a value.",
    ],
    [
      'a day that no calendar has',
      { 'orders.csv': bad('a,2024年2月30日,1,1') },
      "purchase_date is '2024年2月30日'; a date such as 2024-03-31 is expected.",
    ],
    [
      'thousands in the wrong places',
      { 'orders.csv': bad('a,2024-01-02,1,"12,00"') },
      "Amount (USD) is '12,00'; a number is expected.",
    ],
    [
      'both formats',
      { 'accounts.csv': accounts, 'accounts.parquet': 'x' },
      'has both accounts.csv and accounts.parquet; keep one of them.',
    ],
    ['no Parquet', { 'accounts.parquet': 'x' }, 'accounts.parquet is not a Parquet file.'],
    [
      'no id',
      { 'accounts.csv': 'account_id,name\na,A\n,B\n' },
      'accounts.csv line 3: account_id is empty; every row needs a value.',
    ],
    [
      'an id twice',
      { 'accounts.csv': 'account_id,name\na,A\nb,B\na,C\n' },
      "accounts.csv line 4: account_id 'a' is there a second time",
    ],
    [
      'a long id',
      { 'accounts.csv': `account_id\n${'é'.repeat(751)}\n` },
      'an id has at most 1,500 bytes.',
    ],
    [
      'a text for a number',
      { 'orders.csv': bad('a,2024-01-02,1,abc') },
      "orders.csv line 3: Amount (USD) is 'abc'; a number is expected.",
    ],
    [
      'infinity',
      { 'orders.csv': bad('a,2024-01-02,1,inf') },
      "Amount (USD) is 'inf'; a number is expected.",
    ],
    [
      'a huge number',
      { 'orders.csv': bad('a,2024-01-02,99999999999999999999,1') },
      "quantity is '99999999999999999999'; a whole number is expected.",
    ],
    [
      'a number beyond NUMERIC',
      { 'orders.csv': bad('a,2024-01-02,1,1e40') },
      "Amount (USD) is '1e40'; a number is expected.",
    ],
    [
      'a fraction',
      { 'orders.csv': bad('a,2024-01-02,1.5,1') },
      "quantity is '1.5'; a whole number is expected.",
    ],
    [
      'a negative',
      { 'orders.csv': bad('a,2024-01-02,-1,1') },
      "quantity is '-1'; the smallest value allowed is 0.",
    ],
    [
      'a day that is none',
      { 'orders.csv': bad('a,2024-02-30,1,1') },
      "purchase_date is '2024-02-30'; a date such as",
    ],
    [
      'a day the other way round',
      { 'orders.csv': bad('a,31/12/2024,1,1') },
      "purchase_date is '31/12/2024'; a date such as",
    ],
    [
      'an unknown value',
      { 'orders.csv': 'account_id,purchase_date,kind\na,2024-01-01,phone\n' },
      "orders.csv line 2: kind is 'phone'; allowed are shop, web.",
    ],
    [
      'too few cells',
      { 'orders.csv': bad('a,2024-01-02') },
      'orders.csv line 3: 2 values; the header names 4 columns.',
    ],
    [
      'too many cells',
      { 'orders.csv': bad('a,2024-01-02,1,2,3') },
      'orders.csv line 3: 5 values; the header names 4 columns.',
    ],
    ['an open quote', { 'orders.csv': bad('"a,2024-01-02,1,2') }, 'a quoted text has no end'],
    [
      'another encoding far down, in a column that is shown only',
      {
        'accounts.csv': Buffer.concat([
          Buffer.from(`account_id,name\n${'é'.repeat(99)},x\n`.padEnd(1 << 20, '\n')),
          Buffer.from('b,'),
          Buffer.from([0x93, 0xfa, 0x0a]),
        ]),
      },
      'the text is not UTF-8; save the file as UTF-8.',
    ],
    [
      'bytes that are no text of any kind',
      {
        'accounts.csv': Buffer.concat([
          Buffer.from('account_id\n'),
          Buffer.from([0x81, 0x20, 0xff, 0xfd, 0x0a]),
        ]),
      },
      'accounts.csv is not UTF-8, perhaps Shift_JIS: save it as UTF-8; Excel calls that',
    ],
    [
      'a workbook under the wrong name',
      { 'accounts.csv': Buffer.from('PK\u0003\u0004account_id') },
      'accounts.csv is an Excel workbook, not a text',
    ],
    [
      'the line below quoted line breaks',
      {
        'orders.csv':
          'account_id,purchase_date,quantity\n"a\nb\nc",2024-01-01,1\n\na,2024-01-01,x\n',
      },
      "orders.csv line 6: quantity is 'x'",
    ],
  ])('%s', async (_, files, sentence) => {
    folder.write('accounts.csv', 'account_id\nbefore\n');
    await imported.run();
    if (!('accounts.csv' in files) && !('orders.csv' in files)) folder.remove('accounts.csv');
    if (sentence.startsWith('has neither')) folder.remove('accounts.csv');
    for (const [file, text] of Object.entries(files)) folder.write(file, text);
    const error = await imported.run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(messageOf(error)).toContain(sentence);
    expect(messageOf(error)).toMatch(/^[^\n]+\.$/);
    expect(hasCode(error, code.invalidData)).toBe(true);
    expect(await imported.all('accounts')).toEqual([{ account_id: 'before' }]);
    expect(await imported.warehouse.describe(['source', 'Orders'])).toBeUndefined();
  });

  it('no such folder', async () => {
    await expect(
      importData(imported.warehouse, { folder: join(folder.path, 'none'), pack: importPack }),
    ).rejects.toThrow(/is not a folder/);
  });

  it('lines are counted as an editor counts them', () => {
    const text = 'h\r\n1\r\n\r\n"2\r\n2"\r\n3';
    expect([1, 2, 3, 4].map((record) => lineOfRecord(text, record))).toEqual([1, 2, 4, 6]);
  });
});
