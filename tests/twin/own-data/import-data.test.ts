import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { code, hasCode, messageOf } from '../../../functions/errors.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import { checkData } from '../../../functions/own-data/check.ts';
import { lineOfRecord } from '../../../functions/own-data/files.ts';
import { importData, newestCompleteDay } from '../../../functions/own-data/folder.ts';
import type { SourceTable } from '../../../functions/scorecard/language/pack/catalogue.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';

const column = (name: string, type: SourceTable['columns'][number]['type'], rest = {}) => ({
  name,
  type,
  required: false,
  description: name,
  ...rest,
});
const sources = new Map<string, SourceTable>([
  [
    'accounts',
    {
      table: 'accounts',
      description: '',
      kind: 'dimension',
      freshness: 'none',
      current_only: false,
      validity: { from: 'valid_from', to: 'valid_to' },
      columns: [
        column('account_id', 'STRING', { required: true }),
        column('name', 'STRING'),
        column('created_on', 'DATE'),
        column('valid_from', 'TIMESTAMP'),
        column('valid_to', 'TIMESTAMP'),
      ],
    },
  ],
  [
    'purchases',
    {
      table: 'purchases',
      description: '',
      kind: 'events',
      event_time: 'purchase_date',
      freshness: 'event_time',
      current_only: false,
      columns: [
        column('account_id', 'STRING', { required: true }),
        column('purchase_date', 'DATE', { required: true }),
        column('quantity', 'INT64', { minimum: 0 }),
        column('amount', 'NUMERIC', { minimum: 0 }),
        column('weight', 'FLOAT64'),
        column('gift', 'BOOL'),
        column('kind', 'STRING', { values: ['shop', 'web'] }),
        column('paid_at', 'TIMESTAMP'),
      ],
    },
  ],
]);
const pack = {
  sources,
  zone: 'Asia/Tokyo',
  tables: new Map([
    ['purchases', { table: 'Orders', columns: new Map([['amount', 'Amount (USD)']]) }],
  ]),
};

