import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import {
  type CelRow,
  checkExpression,
  type Scope,
} from '../../../functions/scorecard/language/cel/expressions.ts';
import { needed } from '../../../functions/scorecard/language/cel/guards.ts';

const number = { type: 'number', nullable: true } as const;
const scope: Scope = {
  account: new Map([['plan', { type: 'text', nullable: true }]]),
  metrics: new Map([
    ['a', number],
    ['b', number],
  ]),
  now: new Map([['health.level', number]]),
  before: new Map([['health.level', number]]),
  moved: new Map([['health', number]]),
};

function expressionOf(text: string) {
  const checked = checkExpression(text, scope, 'signal');
  if ('problem' in checked) throw new Error(`${text}: ${checked.problem}`);
  return checked;
}

const namesOf = (text: string): string[] =>
  needed(expressionOf(text).ast).map(({ root, name }) => `${root}.${name}`);

/** Every choice of what is there of a row that has everything. */
function* rows(): Generator<CelRow> {
  for (let bits = 0; bits < 64; bits += 1) {
    const has = (bit: number) => (bits & (1 << bit)) !== 0;
    yield {
      account: has(0) ? { plan: 'pro' } : {},
      metrics: { ...(has(1) && { a: 3 }), ...(has(2) && { b: 5 }) },
      now: has(3) ? { health: { level: 2 } } : { health: {} },
      before: has(4) ? { health: { level: 4 } } : {},
      moved: has(5) ? { health: -20 } : {},
    };
  }
}

/** The library alone: an error is what is unknown. */
function byLibrary(source: string, row: CelRow): unknown {
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  environment.registerOperator('int == double', (a, b) => Number(a) === Number(b));
  try {
    return environment.parse(source)(row);
  } catch {
    return undefined;
  }
}

describe('an expression where values are missing', () => {
  it.each([
    ['metrics.a > 2', ['metrics.a']],
    ['metrics.a + metrics.b > 7', ['metrics.a', 'metrics.b']],
    ['moved.health <= -15', ['moved.health']],
    ['now.health.level < before.health.level && before.health.level >= 4', ['before.health.level']],
    ['metrics.a > 2 && metrics.b > 4', []],
    ['metrics.a > 9 || metrics.b > 4', []],
    ['metrics.a > 9 || metrics.a + metrics.b > 4', ['metrics.a']],
    ['!(metrics.a > 2)', ['metrics.a']],
    ['has(metrics.a) && metrics.a > 2', []],
    ['has(metrics.a) ? metrics.a > 2 : metrics.b > 2', []],
    ['metrics.a > 2 ? metrics.b > 2 : false', ['metrics.a']],
    ['account.plan.startsWith("p")', ['account.plan']],
    ['account.plan in ["pro", "team"]', ['account.plan']],
    ['["pro"].exists(one, one == account.plan)', []],
  ])('%s is unknown without %j, and else what CEL says', (text, columns) => {
    expect(namesOf(text)).toEqual(columns);
    const { source, evaluate } = expressionOf(text);
    for (const row of rows()) expect(evaluate(row)).toEqual(byLibrary(source, row));
  });
});
