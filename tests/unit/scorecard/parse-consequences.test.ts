/** One slip is told once, and a file that the pack does not read stops nothing. */
import { describe, expect, it } from 'vitest';
import { lintPack } from '../../../functions/scorecard/language/lint/lint.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const pack = 'rules/small/pack.yaml';
const bands = 'rules/small/bands.yaml';
const use = 'rules/small/scorecards/use.yaml';
const starter = 'rules/small/scorecards/starter.yaml';
const usage = 'sql/metrics/shared/usage.yaml';
const source = 'sql/sources/usage.yaml';
const accounts = 'sql/sources/accounts.yaml';
const routing = 'rules/small/routing.yaml';
const mapping = 'rules/small/salesforce.yaml';

type Change = readonly [path: string, from: string, to: string];

/** What else reads bands, scorecards, phases and metrics. */
const others = {
  'rules/small/scorecards/use.test.yaml': `- name: good
  metrics: { users: 10, error_rate: 0, seats: 10 }
  before: { band: yellow }
  expect: { scorecard: use, phase: use, band: green, measures: { users: 40 }, axes: { usage: 70 } }
`,
  'rules/small/exemplars.yaml': `- { account: a, score: health, at_least: green, why: Ours. }
`,
  'rules/small/signals.yaml': `signals:
  - id: low
    label: { en: Low, ja: 低い }
    severity: info
    when: now.health.band == "red" && now.health.scorecard == "use" && account.phase == "use"
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call., ja: 電話する。 }
    to: [task]
`,
  [mapping]: `object: Account
external_id: Id__c
fields: { A__c: health.axis.usage, B__c: health.headline, C__c: team }
`,
  [routing]: `teams: [{ id: all, label: { en: All, ja: 全員 } }]
changes: never
cells: [{ label: { en: All, ja: 全員 }, team: all }]
`,
};

function problemsOf(...changes: Change[]) {
  const files = filesWith(...changes.filter(([file]) => !(file in others)));
  for (const [path, text] of Object.entries(others)) files.set(path, text);
  for (const [path, from, to] of changes.filter(([file]) => file in others))
    files.set(path, (files.get(path) ?? '').replace(from, to));
  return problemsIn(files).map(({ file, field }) => `${file} ${field}`);
}

describe('a slip', () => {
  it('is none in the pack that others are made from', () => {
    const files = filesWith();
    for (const [path, text] of Object.entries(others)) files.set(path, text);
    expect(() => parsePack(files)).not.toThrow();
  });

  const slips: [what: string, change: Change, told: string][] = [
    ['in the YAML of bands', [bands, 'health:', 'health: :'], `${bands} `],
    ['in one band', [bands, 'from: 70', 'from: "x"'], `${bands} health[2].from`],
    ['in the order of bands', [bands, 'from: 70', 'from: 30'], `${bands} health[2].from`],
    ['in a scorecard', [use, 'version: 2.1.0', 'version: two'], `${use} version`],
    ['in a measure', [use, 'metric: users', 'metric: user'], `${use} measures[0].metric`],
    ['in the only file of a source', [source, 'kind: events', 'kind: event'], `${source} kind`],
    ['in the table of accounts', [accounts, 'kind: dimension', 'kind: dim'], `${accounts} kind`],
    ['in a metric', [usage, 'type: int, unit: users', 'type: whole'], `${usage} metrics[0].type`],
    [
      'in a derived metric',
      [pack, 'expression: metrics.users /', 'expression: metrics.usrs /'],
      `${pack} derive[0].expression`,
    ],
    ['in the routing', [routing, 'changes: never', 'changes: maybe'], `${routing} changes`],
    ['in the mapping', [mapping, 'external_id:', 'external:'], `${mapping} external`],
    [
      'in a phase',
      [pack, 'when: metrics.seats < 3', 'when: metrics.seats <'],
      `${pack} phases[0].when`,
    ],
  ];
  it.each(slips)('%s is told once', (_, change, told) => {
    expect(problemsOf(change)).toEqual([told]);
  });

  it('hides no other: each of two is told', () => {
    const broken: Change = [usage, 'type: int, unit: users', 'type: whole'];
    expect(problemsOf(broken, [starter, 'metric: users', 'metric: uzers'])).toEqual([
      `${usage} metrics[0].type`,
      `${starter} measures[0].metric`,
    ]);
  });
});

describe('a broken file of the catalogue', () => {
  const clicks = 'table: clicks\ndescription: Clicks.\nkind: event\ncolumns: []\n';
  const group = `group: clicks
sources: [clicks]
metrics:
  - { id: clicks_28d, type: int, direction: higher, nullable: true, label: { en: Clicks, ja: 回数 }, description: { en: Clicks., ja: 回数。 } }
`;
  const path = 'sql/sources/clicks.yaml';
  const broken = () =>
    filesWith()
      .set(path, clicks)
      .set('sql/metrics/shared/clicks.yaml', group)
      .set('sql/metrics/shared/clicks.sql', 'SELECT account_id, 1 AS clicks_28d FROM clicks');

  it('stops no pack that reads nothing of it, and is warned of', () => {
    const read = parsePack(broken());
    expect(read.groups.map(({ group: name }) => name)).not.toContain('clicks');
    const found = lintPack(read).filter(({ rule }) => rule === 'broken-file');
    expect(found.map(({ file, severity }) => [file, severity])).toContainEqual([path, 'warning']);
    expect(found.map(({ file }) => file)).not.toContain('sql/metrics/shared/clicks.yaml');
  });

  it('leaves the hash of the rules as it is', () => {
    expect(parsePack(broken()).hash).toBe(parsePack(filesWith()).hash);
  });

  it('stops the pack whose scorecard, signal or mapping needs it, and is told alone', () => {
    const told = (change: Change) => {
      const files = broken();
      const [file, from, to] = change;
      files.set(file, (files.get(file) ?? '').replace(from, to));
      return [...new Set(problemsIn(files).map((problem) => problem.file))];
    };
    expect(told([use, 'reference: [seats]', 'reference: [clicks_28d]'])).toEqual([path]);
    expect(told([pack, 'attributes:', 'tables: { clicks: {} }\nattributes:'])).toEqual([path]);
  });
});
