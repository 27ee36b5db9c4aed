/**
 * Expressions over columns: comparisons, has(), &&, ||, ! and arithmetic on declared columns
 * run block by block; an expression with anything else goes to the CEL library row by row.
 * Both give the same, unknown values included.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { columnNode } from '../language/cel/ast.ts';
import type { CelRow, CelValue, Expression } from '../language/cel/expressions.ts';
import {
  allOf,
  anyOf,
  arithmetic,
  type Block,
  blockRows,
  type Comparison,
  type Condition,
  choose,
  compareNumbers,
  compareText,
  equalsAny,
  negate,
  not,
  present,
  truthOf,
  type Value,
} from './column-operations.ts';

/** Where a column of an expression is found in a block. */
export type Located =
  | { as: 'number'; at: number }
  | { as: 'bool'; at: number }
  | { as: 'enum'; at: number; values: readonly string[] }
  /** `codeOf` adds a text to the column's dictionary. */
  | { as: 'text'; at: number; codeOf(text: string): number };

export type Locate = (root: 'account' | 'metrics', name: string) => Located;

/** Compiles a condition; `byLibrary` says whether rows go through the CEL library. */
export function compileCondition(
  expression: Expression,
  locate: Locate,
): { run: Condition; byLibrary: boolean } {
  const run = condition(expression.ast, locate);
  return run
    ? { run, byLibrary: false }
    : { run: conditionByLibrary(expression, locate), byLibrary: true };
}

/** Compiles a derived metric: booleans as 0 and 1; a result that is not finite is no value. */
export function compileValue(
  expression: Expression,
  locate: Locate,
): (block: Block, out: Float64Array) => void {
  if (expression.type === 'bool') {
    const holds = compileCondition(expression, locate).run;
    return (block, out) => {
      const truth = holds(block);
      for (let i = 0; i < block.rows; i++) {
        const value = truth[i] as number;
        out[i] = value === 2 ? Number.NaN : value;
      }
    };
  }
  const run = operand(expression.ast, locate)?.run ?? valueByLibrary(expression, locate);
  return (block, out) => {
    const values = run(block);
    for (let i = 0; i < block.rows; i++) {
      const value = values[i] as number;
      out[i] = value - value === 0 ? value : Number.NaN;
    }
  };
}

function condition(node: ASTNode, locate: Locate): Condition | undefined {
  switch (node.op) {
    case '&&':
    case '||': {
      const left = condition(node.args[0], locate);
      const right = left && condition(node.args[1], locate);
      if (!left || !right) return undefined;
      return node.op === '&&' ? allOf(left, right) : anyOf(left, right);
    }
    case '!_': {
      const inner = condition(node.args, locate);
      return inner && not(inner);
    }
    case 'value': {
      if (typeof node.args !== 'boolean') return undefined;
      const truth = new Uint8Array(blockRows).fill(node.args ? 1 : 0);
      return () => truth;
    }
    case '.': {
      const column = located(node, locate);
      return column?.as === 'bool' ? truthOf(numbersOf(column.at)) : undefined;
    }
    case 'call': {
      const [argument] = node.args[1];
      if (node.args[0] !== 'has' || !argument) return undefined;
      const column = located(argument, locate);
      if (!column) return undefined;
      return column.as === 'text'
        ? compareText(column.at, 0, true, true)
        : present(numbersOf(column.at));
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node.op, node.args[0], node.args[1], locate);
    case 'in':
      return membership(node.args[0], node.args[1], locate);
    default:
      return undefined;
  }
}

const mirrored = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function comparison(
  op: Comparison,
  left: ASTNode,
  right: ASTNode,
  locate: Locate,
): Condition | undefined {
  const textual =
    textComparison(op, left, right, locate) ?? textComparison(mirrored[op], right, left, locate);
  if (textual) return textual;
  const a = operand(left, locate);
  const b = operand(right, locate);
  // A quotient such as 0/0 is NaN yet not missing; CEL compares it, so the library does.
  if (!a || !b || a.mayBeNaN || b.mayBeNaN) return undefined;
  return compareNumbers(op, a.run, b.run);
}

/** A column of texts, enum or boolean, compared with a constant. */
function textComparison(
  op: Comparison,
  side: ASTNode,
  constant: ASTNode,
  locate: Locate,
): Condition | undefined {
  const column = located(side, locate);
  if (!column || column.as === 'number' || constant.op !== 'value') return undefined;
  if (op !== '==' && op !== '!=') return undefined;
  const { args } = constant;
  if (column.as === 'bool') {
    if (typeof args !== 'boolean') return undefined;
    return compareNumbers(op, numbersOf(column.at), constantOf(args ? 1 : 0));
  }
  if (typeof args !== 'string') return undefined;
  if (column.as === 'enum') {
    return compareNumbers(op, numbersOf(column.at), constantOf(column.values.indexOf(args)));
  }
  return compareText(column.at, column.codeOf(args), op === '!=', false);
}

