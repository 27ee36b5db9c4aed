import { describe, expect, it } from 'vitest';
import type { CelRow } from '../../../functions/scorecard/language/cel/expressions.ts';
import type { Routing } from '../../../functions/scorecard/language/pack/routing.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { type Assignment, assign } from '../../../functions/scorecard/meaning/routing.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const file = 'rules/small/routing.yaml';
const text = `
teams:
  - { id: start, label: { en: Start, ja: 導入 }, owner: account.name }
  - { id: many, label: { en: Many, ja: 多数 }, owner: [ann, ben, cleo] }
  - { id: few, label: { en: Few, ja: 少数 }, owner: dan }
changes: { at: [phase, account.renewal_on] }
cells:
  - { label: { en: Professional, ja: プロ }, when: account.plan == "pro" && metrics.users > 50, team: many, owner: eve }
table:
  rows:
    - { id: fresh, label: { en: New, ja: 新規 }, when: account.phase == "start" }
    - { id: old, label: { en: Old, ja: 既存 } }
  columns:
    - { id: low, label: { en: low, ja: 低い }, when: now.health.level == 1 }
    - { id: high, label: { en: high, ja: 高い } }
  teams:
    fresh: { low: start, high: start }
    old: { low: few, high: many }
hand_over: { checklist: [{ id: goal, label: { en: Goal, ja: 目的 } }] }
`;

const withRouting = (from = '', to = ''): Map<string, string> => {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  const files = filesWith();
  const pack = files.get('rules/small/pack.yaml') ?? '';
  return files
    .set(
      'rules/small/pack.yaml',
      pack.replace(/^attributes:.*$/m, 'attributes: [name, plan, renewal_on]'),
    )
    .set(file, text.replace(from, to));
};

function routingWith(from = '', to = ''): Routing {
  const { routing } = parsePack(withRouting(from, to));
  if (!routing) throw new Error('no routing was read');
  return routing;
}

interface Seen {
  phase?: string;
  level?: number | null;
  users?: number | null;
  plan?: string;
  renewal?: string | null;
}

function row({
  phase = 'use',
  level = 3,
  users = 10,
  plan = 'basic',
  renewal = '2027-01-01',
}: Seen): CelRow {
  return {
    account: { name: 'Sam', phase, plan, ...(renewal === null ? {} : { renewal_on: renewal }) },
    metrics: users === null ? {} : { users },
    now: { health: level === null ? {} : { level } },
  };
}

/** Days one after the other: what is in force on each, and which milestone led to it. */
function days(routing: Routing, seen: readonly Seen[]) {
  let before: Assignment | null = null;
  return seen.map((day, i) => {
    const routed = assign(routing, 'a1', row(day), before, `2026-03-0${i + 1}`);
    before = routed.assignment;
    const { team, owner, since, number } = routed.assignment;
    return { team: team.id, owner, since, number, by: routed.handOver };
  });
}

