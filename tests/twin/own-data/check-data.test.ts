/** What a folder gives a pack, without keeping it. */
import { describe, expect, it } from 'vitest';
import { checkData } from '../../../functions/own-data/check.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { dataFolder } from '../../support/own-data/import.ts';

const folder = dataFolder();

describe('checking a folder', () => {
  const retail = parsePack(readPackFiles('retail'));

  it('lists what is there, mapped, missing and not used, without a word where all is well', async () => {
    folder.write('accounts.csv', 'account_id,created_date,note\na,1997-01-01,x\n');
    folder.write(
      'purchases.csv',
      'account_id,purchase_date,quantity,amount_usd\na,1997-01-01,1,2.5\na,1997-02-01,1,2.5\na,1997-04-01,1,2.5\n',
    );
    const found = await checkData(folder.path, retail);
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
    folder.write('accounts.csv', 'account_id\na\n');
    const rows = ['a', 'x-2', 'x-1'].map((id) => `${id},1997-01-01,1,2.5`);
    folder.write(
      'purchases.csv',
      ['account_id,purchase_date,quantity,amount_usd', ...rows].join('\n'),
    );
    const found = await checkData(folder.path, retail);
    expect(found.tables.map(({ strangers }) => strangers)).toEqual([
      null,
      { rows: 2, example: 'x-1' },
    ]);
  });

  it('names rows that are there twice, cells that break the contract, and refuses too many', async () => {
    const source = retail.sources.get('purchases');
    if (!source) throw new Error('retail reads purchases');
    const once = new Map(retail.sources).set('purchases', {
      ...source,
      unique: ['account_id', 'purchase_date'],
    });
    const pack = { ...retail, sources: once };
    folder.write('accounts.csv', 'account_id\na\n');
    const row = 'a,1997-01-01,1,2.5\n';
    folder.write('purchases.csv', `account_id,purchase_date,quantity,amount_usd\n${row}${row}`);
    const key = 'purchases.account_id and purchases.purchase_date';
    expect((await checkData(folder.path, pack)).notes).toEqual([
      `${key}: 1 row is there again with the same values, such as 'a 1997-01-01'; equal rows count once.`,
    ]);
    const other = 'a,1997-01-01,1,3.5\n';
    folder.write('purchases.csv', `account_id,purchase_date,quantity,amount_usd\n${row}${other}`);
    expect((await checkData(folder.path, pack)).notes).toEqual([
      `Account a is set aside: ${key} is 'a 1997-01-01' in rows that differ; nothing says which one is right.`,
    ]);
    await expect(
      checkData(folder.path, { ...pack, tolerance: { accounts: 0, share: 0 } }),
    ).rejects.toThrow(
      `1 account has rows that cannot be scored, and the pack tolerates 0. Of account a: ${key} is 'a 1997-01-01'`,
    );
    expect((await checkData(folder.path, retail)).notes).toEqual([]);
  });

  it('says which measures will be missing, and why', async () => {
    folder.write('accounts.csv', 'account_id,created_date\na,1997-01-01\n');
    const found = await checkData(folder.path, retail);
    expect(found.missingTables).toEqual(['purchases']);
    expect(found.newestCompleteDay).toBeNull();
    expect(found.missingMeasures.length).toBeGreaterThan(0);
    expect(found.missingMeasures[0]?.because).toBe('there is no table purchases');
  });
});
