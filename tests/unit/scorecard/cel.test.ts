import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileCondition,
  compileValue,
  type Locate,
} from '../../../functions/scorecard/engine/cel-columns.ts';
import type { Block } from '../../../functions/scorecard/engine/column-operations.ts';
import {
  type CelRow,
  checkExpression,
  type Expression,
  type Scope,
  type ScopeColumn,
} from '../../../functions/scorecard/language/cel/expressions.ts';
import { drawCondition, draws } from '../../support/oracle/generate.ts';

const number: ScopeColumn = { type: 'number', nullable: true };
const bool: ScopeColumn = { type: 'bool', nullable: true };
const values = ['low', 'middle', 'high'];
const scope: Scope = {
  metrics: new Map<string, ScopeColumn>([
    ['x', number],
    ['y', number],
    ['sure', { type: 'number', nullable: false }],
    ['b', bool],
    ['e', { type: 'text', nullable: true, values }],
  ]),
  account: new Map<string, ScopeColumn>([
    ['name', { type: 'text', nullable: false }],
    ['plan', { type: 'text', nullable: true }],
    ['tier', { type: 'text', nullable: false }],
    ['since', { type: 'text', nullable: true }],
    ['mrr', number],
    ['vip', bool],
    ['phase', { type: 'text', nullable: false, values: ['', 'use'] }],
  ]),
};

const locate: Locate = (root, name) => {
  if (root === 'metrics') {
    const at = ['x', 'y', 'sure', 'b', 'e'].indexOf(name);
    return name === 'e' ? { as: 'enum', at, values } : { as: name === 'b' ? 'bool' : 'number', at };
  }
  if (name === 'mrr' || name === 'vip')
    return { as: name === 'vip' ? 'bool' : 'number', at: name === 'vip' ? 6 : 5 };
  const at = textColumns.indexOf(name);
  return { as: 'text', at, codeOf: (text) => codeOf(at, text) };
};
const textColumns = ['name', 'plan', 'tier', 'since', 'phase'];
const dictionaries = textColumns.map(() => new Map<string, number>());
const codeOf = (at: number, text: string): number => {
  const dictionary = dictionaries[at] as Map<string, number>;
  const code = dictionary.get(text) ?? dictionary.size + 1;
  dictionary.set(text, code);
  return code;
};

/** A block of one row. */
function blockOf({ metrics, account }: CelRow): Block {
  const value = (cell: unknown): number =>
    typeof cell === 'boolean'
      ? +cell
      : typeof cell === 'string'
        ? values.indexOf(cell)
        : typeof cell === 'number'
          ? cell
          : Number.NaN;
  const numbers = [
    metrics.x,
    metrics.y,
    metrics.sure,
    metrics.b,
    metrics.e,
    account.mrr,
    account.vip,
  ];
  const text = (at: number) => account[textColumns[at] ?? ''];
  return {
    rows: 1,
    numbers: numbers.map((cell) => Float64Array.of(value(cell))),
    texts: textColumns.map((_, at) => {
      const cell = text(at);
      return Uint16Array.of(typeof cell === 'string' ? codeOf(at, cell) : 0);
    }),
    textAt: (at) => {
      const cell = text(at);
      return typeof cell === 'string' ? cell : null;
    },
  };
}

function expression(text: string, purpose: 'condition' | 'value' = 'condition'): Expression {
  const checked = checkExpression(text, scope, purpose);
  if ('problem' in checked) throw new Error(`${text}: ${checked.problem}`);
  return checked;
}

const account = { name: 'Acme', tier: 'a', phase: 'use' };

