/** What a practitioner advises, walked through as rules/README.md tells CS Ops to do it. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { accountAnswer } from '../../functions/records/api/accounts.ts';
import { disagreementList } from '../../functions/records/api/entries.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { packNames, readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { openPackAtWork, type PackAtWork } from '../support/seeds/pack-at-work.ts';
import { kenko } from '../support/system/command-line.ts';

const root = repositoryRoot();
let folder: string;
let state: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-practice-'));
  state = join(folder, 'state');
  const slot = '2026-03-09T17:00:00Z';
  const run = await kenko('run', '--slot', slot, '--accounts', '60', '--json', '--state', state);
  expect(run.status, run.stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout of the saas pack, edited as a person would in an editor. */
function edited(name: string, edits: readonly [file: string, from: string, to: string][]): string {
  const pack = join(folder, name, 'saas');
  cpSync(join(root, 'rules/saas'), pack, { recursive: true });
  for (const [file, from, to] of edits) {
    const text = readFileSync(join(pack, file), 'utf8');
    expect(text, `${file}: ${from}`).toContain(from);
    writeFileSync(join(pack, file), text.replace(from, to));
  }
  return pack;
}

interface Findings {
  passed: boolean;
  findings: { rule: string; severity: string; message: string }[];
}
interface Diff {
  scores: {
    score: string;
    changed: number;
    movers: { account: string }[];
    measures: { measure: string; accounts: number }[];
  }[];
}

const check = async (pack: string): Promise<Findings> =>
  JSON.parse((await kenko('rules', 'check', pack, '--json', '--state', state)).stdout);
const diff = async (pack: string): Promise<Diff['scores'][number] | undefined> => {
  const told = await kenko(
    'rules',
    'diff',
    join(root, 'rules/saas'),
    pack,
    '--json',
    '--state',
    state,
  );
  expect(told.status, told.stderr).toBe(0);
  return (JSON.parse(told.stdout) as Diff).scores.find(({ score }) => score === 'health');
};

/** A measure that trades its points for those of another, so that all still add up. */
const measure = (yaml: string): [string, string, string] => [
  'scorecards/use.yaml',
  '  - id: active_days\n    axis: outcome\n    metric: active_days_28d\n    points: 8\n    steps: [[0, 0], [8, 3], [14, 6], [19, 8]]\n',
  yaml,
];
/** The examples beside the scorecard speak of the points that were traded. */
const examples: [string, string, string] = [
  'scorecards/use.test.yaml',
  readFileSync(join(root, 'rules/saas/scorecards/use.test.yaml'), 'utf8'),
  '- { name: nothing is known, metrics: { days_since_start: 200 }, expect: { scorecard: use, band: unknown } }\n',
];