describe('who looks after an account', () => {
  it('is decided by the first cell that holds, then by row and column of the table', () => {
    const teamOf = (seen: Seen) => days(routingWith(), [seen])[0];
    expect(teamOf({ plan: 'pro', users: 51 })).toMatchObject({ team: 'many', owner: 'eve' });
    expect(teamOf({ phase: 'start', level: 1 })).toMatchObject({ team: 'start', owner: 'Sam' });
    expect(teamOf({ level: 1 })).toMatchObject({ team: 'few', owner: 'dan', by: 'first' });
    expect(teamOf({ level: 2 })).toMatchObject({ team: 'many' });
  });

  it('says why in both languages', () => {
    const { assignment } = assign(routingWith(), 'a1', row({ level: 1 }), null, '2026-03-01');
    expect(assignment.why).toEqual({ en: 'Old × low', ja: '既存 × 低い' });
  });

  it('changes at a milestone only, however the score moves', () => {
    const hands = days(routingWith(), [
      { level: 1 },
      { level: 3 },
      { level: 1 },
      { level: 3, renewal: '2028-01-01' },
      { level: 1, renewal: '2028-01-01' },
    ]);
    expect(hands.map(({ team }) => team)).toEqual(['few', 'few', 'few', 'many', 'many']);
    expect(hands[3]).toMatchObject({ since: '2026-03-04', number: 2, by: 'account.renewal_on' });
    expect(hands[4]).toMatchObject({ since: '2026-03-04', by: null });
  });

  it('D3: stays with the first owner where the pack says never', () => {
    const routing = routingWith('changes: { at: [phase, account.renewal_on] }', 'changes: never');
    const hands = days(routing, [
      { phase: 'start' },
      { phase: 'use', level: 1 },
      { phase: 'use', plan: 'pro', users: 99, renewal: '2029-01-01' },
    ]);
    expect(hands.map(({ team, owner }) => [team, owner])).toEqual(Array(3).fill(['start', 'Sam']));
  });

  it('keeps a passed milestone ahead while what decides is not known', () => {
    const hands = days(routingWith(), [
      { phase: 'start' },
      { phase: 'use', level: null },
      { phase: 'use', level: 1 },
    ]);
    expect(hands.map(({ team, by }) => [team, by])).toEqual([
      ['start', 'first'],
      ['start', null],
      ['few', 'phase'],
    ]);
  });

  it('does not take a missing date for a renewal, nor its return', () => {
    const hands = days(routingWith(), [{ level: 1 }, { level: 3, renewal: null }, { level: 3 }]);
    expect(hands.map(({ team }) => team)).toEqual(['few', 'few', 'few']);
  });

  it('looks from now on at a milestone that the pack names only now', () => {
    const phases = routingWith('at: [phase, account.renewal_on]', 'at: [phase]');
    const first = assign(phases, 'a1', row({ level: 1 }), null, '2026-03-01').assignment;
    const both = routingWith();
    const named = assign(both, 'a1', row({ level: 3 }), first, '2026-03-02');
    expect(named.handOver).toBeNull();
    const renewed = row({ level: 3, renewal: '2028-01-01' });
    expect(assign(both, 'a1', renewed, named.assignment, '2026-03-03').handOver).toBe(
      'account.renewal_on',
    );
  });

  it('leaves a team that is no more at once', () => {
    const before = assign(routingWith(), 'a1', row({ level: 1 }), null, '2026-03-01').assignment;
    const gone = { ...before, team: { ...before.team, id: 'closed' } };
    expect(assign(routingWith(), 'a1', row({ level: 3 }), gone, '2026-03-02')).toMatchObject({
      handOver: 'team',
      assignment: { team: { id: 'many' } },
    });
  });

  it('D3: shares accounts among owners, and one more owner takes some without mixing the rest', () => {
    const three = routingWith();
    const four = routingWith('[ann, ben, cleo]', '[ann, ben, cleo, fay]');
    const ids = Array.from({ length: 400 }, (_, i) => `account-${i}`);
    const owners = (routing: Routing) =>
      ids.map((id) => assign(routing, id, row({}), null, '2026-03-01').assignment.owner);
    const [before, after] = [owners(three), owners(four)];
    for (const owner of ['ann', 'ben', 'cleo']) {
      expect(before.filter((name) => name === owner).length).toBeGreaterThan(100);
    }
    expect(after.filter((name) => name === 'fay').length).toBeGreaterThan(60);
    for (const [i, name] of after.entries()) if (name !== 'fay') expect(name).toBe(before[i]);
  });
});

describe('a routing file with a mistake', () => {
  it.each([
    ['old: { low: few, high: many }', 'old: { low: few }', 'lacks the column high: name its team'],
    [
      'old: { low: few, high: many }',
      'older: { low: few }',
      'is none of fresh, old: did you mean old?',
    ],
    ['low: few', 'low: fewer', 'is fewer, which is none of the teams: did you mean few?'],
    [
      '- { id: old, label: { en: Old, ja: 既存 } }',
      '- { id: old, label: { en: Old, ja: 既存 }, when: "true" }',
      'is the last one: leave its when out',
    ],
    [
      'when: account.plan == "pro" && metrics.users > 50, ',
      '',
      'takes every account, so that nothing below it is reached',
    ],
    ['account.renewal_on]', 'account.vip]', 'needs a column listed under attributes'],
    ['account.renewal_on]', 'renewal]', 'phase or account.<column>'],
    [
      'changes: { at: [phase, account.renewal_on] }',
      'changes: daily',
      'must be never, or { at: [phase] }',
    ],
    [
      'owner: account.name',
      'owner: account.vip',
      'is owned by account.vip, but account.<column> needs',
    ],
    [
      'now.health.level == 1',
      'now.wealth.level == 1',
      'reads now.wealth.level, which is nothing that results have',
    ],
    ['metrics.users > 50', 'account.vip', 'reads account.vip, which is no column of accounts'],
    ['id: many', 'id: few', 'is few again: ids here are unique'],
  ])('%s -> %s is refused in one sentence', (from, to, sentence) => {
    const problems = problemsIn(withRouting(from, to));
    expect(problems.map(({ message }) => message).join('\n')).toContain(sentence);
    for (const problem of problems) expect(problem).toMatchObject({ file });
  });
});
