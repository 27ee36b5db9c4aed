/** Looking back at a sheet: each outcome against what was known some time before it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays } from '../../functions/calendar.ts';
import { newPackFiles } from '../../functions/cli/rules/new-pack.ts';
import { profileSheet } from '../../functions/evidence/sheet/profile.ts';
import type { PastRequest } from '../../functions/own-data/past/past.ts';
import { judgePast } from '../../functions/own-data/past/past-data.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../functions/wiring/deployed-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-past-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ids = Array.from({ length: 12 }, (_, i) => `c${i}`);
const asOf = '2026-03-31T15:00:00Z';
const days = ['2026-01-30', '2026-02-05', '2026-02-11', '2026-02-17', '2026-02-23'];
/** Each account has its number on every day. */
const monthly = days.flatMap((day) => ids.map((id, i) => [id, day, String(i)]));

/** What is known of the past by a sheet with these columns and rows. */
async function pastOf(
  header: string[],
  rows: string[][],
  {
    others = [],
    card = (text) => text,
    ...period
  }: Partial<PastRequest> & { others?: string[][]; card?: (text: string) => string } = {},
): ReturnType<typeof judgePast> {
  const data = mkdtempSync(join(folder, 'sheet-'));
  const csv = (lines: readonly (readonly string[])[]): string => `${lines.join('\n')}\n`;
  writeFileSync(join(data, 'sheet.csv'), csv([header, ...rows]));
  writeFileSync(join(data, 'accounts.csv'), csv([['account_id'], ...ids.map((id) => [id])]));
  writeFileSync(
    join(data, 'outcomes.csv'),
    csv([
      ['account_id', 'outcome_on', 'kind'],
      ...ids.map((id, i) => [id, '2026-03-20', i % 2 ? 'churned' : 'renewed']),
      ...others,
    ]),
  );
  const profile = profileSheet(header, rows, []);
  if ('problem' in profile) throw new Error(profile.problem);
  const label = { en: 'Sheet', ja: 'シート' };
  const files = new Map([
    ...[...readPackFiles('saas')].filter(([path]) =>
      /^sql\/(sources|metrics\/shared)\//.test(path),
    ),
    ...newPackFiles(
      { name: 'sheet', label, purpose: 'churn', zone: 'UTC' },
      { table: 'sheet', profile, attributes: {}, taken: [] },
    ),
  ]);
  const main = 'rules/sheet/scorecards/main.yaml';
  files.set(main, card(files.get(main) ?? ''));
  return judgePast(parsePack(files), { folder: data, asOf }, { lead: 30, every: 14, ...period });
}

const dated = ['account_id', 'day', 'logins'];
const judgedOf = ({ scores }: Awaited<ReturnType<typeof pastOf>>) =>
  scores.get('health')?.judged ?? [];

it('names the sheet where today’s values stand for all days', async () => {
  const past = await pastOf(
    ['account_id', 'logins'],
    ids.map((id, i) => [id, String(i)]),
  );
  expect(judgedOf(past)).toHaveLength(12);
  expect(past.timeless).toEqual(['sheet']);
});

it('names nothing where every row has its day', async () => {
  const past = await pastOf(dated, monthly);
  expect(judgedOf(past)).toHaveLength(12);
  expect(past.timeless).toEqual([]);
});

it('sees nothing of the days after the one that an outcome is held against', async () => {
  const points = async (rows: string[][]) =>
    judgedOf(await pastOf(dated, rows)).map(({ account, row }) => [account, row.points]);
  const turned = (since: string) =>
    monthly.map(([id = '', day = '', logins]) => [
      id,
      day,
      day >= since ? String(11 - Number(logins)) : String(logins),
    ]);
  const known = await points(monthly);
  expect(new Set(known.map(([, one]) => one)).size).toBeGreaterThan(2);
  // 30 days before 20 March is 18 February, and the last date of the grid by then is 12 February.
  expect(await points(turned('2026-02-17'))).toEqual(known);
  expect(await points(turned('2026-02-11'))).not.toEqual(known);
});

it('counts an outcome once, and tells results and outcomes apart', async () => {
  const others = [
    ['c0', '2026-03-20', 'renewed'],
    ['c0', '2026-03-20', 'expanded'],
    // Nothing is known of so early a day.
    ['c1', '2025-06-01', 'renewed'],
  ];
  const past = await pastOf(dated, monthly, { others });
  expect(past).toMatchObject({ outcomes: 13, dates: 2 });
  expect(past.scores.get('health')?.results).toBe(12);
  expect(judgedOf(past)).toHaveLength(12);
  expect(judgedOf(past).find(({ account }) => account === 'c0')?.kind).toBe('expanded');
});

it.each([
  [{ to: '2026-05-01' }, '--to 2026-05-01 is after 2026-03-30, the last day of the data'],
  [{ from: '2026-05-01' }, '--from 2026-05-01 is after 2026-03-30, the last day of the data'],
  [{ to: '2026-03-01' }, 'nothing churned, expanded, renewed from 2025-03-02 to 2026-03-01'],
])('days without outcomes get one clear sentence: %j', async (period, sentence) => {
  await expect(pastOf(dated, monthly, period)).rejects.toThrow(sentence);
});

it('replays bands from day to day where asked: a day that the grid skips may have lifted one', async () => {
  const days = Array.from({ length: 50 }, (_, i) => addDays('2026-01-05', i));
  // The boundary is at 60, and a band is kept up to 2 below it.
  const ofTheDay = (day: string) => (day < '2026-01-20' ? '55' : day > '2026-01-20' ? '59' : '65');
  const rows = days.flatMap((day) =>
    ids.map((id) => [id, day, id === 'c0' ? ofTheDay(day) : '10']),
  );
  const judged = async (daily: boolean) => {
    const past = await pastOf(dated, rows, {
      history: { leads: [60], daily },
      card: (text) => text.replace(/steps: .*/, 'linear: { from: 0, to: 100 }'),
    });
    return judgedOf(past).find(({ account }) => account === 'c0')?.row;
  };
  expect(await judged(false)).toMatchObject({ points: 5900, band: 'fair' });
  expect(await judged(true)).toMatchObject({
    points: 5900,
    band: 'good',
    held_by_hysteresis: true,
  });
});