let folder: string;
let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
});
afterAll(() => warehouse.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-import-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const write = (file: string, text: string | Buffer): void =>
  writeFileSync(join(folder, file), text);
const run = () => importData(warehouse, { folder, pack });
const all = (table: string) => warehouse.query(`SELECT * FROM source.${table}`);
const accounts = 'account_id,name\na,A\n';
const orders = 'account_id,purchase_date,quantity,Amount (USD)\n';

describe('reading a folder', () => {
  it('takes columns by the pack’s names, in the contract’s types, and leaves out the rest', async () => {
    write('accounts.csv', 'note,Name,ACCOUNT_ID,created_on\nx,"Smith, ""J""",00001,2024-02-29\n');
    write(
      'orders.csv',
      'account_id,purchase_date,quantity,Amount (USD),weight,gift,kind,paid_at\n' +
        '00001,2024-1-5,3.0,12.345,1e-3,TRUE,web,2024-01-05T10:00:00+09:00\n' +
        '00001,2024-01-06,,,,,,\n',
    );
    expect((await run()).tables.map(({ table, rows }) => [table, rows])).toEqual([
      ['accounts', 1],
      ['purchases', 2],
    ]);
    expect(await all('accounts')).toEqual([
      { ACCOUNT_ID: '00001', Name: 'Smith, "J"', created_on: '2024-02-29' },
    ]);
    expect(await all('Orders')).toEqual([
      {
        account_id: '00001',
        purchase_date: '2024-01-05',
        quantity: 3,
        'Amount (USD)': 12.345,
        weight: 0.001,
        gift: true,
        kind: 'web',
        paid_at: '2024-01-05T01:00:00.000Z',
      },
      {
        account_id: '00001',
        purchase_date: '2024-01-06',
        quantity: null,
        'Amount (USD)': null,
        weight: null,
        gift: null,
        kind: null,
        paid_at: null,
      },
    ]);
  });

  it('case 21e: reads Shift_JIS, as Excel in Japan writes it', async () => {
    const name = Buffer.from([0x93, 0xfa, 0x96, 0x7b]);
    write(
      'accounts.csv',
      Buffer.concat([Buffer.from('account_id,name\na,'), name, Buffer.from('\n')]),
    );
    await run();
    expect(await all('accounts')).toEqual([{ account_id: 'a', name: '日本' }]);
  });

  it.each([
    ['"¥12,000"', 12000],
    ['￥１２，０００', 12000],
    ['"12,000円"', 12000],
    ['"$1,200.50"', 1200.5],
    ['△500', -500],
    ['(500)', -500],
    ['−3', -3],
    ['12%', 0.12],
    ['１２．５％', 0.125],
    ['" 7 "', 7],
    ['NA', null],
    ['N/A', null],
    ['-', null],
    ['―', null],
    ['なし', null],
    ['#DIV/0!', null],
    ['', null],
  ])('case 21e: reads the amount %s as %s', async (cell, amount) => {
    write('accounts.csv', accounts);
    write('orders.csv', `account_id,purchase_date,weight\na,2024-01-02,${cell}\n`);
    await run();
    expect(await all('Orders')).toMatchObject([{ weight: amount }]);
  });

  it.each(['2013/10/01', '2013-10-1', '2013.10.01', '2013年10月1日', '２０１３年１０月１日'])(
    'case 21e: reads the day %s',
    async (cell) => {
      write('accounts.csv', accounts);
      write('orders.csv', `account_id,purchase_date\na,${cell}\n`);
      await run();
      expect(await all('Orders')).toMatchObject([{ purchase_date: '2013-10-01' }]);
    },
  );

  it('case 21c: reads a day alone as a day of the pack’s zone, an instant as it is', async () => {
    write('accounts.csv', accounts);
    write(
      'orders.csv',
      'account_id,purchase_date,paid_at\na,2024-01-02,2024-01-02\na,2024-01-03,2024年1月3日\na,2024-01-04,2024-01-04 00:00:00Z\n',
    );
    await run();
    expect((await all('Orders')).map(({ paid_at }) => paid_at)).toEqual([
      '2024-01-01T15:00:00.000Z',
      '2024-01-02T15:00:00.000Z',
      '2024-01-04T00:00:00.000Z',
    ]);
  });

  it.each([
    ['a byte order mark', '\uFEFFaccount_id,name\na,A\n'],
    ['Windows line ends', 'account_id,name\r\na,A\r\n'],
    ['no line end at the end', 'account_id,name\na,A'],
    ['empty lines', 'account_id,name\n\na,A\n\n'],
    ['quotes everywhere', '"account_id","name"\n"a","A"\n'],
    ['semicolons', 'account_id;name\na;A\n'],
    ['tabs', 'account_id\tname\na\tA\n'],
    ['Excel’s line about the separator', 'sep=;\r\naccount_id;name\r\na;A\r\n'],
    ['UTF-16', Buffer.from('\uFEFFaccount_id,name\na,A\n', 'utf16le')],
    ['an empty line in Shift_JIS’s bytes', Buffer.from('account_id,name\na,A\n\n', 'latin1')],
  ])('copes with %s', async (_, text) => {
    write('accounts.csv', text);
    await run();
    expect(await all('accounts')).toEqual([{ account_id: 'a', name: 'A' }]);
  });

  it('reads dates as Excel writes them', async () => {
    write('accounts.csv', 'account_id,created_on,valid_from\na,2024/3/1,2024/03/01 9:05\n');
    await run();
    expect(await all('accounts')).toEqual([
      { account_id: 'a', created_on: '2024-03-01', valid_from: '2024-03-01T09:05:00.000Z' },
    ]);
  });

  it('keeps unusual ids as they are', async () => {
    const ids = ['00001', 'a/b', '..', '😀', ' x ', '__x__', '1e3', 'é'.repeat(750)];
    write('accounts.csv', `account_id\n${ids.join('\n')}\n`);
    await run();
    const read = await all('accounts');
    expect(read.map((row) => row.account_id).sort()).toEqual([...ids].sort());
  });

  it('reads Parquet, whatever the types there', async () => {
    await warehouse.transaction(async (connection) => {
      const to = (name: string) => `'${join(folder, name)}' (FORMAT parquet)`;
      await connection.run(
        `COPY (SELECT 'a' AS account_id, TIMESTAMP '2024-01-02 03:04:05' AS valid_from) TO ${to('accounts.parquet')}`,
      );
      await connection.run(
        `COPY (SELECT 7 AS account_id, DATE '2024-01-02' AS purchase_date, 2::TINYINT AS quantity, 1.5::FLOAT AS "Amount (USD)") TO ${to('orders.parquet')}`,
      );
    });
    await run();
    expect(await all('accounts')).toEqual([
      { account_id: 'a', valid_from: '2024-01-02T03:04:05.000Z' },
    ]);
    expect(await all('Orders')).toEqual([
      { account_id: '7', purchase_date: '2024-01-02', quantity: 2, 'Amount (USD)': 1.5 },
    ]);
  });

  it('reads files again only where they, the mapping or the contract changed', async () => {
    write('accounts.csv', accounts);
    write('orders.csv', `${orders}a,2024-01-01,1,1\n`);
    expect((await run()).changed).toBe(true);
    const again = await run();
    expect(again.changed).toBe(false);
    expect(again.tables.map(({ rows, changed }) => [rows, changed])).toEqual([
      [1, false],
      [1, false],
    ]);
    write('orders.csv', `${orders}a,2024-01-01,1,1\na,2024-01-02,1,1\n`);
    expect((await run()).tables.map(({ changed }) => changed)).toEqual([false, true]);
    const other = {
      ...pack,
      tables: new Map([['purchases', { table: 'Orders', columns: new Map() }]]),
    };
    expect((await importData(warehouse, { folder, pack: other })).changed).toBe(true);
    await run();
  });

  it('drops the table of a file that is gone', async () => {
    write('accounts.csv', accounts);
    write('orders.csv', `${orders}a,2024-01-01,1,1\n`);
    await run();
    rmSync(join(folder, 'orders.csv'));
    expect((await run()).changed).toBe(true);
    expect(await warehouse.describe(['source', 'Orders'])).toBeUndefined();
  });
});

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
    write('accounts.csv', 'account_id\nbefore\n');
    await run();
    if (!('accounts.csv' in files) && !('orders.csv' in files))
      rmSync(join(folder, 'accounts.csv'));
    if (sentence.startsWith('has neither')) rmSync(join(folder, 'accounts.csv'));
    for (const [file, text] of Object.entries(files)) write(file, text);
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(messageOf(error)).toContain(sentence);
    expect(messageOf(error)).toMatch(/^[^\n]+\.$/);
    expect(hasCode(error, code.invalidData)).toBe(true);
    expect(await all('accounts')).toEqual([{ account_id: 'before' }]);
    expect(await warehouse.describe(['source', 'Orders'])).toBeUndefined();
  });

  it('no such folder', async () => {
    await expect(importData(warehouse, { folder: join(folder, 'none'), pack })).rejects.toThrow(
      /is not a folder/,
    );
  });

  it('lines are counted as an editor counts them', () => {
    const text = 'h\r\n1\r\n\r\n"2\r\n2"\r\n3';
    expect([1, 2, 3, 4].map((record) => lineOfRecord(text, record))).toEqual([1, 2, 4, 6]);
  });
});

