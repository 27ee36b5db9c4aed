/** A team's own table of finished metrics, read in place of metric SQL. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintPackSql } from '../../../functions/local/googlesql/lint.ts';
import { scoreOnData } from '../../../functions/own-data/rules-data.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { lintPack } from '../../../functions/scorecard/language/lint/lint.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { explainResult } from '../../../functions/scorecard/meaning/explain.ts';
import { reasonTexts } from '../../../functions/scorecard/meaning/reasons.ts';
import { problemsIn } from '../../support/small-pack.ts';

const label = '{ en: Logins, ja: ログイン }';
const metrics = 'metrics: { table: marts.health, date: day, columns: { account_id: customer } }';

const texts: Record<string, string> = {
  'sql/sources/accounts.yaml': `table: accounts
description: Accounts.
kind: dimension
current_only: true
columns:
  - { name: account_id, type: STRING, required: true, description: Id. }
`,
  'sql/metrics/dbt/health.yaml': `group: health
sources: [mart]
metrics:
  - { id: logins, type: int, direction: higher, nullable: true, label: ${label}, description: ${label} }
  - { id: mood, type: enum, values: [low, high], direction: higher, nullable: true, label: ${label}, description: ${label} }
`,
  'rules/dbt/pack.yaml': `pack: dbt
label: { en: DBT, ja: DBT }
zone: Asia/Tokyo
scores:
  - { id: health, label: { en: Health, ja: 健康度 }, purpose: churn }
${metrics}
`,
  'rules/dbt/bands.yaml': `health:
  - { id: low, from: 0, label: { en: Low, ja: 低 } }
  - { id: high, from: 50, label: { en: High, ja: 高 } }
`,
  'rules/dbt/scorecards/all.yaml': `score: health
scorecard: all
version: 1.0.0
label: { en: All, ja: 全体 }
measures:
  - { id: logins, metric: logins, steps: [[0, 0], [5, 60]], max_age: 3d }
  - { id: mood, metric: mood, lookup: { low: 0, high: 40 } }
`,
};

function filesWith(...changes: [path: string, from: string, to: string][]): Map<string, string> {
  const files = new Map(Object.entries(texts));
  for (const [path, from, to] of changes) {
    expect(files.get(path)).toContain(from);
    files.set(path, (files.get(path) ?? '').replace(from, to));
  }
  return files;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-mart-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Points by account as of a day's end, from rows of the mart. */
async function pointsOn(
  date: string,
  rows: readonly string[],
  files = filesWith(),
): Promise<Record<string, number | null>> {
  const [, found] = await scoredOn(date, rows, files);
  return Object.fromEntries(found.map((row) => [row.account_id, row.points]));
}

async function scoredOn(
  date: string,
  rows: readonly string[],
  files = filesWith(),
): Promise<[Pack, readonly HistoryRow[]]> {
  const data = mkdtempSync(join(folder, 'data-'));
  const ids = new Set(rows.map((row) => row.split(',')[0]));
  writeFileSync(join(data, 'accounts.csv'), `account_id\n${[...ids].join('\n')}\n`);
  writeFileSync(join(data, 'marts.health.csv'), `customer,day,logins,mood\n${rows.join('\n')}\n`);
  const pack = parsePack(files);
  lintPackSql(pack);
  const [scored] = await scoreOnData([pack], { folder: data, asOf: `${date}T15:00:00Z` });
  return [pack, scored?.rows.get('health') ?? []];
}