describe('conditions', () => {
  it.each([
    ['metrics.sure > 60', { sure: 61 }, true],
    ['metrics.sure == 60', { sure: 60 }, true],
    ['metrics.sure != 60', { sure: 60 }, false],
    ['60 <= metrics.sure', { sure: 60 }, true],
    ['metrics.sure in [1, 2]', { sure: 2 }, true],
    ['metrics.sure > 0x10', { sure: 17 }, true],
    ['metrics.sure / 2 > 1', { sure: 3 }, true],
    ['has(metrics.x) && metrics.x > 60', {}, false],
    ['metrics.x > 60 && has(metrics.x)', {}, false],
    ['!has(metrics.x) || metrics.x > 60', {}, true],
    ['has(metrics.e) && metrics.e == "high"', { e: 'high' }, true],
    ['has(metrics.b) && !metrics.b', { b: false }, true],
    ['account.phase == "use"', {}, true],
    ['account.name.startsWith("Ac") && size(account.name) == 4', {}, true],
    ['has(metrics.x) ? metrics.x > 1 : true', {}, true],
  ] as const)('%s for %o is %s', (text, metrics, holds) => {
    const checked = expression(text);
    expect(checked.evaluate({ metrics, account })).toBe(holds);
    const truth = compileCondition(checked, locate).run(blockOf({ metrics, account }));
    expect(truth[0]).toBe(+holds);
  });

  it('run over columns where they compare columns with constants', () => {
    const { byLibrary } = compileCondition(
      expression('has(metrics.x) && metrics.x > 60 && account.tier in ["a", "b"]'),
      locate,
    );
    expect(byLibrary).toBe(false);
    expect(compileCondition(expression('account.name.contains("x")'), locate).byLibrary).toBe(true);
    // 0/0 compares as NaN, not as missing.
    expect(compileCondition(expression('metrics.sure / metrics.sure > 1'), locate).byLibrary).toBe(
      true,
    );
  });

  it('that cannot be known do not hold, whichever way they ask', () => {
    for (const text of [
      'metrics.sure > 1',
      '!(metrics.sure > 1)',
      'metrics.sure != 1',
      'metrics.sure in [1]',
    ]) {
      const checked = expression(text);
      const row = { metrics: {}, account };
      expect(checked.evaluate(row)).toBeUndefined();
      expect(compileCondition(checked, locate).run(blockOf(row))[0]).toBe(2);
    }
  });

  it('over columns and by the library agree, for whatever rules ask', () => {
    const readable = [
      { id: 'x', type: 'float', direction: 'none' },
      { id: 'y', type: 'int', direction: 'none' },
      { id: 'b', type: 'bool', direction: 'none' },
      { id: 'e', type: 'enum', direction: 'none', values },
    ] as const;
    const cell = (pick: readonly (string | number | boolean)[]) =>
      fc.option(fc.constantFrom(...pick), { nil: undefined });
    const row = fc.record({
      x: cell([-1, 0, 0.5, 1, 2, 3, 7, 1e300]),
      y: cell([-1, 0, 1, 2, 3, 7]),
      b: cell([true, false]),
      e: cell(values),
      plan: cell(['pro', 'team', '']),
      mrr: cell([0, 100, 200]),
      vip: cell([true, false]),
      since: cell(['2020-01-01', '2021-01-01']),
      tier: fc.constantFrom('a', 'b', 'z'),
      name: fc.constantFrom('Acme', '株', '😀😀'),
      phase: fc.constantFrom('', 'use'),
    });
    fc.assert(
      fc.property(draws, row, (draw, { x, y, b, e, ...rest }) => {
        const metrics = readable.map((metric) => ({
          ...metric,
          values: 'values' in metric ? [...metric.values] : undefined,
        }));
        const text = drawCondition(draw, metrics, true, ['use']);
        const present = (cells: object) =>
          Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== undefined));
        const values_ = { metrics: present({ x, y, b, e }), account: present(rest) };
        const checked = expression(text);
        const truth = compileCondition(checked, locate).run(blockOf(values_))[0];
        const byLibrary = checked.evaluate(values_);
        expect(truth).toBe(byLibrary === undefined ? 2 : +Boolean(byLibrary));
      }),
      { numRuns: 400 },
    );
  });
});

describe('derived values', () => {
  it.each([
    ['metrics.x / metrics.y', { x: 3, y: 2 }, 1.5],
    ['metrics.x / metrics.y', { x: 3, y: 0 }, Number.NaN],
    ['metrics.x / metrics.y', { x: 3 }, Number.NaN],
    ['-(metrics.x - 1) * 2 + 1', { x: 3 }, -3],
    ['has(metrics.x) ? metrics.x : 0', {}, 0],
    ['metrics.x > 1', { x: 2 }, 1],
    ['metrics.x > 1', {}, Number.NaN],
    ['double(size(account.name))', {}, 4],
    ['size(account.name)', {}, 4],
    ['metrics.x * metrics.x', { x: 1e200 }, Number.NaN],
  ] as const)('%s for %o is %d', (text, metrics, value) => {
    const out = new Float64Array(1);
    compileValue(expression(text, 'value'), locate)(blockOf({ metrics, account }), out);
    expect(out[0]).toBe(value);
  });
});