describe('the newest complete day', () => {
  it('is the newest of a feed’s dates', async () => {
    write('accounts.csv', accounts);
    write('orders.csv', `${orders}a,2024-01-01,1,1\na,2024-03-02,1,1\n`);
    await run();
    expect(await newestCompleteDay(warehouse, pack)).toBe('2024-03-02');
  });

  it('is unknown without events', async () => {
    write('accounts.csv', accounts);
    await run();
    expect(await newestCompleteDay(warehouse, pack)).toBeNull();
  });
});

describe('checking a folder', () => {
  const retail = parsePack(readPackFiles('retail'));

  it('lists what is there, mapped, missing and not used, without a word where all is well', async () => {
    write('accounts.csv', 'account_id,created_date,note\na,1997-01-01,x\n');
    write(
      'purchases.csv',
      'account_id,purchase_date,quantity,amount_usd\na,1997-01-01,1,2.5\na,1997-02-01,1,2.5\na,1997-04-01,1,2.5\n',
    );
    const found = await checkData(folder, retail);
    expect(found.missingTables).toEqual([]);
    expect(found.newestCompleteDay).toBe('1997-04-01');
    expect(found.tables.map(({ table, file, rows }) => [table, file, rows])).toEqual([
      ['accounts', 'accounts.csv', 1],
      ['purchases', 'purchases.csv', 3],
    ]);
    expect(found.tables[0]?.columns.found).toEqual(['account_id', 'created_on']);
    expect(found.tables[0]?.columns.mapped).toEqual([
      { column: 'created_on', from: 'created_date' },
    ]);
    expect(found.tables[0]?.columns.missing).toContain('owner');
    expect(found.tables[0]?.columns.extra).toEqual(['note']);
  });

  it('tells rows of accounts that are not there', async () => {
    write('accounts.csv', 'account_id\na\n');
    const rows = ['a', 'x-2', 'x-1'].map((id) => `${id},1997-01-01,1,2.5`);
    write('purchases.csv', ['account_id,purchase_date,quantity,amount_usd', ...rows].join('\n'));
    const found = await checkData(folder, retail);
    expect(found.tables.map(({ strangers }) => strangers)).toEqual([
      null,
      { rows: 2, example: 'x-1' },
    ]);
  });

  it('refuses what a run would refuse', async () => {
    const source = retail.sources.get('purchases');
    if (!source) throw new Error('retail reads purchases');
    const once = new Map(retail.sources).set('purchases', {
      ...source,
      unique: ['account_id', 'purchase_date'],
    });
    write('accounts.csv', 'account_id\na\n');
    const row = 'a,1997-01-01,1,2.5\n';
    write('purchases.csv', `account_id,purchase_date,quantity,amount_usd\n${row}${row}`);
    await expect(checkData(folder, { ...retail, sources: once })).rejects.toThrow(
      "purchases.account_id 'a' and purchases.purchase_date '1997-01-01' is in 2 rows",
    );
    await expect(checkData(folder, retail)).resolves.toMatchObject({ missingTables: [] });
  });

  it('says which measures will be missing, and why', async () => {
    write('accounts.csv', 'account_id,created_date\na,1997-01-01\n');
    const found = await checkData(folder, retail);
    expect(found.missingTables).toEqual(['purchases']);
    expect(found.newestCompleteDay).toBeNull();
    expect(found.missingMeasures.length).toBeGreaterThan(0);
    expect(found.missingMeasures[0]?.because).toBe('there is no table purchases');
  });
});
