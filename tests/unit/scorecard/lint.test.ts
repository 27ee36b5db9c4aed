/** What the rules' compiler tells of a pack before any data is looked at. */
import { describe, expect, it } from 'vitest';
import { lintPack } from '../../../functions/scorecard/language/lint/lint.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { packNames, readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { filesWith, smallPack } from '../../support/small-pack.ts';

const pack = 'rules/small/pack.yaml';
const bands = 'rules/small/bands.yaml';
const use = 'rules/small/scorecards/use.yaml';
const starter = 'rules/small/scorecards/starter.yaml';
const contract = 'sql/metrics/shared/contract.yaml';

const sevenBands = [0, 10, 20, 30, 40, 50, 60]
  .map((from, i) => `  - { id: b${i}, from: ${from}, label: { en: Band ${i}, ja: 帯${i} } }`)
  .join('\n');

/** Rule, file, text, what it becomes. */
const mistakes: [string, string, string, string][] = [
  ['no-purpose', pack, ' purpose: churn,', ''],
  ['no-hysteresis', pack, 'hysteresis: 2', 'hysteresis: 0'],
  ['no-min-confidence', pack, 'min_confidence: 0.5', 'min_confidence: 0'],
  ['unreachable-phase', pack, 'when: metrics.seats < 3', "when: 'true'"],
  ['unused-metric', pack, ', headline: use_rate', ''],
  ['untranslated', pack, 'ja: 健康度', 'ja: Health'],
  ['untranslated', use, 'en: Usage', 'en: 利用'],
  ['untranslated', use, 'ja: [担当者に確認する。]', 'ja: []'],
  ['untranslated', use, 'ja: [担当者に確認する。]', 'ja: [Ask somebody.]'],
  ['idle-cap', use, 'at_most: red', 'at_most: green'],
  ['idle-step', use, '[10, 40]', '[8, 40], [10, 40]'],
  ['no-general-scorecard', use, 'points: 100', 'applies_to: metrics.seats > 1'],
  ['unreachable-scorecard', use, 'points: 100', 'applies_to: account.phase == "start"'],
  ['unreachable-scorecard', starter, 'account.phase == "start"', "'true'"],
  ['empty-axis', use, 'axes:', 'axes:\n  idle: { label: { en: Idle, ja: 空 } }'],
  ['missing-as-bad', use, 'missing: { points: 10 }', 'missing: zero'],
  [
    'same-metric-twice',
    use,
    'metric: error_rate, steps: [[0, 30], [0.1, 10], [0.5, 0]]',
    'metric: users, steps: [[0, 0], [2, 30]]',
  ],
  ['no-direction', contract, 'high], direction: higher', 'high], direction: none'],
  [
    'free-text',
    'sql/metrics/shared/contract.sql',
    'FROM accounts',
    "FROM accounts WHERE name LIKE '%a%'",
  ],
];

