/** Looking back at a sheet: whether its rows say of which day they are decides what that proves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPackFiles } from '../../functions/cli/new-pack.ts';
import { readPackFiles } from '../../functions/deployed-files.ts';
import { profileSheet } from '../../functions/evidence/sheet-profile.ts';
import { judgePast } from '../../functions/local/past-data.ts';
import { parsePack } from '../../functions/scorecard/parse.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-past-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ids = Array.from({ length: 12 }, (_, i) => `c${i}`);
const asOf = '2026-03-31T15:00:00Z';

/** What is known of the past by a sheet with these columns and rows. */
async function pastOf(header: string[], rows: string[][]): ReturnType<typeof judgePast> {
  const data = mkdtempSync(join(folder, 'sheet-'));
  const csv = (lines: readonly (readonly string[])[]): string => `${lines.join('\n')}\n`;
  writeFileSync(join(data, 'sheet.csv'), csv([header, ...rows]));
  writeFileSync(join(data, 'accounts.csv'), csv([['account_id'], ...ids.map((id) => [id])]));
  writeFileSync(
    join(data, 'outcomes.csv'),
    csv([
      ['account_id', 'outcome_on', 'kind'],
      ...ids.map((id, i) => [id, '2026-03-20', i % 2 ? 'churned' : 'renewed']),
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
  return judgePast(parsePack(files), { folder: data, asOf }, { lead: 30, every: 14 });
}

it('names the sheet where today’s values stand for all days', async () => {
  const { judged, timeless } = await pastOf(
    ['account_id', 'logins'],
    ids.map((id, i) => [id, String(i)]),
  );
  expect(judged.get('health')).toHaveLength(12);
  expect(timeless).toEqual(['sheet']);
});

it('names nothing where every row has its day', async () => {
  const days = ['2026-01-30', '2026-02-05', '2026-02-11', '2026-02-17', '2026-02-23'];
  const { judged, timeless } = await pastOf(
    ['account_id', 'day', 'logins'],
    days.flatMap((day) => ids.map((id, i) => [id, day, String(i)])),
  );
  expect(judged.get('health')).toHaveLength(12);
  expect(timeless).toEqual([]);
});
