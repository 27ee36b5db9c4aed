/** Rules tried on data before anything goes live, as a user types it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { kenko } from '../support/system/command-line.ts';

const root = repositoryRoot();
const data = join(root, 'tests/support/fixtures/cdnow-500');
const onData = ['--data', data, '--as-of', '1998-04-01T00:00:00Z'];

let folder: string;
let retail: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-rules-'));
  retail = join(folder, 'retail');
  cpSync(join(root, 'rules/retail'), retail, { recursive: true });
  writeFileSync(join(retail, 'exemplars.yaml'), exemplars);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bought once, early in 1997. */
const gone = '00001';
const exemplars = `- { account: '${gone}', score: health, at_most: unlikely, why: Never came back. }\n`;

/** The pack with the steps of one measure replaced. */
function withSteps(measure: string, steps: string): string {
  const changed = mkdtempSync(join(folder, 'changed-'));
  const pack = join(changed, 'retail');
  cpSync(retail, pack, { recursive: true });
  const path = join(pack, 'scorecards/purchase.yaml');
  const text = readFileSync(path, 'utf8');
  const edited = text.replace(new RegExp(`(id: ${measure}\\n[^]*?steps: ).*`), `$1${steps}`);
  expect(edited).not.toBe(text);
  writeFileSync(path, edited);
  return pack;
}

describe('kenko rules check', () => {
  it('looks at no data unless it is named, and says so', async () => {
    const checked = await kenko('rules', 'check', retail);
    expect(checked.status).toBe(0);
    expect(checked.stdout).toContain('no data (name it with --data or --state');
  });

  it('adds what data shows: coverage and exemplars', async () => {
    const checked = await kenko('rules', 'check', retail, '--json', ...onData);
    expect(checked.status).toBe(0);
    const report = JSON.parse(checked.stdout);
    expect(report).toMatchObject({
      pack: 'retail',
      passed: true,
      tests: { failed: 0 },
      data: { date: '1998-03-31', accounts: 500 },
    });
    const rules = report.findings.map(({ rule }: { rule: string }) => rule);
    expect(rules).toContain('thin-data');
    expect(rules).not.toContain('exemplar');
  });

  it('N4: blocks where a threshold moves an exemplar out of its band, and fails a rule test', async () => {
    const broken = withSteps('recency', '[[0, 33], [900, 0]]');
    const checked = await kenko('rules', 'check', broken, '--json', ...onData);
    expect(checked.status).toBe(1);
    const blocking = JSON.parse(checked.stdout).findings.filter(
      ({ severity }: { severity: string }) => severity === 'block',
    );
    expect(blocking.map(({ rule }: { rule: string }) => rule)).toEqual(
      expect.arrayContaining(['rule-test', 'exemplar']),
    );
    for (const { file, line } of blocking) expect(`${file}:${line}`).toMatch(/\.yaml:\d+$/);
  });

  it('refuses a state folder without data in one sentence', async () => {
    const refused = await kenko('rules', 'check', retail, '--state', join(folder, 'none'));
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/no data of pack "retail"/);
  });
});

describe('kenko rules diff', () => {
  it('tells who would move between bands, and by which measure', async () => {
    const stricter = withSteps('recency', '[[0, 33], [3, 30], [7, 0]]');
    const compared = await kenko('rules', 'diff', retail, stricter, '--json', ...onData);
    expect(compared.status).toBe(0);
    const { scores, data: of, date } = JSON.parse(compared.stdout);
    expect({ of, date }).toEqual({ of: 'own', date: '1998-03-31' });
    expect(scores[0].down.accounts).toBeGreaterThan(20);
    expect(scores[0].up.accounts).toBe(0);
    expect(scores[0].measures[0].measure).toBe('recency');
    const markdown = await kenko('rules', 'diff', retail, stricter, '--markdown', ...onData);
    expect(markdown.stdout).toContain('## Rules of retail: what would change');
  });

  it('tells whoever compares a pack that a revision does not have what to name instead', async () => {
    const bakery = join(folder, 'bakery');
    cpSync(retail, bakery, { recursive: true });
    const refused = await kenko('rules', 'diff', 'HEAD', bakery, ...onData);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(
      'HEAD has no pack "bakery"; name a revision that has it (HEAD, once it is committed)',
    );
  });

  it('says that the same rules are the same', async () => {
    const compared = await kenko('rules', 'diff', retail, retail, '--lang', 'ja', ...onData);
    expect(compared.stdout).toContain('どちらも同じルールです。');
  });
});
