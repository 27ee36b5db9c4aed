/** What holds for every pack there is, before any data is scored. */
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../functions/local/demo/kinds.ts';
import { lintPackSql } from '../../functions/local/googlesql/lint.ts';
import { lintPack } from '../../functions/scorecard/language/lint/lint.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { runRuleTests } from '../../functions/scorecard/meaning/rule-tests.ts';
import { packNames, readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';

describe.each(packNames())('the pack %s', (name) => {
  const pack = parsePack(readPackFiles(name));
  const cards = pack.scores.flatMap(({ scorecards }) => scorecards);

  it('is understood, with its SQL, and nothing is found to be wrong', () => {
    lintPackSql(pack);
    expect(lintPack(pack).filter(({ severity }) => severity !== 'hint')).toEqual([]);
  });

  it('has passing tests for each of its scorecards', () => {
    const { outcomes, failed } = runRuleTests(pack);
    expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
    expect(failed).toBe(0);
    for (const { id } of cards)
      expect(
        pack.tests.find(({ scorecard }) => scorecard === id)?.cases.length,
        id,
      ).toBeGreaterThan(1);
  });

  it('names customers that must come out high and low', () => {
    expect(pack.exemplars.some(({ atLeast }) => atLeast !== null)).toBe(true);
    expect(pack.exemplars.some(({ atMost }) => atMost !== null)).toBe(true);
  });

  it('says of every threshold that it is a hypothesis, and gives hints for it', () => {
    for (const { id, measures } of cards)
      for (const measure of measures) {
        expect(measure.hypothesis, `${id}.${measure.id}`).toBe(true);
        expect(measure.hints.ja.length, `${id}.${measure.id}`).toBeGreaterThan(0);
      }
  });
});

// The default pack and the one for shops are described in rules/README.md.
const companies = packNames().filter((name) => name !== 'saas' && name !== 'retail');

describe.each(companies)('the pack %s of a company', (name) => {
  const read = (file: string): string =>
    readFileSync(join(repositoryRoot(), 'rules', name, file), 'utf8');

  it('says in both languages what it covers', () => {
    const ids = (text: string) => new Set(text.match(/\b[WNDSPMT]\d{1,2}\b/g));
    expect(existsSync(join(repositoryRoot(), 'rules', name, 'README.ja.md'))).toBe(true);
    expect(ids(read('README.md')).size).toBeGreaterThan(2);
    expect(ids(read('README.ja.md'))).toEqual(ids(read('README.md')));
  });

  it('has demo customers of its own kind', () => {
    expect(kinds.get(name)?.records ?? kinds.get(name)?.shape).toBeDefined();
    expect(kinds.get(name)?.features).not.toEqual(kinds.get('saas')?.features);
  });
});

it('is read from files that end in .yml, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-yml-'));
  try {
    cpSync(join(repositoryRoot(), 'rules/retail'), folder, { recursive: true });
    for (const name of ['purchase', 'purchase.test']) {
      const path = join(folder, 'scorecards', name);
      renameSync(`${path}.yaml`, `${path}.yml`);
    }
    const [score] = parsePack(readPackFiles('retail', { folder })).scores;
    expect(score?.scorecards.map(({ id }) => id)).toEqual(['purchase']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
