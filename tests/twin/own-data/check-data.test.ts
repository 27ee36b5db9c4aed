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

  it('refuses what a run would refuse', async () => {
    const source = retail.sources.get('purchases');
    if (!source) throw new Error('retail reads purchases');
    const once = new Map(retail.sources).set('purchases', {
      ...source,
      unique: ['account_id', 'purchase_date'],
    });
    folder.write('accounts.csv', 'account_id\na\n');
    const row = 'a,1997-01-01,1,2.5\n';
    folder.write('purchases.csv', `account_id,purchase_date,quantity,amount_usd\n${row}${row}`);
    await expect(checkData(folder.path, { ...retail, sources: once })).rejects.toThrow(
      "purchases.account_id 'a' and purchases.purchase_date '1997-01-01' is in 2 rows",
    );
    await expect(checkData(folder.path, retail)).resolves.toMatchObject({ missingTables: [] });
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
