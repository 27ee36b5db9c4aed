import { describe, expect, it } from 'vitest';
import { parsePack, sentenceOf } from '../../../functions/scorecard/language/parse/pack.ts';
import { filesWith, problemsIn, smallPack } from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const packYaml = 'rules/small/pack.yaml';

describe('a pack that is right', () => {
  it('is resolved: scores with bands in hundredths, scorecards, measures with their tables', () => {
    const pack = smallPack();
    const [health] = pack.scores;
    expect(health?.scale).toBe(10_000);
    expect(health?.bands.map(({ id, from }) => [id, from])).toEqual([
      ['red', 0],
      ['yellow', 4000],
      ['green', 7000],
    ]);
    expect(health?.scorecards.map(({ id }) => id)).toEqual(['starter', 'use']);
    const [users, errors, skill] = health?.scorecards[1]?.measures ?? [];
    expect(users).toMatchObject({ points: 4000, maxAge: 3, missing: null, hypothesis: true });
    expect(errors?.earning).toEqual({
      by: 'steps',
      thresholds: [0, 0.1, 0.5],
      points: [3000, 1000, 0],
      below: 3000,
    });
    expect(skill).toMatchObject({
      points: 3000,
      missing: 1000,
      earning: { points: [0, 1000, 3000] },
    });
  });

  it('tries scorecards with applies_to first, in the order of their files', () => {
    const files = filesWith([use, 'points: 100', 'applies_to: metrics.seats > 1']);
    files.set(
      'rules/small/scorecards/all.yaml',
      'score: health\nscorecard: all\nversion: 1.0.0\nlabel: { en: All, ja: 全て }\nmeasures: [{ id: a, metric: seats, linear: { from: 0, to: 9 }, points: 5 }]\n',
    );
    const ids = parsePack(files).scores[0]?.scorecards.map(({ id }) => id);
    expect(ids).toEqual(['starter', 'use', 'all']);
  });

  it('knows which groups, tables and account columns it reads', () => {
    const pack = smallPack();
    expect(pack.groups.map(({ group, sqlFile }) => [group, sqlFile])).toEqual([
      ['contract', 'sql/metrics/shared/contract.sql'],
      ['usage', 'sql/metrics/shared/usage.sql'],
    ]);
    expect(pack.accountColumns.map(({ name, type }) => [name, type])).toEqual([
      ['name', 'STRING'],
      ['mrr', 'NUMERIC'],
    ]);
    expect([...pack.sources.keys()]).toEqual(['accounts', 'usage']);
  });

  it('leaves out groups that nothing reads, through derived metrics of derived ones either', () => {
    const derive = `derive:
  - { id: half, expression: metrics.o / 2, type: float, direction: none, label: { en: x, ja: x } }
  - { id: quarter, expression: metrics.half / 2, type: float, direction: none, label: { en: x, ja: x } }`;
    const files = filesWith([packYaml, 'derive:', derive]);
    files.set(
      'sql/metrics/shared/other.yaml',
      'group: other\nsources: [usage]\nmetrics: [{ id: o, type: int, direction: none, nullable: true, label: { en: o, ja: o }, description: { en: o, ja: o } }]\n',
    );
    files.set('sql/metrics/shared/other.sql', 'SELECT 1');
    const groups = () => parsePack(files).groups.map(({ group }) => group);
    expect(groups()).toEqual(['contract', 'usage']);
    files.set(use, (files.get(use) ?? '').replace('[seats]', '[quarter]'));
    expect(groups()).toEqual(['contract', 'other', 'usage']);
  });

  it('has a hash of what decides results, and of nothing else', () => {
    const { hash } = smallPack();
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(parsePack(filesWith([use, '[5, 20]', '[6, 20]'])).hash).not.toBe(hash);
    expect(parsePack(filesWith(['sql/metrics/shared/usage.sql', '0.5', '0.6'])).hash).not.toBe(
      hash,
    );
    const files = filesWith();
    files.set('rules/small/scorecards/use.test.yaml', '- { name: x, expect: {} }');
    files.set('rules/small/salesforce.yaml', 'external_id: Id__c\nfields: { H__c: health.points }');
    files.set('README.md', 'x');
    expect(parsePack(files).hash).toBe(hash);
  });

  it('puts derived metrics in an order in which each comes after those it reads', () => {
    const derive = `derive:
  - { id: twice, expression: metrics.use_rate * 2, label: { en: x, ja: x } }`;
    const pack = parsePack(filesWith([packYaml, 'derive:', derive], [use, '[seats]', '[twice]']));
    expect(pack.derived.map(({ id }) => id)).toEqual(['use_rate', 'twice']);
  });

  it('lets a phase read what an earlier phase makes sure is there', () => {
    const files = filesWith([
      packYaml,
      "  - { id: use, label: { en: Use, ja: 活用 }, when: 'true' }",
      `  - { id: silent, label: { en: x, ja: x }, when: '!has(metrics.users)' }
  - { id: use, label: { en: x, ja: x }, when: metrics.users > 2 }`,
    ]);
    expect(problemsIn(files)).toEqual([]);
  });
});

