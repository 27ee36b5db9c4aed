/** What other rules make of the same accounts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffMarkdown } from '../../../functions/cli/rules/diff-text.ts';
import {
  compareRules,
  mergeComparisons,
  type RulesResult,
  scoreComparison,
} from '../../../functions/evidence/compare-rules.ts';
import type { InputRow } from '../../../functions/scorecard/engine/input-batch.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { filesWith, goodAccount, score } from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const rows: InputRow[] = [
  { ...goodAccount, account_id: 'big', users: 7 },
  { ...goodAccount, account_id: 'sm|all', users: 6, error_rate: 0.2 },
  { ...goodAccount, account_id: 'best', users: 40 },
];
const revenue = new Map([
  ['big', 5000],
  ['sm|all', 100],
]);

function resultOf(...changes: (readonly [path: string, from: string, to: string])[]): RulesResult {
  const pack = parsePack(filesWith(...changes));
  return { layout: layoutOf(pack), rows: new Map([['health', score(pack, rows).rows]]), revenue };
}

/** Users earn their middle points later: 7 and 6 users fall from 20 points to none. */
const stricter = resultOf([use, '[5, 20]', '[8, 20]']);

describe('comparing rules', () => {
  it('gives who moves between bands, the biggest revenue first, and the measure that moves them', () => {
    const [health] = compareRules(resultOf(), stricter);
    expect(health).toMatchObject({
      score: 'health',
      exists: 'both',
      accounts: 3,
      changed: 2,
      up: { accounts: 0, revenue: null },
      down: { accounts: 1, revenue: 5000 },
      movements: [{ from: 'green', to: 'yellow', accounts: 1, revenue: 5000 }],
      measures: [{ measure: 'users', accounts: 2, mean: -2000, moved: 1 }],
    });
    expect(health?.movers).toMatchObject([
      {
        account: 'big',
        from_points: 8000,
        to_points: 6000,
        way: 'down',
        causes: [{ delta: -2000 }],
      },
    ]);
    expect(health?.bands.map(({ id, before, after }) => [id, before, after])).toEqual([
      ['red', 0, 0],
      ['yellow', 1, 2],
      ['green', 2, 1],
      ['unknown', 0, 0],
    ]);
  });

  it('gives no movers for the same rules', () => {
    expect(compareRules(resultOf(), resultOf())).toMatchObject([{ changed: 0, movers: [] }]);
  });

  it('tells a move of the other way as up', () => {
    expect(compareRules(stricter, resultOf())[0]).toMatchObject({ up: { accounts: 1 } });
  });

  it.each([
    ['limits', ['rules/small/bands.yaml', 'from: 70', 'from: 85'], {}, 'green', 'yellow'],
    ['measures', [use, '[5, 20]', '[8, 20]'], {}, 'green', 'yellow'],
    ['cap', [use, 'at_most: red', 'at_most: yellow'], { overdue: true }, 'red', 'yellow'],
    [
      'cap',
      [use, 'when: metrics.overdue', 'when: metrics.seats < 0'],
      { overdue: true },
      'red',
      'green',
    ],
    ['cap', [use, 'when: metrics.overdue', 'when: metrics.seats > 0'], {}, 'green', 'red'],
  ] as const)('says that %s make the band another one', (why, change, row, from, to) => {
    const account: InputRow = { ...goodAccount, account_id: 'one', users: 7, ...row };
    const [before, after] = [parsePack(filesWith()), parsePack(filesWith(change))].map((pack) => ({
      layout: layoutOf(pack),
      rows: new Map([['health', score(pack, [account]).rows]]),
      revenue: new Map<string, number>(),
    }));
    const [health] = before && after ? compareRules(before, after) : [];
    expect(health?.movers).toMatchObject([{ from, to, why }]);
    expect(health?.boundary).toBe(0);
  });

  it('tells those apart whose band is only kept close to a boundary', () => {
    const [before, after] = [resultOf(), resultOf([use, 'version: 2.1.0', 'version: 2.1.1'])];
    const rowsOfScore = before.rows.get('health') ?? [];
    const kept = rowsOfScore.map((row) =>
      row.account_id === 'big' ? { ...row, band: 'yellow', held_by_hysteresis: true } : row,
    );
    const [health] = compareRules({ ...before, rows: new Map([['health', kept]]) }, after);
    expect(health).toMatchObject({
      boundary: 1,
      movers: [{ account: 'big', to: 'green', why: 'boundary' }],
    });
    // It would be another one anyway.
    const [strict] = compareRules(
      { ...before, rows: new Map([['health', kept]]) },
      resultOf(
        ['rules/small/bands.yaml', 'from: 40', 'from: 90'],
        ['rules/small/bands.yaml', 'from: 70', 'from: 95'],
      ),
    );
    expect(strict).toMatchObject({ boundary: 0 });
    expect(strict?.movers.find(({ account }) => account === 'big')).toMatchObject({
      to: 'red',
      why: 'limits',
    });
  });

  it('is Markdown in either language, and no name breaks out of its cell', () => {
    const boundary = resultOf(
      [use, '[5, 20]', '[6.5, 20]'],
      ['rules/small/bands.yaml', 'from: 40', 'from: 45'],
    );
    const diff = {
      pack: 'small',
      old: 'main',
      new: 'HEAD',
      date: '2026-02-02',
      data: 'own' as const,
      same_rules: false,
      scores: compareRules(resultOf(), boundary),
    };
    const english = diffMarkdown(diff, 'en');
    expect(english).toContain('| sm\\|all | 100 | Fair | Critical | 60 → 40 | Active users −20 |');
    expect(english.split('\n').filter((line) => line.startsWith('|')).length).toBeGreaterThan(8);
    expect(diffMarkdown(diff, 'ja')).toContain(
      '| sm\\|all | 100 | 普通 | 危険 | 60 → 40 | 利用者数 −20 |',
    );
    // A candidate is compared without a word on evidence, which only rules that go live need.
    expect(english).not.toContain('Evidence');
    const said = { en: 'AUC 0.76; 40 of 300 accounts left', ja: 'AUC 0.76' };
    const judged = {
      ...diff,
      evidence: {
        required: true,
        accepted: [{ score: 'health', said }],
        missing: ['The evidence was accepted of *other* rules.'],
      },
    };
    expect(diffMarkdown(judged, 'en')).toContain(
      '### Evidence\n\n- The evidence was accepted of \\*other\\* rules.\n- health: AUC 0.76; 40 of 300 accounts left',
    );
    const none = { required: false, accepted: [], missing: [] };
    expect(diffMarkdown({ ...diff, evidence: none }, 'ja')).toContain('このパックでは不要です。');
  });
});

