/** A candidate's folder beside the rules: what it is read as, checked as, and switched to. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  packOfFolder,
  readCandidateFiles,
  readPackFiles,
  repositoryRoot,
} from '../../../functions/wiring/deployed-files.ts';
import { keptRules, readCandidate, readRules } from '../../../functions/wiring/deployed-rules.ts';
import { kenko } from '../../support/system/command-line.ts';

let folder: string;
let rules: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-candidate-'));
  rules = join(folder, 'saas');
  cpSync(join(repositoryRoot(), 'rules/saas'), rules, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const card = 'scorecards/renewal.yaml';
const read = (name: string) => readFileSync(join(rules, name), 'utf8');
/** A file of the candidate: the live one with something else in it. */
function propose(name: string, from: string, to: string): void {
  const text = read(name);
  expect(text).toContain(from);
  const path = join(rules, 'candidate', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text.replace(from, to));
}
const live = () => parsePack(readPackFiles('saas', { folder: rules }));
const candidate = () => readCandidate(live(), { folder: rules });

describe('a candidate', () => {
  it('is the live rules with its files in place of those of the same name, and as they would be live', async () => {
    const { hash } = live();
    expect(await candidate()).toBeUndefined();
    propose(card, 'version: 1.0.0', 'version: 2.0.0');
    writeFileSync(join(rules, 'candidate/exemplars.yaml'), ' \n');
    expect(live().hash).toBe(hash);
    const found = await candidate();
    expect(found?.exemplars).toEqual([]);
    expect(found?.hash).not.toBe(hash);
    // Other live files go on to be the candidate's.
    const bands = read('bands.yaml');
    writeFileSync(join(rules, 'bands.yaml'), `${bands}\n`);
    expect((await candidate())?.hash).not.toBe(found?.hash);
    writeFileSync(join(rules, 'bands.yaml'), bands);
    // The switch: its files take the place of the live ones.
    cpSync(join(rules, 'candidate'), rules, { recursive: true });
    rmSync(join(rules, 'candidate'), { recursive: true });
    rmSync(join(rules, 'exemplars.yaml'));
    expect(live().hash).toBe(found?.hash);
    expect(await candidate()).toBeUndefined();
  });

  it('is checked with the live rules, and its mistakes are named where they stand', async () => {
    propose(card, 'version: 1.0.0', 'version: 2.0.0');
    expect((await kenko('rules', 'check', rules)).status).toBe(0);
    propose(card, 'metric: active_days_28d', 'metric: active_dayz');
    const broken = await kenko('rules', 'check', rules);
    expect(broken.status).toBe(2);
    expect(broken.stderr).toMatch(
      /rules\/saas\/candidate\/scorecards\/renewal\.yaml:\d+ .*active_dayz/,
    );
    propose(card, 'steps:', 'steps: [[0, 1], [1, 0]] # ');
    const findings = await kenko('rules', 'check', rules);
    expect(`${findings.stdout}${findings.stderr}`).toContain(`rules/saas/candidate/${card}`);
  });

  it('that reads the data in another way is refused: the difference would not be one of rules', async () => {
    propose('pack.yaml', 'zone: Asia/Tokyo', 'zone: Europe/London');
    const refused = await kenko('rules', 'check', rules);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(
      'rules/saas/candidate/pack.yaml:1 zone is not that of the live rules: a candidate is scored on the same inputs',
    );
  });

  it('is kept in a bundle beside the live rules, and is the same when it is read there', async () => {
    propose(card, 'version: 1.0.0', 'version: 2.0.0');
    const root = join(folder, 'bundled');
    cpSync(join(repositoryRoot(), 'sql'), join(root, 'sql'), { recursive: true });
    cpSync(rules, join(root, 'rules/saas'), { recursive: true });
    const { path, text, hash } = await keptRules('saas', root);
    expect(hash).toBe(live().hash);
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, path), text);
    rmSync(join(root, 'rules/saas/candidate'), { recursive: true });
    const read = await readRules('saas', root);
    const beside = await candidate();
    expect(read.pack.hash).toBe(hash);
    expect(read.candidate?.hash).toBe(beside?.hash);
    const versions = read.candidate?.scores[0]?.scorecards.map(({ version }) => version);
    expect(versions).toContain('2.0.0');
  });

  it('can be compared as any two versions can', async () => {
    propose(card, 'version: 1.0.0', 'version: 2.0.0');
    expect(packOfFolder(join(rules, 'candidate'))).toBe('saas');
    expect(readPackFiles('saas', { folder: join(rules, 'candidate') })).toEqual(
      readCandidateFiles('saas', { folder: rules })?.files,
    );
    const diff = await kenko(
      'rules',
      'diff',
      rules,
      join(rules, 'candidate'),
      '--accounts',
      '60',
      '--json',
    );
    expect(JSON.parse(diff.stdout)).toMatchObject({ pack: 'saas', same_rules: false });
  });
});
