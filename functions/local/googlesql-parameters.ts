/**
 * Named parameters, replaced by literals before any parser sees them: the translator would
 * read `@as_of` as the absolute value of a column.
 */
import { code, Rejected } from '../errors.ts';
import type { Parameter } from '../ports/warehouse.ts';

/** Texts and comments are skipped whole, so that an `@` inside them stays what it is. */
const token =
  /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|@@?[A-Za-z_][A-Za-z0-9_]*/g;

/** A GoogleSQL text literal. */
export function textLiteral(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `'${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** A GoogleSQL literal for a parameter's value. @throws Rejected for a number that SQL cannot say */
export function literalOf(value: Parameter): string {
  if (typeof value === 'string') return textLiteral(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new Rejected(code.badRequest, `${value} cannot be a query parameter; give a number.`);
    }
    return Number.isSafeInteger(value) ? String(value) : value.toExponential();
  }
  if ('date' in value) return `DATE ${textLiteral(value.date)}`;
  if ('timestamp' in value) return `TIMESTAMP ${textLiteral(value.timestamp)}`;
  return `[${value.map(textLiteral).join(', ')}]`;
}

/**
 * The text with every `@name` replaced by its value.
 * @throws Rejected `bad-request` for a name without a value, and for `@@system` variables.
 */
export function withParameters(sql: string, parameters: Record<string, Parameter>): string {
  return sql.replace(token, (found) => {
    if (!found.startsWith('@')) return found;
    const value = found.startsWith('@@') ? undefined : parameters[found.slice(1)];
    if (value === undefined) {
      throw new Rejected(
        code.badRequest,
        `The query uses ${found}, which has no value; it has ${Object.keys(parameters).join(', ') || 'no parameters'}.`,
      );
    }
    return literalOf(value);
  });
}

/** The text with its parameters renamed, e.g. `@date` to `@date_usage`. */
export function renameParameters(sql: string, rename: (name: string) => string): string {
  return sql.replace(token, (found) =>
    found.startsWith('@') && !found.startsWith('@@') ? `@${rename(found.slice(1))}` : found,
  );
}
