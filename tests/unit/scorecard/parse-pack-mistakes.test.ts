import { describe, expect, it } from 'vitest';
import { code, hasCode } from '../../../functions/errors.ts';
import {
  parsePack,
  RulesError,
  sentenceOf,
} from '../../../functions/scorecard/language/parse/pack.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const packYaml = 'rules/small/pack.yaml';
const bands = 'rules/small/bands.yaml';
const usage = 'sql/metrics/shared/usage.yaml';

/** Path, text, its replacement, and the sentence that must come of it. */
const mistakes: [what: string, path: string, from: string, to: string, sentence: string][] = [
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

describe('a mistake in a pack gets one sentence: where, what is wrong, what would be right', () => {
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