describe('one score still in use', () => {
  it('N1: templates and no truths: each pack has its own measures, and says of every number that it is a guess', async () => {
    const packs = packNames().map((name) => parsePack(readPackFiles(name)));
    const measuresOf = (pack: (typeof packs)[number]) =>
      new Set(
        pack.scores.flatMap(({ scorecards }) =>
          scorecards.flatMap(({ measures }) => measures.map(({ metric }) => metric)),
        ),
      );
    for (const one of packs)
      for (const other of packs)
        if (one !== other)
          expect(measuresOf(one), `${one.id}, ${other.id}`).not.toEqual(measuresOf(other));
    const made = await kenko('init', 'bakery', '--into', folder, '--json', '--purpose', 'upsell');
    expect(made.status).toBe(0);
    const card = (JSON.parse(made.stdout).files as string[]).find((path) =>
      /scorecards\/main\.yaml$/.test(path),
    );
    const text = readFileSync(join(folder, card ?? ''), 'utf8');
    const numbers = text.match(/^ +steps:/gm)?.length ?? 0;
    expect(numbers).toBeGreaterThan(2);
    expect(text.match(/hypothesis: true/g)).toHaveLength(numbers);
  });

  it('N2: field sense is put into words, then into numbers, and tried before it counts', async () => {
    // "Where five or more people share what they made, it goes well."
    const said = measure(
      '  - id: sharing_people\n    axis: outcome\n    metric: sharing_users_28d\n    points: 8\n    steps: [[0, 0], [2, 4], [5, 8]]\n',
    );
    const pack = edited('words', [said, examples]);
    expect(await check(pack)).toMatchObject({ passed: true });
    const moved = await diff(pack);
    expect(moved?.changed).toBeGreaterThan(2);
    const effects = moved?.measures.map((one) => one.measure);
    expect(effects).toEqual(expect.arrayContaining(['sharing_people', 'active_days']));
  });

  it('N3: a definition may start from the bad side: what those in trouble do', async () => {
    // "When nobody logged in for two weeks, they are in trouble."
    const pack = edited('bad-side', [
      measure(
        '  - id: silent\n    axis: outcome\n    metric: days_since_last_use\n    points: 8\n    steps: [[0, 8], [7, 4], [14, 0]]\n',
      ),
      examples,
    ]);
    expect(await check(pack)).toMatchObject({ passed: true });
    expect((await diff(pack))?.measures.map((one) => one.measure)).toContain('silent');
    // Good use cannot be written as the bad side by mistake: the wrong way round is refused.
    const wrong = edited('wrong-way', [
      measure(
        '  - id: silent\n    axis: outcome\n    metric: days_since_last_use\n    points: 8\n    steps: [[0, 0], [7, 4], [14, 8]]\n',
      ),
    ]);
    const refused = await kenko('rules', 'check', wrong);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /scorecards\/use\.yaml:\d+ .*the lower the better: points must fall/,
    );
  });

  it('N8: one piece of field sense combines several data, written without SQL', async () => {
    const derive: [string, string, string] = [
      'pack.yaml',
      'derive:\n',
      `derive:
  - id: made_by_user
    expression: metrics.creations_28d / metrics.active_users_28d
    type: float
    unit: ratio
    direction: higher
    label: { en: Made per user, ja: 1人あたりの作成数 }
`,
    ];
    const pack = edited('derived', [
      derive,
      measure(
        '  - id: made_by_user\n    axis: outcome\n    metric: made_by_user\n    points: 8\n    steps: [[0, 0], [0.5, 4], [2, 8]]\n',
      ),
      examples,
    ]);
    expect(await check(pack)).toMatchObject({ passed: true });
    const report = await diff(pack);
    expect(
      report?.measures.find((one) => one.measure === 'made_by_user')?.accounts,
    ).toBeGreaterThan(5);
  });

  it('D4: documents and notes stay beside the data', async () => {
    const at = ['--state', state];
    const [{ id }] = JSON.parse((await kenko('accounts', '--json', ...at)).stdout);
    const url = 'https://docs.example.com/kick-off';
    const kept = await kenko('log', 'note', id, '--text', 'Minutes', '--url', url, ...at);
    expect(kept.status, kept.stderr).toBe(0);
    expect((await kenko('log', id, ...at)).stdout).toContain(url);
    expect((await kenko('explain', id, ...at)).stdout).toContain('Minutes');
  });

  it('W7: a person sets a band where the threshold was wrong, and the review of the rules finds it', async () => {
    const at = ['--state', state];
    const accounts = JSON.parse((await kenko('accounts', '--all', '--json', ...at)).stdout);
    const { id } = accounts.find(
      (one: { scores: { health?: { computed_band: string | null } } }) =>
        one.scores.health?.computed_band === 'poor',
    );
    const until = new Date(Date.now() + 60 * dayMs).toISOString().slice(0, 10);
    const why = ['--reason', 'They close their books in March', '--author', 'csm'];
    const set = await kenko('override', id, '--band', 'good', '--until', until, ...why, ...at);
    expect(set.status, set.stderr).toBe(0);
    const { stdout } = await kenko('disagreements', '--json', ...at);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ account: id, kind: 'override', band: 'poor' }),
    );
  });

  it('N9: the score states its purpose and who acts on it, or is told to', async () => {
    const pack = edited('purpose', [
      ['scorecards/use.yaml', 'purpose: churn\n', ''],
      ['pack.yaml', '    purpose: churn\n', ''],
    ]);
    const { findings } = await check(pack);
    const rules = findings.map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['no-purpose', 'no-scorecard-purpose']));
    // A new pack is asked for it at once, and begins with a sentence on who looks at it.
    const refused = await kenko('init', 'aimless', '--into', folder, '--purpose', 'everything');
    expect(refused.stderr).toContain('churn, upsell, onboarding, purchase');
  });
});

