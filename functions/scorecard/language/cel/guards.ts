/** What becomes of conditions where columns that they read may be missing. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { type Column, childrenOf, columnNode, type Root } from './ast.ts';

/** Columns, as `metrics.x`, that are certainly there. */
export type Known = ReadonlySet<string>;
export const nothing: Known = new Set();

/**
 * The first nullable column read where nothing in the same conjunction makes sure that it is
 * there. `a || !has(x)` and `has(x) ? ... : ...` guard too, on the side where x is known.
 */
export function unguarded(
  ast: ASTNode,
  nullable: (root: Root, name: string) => boolean,
  known: Known = nothing,
): string | undefined {
  const visit = (node: ASTNode, known: Known): string | undefined => {
    const column = columnNode(node);
    if (column) {
      const name = `${column.root}.${column.name}`;
      return nullable(column.root, column.name) && !known.has(name) ? name : undefined;
    }
    if (node.op === 'call' && node.args[0] === 'has') return undefined;
    if (node.op === '&&' || node.op === '||') {
      const [left, right] = node.args;
      const truth = node.op === '&&';
      return (
        visit(left, union(known, certain(right, truth))) ??
        visit(right, union(known, certain(left, truth)))
      );
    }
    if (node.op === '?:') {
      const [test, yes, no] = node.args;
      return (
        visit(test, known) ??
        visit(yes, union(known, certain(test, true))) ??
        visit(no, union(known, certain(test, false)))
      );
    }
    for (const child of childrenOf(node)) {
      const found = visit(child, known);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(ast, known);
}

/** Columns that are certainly there when `node` is `truth`. */
export function certain(node: ASTNode, truth: boolean): Known {
  if (node.op === 'call' && node.args[0] === 'has') {
    const [argument] = node.args[1];
    const column = argument && columnNode(argument);
    return truth && column ? new Set([`${column.root}.${column.name}`]) : nothing;
  }
  if (node.op === '!_') return certain(node.args, !truth);
  if (node.op === '&&' || node.op === '||') {
    const left = certain(node.args[0], truth);
    const right = certain(node.args[1], truth);
    return (node.op === '&&') === truth ? union(left, right) : intersection(left, right);
  }
  return nothing;
}

/** Columns without any one of which the node is unknown, whatever the others are. */
export function needed(node: ASTNode): Column[] {
  const column = columnNode(node);
  if (column) return [column];
  switch (node.op) {
    case '&&':
    case '||': {
      // One side may decide alone.
      const right = needed(node.args[1]);
      return needed(node.args[0]).filter((one) => right.some((other) => isSame(one, other)));
    }
    case '?:':
      return needed(node.args[0]);
    case 'call':
      return node.args[0] === 'has' ? [] : node.args[1].flatMap(needed);
    case 'rcall':
      // A macro may never come to its condition.
      return needed(node.args[1]);
    default:
      return childrenOf(node).flatMap(needed);
  }
}

const isSame = (a: Column, b: Column): boolean => a.root === b.root && a.name === b.name;

export function union(a: Known, b: Known): Known {
  return a.size === 0 ? b : b.size === 0 ? a : new Set([...a, ...b]);
}

function intersection(a: Known, b: Known): Known {
  return new Set([...a].filter((name) => b.has(name)));
}