/** Files that are added to the small pack, and the sentence that must come of it. */
const strayFiles: [what: string, path: string, text: string, sentence: string][] = [
  [
    'an unknown file',
    'rules/small/band.yaml',
    'a: 1',
    'rules/small/band.yaml:1 is no file of a pack: did you mean bands.yaml?',
  ],
  [
    'a group without SQL',
    'sql/metrics/small/own.yaml',
    'group: own\nsources: [usage]\nmetrics: [{ id: o, type: int, direction: none, nullable: true, label: { en: o, ja: o }, description: { en: o, ja: o } }]',
    'sql/metrics/small/own.yaml:1 has no SQL beside it: add sql/metrics/small/own.sql',
  ],
  [
    'SQL without a catalogue',
    'sql/metrics/small/own.sql',
    'SELECT account_id FROM usage',
    'sql/metrics/small/own.sql:1 has no catalogue beside it, so nothing reads it: add sql/metrics/small/own.yaml',
  ],
  [
    'a second scorecard for everybody',
    'rules/small/scorecards/zweite.yaml',
    'score: health\nscorecard: zweite\nversion: 1.0.0\nlabel: { en: x, ja: x }\nmeasures: [{ id: a, metric: seats, linear: { from: 0, to: 9 }, points: 5 }]',
    'rules/small/scorecards/zweite.yaml:1 can never apply, since use applies to all accounts too: give it applies_to',
  ],
  [
    'tests of no scorecard',
    'rules/small/scorecards/usage.test.yaml',
    '[]',
    'rules/small/scorecards/usage.test.yaml:1 has no scorecard beside it: expected rules/small/scorecards/usage.yaml',
  ],
  [
    'a test with an unknown metric',
    'rules/small/scorecards/use.test.yaml',
    '- { name: x, metrics: { user: 3 }, expect: {} }',
    'rules/small/scorecards/use.test.yaml:1 [0].metrics.user is no metric of this pack: did you mean users?',
  ],
  [
    'a test with a derived metric',
    'rules/small/scorecards/use.test.yaml',
    '- { name: x, metrics: { use_rate: 3 }, expect: {} }',
    'rules/small/scorecards/use.test.yaml:1 [0].metrics.use_rate is derived: give the metrics that it is made from',
  ],
  [
    'a test with a wrong value',
    'rules/small/scorecards/use.test.yaml',
    '- { name: x, metrics: { proficiency: hgih }, expect: {} }',
    'rules/small/scorecards/use.test.yaml:1 [0].metrics.proficiency is "hgih", which proficiency never is: did you mean high?',
  ],
  [
    'a test that expects an unknown band',
    'rules/small/scorecards/use.test.yaml',
    '- { name: x, expect: { band: blue } }',
    'rules/small/scorecards/use.test.yaml:1 [0].expect.band is blue, which does not exist: choose one of red, yellow, green, unknown',
  ],
  [
    'an exemplar that expects nothing',
    'rules/small/exemplars.yaml',
    '- { account: a, score: health, why: x }',
    'rules/small/exemplars.yaml:1 [0] expects nothing: say at_least or at_most with a band',
  ],
  [
    'an exemplar that expects too much',
    'rules/small/exemplars.yaml',
    '- { account: a, score: health, at_least: green, at_most: red, why: x }',
    'rules/small/exemplars.yaml:1 [0].at_least is green, above at_most red: no band is both',
  ],
  [
    'a Salesforce field of an unknown score',
    'rules/small/salesforce.yaml',
    'external_id: K__c\nfields: { A__c: helth.points }',
    'rules/small/salesforce.yaml:2 fields.A__c is helth.points, but helth is no score: did you mean health?',
  ],
  [
    'a Salesforce field of an attribute that is not shown',
    'rules/small/salesforce.yaml',
    'external_id: K__c\nfields: { A__c: account.plan }',
    'rules/small/salesforce.yaml:2 fields.A__c is account.plan, but account.<column> needs a column listed under attributes in pack.yaml: choose one of name, mrr',
  ],
  [
    'a Salesforce field that writes the external id',
    'rules/small/salesforce.yaml',
    'external_id: K__c\nfields: { K__c: health.points }',
    'rules/small/salesforce.yaml:2 fields.K__c is the external id, which is never written: remove it',
  ],
  [
    'a Salesforce field with another word for what happens to values typed by hand',
    'rules/small/salesforce.yaml',
    'external_id: K__c\nfields: { A__c: { value: health.points, by_hand: leave } }',
    'rules/small/salesforce.yaml:2 fields.A__c is a block of fields, which does not fit: it needs a source such as health.points, or { value: health.points, by_hand: keep } (or repair)',
  ],
  [
    'records of another object by an external id',
    'rules/small/salesforce.yaml',
    'object: Kenko_Health__c\nexternal_id: K__c\nfields: { A__c: health.points }',
    'rules/small/salesforce.yaml:1 object is Kenko_Health__c, but records are found by external_id on Account alone: write Account (and name Kenko_Health__c under child, to write to records below it), or keep ids of Kenko_Health__c in salesforce_id instead of external_id',
  ],
  [
    'a pilot over a column that accounts are not shown with',
    'rules/small/salesforce.yaml',
    'external_id: K__c\npilot: account.plan == "team"\nfields: { A__c: health.points }',
    'rules/small/salesforce.yaml:2 pilot reads account.plan, which accounts are not shown with: list it under attributes in pack.yaml',
  ],
  [
    'a pilot that is no condition',
    'rules/small/salesforce.yaml',
    'external_id: K__c\npilot: account.mrr\nfields: { A__c: health.points }',
    'rules/small/salesforce.yaml:2 pilot gives a number, but must give true or false',
  ],
  [
    'a pilot over results',
    'rules/small/salesforce.yaml',
    'external_id: K__c\npilot: now.health.level == 1\nfields: { A__c: health.points }',
    'rules/small/salesforce.yaml:2 pilot reads now, but a pilot stays the same whatever results say: read account.<column>',
  ],
  [
    'a second pack',
    'rules/other/pack.yaml',
    'pack: other',
    'rules:1 holds 2 packs (rules/small/, rules/other/): exactly one is read at a time',
  ],
];

