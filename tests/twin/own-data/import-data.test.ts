/** What a folder of files becomes in the warehouse. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importData, newestCompleteDay } from '../../../functions/own-data/folder.ts';
import { accounts, importedFolder, importPack, orders } from '../../support/own-data/import.ts';

const imported = importedFolder();
const { folder } = imported;

describe('reading a folder', () => {
  it('takes columns by the pack’s names, in the contract’s types, and leaves out the rest', async () => {
    folder.write(
      'accounts.csv',
      'note,Name,ACCOUNT_ID,created_on\nx,"Smith, ""J""",00001,2024-02-29\n',
    );
    folder.write(
      'orders.csv',
      'account_id,purchase_date,quantity,Amount (USD),weight,gift,kind,paid_at\n' +
        '00001,2024-1-5,3.0,12.345,1e-3,TRUE,web,2024-01-05T10:00:00+09:00\n' +
        '00001,2024-01-06,,,,,,\n',
    );
    expect((await imported.run()).tables.map(({ table, rows }) => [table, rows])).toEqual([
      ['accounts', 1],
      ['purchases', 2],
    ]);
    expect(await imported.all('accounts')).toEqual([
      { ACCOUNT_ID: '00001', Name: 'Smith, "J"', created_on: '2024-02-29' },
    ]);
    expect(await imported.all('Orders')).toEqual([
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
    folder.write(
      'accounts.csv',
      Buffer.concat([Buffer.from('account_id,name\na,'), name, Buffer.from('\n')]),
    );
    await imported.run();
    expect(await imported.all('accounts')).toEqual([{ account_id: 'a', name: '日本' }]);
  });

  it('case 21e: reads amounts and days as accounts departments and Excel write them', async () => {
    folder.write('accounts.csv', accounts);
    folder.write(
      'orders.csv',
      'account_id,purchase_date,weight\na,2013年10月1日,"￥１２，０００"\n',
    );
    await imported.run();
    expect(await imported.all('Orders')).toEqual([
      { account_id: 'a', purchase_date: '2013-10-01', weight: 12000 },
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
    folder.write('accounts.csv', text);
    await imported.run();
    expect(await imported.all('accounts')).toEqual([{ account_id: 'a', name: 'A' }]);
  });

  it('keeps unusual ids as they are', async () => {
    const ids = ['00001', 'a/b', '..', '😀', ' x ', '__x__', '1e3', 'é'.repeat(750)];
    folder.write('accounts.csv', `account_id\n${ids.join('\n')}\n`);
    await imported.run();
    const read = await imported.all('accounts');
    expect(read.map((row) => row.account_id).sort()).toEqual([...ids].sort());
  });

  it('reads Parquet, whatever the types there', async () => {
    await imported.warehouse.transaction(async (connection) => {
      const to = (name: string) => `'${join(folder.path, name)}' (FORMAT parquet)`;
      await connection.run(
        `COPY (SELECT 'a' AS account_id, TIMESTAMP '2024-01-02 03:04:05' AS valid_from, TIMESTAMPTZ '2024-01-02 03:04:05+00' AS valid_to, TIMESTAMPTZ '2024-01-02 20:00:00+00' AS created_on) TO ${to('accounts.parquet')}`,
      );
      await connection.run(
        `COPY (SELECT 7 AS account_id, DATE '2024-01-02' AS purchase_date, 2::TINYINT AS quantity, 1.5::FLOAT AS "Amount (USD)") TO ${to('orders.parquet')}`,
      );
    });
    await imported.run();
    expect(await imported.all('accounts')).toEqual([
      {
        account_id: 'a',
        // Without a zone it is local, in Tokyo.
        valid_from: '2024-01-01T18:04:05.000Z',
        valid_to: '2024-01-02T03:04:05.000Z',
        created_on: '2024-01-03',
      },
    ]);
    expect(await imported.all('Orders')).toEqual([
      { account_id: '7', purchase_date: '2024-01-02', quantity: 2, 'Amount (USD)': 1.5 },
    ]);
  });

  it('reads files again only where they, the mapping or the contract changed', async () => {
    folder.write('accounts.csv', accounts);
    folder.write('orders.csv', `${orders}a,2024-01-01,1,1\n`);
    expect((await imported.run()).changed).toBe(true);
    const again = await imported.run();
    expect(again.changed).toBe(false);
    expect(again.tables.map(({ rows, changed }) => [rows, changed])).toEqual([
      [1, false],
      [1, false],
    ]);
    folder.write('orders.csv', `${orders}a,2024-01-01,1,1\na,2024-01-02,1,1\n`);
    expect((await imported.run()).tables.map(({ changed }) => changed)).toEqual([false, true]);
    const other = {
      ...importPack,
      tables: new Map([['purchases', { table: 'Orders', columns: new Map() }]]),
    };
    expect(
      (await importData(imported.warehouse, { folder: folder.path, pack: other })).changed,
    ).toBe(true);
    await imported.run();
  });

  it('drops the table of a file that is gone', async () => {
    folder.write('accounts.csv', accounts);
    folder.write('orders.csv', `${orders}a,2024-01-01,1,1\n`);
    await imported.run();
    folder.remove('orders.csv');
    expect((await imported.run()).changed).toBe(true);
    expect(await imported.warehouse.describe(['source', 'Orders'])).toBeUndefined();
  });
});

describe('the newest complete day', () => {
  it('is the newest of a feed’s dates, and none to come', async () => {
    folder.write('accounts.csv', accounts);
    folder.write('orders.csv', `${orders}a,2024-01-01,1,1\na,2024-03-02,1,1\na,2062-03-01,1,1\n`);
    await imported.run();
    expect(await newestCompleteDay(imported.warehouse, importPack, '2024-03-15')).toBe(
      '2024-03-02',
    );
  });

  it('is unknown without events', async () => {
    folder.write('accounts.csv', accounts);
    await imported.run();
    expect(await newestCompleteDay(imported.warehouse, importPack, '2024-03-15')).toBeNull();
  });
});
