/** A new pack from a template or a sheet: it passes the checks and scores the sheet. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFindings } from '../../../functions/evidence/data-findings.ts';
import { lintPackSql } from '../../../functions/local/googlesql/lint.ts';
import { scoreOnData } from '../../../functions/own-data/rules-data.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { lintPack } from '../../../functions/scorecard/language/lint/lint.ts';
import { type Pack, parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { explainResult } from '../../../functions/scorecard/meaning/explain.ts';
import { runRuleTests } from '../../../functions/scorecard/meaning/rule-tests.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { kenko } from '../../support/system/command-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-init-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The pack as written below `folder`, read with the contract that is here. */
function written(name: string, paths: readonly string[]): Pack {
  const files = new Map(
    [...readPackFiles('saas')].filter(([path]) => /^sql\/(sources|metrics\/shared)\//.test(path)),
  );
  for (const path of paths) files.set(path, readFileSync(join(folder, path), 'utf8'));
  const pack = parsePack(files);
  expect(pack.id).toBe(name);
  return pack;
}

async function init(name: string, ...flags: string[]): Promise<Pack> {
  const made = await kenko('init', name, '--into', folder, '--json', ...flags);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  return written(name, JSON.parse(made.stdout).files);
}

function expectNoWarnings(pack: Pack): void {
  lintPackSql(pack);
  expect(runRuleTests(pack)).toMatchObject({ passed: 4, failed: 0 });
  expect(lintPack(pack).filter(({ severity }) => severity !== 'hint')).toEqual([]);
}

function sheet(name: string, text: string): string {
  const data = join(folder, `${name}-data`);
  mkdirSync(data);
  writeFileSync(join(data, `${name}.csv`), text);
  return data;
}

/** 40 customers: what they do falls with their number. */
const customers = Array.from({ length: 40 }, (_, i) =>
  [
    `C${i}`,
    `会社${i}`,
    40 - i,
    (i * 7) % 11,
    i % 5 === 0 ? i : '',
    40 - i,
    i % 4 !== 0,
    3,
    '2026-01-05',
    1000 * i,
  ].join(','),
);
/** Customers 0 to 26, then these. */
const sheetOf = (more: readonly string[]): string =>
  `customer_id,company,n\n${[...Array(27).keys(), ...more].map((id, i) => `${id},会社${i},${i}`).join('\n')}\n`;
const header =
  '顧客ID,会社名,ログイン日数,open_tickets,NPS,ログイン率,key_user,plan_no,契約日,月額';

describe('kenko init', () => {
  it('takes directions from who left, and says which ones are guesses', async () => {
    // Tickets are few where customers leave, against their name; visits say nothing.
    const lines = Array.from({ length: 200 }, (_, i) => {
      const left = i % 4 === 0;
      return `c${i},${(left ? 2 : 9) + (i % 5)},${(i * 37) % 41},${left ? 'yes' : 'no'}`;
    });
    const data = sheet('ended', `account_id,open_tickets,visits,churned\n${lines.join('\n')}\n`);
    const path = join(data, 'ended.csv');
    const run = (name: string, ...flags: string[]) =>
      kenko('init', name, '--into', folder, '--from-sheet', path, ...flags);
    const told = await run('ended');
    expect(told.stdout).toContain(
      '"churned" says who left: 1 of 2 directions are those that it shows',
    );
    expect(told.stdout).toContain('Those of visits are guesses');
    expect(told.stdout).toContain('open_tickets (higher is better)');
    expect(told.stdout).toContain('Not scored: churned');
    const turned = JSON.parse(
      (await run('turned', '--outcome', 'churned', '--left', 'no', '--json')).stdout,
    );
    expect(turned.sheet.scored).toMatchObject([
      { column: 'open_tickets', direction: 'lower', directionFrom: 'outcome' },
      { column: 'visits', directionFrom: 'name' },
    ]);
    const wrong = await run('wrong', '--outcome', 'lost');
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('There is no column lost');
  });

  it('says that directions are guesses where no column says who left', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `c${i},${i},${(i * 7) % 11}`);
    const data = sheet('guessed', `account_id,logins,open_tickets\n${lines.join('\n')}\n`);
    const made = await kenko(
      'init',
      'guessed',
      '--into',
      folder,
      '--from-sheet',
      join(data, 'guessed.csv'),
    );
    expect(made.stdout).toContain('No column says who left, so every direction is a guess');
  });

  it('makes a pack of the template that passes the checks', async () => {
    const pack = await init('plain');
    expectNoWarnings(pack);
    expect(pack.scores[0]?.scorecards[0]?.measures.every(({ hypothesis }) => hypothesis)).toBe(
      true,
    );
  });

  it('T15: starts from a sheet: finds the id, scores what nearly all have and what differs', async () => {
    const data = sheet('customers', `${header}\n${customers.join('\n')}\n`);
    const pack = await init(
      'team',
      '--from-sheet',
      join(data, 'customers.csv'),
      '--label-ja',
      '顧客チーム',
    );
    expectNoWarnings(pack);
    const [card] = pack.scores[0]?.scorecards ?? [];
    const scored = card?.measures.map(({ label, hypothesis }) => [label.ja, hypothesis]);
    expect(scored).toEqual([
      ['ログイン日数', true],
      ['open tickets（列の値）', true],
      ['key user（列の値）', true],
    ]);
    expect(pack.metrics.get('open_tickets')?.direction).toBe('lower');
    // Known for few; the same ranking as another; the same everywhere.
    expect(card?.reference.map((id) => pack.metrics.get(id)?.label.ja)).toEqual([
      'NPS（列の値）',
      'ログイン率',
      'plan no（列の値）',
      '契約日からの日数',
    ]);
    expect(pack.attributes).toEqual(['name', 'mrr']);

    const [result] = await scoreOnData([pack], { folder: data, asOf: '2026-03-31T15:00:00Z' });
    if (!result) throw new Error('nothing was scored');
    const points = new Map(result.rows.get('health')?.map((row) => [row.account_id, row.points]));
    expect(points.size).toBe(40);
    expect(points.get('C1') ?? 0).toBeGreaterThan(points.get('C36') ?? 0);
    expect(result.revenue.get('C3')).toBe(3000);
    const warnings = dataFindings(pack, result).filter(({ severity }) => severity !== 'hint');
    expect(warnings).toEqual([]);
  });

  it('case 21e: makes days since of columns of dates, as people and Excel write them', async () => {
    const day = (at: number): string => new Date(at * 86_400_000).toISOString().slice(0, 10);
    const styles = [
      (iso: string) => iso.replaceAll('-', '/').replaceAll('/0', '/'),
      (iso: string) => `${iso.replace('-', '年').replace('-', '月')}日`,
      (iso: string) => iso,
    ];
    // 2026-03-31 is the newest day that is past; renewals lie ahead of it.
    const latest = 20_543;
    const rows = Array.from({ length: 30 }, (_, i) => {
      const dates = [latest - 400 - 30 * ((i * 7) % 30), latest - i, 40_000 + i].map(day);
      const [start, login, renewal] = dates.map((iso) => styles[i % 3]?.(iso));
      return [
        `C${i}`,
        start,
        login,
        renewal,
        i % 9 ? '-' : login,
        '2030-01-01',
        30 - ((i * 11) % 30),
      ];
    });
    const columns = '顧客ID,契約開始日,last_login,更新日,解約日,closed_at,利用人数';
    const data = sheet('dates', `${columns}\n${rows.join('\n')}\n`);
    const made = await kenko(
      ...['init', 'dates', '--into', folder, '--json'],
      ...['--from-sheet', join(data, 'dates.csv')],
    );
    const { files, sheet: profile } = JSON.parse(made.stdout);
    expect(profile.left).toEqual([
      { column: '更新日', because: 'it holds dates to come' },
      { column: '解約日', because: 'it says how it ended, which the score is to foresee' },
      { column: 'closed_at', because: 'it holds dates to come' },
    ]);
    const pack = written('dates', files);
    expectNoWarnings(pack);
    const shown = pack.scores[0]?.scorecards[0]?.measures.map(({ metric, label }) => {
      const { direction, unit } = pack.metrics.get(metric) ?? {};
      return [metric, label.ja, direction, unit];
    });
    expect(shown).toEqual([
      ['days_since_contract_start', '契約開始日からの日数', 'higher', 'days'],
      ['days_since_last_login', 'last loginからの日数', 'lower', 'days'],
      ['users', '利用人数', 'higher', undefined],
    ]);
    const [result] = await scoreOnData([pack], { folder: data, asOf: '2026-04-01T15:00:00Z' });
    const values = result?.rows.get('health')?.map((row) => {
      const measures = explainResult(layoutOf(pack), row).measures;
      return [row.account_id, ...measures.slice(0, 2).map(({ value }) => value)];
    });
    // The day that is scored is 2026-04-01 in Tokyo, one after the sheet's.
    expect(values?.find(([id]) => id === 'C4')).toEqual(['C4', 401 + 30 * 28, 5]);
    expect(values).toHaveLength(30);
  });

  it('names columns of days that Excel has written as numbers', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `C${i},${46_000 + i * 7},${(i * 7) % 11}`);
    const data = sheet('serials', `customer_id,last_login_date,seats\n${rows.join('\n')}\n`);
    const made = await kenko(
      ...['init', 'serials', '--into', folder, '--json'],
      ...['--from-sheet', join(data, 'serials.csv')],
    );
    expect(JSON.parse(made.stdout).sheet.left).toEqual([
      {
        column: 'last_login_date',
        because:
          "it holds Excel's numbers of days, such as 46000: format the column as a date, such as 2026-03-31, and export it again",
      },
    ]);
  });

  it('T15: takes the column of days where accounts stand in many rows', async () => {
    const rows = [1, 2, 3].flatMap((day) =>
      Array.from({ length: 30 }, (_, i) => `a${i},2026-03-0${day},${(i * day) % 13}`),
    );
    const data = sheet('daily', `account_id,day,logins\n${rows.join('\n')}\n`);
    const ids = Array.from({ length: 30 }, (_, i) => `a${i}`);
    writeFileSync(join(data, 'accounts.csv'), `account_id\n${ids.join('\n')}\n`);
    const pack = await init('daily', '--from-sheet', join(data, 'daily.csv'));
    expectNoWarnings(pack);
    const [result] = await scoreOnData([pack], { folder: data });
    expect(result?.date).toBe('2026-03-03');
    expect(result?.rows.get('health')).toHaveLength(30);
  });

  it('lets a monthly sheet be a month old', async () => {
    const rows = ['2026-01-31', '2026-02-28', '2026-03-31'].flatMap((day, n) =>
      Array.from({ length: 30 }, (_, i) => `a${i},${day},${(i * (n + 1)) % 13}`),
    );
    const data = sheet('monthly', `account_id,day,logins\n${rows.join('\n')}\n`);
    writeFileSync(join(data, 'accounts.csv'), 'account_id\na1\n');
    const pack = await init('monthly', '--from-sheet', join(data, 'monthly.csv'));
    expectNoWarnings(pack);
    expect(pack.scores[0]?.scorecards[0]?.measures[0]?.maxAge).toBe(38);
  });

  it('refuses to write over what is there, and names that cannot be one', async () => {
    const before = readFileSync(join(folder, 'rules/plain/pack.yaml'), 'utf8');
    const again = await kenko('init', 'plain', '--into', folder, '--zone', 'UTC');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('rules/plain is there already and stays as it is');
    expect(readFileSync(join(folder, 'rules/plain/pack.yaml'), 'utf8')).toBe(before);
    for (const name of ['../x', 'Team', 'schema', 'a b']) {
      const refused = await kenko('init', name, '--into', folder);
      expect(refused.stderr).toContain('cannot be the name of a pack');
    }
  });

  it('leaves out what says how it ended, and reads cells that are written for people', async () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      [
        `C${i}`,
        i,
        i % 2 ? 'yes' : 'no',
        `"${i},000"`,
        i % 5 ? (i * 7) % 11 : 'N/A',
        (i * 3) % 7,
        i % 3,
        i % 2 ? 'yes' : 'no',
      ].join(','),
    );
    const data = sheet(
      'cells',
      `customer_id,seats,churn,revenue,minutes,account_length,nps_latest,has_app\n${rows.join('\n')}\n`,
    );
    const made = await kenko(
      ...['init', 'cells', '--into', folder, '--json'],
      ...['--from-sheet', join(data, 'cells.csv')],
    );
    const { files, sheet: profile } = JSON.parse(made.stdout);
    expect(profile.left).toEqual([
      { column: 'churn', because: 'it says how it ended, which the score is to foresee' },
    ]);
    expect(profile.reference).toMatchObject([
      { column: 'revenue', because: 'it ranks accounts as seats does' },
    ]);
    const pack = written('cells', files);
    // The shared metrics have a seats and an nps_latest, too; account_ is a prefix of ours.
    const ids = pack.scores[0]?.scorecards[0]?.measures.map(({ metric }) => metric);
    expect(ids).toEqual([
      'sheet_seats',
      'minutes',
      'sheet_account_length',
      'sheet_nps_latest',
      'has_app',
    ]);
    expect(pack.metrics.get('sheet_nps_latest')?.direction).toBe('higher');
    expect(pack.metrics.get('has_app')?.type).toBe('bool');
    expectNoWarnings(pack);
    const [result] = await scoreOnData([pack], { folder: data, asOf: '2026-03-31T15:00:00Z' });
    const confidences = result?.rows.get('health')?.map(({ confidence }) => confidence ?? 0);
    // Four of twenty say N/A instead of minutes.
    expect(confidences?.filter((confidence) => confidence < 1)).toHaveLength(4);
    expect(confidences).toHaveLength(20);
  });

  it.each([
    ['no ids', 'logins,day\n1,2\n1,2\n', /no column tells the accounts apart/],
    ['no numbers', 'id,memo\na,x\nb,y\n', /no column has numbers/],
    ['one column twice', 'id,n,n\na,1,2\n', /the first line holds "n" twice/],
    ['a column without a name', 'id,\na,1\n', /a column has no name/],
    ['nothing below its header', 'id,n\n', /has no rows/],
    ['rows of other lengths', 'id,n\na,1,2\n', /line 2 has 3 cells, but the first line has 2: /],
    ['a title above it', '顧客一覧\nid,n\na,1\n', /must hold the column names, without a title/],
    ['a quote that stays open', 'id,n\na,"1\n', /line 2: a quoted text has no end/],
    ['an id that is empty', sheetOf(['a', 'b', '']), /customer_id is empty in row 31;/],
    ['an id twice', sheetOf(['a', 'b', 'a']), /customer_id is "a" in row 29 and again in row 31;/],
    ['a total below it', sheetOf(['合計']), /row 29 is a total, no account; remove it/],
  ])('refuses a sheet with %s, and writes nothing', async (name, text, sentence) => {
    const path = join(sheet(name.replaceAll(' ', '-'), text), `${name.replaceAll(' ', '-')}.csv`);
    const refused = await kenko('init', 'bad', '--into', folder, '--from-sheet', path);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(sentence);
    expect(existsSync(join(folder, 'rules/bad'))).toBe(false);
  });

  it('refuses a zone that there is not, and writes nothing', async () => {
    const refused = await kenko('init', 'zoned', '--into', folder, '--zone', 'Mars/Olympus');
    expect(refused.stderr).toContain('no IANA time zone');
    expect(existsSync(join(folder, 'rules/zoned'))).toBe(false);
  });
});
