/** Walking parsed CEL. */
import type { ASTNode } from '@marcbachmann/cel-js';

/** The objects that expressions read; all but the first two are for signals. */
export const roots = [
  'account',
  'metrics',
  'now',
  'before',
  'metrics_before',
  'moved',
  'event',
] as const;
export type Root = (typeof roots)[number];

/** Roots whose columns have two parts, as in `now.health.points`. */
const twoPart: ReadonlySet<string> = new Set<Root>(['now', 'before']);

export function isRoot(name: unknown): name is Root {
  return (roots as readonly unknown[]).includes(name);
}

export interface Column {
  root: Root;
  /** Of a root with two parts, both. */
  name: string;
}

/** `account.x`, `metrics.x` or `now.health.points`, or undefined for any other node. */
export function columnNode(node: ASTNode): Column | undefined {
  if (node.op !== '.') return undefined;
  const [object, name] = node.args;
  if (object.op === 'id') {
    const { args: root } = object;
    return isRoot(root) && !twoPart.has(root) ? { root, name } : undefined;
  }
  if (object.op !== '.') return undefined;
  const [outer, middle] = object.args;
  if (outer.op !== 'id' || !isRoot(outer.args) || !twoPart.has(outer.args)) return undefined;
  return { root: outer.args, name: `${middle}.${name}` };
}

/** How a column of a root is written. */
export function columnForm(root: Root): string {
  if (twoPart.has(root)) return `${root}.<score>.<value>`;
  return root === 'moved' ? 'moved.<score>' : `${root}.<name>`;
}

/** The nodes right below a node. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
