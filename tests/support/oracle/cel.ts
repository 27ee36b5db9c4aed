/** A plain evaluator of CEL by walking its tree; only what the generated rules use. */
import { type ASTNode, parse } from '@marcbachmann/cel-js';

export type Plain = number | boolean | string;

/** What cannot be computed, because something it needs is missing. */
export const unknown = Symbol('unknown');
type Outcome = Plain | Plain[] | typeof unknown;

const parsed = new Map<string, ASTNode>();

/** Value of `text` where `read` gives columns; null is missing. */
export function evaluate(
  text: string,
  read: (root: string, name: string) => Plain | null,
): Plain | typeof unknown {
  const ast = parsed.get(text) ?? parse(text).ast;
  parsed.set(text, ast);
  const result = walk(ast, read);
  return Array.isArray(result) ? unknown : result;
}

function walk(node: ASTNode, read: (root: string, name: string) => Plain | null): Outcome {
  const go = (child: ASTNode) => walk(child, read);
  switch (node.op) {
    case 'value':
      return typeof node.args === 'bigint' ? Number(node.args) : (node.args as Plain);
    case 'list': {
      const items = node.args.map(go);
      return items.includes(unknown) ? unknown : (items as Plain[]);
    }
    case '.': {
      const [object, name] = node.args;
      if (object.op !== 'id') throw new Error('only columns can be read');
      return read(object.args, name) ?? unknown;
    }
    case 'call': {
      const [name, [argument]] = node.args;
      if (!argument) throw new Error(`${name} without argument`);
      if (name === 'size') return typed(go(argument), 'string', (text) => [...String(text)].length);
      if (name !== 'has' || argument.op !== '.') throw new Error(`no function ${name}`);
      const [object, column] = argument.args;
      return object.op === 'id' && read(object.args, column) !== null;
    }
    case 'rcall': {
      const [name, receiver, [argument]] = node.args;
      const text = go(receiver);
      const part = argument ? go(argument) : unknown;
      if (typeof text !== 'string' || typeof part !== 'string') return unknown;
      if (name === 'startsWith') return text.startsWith(part);
      if (name === 'endsWith') return text.endsWith(part);
      if (name === 'contains') return text.includes(part);
      throw new Error(`no method ${name}`);
    }
    case '&&':
    case '||': {
      const decisive = node.op === '||';
      const sides = node.args.map(go);
      if (sides.includes(decisive)) return decisive;
      return sides.includes(unknown) ? unknown : !decisive;
    }
    case '!_':
      return typed(go(node.args), 'boolean', (value) => !value);
    case '-_':
      return typed(go(node.args), 'number', (value) => -Number(value));
    case '?:': {
      const test = go(node.args[0]);
      if (test === unknown) return unknown;
      return go(test ? node.args[1] : node.args[2]);
    }
    case 'in': {
      const value = go(node.args[0]);
      const list = go(node.args[1]);
      if (value === unknown || !Array.isArray(list) || Array.isArray(value)) return unknown;
      return list.includes(value);
    }
    default:
      return binary(node.op, node.args as [ASTNode, ASTNode], go);
  }
}

function typed(value: Outcome, type: string, use: (value: Outcome) => Plain): Outcome {
  return typeof value === type ? use(value) : unknown;
}

function binary(
  op: string,
  [left, right]: [ASTNode, ASTNode],
  go: (n: ASTNode) => Outcome,
): Outcome {
  const a = go(left);
  const b = go(right);
  if (a === unknown || b === unknown) return unknown;
  if (op === '==') return a === b;
  if (op === '!=') return a !== b;
  const x = a as number;
  const y = b as number;
  if (op === '<') return x < y;
  if (op === '<=') return x <= y;
  if (op === '>') return x > y;
  if (op === '>=') return x >= y;
  if (op === '+') return x + y;
  if (op === '-') return x - y;
  if (op === '*') return x * y;
  if (op === '/') return x / y;
  throw new Error(`no operator ${op}`);
}