describe('a comparison made in parts', () => {
  it('is that of the whole, however accounts are parted and in whatever order', () => {
    const portfolio: InputRow[] = Array.from({ length: 12 }, (_, i) => ({
      ...goodAccount,
      account_id: `account-${String(i).padStart(2, '0')}`,
      users: (5 * i) % 11,
      error_rate: (i % 4) / 10,
    }));
    const paid = new Map(portfolio.map(({ account_id: id }, i) => [String(id), 100 * (i % 3)]));
    const rules = [
      [use, '[5, 20]', '[8, 20]'] as const,
      ['rules/small/bands.yaml', 'from: 40', 'from: 45'] as const,
    ];
    const packs = [parsePack(filesWith()), parsePack(filesWith(...rules))] as const;
    const compared = (some: InputRow[]) => {
      const [before, after] = packs.map((pack): RulesResult => {
        const rows = some.length === 0 ? [] : score(pack, some).rows;
        return { layout: layoutOf(pack), rows: new Map([['health', rows]]), revenue: paid };
      });
      if (!before || !after) throw new Error('two versions are compared');
      return compareRules(before, after);
    };
    const whole = compared(portfolio);
    expect(whole[0]?.movers.length).toBeGreaterThan(2);
    expect(scoreComparison.array().parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
        fc.nat(12),
        (part, most) => {
          const parts = [3, 1, 0, 2].map((n) =>
            compared(portfolio.filter((_, i) => part[i] === n)),
          );
          const cut = whole.map((one) => ({ ...one, movers: one.movers.slice(0, most) }));
          expect(mergeComparisons(parts, most)).toEqual(cut);
          // Parts that keep as many movers as the whole are enough.
          const kept = parts.map((one) => mergeComparisons([one], most));
          expect(
            mergeComparisons([mergeComparisons(kept.slice(0, 2), most), ...kept.slice(2)], most),
          ).toEqual(cut);
        },
      ),
      { numRuns: 40 },
    );
  });
});
