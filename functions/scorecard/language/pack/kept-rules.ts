/**
 * Rules that were read and checked, as text: reading them again takes a millisecond instead of
 * a good part of a function's start.
 */
import { type CheckedExpression, type Expression, expressionOf } from '../cel/expressions.ts';

/** Plain data with maps and expressions in it, as a `Pack` is. */
export function keptText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return { $map: [...part] };
    return isExpression(part) ? { $expression: checkedPart(part) } : part;
  });
}

/** What `keptText` was given. */
export function keptValue(text: string): unknown {
  return JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if ('$map' in part) return new Map(part.$map as [unknown, unknown][]);
    // Written by `keptText` from a checked one.
    if ('$expression' in part) return expressionOf(part.$expression as CheckedExpression);
    return part;
  });
}

function isExpression(part: unknown): part is Expression {
  return typeof part === 'object' && part !== null && 'evaluate' in part;
}

function checkedPart(expression: Expression): CheckedExpression {
  const { text, source, type, types, metrics, account, readsPhase, others, asked } = expression;
  return { text, source, type, types, metrics, account, readsPhase, others, asked };
}
