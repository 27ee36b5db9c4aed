/** `kenko evidence try`: one command from a file as people have it to a pack that passes its checks. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreOnData } from '../../../functions/own-data/rules-data.ts';
import { lintPack } from '../../../functions/scorecard/language/lint/lint.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { runRuleTests } from '../../../functions/scorecard/meaning/rule-tests.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { drawsFrom } from '../../support/evidence/draws.ts';
import { kenko } from '../../support/system/command-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-evidence-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** `n` customers, of whom those who use it less leave. */
function customers(n: number, separator = ',') {
  const draws = drawsFrom(n);
  const rows = Array.from({ length: n }, (_, i) => {
    const left = draws.whether(0.3);
    const [part, other] = [0, 1].map(() =>
      Math.max(0, Math.round(8 - 4 * Number(left) + 3 * draws.normal())),
    );
    const plan = draws.whether(left ? 0.7 : 0.2) ? 'Free, trial' : 'Paid';
    return [
      `C${i}`,
      left ? 'churned' : 'stayed',
      part,
      other,
      `"${plan}"`,
      i % 9 ? draws.whether(0.5) : 'NA',
      35 + (i % 30),
    ].join(separator);
  });
  return `${['customer_id', 'status', 'web_logins_count', 'app_logins_count', 'plan', 'flag', 'age'].join(separator)}\n${rows.join('\n')}\n`;
}

describe('kenko evidence try', () => {
  it('is one page for people as well, which loads nothing', async () => {
    const path = file('shown.csv', customers(120).replace('status', '<i>status'));
    const page = join(folder, 'shown.html');
    const told = await kenko(
      ...['evidence', 'try', path, '--outcome', '<i>status', '--lang', 'ja', '--html', page],
    );
    expect(told.status, told.stderr).toBe(0);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain(told.stdout.split('\n')[0]);
    for (const part of [
      '解約する顧客を見分けているか',
      '提案するスコアカード',
      '採点しない列',
      '<svg',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('<i>status');
    expect(text).not.toMatch(/https?:/);
  });

  it('makes a pack that passes its checks and gives the scores that were validated', async () => {
    const path = file('customers.csv', customers(300, ';'));
    const made = await kenko(
      'evidence',
      'try',
      path,
      '--outcome',
      'status',
      '--json',
      '--write',
      'tried',
      '--into',
      folder,
    );
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const json = JSON.parse(made.stdout);
    expect(json).toMatchObject({
      rows: 300,
      account: 'customer_id',
      verdict: 'predicts',
      outcome: { left: 'churned' },
    });
    expect(json.auc_out_of_fold).toBeGreaterThan(0.75);
    expect(json.auc_interval[0]).toBeLessThan(json.auc_out_of_fold);
    expect(json.left_out.map(({ column }: { column: string }) => column)).toEqual(
      expect.arrayContaining(['customer_id', 'age', 'flag']),
    );
    const files = new Map(
      [...readPackFiles('saas')].filter(([name]) => /^sql\/(sources|metrics\/shared)\//.test(name)),
    );
    for (const name of json.written.files)
      files.set(name, readFileSync(join(folder, name), 'utf8'));
    const pack = parsePack(files);
    expect(runRuleTests(pack)).toMatchObject({ passed: 3, failed: 0 });
    expect(lintPack(pack).filter(({ severity }) => severity !== 'hint')).toEqual([]);
    const [scored] = await scoreOnData([pack], {
      folder: json.written.data,
      asOf: '2026-03-31T15:00:00Z',
    });
    const rows = scored?.rows.get('health') ?? [];
    expect(rows).toHaveLength(300);
    expect(rows.every(({ state, confidence }) => state === 'scored' && confidence === 1)).toBe(
      true,
    );
    const again = await kenko(
      'evidence',
      'try',
      path,
      '--outcome',
      'status',
      '--write',
      'tried',
      '--into',
      folder,
    );
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
  });

  it('reads Shift_JIS, and answers in Japanese', async () => {
    // "状態,日数" with 解約 and 継続, as Excel in Japan saves it.
    const head = [0x8f, 0xf3, 0x91, 0xd4, 0x2c, 0x93, 0xfa, 0x90, 0x94, 0x0a];
    const [gone, here] = [
      [0x89, 0xf0, 0x96, 0xf1],
      [0x8c, 0x70, 0x91, 0xb1],
    ];
    const rows = Array.from({ length: 60 }, (_, i) => [
      ...(i % 3 ? here : gone),
      0x2c,
      0x30 + (i % 7),
      0x0a,
    ]);
    const path = file('sjis.csv', Uint8Array.from([...head, ...rows.flat()]));
    const made = await kenko('evidence', 'try', path, '--outcome', '状態', '--lang', 'ja');
    expect(made.status).toBe(0);
    expect(made.stdout).toContain('shift_jis');
    expect(made.stdout).toContain('予測できる根拠は見つかりませんでした');
  });

  it('writes no pack on evidence that is too weak, unless told to', async () => {
    const path = file('few.csv', customers(80));
    const flags = [
      'evidence',
      'try',
      path,
      '--outcome',
      'status',
      '--write',
      'few',
      '--into',
      folder,
    ];
    const refused = await kenko(...flags);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--anyway') });
    expect(await kenko(...flags, '--anyway')).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'rules/few/scorecards/main.yaml'), 'utf8')).toContain('steps');
  });

  it('says in one sentence what it cannot read', async () => {
    const told = async (name: string, content: string, outcome = 'churn') =>
      (await kenko('evidence', 'try', file(name, content), '--outcome', outcome)).stderr;
    expect(await told('other.csv', 'a,b\n1,2\n')).toContain(
      'There is no column churn; the columns are a, b.',
    );
    expect(await told('odd.csv', 'churn,b\nx,2\ny,3\n')).toContain('--left');
    expect(await told('empty.csv', 'churn,b\n')).toContain('no rows');
    expect(
      (await kenko('evidence', 'try', join(folder, 'none.csv'), '--outcome', 'churn')).stderr,
    ).toContain('There is no file');
  });
});