describe('a metrics mart', () => {
  it('gives every account its newest row up to the date, and none from after it', async () => {
    const rows = [
      'a,2026-03-01,9,high',
      'a,2026-03-02,0,high',
      'a,2026-03-03,9,high',
      'b,2026-03-02,9,low',
    ];
    expect(await pointsOn('2026-03-02', rows)).toEqual({ a: 4000, b: 6000 });
    expect(await pointsOn('2026-03-03', rows)).toEqual({ a: 10_000, b: 6000 });
    expect(await pointsOn('2026-03-01', rows)).toEqual({ a: 10_000, b: null });
  });

  it('leaves an account out whose rows are older than max_age, against the last day', async () => {
    const rows = ['a,2026-03-10,9,high', 'b,2026-03-03,9,high'];
    expect(await pointsOn('2026-03-10', rows)).toEqual({ a: 10_000, b: null });
    const longer = filesWith(['rules/dbt/pack.yaml', 'date: day,', 'date: day, max_age: 8d,']);
    expect(await pointsOn('2026-03-10', rows, longer)).toEqual({ a: 10_000, b: 10_000 });
  });

  it('asks max_age of a measure of the account’s row, too', async () => {
    const rows = ['a,2026-03-10,9,low', 'b,2026-03-07,9,low', 'c,2026-03-06,9,low'];
    // Logins have max_age 3d; the judgement has none.
    expect(await pointsOn('2026-03-10', rows)).toEqual({ a: 6000, b: 6000, c: 0 });
  });

  it('carries a late row for days beyond the shorter of both ages', async () => {
    const bandOn = async (day: string) => {
      const [, found] = await scoredOn('2026-03-20', ['a,2026-03-20,9,high', `b,${day},0,high`]);
      return found.find(({ account_id: id }) => id === 'b')?.band;
    };
    // Logins: 3 and 7 days; the judgement: 7 and 7. After them, logins may earn 0 to 60 of 100.
    expect(await bandOn('2026-03-10')).toBe('low');
    expect(await bandOn('2026-03-09')).toBe('unknown');
  });

  it('case 21d: says of an account whose row is ten days old since when there is no data', async () => {
    const rows = ['a,2026-03-12,9,high', 'b,2026-03-02,9,high'];
    const [pack, found] = await scoredOn('2026-03-12', rows);
    const row = found.find(({ account_id: id }) => id === 'b');
    if (!row) throw new Error('b was not scored');
    // Its last known values hold the band while they are carried, and nothing is said to be missing.
    expect(row).toMatchObject({ scorecard: 'all', points: null, band: 'high' });
    const explained = explainResult(layoutOf(pack), row);
    expect(explained).toMatchObject({ waiting_for_data: true, waiting_since: '2026-03-02' });
    expect(explained.measures.map(({ value, known_on }) => [value, known_on])).toEqual([
      [9, '2026-03-02'],
      ['high', '2026-03-02'],
    ]);
    expect(reasonTexts(explained, [], 'en')[0]).toContain('2026-03-02');
  });

  it('counts as missing where the whole table is older than a measure allows', async () => {
    const rows = ['a,2026-03-02,9,low'];
    expect(await pointsOn('2026-03-05', rows)).toEqual({ a: 6000 });
    // Logins have max_age 3d; the judgement has none.
    expect(await pointsOn('2026-03-06', rows)).toEqual({ a: 0 });
  });

  it('sets an account aside that has two rows of one day, and counts equal ones once', async () => {
    const rows = ['a,2026-03-02,9,high', 'a,2026-03-02,1,high', 'b,2026-03-02,9,high'];
    expect(await pointsOn('2026-03-02', [...rows, ...rows.slice(2)])).toEqual({
      a: null,
      b: 10_000,
    });
  });

  it('may be one sheet without dates that holds accounts and metrics', async () => {
    const files = filesWith([
      'rules/dbt/pack.yaml',
      metrics,
      'metrics: { table: sheet, columns: { account_id: customer } }\ntables: { accounts: { table: sheet, columns: { account_id: customer } } }',
    ]);
    const data = mkdtempSync(join(folder, 'sheet-'));
    writeFileSync(join(data, 'sheet.csv'), 'customer,logins,mood\na,9,low\nb,,high\n');
    const place = { folder: data, asOf: '2026-03-02T15:00:00Z' };
    const [scored] = await scoreOnData([parsePack(files)], place);
    expect(scored?.rows.get('health')?.map(({ points }) => points)).toEqual([6000, 10_000]);
  });

  it('gives days since a column of dates, to the day that is scored', async () => {
    const files = filesWith(
      ['sql/metrics/dbt/health.yaml', 'logins, type: int,', 'logins, type: int, days_since: true,'],
      ['rules/dbt/scorecards/all.yaml', '[[0, 0], [5, 60]]', '[[0, 0], [5, 20], [9, 60]]'],
    );
    const rows = ['a,2026-03-08,2026-03-01,low', 'b,2026-03-10,2026年3月5日,low'];
    expect(await pointsOn('2026-03-10', rows, files)).toEqual({ a: 6000, b: 2000 });
  });

  it('refuses days since what is no column of its dates', () => {
    const group = 'sql/metrics/dbt/health.yaml';
    const mood = filesWith([group, 'mood, type: enum,', 'mood, type: enum, days_since: true,']);
    expect(problemsIn(mood)).toMatchObject([
      { file: group, line: 5, message: expect.stringContaining('write type: int') },
    ]);
    const ofSql = filesWith(
      [group, 'sources: [mart]', 'sources: [mart, accounts]'],
      [group, 'logins, type: int,', 'logins, type: int, days_since: true,'],
    );
    expect(problemsIn(ofSql).map(({ message }) => message)).toContainEqual(
      expect.stringContaining('or compute the days in SQL'),
    );
  });

  it('needs pack.yaml to name it, and metrics to have the names of its columns', () => {
    const unnamed = problemsIn(filesWith(['rules/dbt/pack.yaml', metrics, '']));
    expect(unnamed.map(({ file, message }) => `${file} ${message}`)).toContainEqual(
      expect.stringContaining('sql/metrics/dbt/health.yaml is mart, which'),
    );
    const wrong = filesWith(['rules/dbt/pack.yaml', 'account_id: customer', 'login: n']);
    expect(problemsIn(wrong)).toMatchObject([
      {
        file: 'rules/dbt/pack.yaml',
        line: 6,
        message: expect.stringContaining('did you mean logins?'),
      },
    ]);
  });

  it('is watched like a feed: a measure without max_age is told', () => {
    const rules = lintPack(parsePack(filesWith())).map(({ rule, line }) => [rule, line]);
    expect(rules).toContainEqual(['no-max-age', 7]);
  });
});
