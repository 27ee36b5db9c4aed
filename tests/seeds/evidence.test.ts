/** Scores and actions held against what became of accounts, as CS Ops type it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ActionEffect } from '../../functions/evidence/action-effects.ts';
import type { ScoreProof } from '../../functions/evidence/backtest.ts';
import { readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { openPackAtWork } from '../support/seeds/pack-at-work.ts';
import { kenko } from '../support/system/command-line.ts';

const rules = join(repositoryRoot(), 'rules');
let folder: string;
let state: string;
/** Accounts that were called in winter, and what became of the low ones after that. */
let called: Set<string>;
let outcomes: { id: string; kind: string }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-evidence-'));
  state = join(folder, 'state');
  const path = 'rules/saas/pack.yaml';
  const text = readPackFiles('saas').get(path) ?? '';
  const work = await openPackAtWork({
    pack: 'saas',
    accounts: 300,
    today: '2025-12-27',
    files: new Map([[path, text.replace('share: 0.4', 'share: 1')]]),
  });
  await work.run('2025-12-27');
  const low = [...(await work.documents())]
    .filter(([, { scores }]) => ['critical', 'poor', 'fair'].includes(scores.health?.band ?? ''))
    .map(([id]) => id);
  called = new Set(low.filter((_, i) => i % 2 === 0));
  for (const id of called)
    await work.post(`/v1/accounts/${encodeURIComponent(id)}/interventions`, {
      did: 'call',
      text: 'How are they doing?',
      author: 'csm-1@example.com',
    });
  const quoted = [...called].map((id) => `'${id}'`).join();
  await work.run('2026-03-10', [
    // What nobody knows of real customers: here, whoever was called stays.
    `UPDATE source.outcomes SET kind = 'renewed'
     WHERE kind = 'churned' AND outcome_on > DATE '2025-12-28' AND account_id IN (${quoted})`,
  ]);
  const rows = await work.warehouse.query(
    `SELECT account_id AS id, kind FROM source.outcomes
     WHERE outcome_on BETWEEN DATE '2026-01-05' AND DATE '2026-02-20'
       AND kind IN ('churned', 'renewed', 'expanded')`,
  );
  outcomes = rows
    .map(({ id, kind }) => ({ id: String(id), kind: String(kind) }))
    .filter(({ id, kind }) => low.includes(id) && kind !== 'expanded');
  for (const statement of [
    'ALTER TABLE source.outcomes ADD COLUMN reason VARCHAR',
    `UPDATE source.outcomes SET reason = CASE WHEN account_id < 'A-0100' THEN 'price' ELSE 'not used' END
     WHERE kind = 'churned'`,
  ]) {
    await work.warehouse.transaction(async (connection) => {
      await connection.run(statement);
    });
  }
  await work.closeInto(join(state, 'saas'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Backtest {
  outcomes: number;
  scores: ScoreProof[];
}

async function backtest(pack: string, ...flags: string[]): Promise<Backtest> {
  const told = await kenko('evidence', 'backtest', pack, '--json', ...flags);
  expect(told.status, told.stderr).toBe(0);
  return JSON.parse(told.stdout);
}

async function actions(...flags: string[]): Promise<{ logged: number; effects: ActionEffect[] }> {
  const told = await kenko('evidence', 'effects', '--state', state, '--json', ...flags);
  expect(told.status, told.stderr).toBe(0);
  return JSON.parse(told.stdout);
}

/** Each score lies before the calls, and each outcome after them. */
const winter = ['--lead', '60', '--every', '14', '--from', '2026-01-05', '--to', '2026-02-20'];

describe('evidence', () => {
  it('S3: churn is predicted, and which actions led to renewal is analysed', async () => {
    const proof = await backtest(
      join(rules, 'saas'),
      '--state',
      state,
      '--from',
      '2025-06-01',
      '--to',
      '2026-02-15',
    );
    const [health] = proof.scores;
    expect(health?.outcomes.churned).toBeGreaterThan(20);
    expect(health?.auc?.low).toBeGreaterThan(0.6);
    const share = ({ churned, renewed, expanded }: ScoreProof['bands'][number]) =>
      churned / (churned + renewed + expanded);
    const [worst, , , , best] = health?.bands ?? [];
    expect(worst && share(worst)).toBeGreaterThan(2 * ((best && share(best)) ?? 1));
    const { logged, effects } = await actions(...winter);
    expect(logged).toBe(called.size);
    expect(new Set(effects.map(({ did }) => did))).toEqual(new Set(['call']));
    for (const lang of ['en', 'ja']) {
      const { stdout } = await kenko(
        'evidence',
        'effects',
        '--state',
        state,
        '--lang',
        lang,
        ...winter,
      );
      expect(stdout).toMatch(lang === 'en' ? /proves no cause/ : /因果関係の証明ではありません/);
      expect(stdout).toMatch(lang === 'en' ? /^Call .*all .*[+−]\d+ \(/m : /^電話 .*全体 /m);
    }
  });

  it('M7: how renewals differ with and without what the score led to is measured', async () => {
    const { effects } = await actions(...winter);
    const all = effects.find(({ band }) => band === null);
    const stayed = (some: typeof outcomes) => ({
      accounts: some.length,
      good: some.filter(({ kind }) => kind !== 'churned').length,
    });
    const counted = stayed(outcomes.filter(({ id }) => called.has(id)));
    expect(counted.accounts).toBeGreaterThan(4);
    expect(all?.with).toEqual(counted);
    expect(all?.with.good).toBe(all?.with.accounts);
    expect(all?.difference?.value).toBeGreaterThan(0);
    expect(all?.difference?.low).toBeLessThan(all?.difference?.value ?? 0);
  });

  it('tells a head of CS all of it on one page, which is the same each time', async () => {
    const page = join(folder, 'report.html');
    const period = [
      '--state',
      state,
      '--every',
      '28',
      '--from',
      '2025-06-01',
      '--to',
      '2026-02-15',
    ];
    const report = (...flags: string[]) =>
      kenko('evidence', 'report', join(rules, 'saas'), '--score', 'health', ...period, ...flags);
    const told = await report('--html', page, '--lang', 'ja');
    expect(told.status, told.stderr).toBe(0);
    const text = readFileSync(page, 'utf8');
    const questions = [
      '解約する顧客を見分けているか',
      'どれくらい前に分かるか',
      '見分けられないのはどこか',
      '何を直すべきか',
      '対応は効果があったか',
      'このデータでは言えないこと',
    ];
    for (const source of [told.stdout, text]) {
      const places = questions.map((question) => source.indexOf(question));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places[0]).toBeGreaterThan(-1);
    }
    expect(text).not.toMatch(/https?:/);
    await report('--html', page, '--lang', 'ja', '--json');
    expect(readFileSync(page, 'utf8')).toBe(text);
    const { scores } = JSON.parse((await report('--json')).stdout);
    const [health] = scores;
    expect(health.leads.map(({ lead }: { lead: number }) => lead)).toEqual([90, 60, 30]);
    const [early, , late] = health.leads;
    expect(late.auc.value).toBeGreaterThan(early.auc.value);
    const { churns } = health.warnings;
    expect(churns.length).toBe(health.proof.outcomes.churned);
    expect(health.effects.comparisons.map(({ did }: { did: string }) => did)).toEqual(['call']);
    const years = health.parts.filter(({ by }: { by: string }) => by === 'year');
    expect(years.map(({ id }: { id: string }) => id)).toEqual(['2025', '2026']);
  });

  it('lets rules go live with the evidence that their pack requires, and says when they have aged', async () => {
    const gated = join(folder, 'gated', 'saas');
    cpSync(join(rules, 'saas'), gated, { recursive: true });
    const path = join(gated, 'pack.yaml');
    const required = 'evidence: { auc: 0.6, monotone: true, exemplars: pass, scores: [health] }';
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n${required}\n`);
    const check = async () => {
      const { status, stdout } = await kenko('rules', 'check', gated, '--json');
      const { findings } = JSON.parse(stdout);
      return { status, rules: findings.map(({ rule }: { rule: string }) => rule) };
    };
    expect(await check()).toMatchObject({ status: 1 });
    expect((await check()).rules).toContain('evidence-missing');
    const demo = await kenko('evidence', 'accept', gated);
    expect(demo.stderr).toContain('invented, so they prove nothing');
    const period = ['--state', state, '--from', '2025-06-01', '--to', '2026-02-15'];
    const lately = [...period, '--every', '28', '--author', 'ops@example.com'];
    const told = await kenko('evidence', 'accept', gated, ...lately);
    expect(told.status, told.stderr).toBe(0);
    const accepted = readFileSync(join(gated, 'evidence.yaml'), 'utf8');
    expect(accepted).toContain('accepted_by: ops@example.com');
    expect((await check()).rules.filter((rule: string) => rule.startsWith('evidence'))).toEqual([]);
    const card = join(gated, 'scorecards/use.yaml');
    const text = readFileSync(card, 'utf8');
    writeFileSync(card, text.replace(/version: \S+/, 'version: 9.0.0'));
    expect((await check()).rules).toContain('evidence-of-other-rules');
    const drift = (...flags: string[]) =>
      kenko('evidence', 'drift', gated, '--state', state, '--json', ...flags);
    const { scores, since } = JSON.parse((await drift()).stdout);
    expect(since).toBe('2026-02-15');
    expect(scores[0].drift[0]).toMatchObject({ metric: null, moved: false });
    expect(scores[0].drift[0].accountsNow).toBeGreaterThan(200);
    expect((await kenko('evidence', 'drift', gated)).stderr).toContain('Name the data');
  });

  it('M8: hypotheses are marked, and each is held against outcomes', async () => {
    const pack = join(rules, 'monoxer');
    const { scores } = await backtest(pack, '--accounts', '250', '--today', '2026-04-20');
    const measures = scores[0]?.measures ?? [];
    expect(measures.length).toBeGreaterThan(5);
    expect(measures.every(({ hypothesis }) => hypothesis)).toBe(true);
    const held = measures.filter(({ auc }) => auc !== null);
    expect(held.length).toBe(measures.length);
    expect(held.some(({ auc }) => (auc?.low ?? 0) > 0.5)).toBe(true);
    const { stdout } = await kenko(
      'evidence',
      'backtest',
      pack,
      '--accounts',
      '60',
      '--lang',
      'ja',
    );
    expect(stdout.match(/ 仮説/g)?.length).toBeGreaterThan(5);
  });

  it('counts why they left, for the product team', async () => {
    const period = ['--state', state, '--from', '2025-06-01', '--to', '2026-02-15'];
    const [health] = (await backtest(join(rules, 'saas'), ...period)).scores;
    const reasons = health && 'reasons' in health ? health.reasons : [];
    const named = z.array(z.object({ reason: z.string(), accounts: z.number() })).parse(reasons);
    expect(named.map(({ reason }) => reason)).toEqual(['not used', 'price']);
    expect(named.reduce((sum, { accounts }) => sum + accounts, 0)).toBe(health?.outcomes.churned);
    const shown = ['--score', 'health', '--lang', 'ja'];
    const { stdout } = await kenko(
      'evidence',
      'backtest',
      join(rules, 'saas'),
      ...period,
      ...shown,
    );
    expect(stdout).toMatch(/解約理由（プロダクトチーム向け）[\s\S]*not used/);
  });

  it('T10, M4: a score that was tuned again is compared with the one before, on the same outcomes', async () => {
    const tuned = join(folder, 'tuned', 'saas');
    cpSync(join(rules, 'saas'), tuned, { recursive: true });
    const card = join(tuned, 'scorecards/renewal.yaml');
    const text = readFileSync(card, 'utf8');
    const mended = text
      .replace('version: 1.0.0', 'version: 1.0.1')
      .replace(
        /(metric: active_days_28d[\s\S]*?steps: ).*/,
        '$1[[0, 0], [4, 3], [10, 6], [16, 8]]',
      );
    expect(mended).not.toBe(text);
    writeFileSync(card, mended);
    const period = ['--state', state, '--from', '2025-09-01', '--to', '2026-02-15'];
    const [old, now] = [
      await backtest(join(rules, 'saas'), ...period),
      await backtest(tuned, ...period),
    ];
    expect(now.outcomes).toBe(old.outcomes);
    expect(now.scores[0]?.outcomes).toEqual(old.scores[0]?.outcomes);
    const versionOf = ({ scores }: Backtest) =>
      scores[0]?.versions.find(({ scorecard }) => scorecard === 'renewal')?.version;
    expect([versionOf(old), versionOf(now)]).toEqual(['1.0.0', '1.0.1']);
    expect(now.scores[0]?.auc).not.toEqual(old.scores[0]?.auc);
    const diff = await kenko(
      'rules',
      'diff',
      join(rules, 'saas'),
      tuned,
      '--json',
      '--state',
      state,
    );
    expect(JSON.parse(diff.stdout)).toMatchObject({ same_rules: false });
  });

  it.each([
    [['--lead', '0'], 'a whole number from 1 to 3660'],
    [['--lead', '999999999999'], 'a whole number from 1 to 3660'],
    [['--every', 'often'], 'a whole number from 1 to 3660'],
    [['--from', '2030-01-01'], 'the last day of the data'],
    [['--from', '2026-02-30'], '--from'],
    [['--from', '2026-03-01', '--to', '2026-02-01'], 'swap them'],
    [['--score', 'wealth'], 'There is no score "wealth"; pack saas has health, approach.'],
    [['--data', join(repositoryRoot(), 'tests/support/fixtures/cdnow-500')], 'no table "outcomes"'],
  ])('%j gets one clear sentence', async (flags, sentence) => {
    const pack = flags[0] === '--data' ? 'retail' : 'saas';
    const asked = await kenko('evidence', 'backtest', join(rules, pack), ...flags);
    expect(asked.status).toBe(2);
    expect(asked.stderr).toContain(sentence);
  });

  it('says whether acting helped only of accounts that a lot held back, the same ones each time', async () => {
    const accounts = join(folder, 'accounts.csv');
    const ids = Array.from({ length: 300 }, (_, i) => `A-${String(i + 1).padStart(4, '0')}`);
    writeFileSync(
      accounts,
      `name,account_id\n${ids.map((id) => `x,${id}`).join('\n')}\nx,A-0001\n`,
    );
    const lot = (...flags: string[]) =>
      kenko(
        ...['evidence', 'lot', accounts, '--account', 'account_id', '--signal', 'about_to_churn'],
        ...['--year', '2026', '--share', '0.4', ...flags],
      );
    const drawn = await lot();
    expect(drawn.stdout).toBe((await lot()).stdout);
    const [header, ...lines] = drawn.stdout.trim().split('\n');
    expect(header).toBe('account_id,held_back');
    expect(lines.map((line) => line.split(',')[0])).toEqual(ids);
    const held = JSON.parse((await lot('--json')).stdout).accounts.filter(
      (one: { held_back: boolean }) => one.held_back,
    ).length;
    expect(lines.filter((line) => line.endsWith(',yes'))).toHaveLength(held);
    expect(Math.abs(held - 120)).toBeLessThan(40);

    const path = join(folder, 'lot.csv');
    const effects = (...flags: string[]) =>
      kenko('evidence', 'effects', '--state', state, '--lot', path, ...flags);
    writeFileSync(path, drawn.stdout);
    const year = ['--from', '2025-06-01', '--to', '2026-02-15', '--every', '90'];
    const { holdOut } = JSON.parse((await effects('--json', ...year)).stdout);
    expect(Math.min(holdOut.acted.accounts, holdOut.held.accounts)).toBeGreaterThanOrEqual(20);
    for (const lang of ['en', 'ja'] as const) {
      expect((await effects('--lang', lang, ...year)).stdout).toContain(holdOut[lang]);
      expect(
        (await effects('--lang', lang, ...winter.slice(-2), '--from', '2026-02-18')).stdout,
      ).toContain(lang === 'en' ? 'a verdict needs 20 on either side' : '20 件ずつ必要です');
    }
    for (const [content, sentence] of [
      [
        'account_id,held_back\nA-0001,maybe\n',
        'row 2: held_back is "maybe"; yes or no is expected',
      ],
      [
        'account_id,held_back\nA-0001,yes\nA-0001,no\n',
        'row 3: account A-0001 is held back in one row',
      ],
      [
        'account_id,drawn\nA-0001,yes\n',
        'There is no column held_back; the columns are account_id, drawn.',
      ],
    ] as const) {
      writeFileSync(path, content);
      const refused = await effects();
      expect(refused.status).toBe(2);
      expect(refused.stderr).toContain(sentence);
    }
    expect((await lot('--share', '20')).stderr).toContain('a number between 0 and 1 is expected');
  });

  it('looks at files beside what people logged, and takes none of them into the state', async () => {
    const data = join(repositoryRoot(), 'tests/support/fixtures/cdnow-500');
    const asked = await kenko('evidence', 'effects', '--state', state, '--data', data);
    expect(asked.status).toBe(2);
    expect(asked.stderr).toContain('The data has no table "outcomes"');
    const { logged } = await actions(...winter);
    expect(logged).toBe(called.size);
  });
});
