import { describe, expect, it } from 'vitest';
import { code, hasCode } from '../../../functions/errors.ts';
import { parsePack, RulesError, sentenceOf } from '../../../functions/scorecard/parse.ts';
import { filesWith, problemsIn, smallPack } from './small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const packYaml = 'rules/small/pack.yaml';
const bands = 'rules/small/bands.yaml';
const usage = 'sql/metrics/shared/usage.yaml';

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

  it('leaves out groups that nothing reads', () => {
    const files = filesWith();
    files.set(
      'sql/metrics/shared/other.yaml',
      'group: other\nsources: [usage]\nmetrics: [{ id: o, type: int, direction: none, nullable: true, label: { en: o, ja: o }, description: { en: o, ja: o } }]\n',
    );
    files.set('sql/metrics/shared/other.sql', 'SELECT 1');
    expect(parsePack(files).groups.map(({ group }) => group)).toEqual(['contract', 'usage']);
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

/** Path, text, its replacement, and the sentence that must come of it. */
const mistakes: [what: string, path: string, from: string, to: string, sentence: string][] = [
  ['malformed YAML', use, '[[0, 0], [5, 20]', '[[0, 0], [5, 20', `${use}:15 is not valid YAML: `],
  [
    'a repeated key',
    use,
    'version: 2.1.0',
    'version: 2.1.0\nversion: 2.1.1',
    `${use}:4 is not valid YAML: repeats a key: each key may appear once`,
  ],
  [
    'an unknown key',
    use,
    'max_age: 3d',
    'maxage: 3d',
    `${use}:15 measures[0].maxage is no field here: did you mean max_age?`,
  ],
  [
    'a missing field',
    use,
    'version: 2.1.0\n',
    '',
    `${use}:1 version is missing: it must be a text`,
  ],
  [
    'a number for a text',
    use,
    'version: 2.1.0',
    'version: 2.1',
    `${use}:3 version is 2.1, but must be a text: put it in quotes`,
  ],
  [
    'an unknown metric',
    use,
    'metric: users',
    'metric: user',
    `${use}:12 measures[0].metric is user, which is no metric of this pack: did you mean users?`,
  ],
  [
    'steps that overlap',
    use,
    '[5, 20]',
    '[0, 20]',
    `${use}:14 measures[0].steps[1] starts at 0 like the step before it: each step needs its own threshold`,
  ],
  [
    'steps that are unsorted',
    use,
    '[5, 20], [10, 40]',
    '[10, 20], [5, 40]',
    `${use}:14 measures[0].steps[2] starts at 5, below the 10 of the step before it: put steps in ascending order`,
  ],
  [
    'a step that is never reached',
    use,
    '[5, 20], [10, 40]',
    '[5.1, 20], [5.9, 40]',
    `${use}:14 measures[0].steps[2] makes the step before it unreachable: users is whole, and no whole number lies from 5.1 up to 5.9`,
  ],
  [
    'points against the direction',
    use,
    '[[0, 30], [0.1, 10]',
    '[[0, 10], [0.1, 30]',
    `${use}:18 measures[1].steps[1] earns 30 after 10, but for error_rate the lower the better: points must fall`,
  ],
  [
    'a threshold that is not finite',
    use,
    '[5, 20]',
    '[.inf, 20]',
    `${use}:14 measures[0].steps[1][0] is Infinity, but must be a finite number`,
  ],
  [
    'points over the table',
    use,
    'points: 40',
    'points: 50',
    `${use}:13 measures[0].points is 50, but the highest entry of its table is 40: make them equal, or leave points out`,
  ],
  [
    'negative points',
    use,
    'points: 40',
    'points: -4',
    `${use}:13 measures[0].points is -4, but must be at least 0`,
  ],
  [
    'points with three decimals',
    use,
    'points: 40',
    'points: 40.001',
    `${use}:13 measures[0].points has more than two decimals: points are kept in hundredths`,
  ],
  [
    'linear against the direction',
    use,
    'steps: [[0, 30], [0.1, 10], [0.5, 0]]',
    'points: 30, linear: { from: 0, to: 1 }',
    `${use}:18 measures[1].linear earns most at 1, but for error_rate the lower the better: swap from and to`,
  ],
  [
    'linear without points',
    use,
    'steps: [[0, 30], [0.1, 10], [0.5, 0]]',
    'linear: { from: 1, to: 0 }',
    `${use}:18 measures[1].points is missing: linear needs the points earned at \`to\``,
  ],
  [
    'a lookup key that is no value',
    use,
    'low: 0, middle: 10',
    'low: 0, mid: 10',
    `${use}:19 measures[2].lookup.mid is no value of proficiency: choose one of low, middle, high`,
  ],
  [
    'a lookup that leaves a value out',
    use,
    'low: 0, middle: 10',
    'low: 0',
    `${use}:19 measures[2].lookup has no points for middle: list every value`,
  ],
  [
    'a lookup for a number',
    use,
    'steps: [[0, 30], [0.1, 10], [0.5, 0]]',
    'lookup: { a: 3 }',
    `${use}:18 measures[1].lookup is for enums and booleans, but error_rate is a number: use steps or linear`,
  ],
  [
    'steps for an enum',
    use,
    'lookup: { low: 0, middle: 10, high: 30 }',
    'steps: [[0, 30]]',
    `${use}:19 measures[2].steps is for numbers, but proficiency is an enum: use lookup`,
  ],
  [
    'two ways to earn',
    use,
    'points: 40',
    'points: 40\n    linear: { from: 0, to: 1 }',
    `${use}:10 measures[0] has steps and linear: give it only one of them`,
  ],
  [
    'no way to earn',
    use,
    ', lookup: { low: 0, middle: 10, high: 30 }',
    '',
    `${use}:19 measures[2] earns no points: give it steps, linear or lookup`,
  ],
  [
    'a missing rule that does not exist',
    use,
    'missing: { points: 10 }',
    'missing: ignore',
    `${use}:19 measures[2].missing is "ignore", which does not fit: it must be exclude, zero or { points: n }`,
  ],
  [
    'more points for missing than there are',
    use,
    'missing: { points: 10 }',
    'missing: { points: 31 }',
    `${use}:19 measures[2].missing.points is 31, more than the 30 points of the measure`,
  ],
  [
    'a max_age without unit',
    use,
    'max_age: 3d',
    'max_age: 3',
    `${use}:15 measures[0].max_age is 3, but must be a text: put it in quotes`,
  ],
  [
    'a max_age in hours',
    use,
    'max_age: 3d',
    'max_age: 3h',
    `${use}:15 measures[0].max_age is "3h", but must be whole days, such as 3d`,
  ],
  [
    'a repeated measure',
    use,
    'id: errors',
    'id: users',
    `${use}:18 measures[1].id is users again: measure ids are unique`,
  ],
  [
    'an unknown axis',
    use,
    'axis: people',
    'axis: peple',
    `${use}:19 measures[2].axis is peple, which is no axis: did you mean people?`,
  ],
  [
    'axis points that do not add up',
    use,
    'points: 70',
    'points: 80',
    `${use}:7 axes.usage.points is 80, but its measures have 70 points together: make them equal`,
  ],
  [
    'another scale than the score',
    use,
    'points: 100',
    'points: 200',
    `${use}:5 points is 200, but the score has 100 points in pack.yaml: make them equal, or leave points out`,
  ],
  [
    'a cap to an unknown band',
    use,
    'at_most: red',
    'at_most: rde',
    `${use}:22 caps[0].at_most is rde, which is no band of the score: did you mean red?`,
  ],
  [
    'a CEL type error',
    use,
    'when: metrics.overdue',
    'when: metrics.seats > "a"',
    `${use}:22 caps[0].when is not valid: number > text cannot be computed; compare numbers with numbers and texts with texts in quotes`,
  ],
  [
    'an expression of the wrong type',
    use,
    'when: metrics.overdue',
    'when: metrics.seats + 1',
    `${use}:22 caps[0].when gives a number, but must give true or false`,
  ],
  [
    'a broken expression',
    use,
    'when: metrics.overdue',
    'when: metrics.seats >',
    `${use}:22 caps[0].when is not an expression: Unexpected token: EOF`,
  ],
  [
    'matches',
    use,
    'when: metrics.overdue',
    'when: \'account.name.matches("^(a+)+$")\'',
    `${use}:22 caps[0].when uses matches(), which is refused because some patterns never end: use ==, in, startsWith(), endsWith() or contains()`,
  ],
  [
    'an unguarded nullable column',
    use,
    'when: metrics.overdue',
    'when: metrics.users < 3',
    `${use}:22 caps[0].when reads metrics.users, which may be missing: guard it, as in has(metrics.users) && ...`,
  ],
  [
    'an unknown metric in an expression',
    use,
    'when: metrics.overdue',
    'when: metrics.overdu',
    `${use}:22 caps[0].when reads metrics.overdu, which is no metric of this pack: did you mean overdue?`,
  ],
  [
    'an unknown account column',
    use,
    'when: metrics.overdue',
    'when: account.nam == "x"',
    `${use}:22 caps[0].when reads account.nam, which is no column of accounts: did you mean name?`,
  ],
  [
    'a phase that does not exist',
    use,
    'when: metrics.overdue',
    'when: account.phase == "strat"',
    `${use}:22 caps[0].when compares account.phase with "strat", which it never is: did you mean start?`,
  ],
  [
    'a text a column never has',
    use,
    'when: metrics.overdue',
    'when: \'has(account.plan) && account.plan == "prp"\'',
    `${use}:22 caps[0].when compares account.plan with "prp", which it never is: did you mean pro?`,
  ],
  [
    'a scorecard of an unknown score',
    use,
    'score: health',
    'score: helth',
    `${use}:1 score is helth, which is no score of pack.yaml: did you mean health?`,
  ],
  [
    'a file with another name',
    use,
    'scorecard: use',
    'scorecard: usage',
    `${use}:2 scorecard is usage, but the file is called use: give both one name`,
  ],
  [
    'bands with a gap below',
    bands,
    'from: 0',
    'from: 10',
    `${bands}:2 health[0].from is 10, which leaves a gap below it: the lowest band starts at 0`,
  ],
  [
    'bands that overlap',
    bands,
    'from: 70',
    'from: 40',
    `${bands}:4 health[2].from is 40, which overlaps yellow from 40: list bands in ascending order`,
  ],
  [
    'a band above the scale',
    bands,
    'from: 70',
    'from: 101',
    `${bands}:4 health[2].from is 101, above the 100 points of the score: no account can reach green`,
  ],
  [
    'too few bands',
    bands,
    '  - { id: yellow, from: 40, label: { en: Fair, ja: 普通 } }\n  - { id: green, from: 70, label: { en: Good, ja: 良好 } }\n',
    '',
    `${bands}:1 health is too short: it needs at least 2 entries`,
  ],
  [
    'a band called unknown',
    bands,
    'id: green',
    'id: unknown',
    `${bands}:4 health[2].id is unknown, which means too little data: choose another name`,
  ],
  [
    'bands of no score',
    bands,
    'health:',
    'helth:',
    `${bands}:1 helth is no score of pack.yaml: did you mean health?`,
  ],
  [
    'hysteresis wider than a band',
    packYaml,
    'hysteresis: 2',
    'hysteresis: 30',
    `${packYaml}:5 scores[0].hysteresis is 30, but the narrowest band is 30 points wide: make it smaller than that`,
  ],
  [
    'an unknown zone',
    packYaml,
    'Asia/Tokyo',
    'Asia/Tokio',
    `${packYaml}:3 zone is Asia/Tokio, which is no IANA time zone: write one such as Asia/Tokyo`,
  ],
  [
    'an unknown headline',
    packYaml,
    'headline: use_rate',
    'headline: use_rat',
    `${packYaml}:5 scores[0].headline is use_rat, which is no metric of this pack: did you mean use_rate?`,
  ],
  [
    'an unknown attribute',
    packYaml,
    '[name, mrr]',
    '[nmae, mrr]',
    `${packYaml}:9 attributes[0] is nmae, which is no column of accounts that can be shown: did you mean name?`,
  ],
  [
    'an attribute that is an instant',
    packYaml,
    '[name, mrr]',
    '[seen_at]',
    `${packYaml}:9 attributes[0] is seen_at, which is no column of accounts that can be shown`,
  ],
  [
    'a derived metric made from itself',
    packYaml,
    'metrics.users / metrics.seats',
    'metrics.use_rate / metrics.seats',
    `${packYaml}:11 derive[0].expression is made from itself: use_rate -> use_rate`,
  ],
  [
    'a derived metric that reads accounts',
    packYaml,
    'metrics.users / metrics.seats',
    'account.mrr / metrics.seats',
    `${packYaml}:11 derive[0].expression reads account columns, but a derived metric is made from metrics only`,
  ],
  [
    'a derived metric of another type',
    packYaml,
    'metrics.users / metrics.seats',
    'metrics.users > metrics.seats',
    `${packYaml}:11 derive[0].expression gives true or false, which does not fit its type float`,
  ],
  [
    'a derived metric that takes a name',
    packYaml,
    'id: use_rate',
    'id: users',
    `${packYaml}:11 derive[0].id is users, which is a metric already`,
  ],
  [
    'a phase that reads the phase',
    packYaml,
    'when: metrics.seats < 3',
    'when: account.phase == "use"',
    `${packYaml}:7 phases[0].when reads account.phase, which is what phases decide: use metrics or other columns`,
  ],
  [
    'a table that is not in the contract',
    packYaml,
    'zone:',
    'tables: { acounts: { table: x } }\nzone:',
    `${packYaml}:3 tables.acounts is no table of the input contract: did you mean accounts?`,
  ],
  [
    'a column that is not in the contract',
    packYaml,
    'zone:',
    'tables: { accounts: { columns: { nam: x } } }\nzone:',
    `${packYaml}:3 tables.accounts.columns.nam is no column of accounts in the input contract: did you mean name?`,
  ],
  [
    'another pack name than its folder',
    packYaml,
    'pack: small',
    'pack: smal',
    `${packYaml}:1 pack is smal, but its folder is called small: give both one name`,
  ],
  [
    'a group that reads an unknown table',
    usage,
    'sources: [usage]',
    'sources: [usages]',
    `${usage}:2 sources[0] is usages, which sql/sources does not declare: did you mean usage?`,
  ],
  [
    'a metric that is declared twice',
    usage,
    'id: error_rate',
    'id: seats',
    `${usage}:5 metrics[1].id is seats, which sql/metrics/shared/contract.yaml already declares: metric ids are unique`,
  ],
  [
    'a metric with a name that is taken',
    usage,
    'id: users',
    'id: before_users',
    `${usage}:4 metrics[0].id is before_users, but names like account_..., before_..., trend_... and present are taken: choose another`,
  ],
  [
    'an enum without values',
    usage,
    'type: float',
    'type: enum',
    `${usage}:5 metrics[1] is an enum without values: list its texts`,
  ],
  [
    'a source without event time',
    'sql/sources/usage.yaml',
    'event_time: used_on\n',
    '',
    'sql/sources/usage.yaml:1 is of kind events without event_time: name the column that says when it happened',
  ],
  [
    'an event time that is a text',
    'sql/sources/usage.yaml',
    'event_time: used_on',
    'event_time: account_id',
    'sql/sources/usage.yaml:4 event_time is account_id, a STRING column, but must be DATE or TIMESTAMP',
  ],
];

describe('a mistake gets one sentence: where, what is wrong, what would be right', () => {
  it.each(mistakes)('%s', (_what, path, from, to, sentence) => {
    const sentences = problemsIn(filesWith([path, from, to])).map(sentenceOf);
    expect(
      sentences.some((found) => found.startsWith(sentence)),
      sentences.join('\n'),
    ).toBe(true);
  });

  it('all of them at once, in an error with a code', () => {
    const files = filesWith([use, 'metric: users', 'metric: user'], [bands, 'from: 0', 'from: 1']);
    try {
      parsePack(files);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RulesError);
      expect(hasCode(error, code.invalidRules)).toBe(true);
      expect((error as RulesError).problems).toHaveLength(2);
      expect((error as RulesError).message).toContain('(and 1 more)');
    }
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
});
