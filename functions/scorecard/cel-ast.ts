/** Walking parsed CEL. */
import type { ASTNode } from '@marcbachmann/cel-js';

/** The two objects that expressions read. */
export const roots = ['account', 'metrics'] as const;
export type Root = (typeof roots)[number];

/** `account.x` or `metrics.x`, or undefined for any other node. */
export function columnNode(node: ASTNode): { root: Root; name: string } | undefined {
  if (node.op !== '.') return undefined;
  const [object, name] = node.args;
  if (object.op !== 'id' || (object.args !== 'account' && object.args !== 'metrics')) {
    return undefined;
  }
  return { root: object.args, name };
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