describe('a file that does not belong', () => {
  it.each(strayFiles)('%s', (_what, path, text, sentence) => {
    const files = filesWith();
    files.set(path, text);
    expect(problemsIn(files).map(sentenceOf)).toContain(sentence);
  });

  it('no pack at all is a problem, not a crash', () => {
    expect(problemsIn(new Map()).map(sentenceOf)).toEqual([
      'rules:1 holds no pack: exactly one is read at a time',
    ]);
  });
});

describe('salesforce.yaml', () => {
  it('says where a value that a person typed stays', () => {
    const files = filesWith();
    files.set(
      'rules/small/salesforce.yaml',
      `external_id: K__c
fields:
  A__c: health.points
  B__c: { value: account.mrr, by_hand: keep }
  C__c: { value: health.band }
`,
    );
    const fields = parsePack(files).salesforce?.fields ?? [];
    expect(fields.map(({ name, keepByHand }) => [name, keepByHand])).toEqual([
      ['A__c', false],
      ['B__c', true],
      ['C__c', false],
    ]);
  });

  it('finds records by a field or by a column that accounts are shown with', () => {
    const files = filesWith();
    const mapping = 'rules/small/salesforce.yaml';
    files.set(mapping, 'fields: { A__c: health.points }');
    const said = () => problemsIn(files).map(sentenceOf);
    const none = 'says neither external_id nor do accounts have a column salesforce_id: add one';
    expect(said()).toEqual([expect.stringContaining(none)]);
    const sources = 'sql/sources/accounts.yaml';
    const column = '  - { name: salesforce_id, type: STRING, description: Record. }\n';
    files.set(sources, `${files.get(sources)}${column}`);
    const unlisted = 'says no external_id, and salesforce_id is not listed under attributes';
    expect(said()).toEqual([expect.stringContaining(unlisted)]);
    files.set(packYaml, `${files.get(packYaml)}`.replace('[name, mrr]', '[name, salesforce_id]'));
    expect(said()).not.toContainEqual(expect.stringContaining('salesforce_id'));
  });

  it('maps fields to points, bands, reasons, axes, phases, dates and attributes', () => {
    const files = filesWith();
    files.set(
      'rules/small/salesforce.yaml',
      `external_id: Kenko_Account_Id__c
fields:
  A__c: health.points
  B__c: health.band.ja
  C__c: health.reasons.en
  D__c: health.axis.usage
  E__c: phase.ja
  F__c: date
  G__c: account.mrr
  H__c: health.headline
`,
    );
    const mapping = parsePack(files).salesforce;
    expect(mapping).toMatchObject({ object: 'Account', externalId: 'Kenko_Account_Id__c' });
    expect(mapping?.child).toBeNull();
    expect(mapping?.fields.map(({ value }) => value)).toEqual([
      { of: 'score', score: 'health', value: 'points' },
      { of: 'score', score: 'health', value: 'band', as: 'ja' },
      { of: 'score', score: 'health', value: 'reasons', as: 'en' },
      { of: 'score', score: 'health', value: 'axis', axis: 'usage' },
      { of: 'phase', as: 'ja' },
      { of: 'date' },
      { of: 'account', column: 'mrr' },
      { of: 'score', score: 'health', value: 'headline' },
    ]);
  });

  describe('with records below Accounts', () => {
    const parsed = (child: string, object = 'Account') => {
      const files = filesWith();
      files.set(
        'rules/small/salesforce.yaml',
        `object: ${object}\nexternal_id: Kenko_Account_Id__c\nchild: ${child}\nfields: { A__c: health.points }\n`,
      );
      return files;
    };

    it('names their object, their lookup to Account, and their key', () => {
      const child = '{ object: Kenko_Health__c, lookup: Account__c, key: Kenko_Key__c }';
      expect(parsePack(parsed(child)).salesforce).toMatchObject({
        object: 'Account',
        child: { object: 'Kenko_Health__c', lookup: 'Account__c', key: 'Kenko_Key__c' },
      });
    });

    it.each([
      [
        '{ object: Account, lookup: A1__c, key: K__c }',
        {},
        'object is Account, but Accounts are no records below one: leave child out',
      ],
      [
        '{ object: H__c, lookup: K__c, key: K__c }',
        {},
        'key is K__c, which is the lookup already: name a text field',
      ],
      [
        '{ object: H__c, lookup: L__c, key: A__c }',
        {},
        'A__c is a field that records of the child are found by: remove it',
      ],
      [
        '{ object: H__c, lookup: A__c, key: K__c }',
        {},
        'A__c is a field that records of the child are found by: remove it',
      ],
      [
        '{ object: H__c, lookup: L__c, key: K__c }',
        { object: 'Contact' },
        'object is Contact, but records of a child are below Accounts: write Account',
      ],
      ['{ object: H__c, lookup: L__c }', {}, 'child.key'],
    ])('refuses %s in one sentence', (child, { object }: { object?: string }, sentence) => {
      const said = problemsIn(parsed(child, object)).map((one) => `${one.field} ${one.message}`);
      expect(said).toEqual([expect.stringContaining(sentence)]);
    });
  });
});
