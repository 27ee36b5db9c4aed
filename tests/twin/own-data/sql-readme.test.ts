/** What sql/README.md tells authors about the subset is what the code allows. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPackFiles } from '../../../functions/cli/rules/new-pack.ts';
import { metricFunctions } from '../../../functions/local/googlesql/constructs.ts';
import { lintPackSql } from '../../../functions/local/googlesql/lint.ts';
import { scoreOnData } from '../../../functions/own-data/rules-data.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles, repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const readme = readFileSync(join(repositoryRoot(), 'sql', 'README.md'), 'utf8');

describe('sql/README.md lists the functions that metric SQL may call', () => {
  it.each(Object.entries(metricFunctions))('about %s', (topic, functions) => {
    const row = new RegExp(`^\\| ${topic} \\| (.*) \\|$`, 'm').exec(readme)?.[1] ?? '';
    const told = [...row.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name);
    expect(told).toEqual(functions.map(({ name }) => name));
  });
});

/** The first example in a language of which the text holds `part`. */
function example(language: string, part: string): string {
  const found = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))]
    .map(([, text = '']) => text)
    .find((text) => text.includes(part));
  if (found === undefined) throw new Error(`no example with ${part}`);
  return found;
}

describe('the table of your own in sql/README.md', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kenko-sql-readme-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read and counted as it stands there', async () => {
    const files = new Map(
      [...readPackFiles('saas')].filter(([path]) => /^sql\/(sources|metrics\/shared)\//.test(path)),
    );
    const label = { en: 'Shop', ja: '店' };
    const template = newPackFiles({ name: 'shop', label, purpose: 'purchase', zone: 'Asia/Tokyo' });
    for (const [path, text] of template) files.set(path, text);
    files.delete('rules/shop/scorecards/main.test.yaml');
    const mapped = /`(clicks: \{ columns: [^`]+)` under `tables`/.exec(readme)?.[1] ?? '';
    const add = (path: string, text: string) => files.set(path, (files.get(path) ?? '') + text);
    add('rules/shop/pack.yaml', `tables:\n  ${mapped}\n`);
    add(
      'rules/shop/scorecards/main.yaml',
      '  - { id: visits, metric: visits_28d, steps: [[0, 0], [2, 10]] }\n',
    );
    add('sql/sources/clicks.yaml', example('yaml', 'table: clicks'));
    add('sql/metrics/shop/visits.yaml', example('yaml', 'group: visits'));
    add('sql/metrics/shop/visits.sql', example('sql', 'visits_28d'));
    const pack = parsePack(files);
    lintPackSql(pack);

    writeFileSync(join(folder, 'accounts.csv'), 'account_id\na\nb\n');
    writeFileSync(
      join(folder, 'clicks.csv'),
      [
        'user_id,clicked_at,session_id,event',
        'a,2024-03-01 10:00:00,s0,home',
        'a,2024-03-12 10:00:00,s1,home',
        'a,2024-03-31 23:59:00,s2,cart',
        'a,2024-03-31 23:59:30,s2,cart',
        // A day that is not complete.
        'a,2024-04-01 00:00:00,s3,cart',
      ].join('\n'),
    );
    const [result] = await scoreOnData([pack], { folder });
    expect(result?.date).toBe('2024-03-31');
    const rows = result?.rows.get('health') ?? [];
    const input = result?.layout.scores[0]?.inputs.findIndex(
      ({ metric }) => metric === 'visits_28d',
    );
    const read = rows.map(({ account_id, inputs }) => [account_id, inputs[input ?? -1]]);
    expect(Object.fromEntries(read)).toEqual({ a: 2, b: null });
  });
});