function membership(side: ASTNode, list: ASTNode, locate: Locate): Condition | undefined {
  const column = located(side, locate);
  if (!column || list.op !== 'list') return undefined;
  if (column.as === 'text') {
    const texts = list.args.map((item) => (item.op === 'value' ? item.args : undefined));
    if (!texts.every((text) => typeof text === 'string')) return undefined;
    const each = texts.map((text) => compareText(column.at, column.codeOf(text), false, false));
    const [first, ...rest] = each;
    return first && rest.reduce<Condition>((all, next) => anyOf(all, next), first);
  }
  if (column.as === 'bool') return undefined;
  const values = list.args.map((item) =>
    column.as === 'enum' ? enumPosition(item, column.values) : constantNumber(item),
  );
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return equalsAny(
    numbersOf(column.at),
    values.filter((value) => value !== undefined),
  );
}

function enumPosition(node: ASTNode, values: readonly string[]): number | undefined {
  return node.op === 'value' && typeof node.args === 'string'
    ? values.indexOf(node.args)
    : undefined;
}

interface Operand {
  run: Value;
  /** Always finite where it is not missing. */
  finite: boolean;
  /** May be NaN although nothing it reads is missing. */
  mayBeNaN: boolean;
  constant?: number;
}

function operand(node: ASTNode, locate: Locate): Operand | undefined {
  const constant = constantNumber(node);
  if (constant !== undefined) {
    return { run: constantOf(constant), finite: true, mayBeNaN: false, constant };
  }
  switch (node.op) {
    case '.': {
      const column = located(node, locate);
      if (column?.as !== 'number') return undefined;
      return { run: numbersOf(column.at), finite: true, mayBeNaN: false };
    }
    case '-_': {
      const inner = operand(node.args, locate);
      return inner && { run: negate(inner.run), finite: inner.finite, mayBeNaN: inner.mayBeNaN };
    }
    case '+':
    case '-':
    case '*':
    case '/': {
      const a = operand(node.args[0], locate);
      const b = operand(node.args[1], locate);
      if (!a || !b) return undefined;
      const divides = node.op === '/';
      const safe = a.finite && b.finite && (!divides || (b.constant ?? 0) !== 0);
      return { run: arithmetic(node.op, a.run, b.run), finite: false, mayBeNaN: !safe };
    }
    case '?:': {
      const [test, yes, no] = node.args;
      const holds = condition(test, locate);
      const a = operand(yes, locate);
      const b = operand(no, locate);
      if (!holds || !a || !b) return undefined;
      return {
        run: choose(holds, a.run, b.run),
        finite: a.finite && b.finite,
        mayBeNaN: a.mayBeNaN || b.mayBeNaN,
      };
    }
    default:
      return undefined;
  }
}

function constantNumber(node: ASTNode): number | undefined {
  if (node.op === '-_') {
    const inner = constantNumber(node.args);
    return inner === undefined ? undefined : -inner;
  }
  return node.op === 'value' && typeof node.args === 'number' ? node.args : undefined;
}

function located(node: ASTNode, locate: Locate): Located | undefined {
  const column = columnNode(node);
  if (column?.root !== 'account' && column?.root !== 'metrics') return undefined;
  return locate(column.root, column.name);
}

function numbersOf(at: number): Value {
  return (block) => column(block, at);
}

function column(block: Block, at: number): Float64Array {
  const values = block.numbers[at];
  if (!values) throw new Error(`the block has no column ${at}`);
  return values;
}

function constantOf(value: number): Value {
  const values = new Float64Array(blockRows).fill(value);
  return () => values;
}

function conditionByLibrary(expression: Expression, locate: Locate): Condition {
  const rowAt = rowReader(expression, locate);
  const out = new Uint8Array(blockRows);
  return (block) => {
    for (let i = 0; i < block.rows; i++) {
      const result = expression.evaluate(rowAt(block, i));
      out[i] = result === undefined ? 2 : result ? 1 : 0;
    }
    return out;
  };
}

function valueByLibrary(expression: Expression, locate: Locate): Value {
  const rowAt = rowReader(expression, locate);
  const out = new Float64Array(blockRows);
  return (block) => {
    for (let i = 0; i < block.rows; i++) {
      const result = expression.evaluate(rowAt(block, i));
      out[i] = typeof result === 'number' ? result : Number.NaN;
    }
    return out;
  };
}

/** Gives a row as the library takes it: only what the expression reads, missing keys left out. */
function rowReader(expression: Expression, locate: Locate): (block: Block, row: number) => CelRow {
  const account = [...expression.account, ...(expression.readsPhase ? ['phase'] : [])];
  const columns = [
    ...account.map((name) => ({ root: 'account' as const, name })),
    ...expression.metrics.map((name) => ({ root: 'metrics' as const, name })),
  ].map(({ root, name }) => ({ root, name, located: locate(root, name) }));
  return (block, row) => {
    const result: CelRow = { account: {}, metrics: {} };
    for (const { root, name, located: at } of columns) {
      const value = valueAt(block, row, at);
      if (value !== undefined) result[root][name] = value;
    }
    return result;
  };
}

function valueAt(block: Block, row: number, at: Located): CelValue | undefined {
  if (at.as === 'text') return block.textAt(at.at, row) ?? undefined;
  const value = column(block, at.at)[row] ?? Number.NaN;
  if (Number.isNaN(value)) return undefined;
  if (at.as === 'bool') return value === 1;
  return at.as === 'enum' ? at.values[value] : value;
}