describe('lint', () => {
  it('finds what a pack lacks, with place, reason and advice', () => {
    const findings = lintPack(smallPack());
    expect(findings.map(({ rule, file, line }) => [rule, file, line])).toEqual([
      ['no-exemplars', 'rules/small/exemplars.yaml', 1],
      ['untested-scorecard', starter, 1],
      ['no-scorecard-purpose', starter, 1],
      ['weights', starter, 1],
      ['no-max-age', starter, 7],
      ['untested-scorecard', use, 1],
      ['no-scorecard-purpose', use, 1],
      ['no-max-age', use, 18],
    ]);
    for (const { message, advice } of findings) {
      expect(message.length).toBeGreaterThan(20);
      expect(advice.length).toBeGreaterThan(10);
    }
  });

  it.each(mistakes)('finds %s in %s', (rule, path, from, to) => {
    const before = lintPack(smallPack()).filter((finding) => finding.rule === rule);
    const after = lintPack(parsePack(filesWith([path, from, to])));
    expect(before).toEqual([]);
    expect(after.map((finding) => finding.rule)).toContain(rule);
  });

  it('hints at a phase that no scorecard takes, until a test says that this is meant', () => {
    const files = filesWith([use, 'points: 100', 'applies_to: account.phase != "use"']);
    const found = () =>
      lintPack(parsePack(files)).filter(({ rule }) => rule === 'no-general-scorecard');
    expect(found()).toMatchObject([
      { severity: 'hint', file: pack, message: expect.stringContaining('in the phase use:') },
    ]);
    const test = (phase: string) =>
      `- { name: a, metrics: { seats: 5 }, expect: { scorecard: null, phase: ${phase} } }\n`;
    files.set('rules/small/scorecards/use.test.yaml', test('start'));
    expect(found()).toHaveLength(1);
    files.set('rules/small/scorecards/use.test.yaml', test('use'));
    expect(found()).toEqual([]);
  });

  it("hints at a metric of the pack's own that nothing reads", () => {
    const label = '{ en: Idle, ja: 未使用 }';
    const catalogue = `group: own
sources: [accounts]
metrics:
  - { id: read, type: int, direction: higher, nullable: true, label: ${label}, description: ${label} }
  - { id: idle, type: int, direction: higher, nullable: true, label: ${label}, description: ${label} }
`;
    const files = filesWith([pack, 'headline: use_rate', 'headline: read'])
      .set('sql/metrics/small/own.yaml', catalogue)
      .set('sql/metrics/small/own.sql', 'SELECT account_id, 1 AS read, 2 AS idle FROM accounts\n');
    const found = lintPack(parsePack(files)).filter(
      ({ rule, file }) => rule === 'unused-metric' && file === 'sql/metrics/small/own.yaml',
    );
    expect(found).toMatchObject([{ severity: 'hint', message: expect.stringMatching(/: idle$/) }]);
  });

  const swallowed: [what: string, when: string, recovers: string, at: string | undefined][] = [
    [
      'limits the wrong way round',
      'metrics.users >= 60',
      'metrics.users >= 30',
      'metrics.users = 60',
    ],
    ['limits that overlap', 'metrics.users < 60', 'metrics.users >= 50', 'metrics.users = 50'],
    ['limits apart', 'metrics.users < 50', 'metrics.users >= 60', undefined],
    ['a band and its level', 'now.health.band == "red"', 'now.health.level >= 2', undefined],
    [
      'levels that overlap',
      'now.health.level <= 2',
      'now.health.points >= 50',
      'now.health.level = 2',
    ],
    [
      'a phase that only recovers leaves out',
      'metrics.users < 5',
      'metrics.users > 9 || account.phase == "start"',
      'account.phase = "start"',
    ],
    [
      'a phase that both leave out',
      'metrics.users < 5 && account.phase != "start"',
      'metrics.users > 9 || account.phase == "start"',
      undefined,
    ],
    [
      'a phase that the metrics rule out',
      'account.phase == "start" && metrics.seats >= 1',
      'metrics.seats >= 3',
      undefined,
    ],
    [
      'a difference',
      'metrics_before.users - metrics.users >= 5',
      'metrics.users >= metrics_before.users',
      undefined,
    ],
  ];
  it.each(swallowed)('warns of a signal that its own end swallows: %s', (_, when, recovers, at) => {
    const files = filesWith().set(
      'rules/small/signals.yaml',
      `signals:
  - id: low
    label: { en: Low, ja: 低い }
    severity: info
    when: '${when}'
    recovers: '${recovers}'
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call., ja: 電話する。 }
    to: [{ slack: a }]
slack: { language: en, channels: { a: C0123456789 } }
`,
    );
    const found = lintPack(parsePack(files)).filter(({ rule }) => rule === 'swallowed-signal');
    expect(found.map(({ severity }) => severity)).toEqual(at === undefined ? [] : ['warning']);
    if (at !== undefined) expect(found[0]?.message).toContain(at);
  });

  it('T14: asks a scorecard for the problem it solves, and then for who acts on it', () => {
    const rulesOf = (text: string) =>
      lintPack(parsePack(filesWith([use, 'version: 2.1.0', `version: 2.1.0\n${text}`])))
        .filter(({ file }) => file === use)
        .map(({ rule }) => rule);
    expect(rulesOf('purpose: churn')).toContain('no-note');
    const complete = rulesOf('purpose: churn\nnote: { en: CSMs call., ja: CSMが連絡する。 }');
    expect(complete).not.toContain('no-note');
    expect(complete).not.toContain('no-scorecard-purpose');
  });

  it('N6: warns of more bands than people hold in mind, at the line of the bands', () => {
    const files = filesWith([pack, 'hysteresis: 2', 'hysteresis: 1']);
    files.set(bands, `# From the worst up.\nhealth:\n${sevenBands}\n`);
    files.set(use, (files.get(use) ?? '').replace('at_most: red', 'at_most: b0'));
    const found = lintPack(parsePack(files)).find(({ rule }) => rule === 'many-bands');
    expect(found).toMatchObject({ file: bands, line: 2, severity: 'warning' });
    expect(found?.message).toContain('7 bands');
  });

  it('T5: warns of a judgement with more values than two people would use alike', () => {
    const files = filesWith([
      contract,
      'values: [low, middle, high]',
      'values: [low, middle, high, b, c, d, e, f]',
    ]);
    files.set(
      use,
      (files.get(use) ?? '').replace(
        'lookup: { low: 0, middle: 10, high: 30 }',
        'lookup: { low: 0, middle: 10, high: 30, b: 30, c: 30, d: 30, e: 30, f: 30 }',
      ),
    );
    expect(lintPack(parsePack(files))).toContainEqual(
      expect.objectContaining({ rule: 'free-text', file: use, line: 19 }),
    );
  });

  it('warns of nothing in the packs that are here', () => {
    const warnings = packNames().flatMap((name) =>
      lintPack(parsePack(readPackFiles(name))).filter(({ severity }) => severity !== 'hint'),
    );
    expect(warnings).toEqual([]);
  });
});