describe('a score in use', () => {
  let work: PackAtWork;
  beforeAll(async () => {
    work = await openPackAtWork({ pack: 'saas', accounts: 60, today: '2026-03-10' });
    await work.run('2026-03-10');
  });
  afterAll(() => work.close());

  it('N7: it comes to where people work already: the record, a list view, a task, a channel', async () => {
    const documents = [...(await work.documents())].filter(([, one]) => one.state === 'active');
    const [id, document] = documents.find(([, { worklists }]) => 'save' in worklists) ?? [];
    const record = work.records().get(id ?? '');
    expect(record?.Kenko_Health__c).toBe((document?.scores.health?.points ?? 0) / 100);
    expect(String(record?.Kenko_Worklists__c).split(';')).toContain('save');
    expect(record?.Kenko_Next_Action__c).toMatch(/。$/);
    const told = { kind: 'user_departed', account: id, user: 'u-1', role: 'key_user' };
    await work.post('/v1/events', { ...told, id: 'e-1', at: '2026-03-09T17:00:00Z' });
    await work.settle();
    const name = String(record?.Name);
    expect(work.salesforce.tasks().map(({ WhatId }) => WhatId)).toContain(record?.Id);
    expect(work.slack.messages().some(({ text }) => text.includes(name))).toBe(true);
  });

  it('W7: first thresholds are judgement calls; where operation shows an error, people say so, the rule is mended, and the change says it was the rule', async () => {
    const documents = [...(await work.documents())];
    const [id] = documents.find(
      ([, { scores, phase }]) => phase === 'use' && scores.health?.band === 'poor',
    ) ?? [''];
    await work.post(`/v1/accounts/${id}/overrides`, {
      score: 'health',
      band: 'good',
      reason: 'They close their books in March, and use it little every year',
      author: 'csm-1@example.com',
      until: '2026-06-01T00:00:00Z',
    });
    await work.settle();
    const { disagreements } = disagreementList.parse(await work.get('/v1/disagreements'));
    expect(disagreements).toMatchObject([{ account: id, kind: 'override', band: 'poor' }]);

    // The review of the rules lowers steps; the next day's run says what rules and what they did.
    const kept = join(folder, 'kept');
    await work.closeInto(kept);
    const path = 'rules/saas/scorecards/use.yaml';
    const text = readPackFiles('saas').get(path) ?? '';
    const mended = text
      .replace('version: 1.0.0', 'version: 1.0.1')
      .replace('steps: [[0, 0], [8, 3], [14, 6], [19, 8]]', 'steps: [[0, 4], [8, 6], [14, 8]]');
    expect(mended).not.toBe(text);
    work = await openPackAtWork({
      pack: 'saas',
      accounts: 60,
      today: '2026-03-11',
      from: kept,
      files: new Map([[path, mended]]),
    });
    await work.run('2026-03-11');
    const answer = accountAnswer.parse(await work.get(`/v1/accounts/${id}`));
    expect(answer.scores[0]?.scorecard?.version).toBe('1.0.1');
    const { change } = answer.scores[0] ?? {};
    expect(change?.rules).toBeGreaterThan(0);
    expect((change?.rules ?? 0) + (change?.data ?? 0) + (change?.behaviour ?? 0)).toBeCloseTo(
      change?.total ?? 0,
      9,
    );
  });
});
