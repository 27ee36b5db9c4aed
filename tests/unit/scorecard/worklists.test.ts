import { describe, expect, it } from 'vitest';
import type { CelRow } from '../../../functions/scorecard/language/cel/expressions.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { entriesOf } from '../../../functions/scorecard/meaning/worklists.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const file = 'rules/small/worklists.yaml';
const text = `
- id: save
  label: { en: Save, ja: 解約防止 }
  when: account.phase == "use"
  sort: account.mrr
  reasons:
    - { id: silent, label: { en: Silent, ja: 利用なし }, when: metrics.users == 0, action: { en: Call., ja: 電話する。 } }
    - { id: low, label: { en: Low, ja: 低い }, when: now.health.level == 1, action: { en: Ask., ja: うかがう。 } }
`;

const withLists = (from = '', to = ''): Map<string, string> => {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  return filesWith().set(file, text.replace(from, to));
};

const lists = parsePack(withLists()).worklists;

function row(changes: { phase?: string; mrr?: number; users?: number; level?: number }): CelRow {
  const { phase = 'use', mrr, users, level } = changes;
  return {
    account: { phase, ...(mrr === undefined ? {} : { mrr }) },
    metrics: users === undefined ? {} : { users },
    now: { health: level === undefined ? {} : { level } },
  };
}

describe('an account in worklists', () => {
  it('is there with every reason that holds, ranked by what the list is sorted by', () => {
    expect(entriesOf(lists.lists, row({ mrr: 120, users: 0, level: 1 }))).toEqual({
      save: { rank: 120, reasons: ['silent', 'low'] },
    });
  });

  it('W12: is found by its silence alone', () => {
    expect(entriesOf(lists.lists, row({ users: 0, level: 3 }))).toEqual({
      save: { rank: -1, reasons: ['silent'] },
    });
  });

  it('comes last where what the list is sorted by is not finite', () => {
    const { worklists } = parsePack(withLists('account.mrr', 'account.mrr / metrics.users'));
    expect(entriesOf(worklists.lists, row({ mrr: 9, users: 0 })).save?.rank).toBe(-1);
    expect(entriesOf(worklists.lists, row({ mrr: 9, users: 3, level: 1 })).save?.rank).toBe(3);
  });

  it.each([
    ['no reason holds', { users: 4, level: 3 }],
    ['nothing is known', {}],
    ['the list is about others', { phase: 'start', users: 0, level: 1 }],
  ])('is not there where %s', (_, seen) => {
    expect(entriesOf(lists.lists, row(seen))).toEqual({});
  });
});

describe('a pack without worklists.yaml', () => {
  it('M1, T9: has accounts to save and to grow, by what its scores are for', () => {
    const files = filesWith();
    expect(parsePack(files).worklists.lists).toMatchObject([
      { id: 'save', score: 'health', reasons: [{ id: 'low' }, { id: 'falling' }] },
    ]);
    const { worklists } = parsePack(
      files.set(
        'rules/small/pack.yaml',
        (files.get('rules/small/pack.yaml') ?? '').replace('purpose: churn', 'purpose: upsell'),
      ),
    );
    expect(worklists.lists.map(({ id }) => id)).toEqual(['grow']);
    expect(entriesOf(worklists.lists, row({ level: 3, mrr: 9 }))).toEqual({
      grow: { rank: 9, reasons: ['ready'] },
    });
    expect(entriesOf(worklists.lists, row({ level: 2, mrr: 9 }))).toEqual({});
  });
});

describe('a worklists file with a mistake', () => {
  it('is told that a metric is known, but read by no scorecard', () => {
    const files = withLists('metrics.users', 'metrics.visits')
      .set(
        'sql/metrics/shared/visits.yaml',
        `group: visits
sources: [usage]
metrics:
  - { id: visits, type: int, direction: higher, nullable: true, label: { en: Visits, ja: 訪問 }, description: { en: Visits., ja: 訪問。 } }
`,
      )
      .set('sql/metrics/shared/visits.sql', 'SELECT account_id, 1 AS visits FROM usage');
    expect(problemsIn(files)).toMatchObject([
      {
        file,
        message: 'reads metrics.visits, which no scorecard reads: list it under reference of one',
      },
    ]);
  });

  it.each([
    ['account.mrr', 'account.plan', 'which is no column of accounts'],
    ['account.mrr', 'account.mrr > 5', 'gives true or false, but must give a number'],
    [
      'metrics.users',
      'metrics.user',
      'reads metrics.user, which is no metric of this pack: did you mean users?',
    ],
    ['id: low', 'id: silent', 'is silent again: ids of reasons are unique'],
    ['sort: account.mrr', 'score: wealth', 'is wealth, which is no score of the pack'],
    [', ja: うかがう。', '', 'action'],
  ])('%s -> %s is refused in one sentence', (from, to, sentence) => {
    const problems = problemsIn(withLists(from, to));
    expect(problems.map(({ field, message }) => `${field} ${message}`).join('\n')).toContain(
      sentence,
    );
    for (const problem of problems) expect(problem).toMatchObject({ file });
  });
});
