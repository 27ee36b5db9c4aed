/** Exports as they come: the same rows twice, blanks around ids, a wrong year. The pack is `saas`. */
import { describe, expect, it } from 'vitest';
import { checkData } from '../../../functions/own-data/check.ts';
import { type ScoredData, scoreOnData } from '../../../functions/own-data/rules-data.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { dataFolder } from '../../support/own-data/import.ts';

const folder = dataFolder();
const saas = parsePack(readPackFiles('saas'));
const days = Array.from({ length: 60 }, (_, i) =>
  new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10),
);
const ids = ['C-1', 'C-2', 'C-3'];
const line = (id: string, day: string, i: number): string =>
  `${id},${day},${3 + (i % 3)},${100 + i},${40 + i},1`;
const header = 'account_id,usage_date,active_users,minutes,actions,errors';
const rows = ids.flatMap((id, n) => days.map((day, i) => line(id, day, i * (n + 1))));

function write(usage: readonly string[], accounts = ids): void {
  folder.write('accounts.csv', ['account_id,name', ...accounts.map((id) => `${id},x`)].join('\n'));
  folder.write('usage_daily.csv', [header, ...usage].join('\n'));
}

async function scored(): Promise<ScoredData> {
  const [found] = await scoreOnData([saas], { folder: folder.path });
  if (!found) throw new Error('nothing was scored');
  return found;
}

/** What the scores say, whatever the ids look like. */
const resultsOf = ({ rows: byScore }: ScoredData): unknown =>
  [...byScore].map(([score, found]) => [
    score,
    found
      .map(({ account_id: id, points, band, state, inputs }) => [
        id.trim(),
        points,
        band,
        state,
        ...inputs,
      ])
      .sort(),
  ]);

describe('an export', () => {
  it('case 21a: in which days stand twice is read once, and that is said', async () => {
    write(rows);
    const plain = await scored();
    expect(plain.notes).toEqual([]);
    write([...rows, ...rows.slice(20, 40)]);
    const twice = await scored();
    expect(resultsOf(twice)).toEqual(resultsOf(plain));
    const said =
      "usage_daily.account_id and usage_daily.usage_date: 20 rows are there again with the same values, such as 'C-1 2026-01-21'; equal rows count once.";
    expect(twice.notes).toEqual([said]);
    expect((await checkData(folder.path, saas)).notes).toEqual([said]);
  });

  it('case 21b: with blanks around the ids of one file is read as without', async () => {
    write(rows);
    const plain = await scored();
    for (const blank of [' ', '\u00a0', '\u3000']) {
      write(
        rows,
        ids.map((id) => id + blank),
      );
      const padded = await scored();
      expect(resultsOf(padded)).toEqual(resultsOf(plain));
      const { tables, notes } = await checkData(folder.path, saas);
      expect(tables.map(({ strangers }) => strangers)).toEqual([null, null]);
      expect(notes).toEqual([]);
    }
  });

  it('case 17: whose ids only almost match is named, by the check and by the rules’ check', async () => {
    write(rows, ['Ｃ－１', 'C-2', 'C-3']);
    const said =
      "usage_daily.account_id is 'C-1', and accounts has 'Ｃ－１': 60 rows of 1 such id count for nobody; write both alike.";
    expect((await scored()).notes).toEqual([said]);
    expect((await checkData(folder.path, saas)).notes).toEqual([said]);
  });

  it('case 09: with a wrong year moves nothing, and its account is set aside', async () => {
    write(rows);
    const { newestCompleteDay } = await checkData(folder.path, saas);
    write([...rows, line('C-2', '2062-03-05', 1)]);
    const found = await checkData(folder.path, saas);
    expect(found.newestCompleteDay).toBe(newestCompleteDay);
    const said =
      'Account C-2 is set aside: usage_daily.usage_date is 2062-03-05, a day to come; correct or remove the row.';
    expect(found.notes).toEqual([said]);
    const { notes, rows: byScore } = await scored();
    expect(notes).toEqual([said]);
    for (const results of byScore.values()) {
      expect(results.filter(({ state }) => state === 'error').map((row) => row.account_id)).toEqual(
        ['C-2'],
      );
    }
  });
});
