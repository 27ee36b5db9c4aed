/** GoogleSQL as text: names, literals, and the parameters in it. */
import { isDate } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';

/** Texts and comments are matched whole, so that an `@` inside them stays what it is. */
const token =
  /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|@@?[A-Za-z_][A-Za-z0-9_]*/g;

/** Any name as GoogleSQL takes it. */
export function named(name: string): string {
  if (/[`\\\n]/.test(name)) {
    throw new Rejected(code.invalidRules, `'${name}' cannot be a name of a table or a column.`);
  }
  return `\`${name}\``;
}

/** A text literal. */
export function textLiteral(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `'${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** The text with every `@name` (and `@@name`) replaced. */
export function replaceParameters(sql: string, replace: (parameter: string) => string): string {
  return sql.replace(token, (found) => (found.startsWith('@') ? replace(found) : found));
}

/** The text without its text literals and comments. */
export function withoutTexts(sql: string): string {
  return sql.replace(token, (found) => (/^[@`]/.test(found) ? found : ' '));
}

/** Text literals as they are written, quotes included; raw ones (`r'...'`) are left out. */
export function writtenTexts(sql: string): string[] {
  return [...sql.matchAll(token)]
    .filter(({ 0: found, index }) => /^["']/.test(found) && !/r/i.test(sql[index - 1] ?? ''))
    .map(([found]) => found);
}

/**
 * Sees to it that the text can be nothing but a query: whoever may read tables through it must
 * not change them.
 * @throws Rejected `bad-request` for anything else, and for more than one statement
 */
export function assertQuery(sql: string): void {
  const bare = withoutTexts(sql)
    .replace(/`[^`]*`/g, 'x')
    .trim();
  const first = /^\(*\s*([A-Za-z]*)/.exec(bare)?.[1]?.toUpperCase();
  if (first !== 'SELECT' && first !== 'WITH') {
    throw new Rejected(code.badRequest, `${first || 'This'} is not a query; only SELECT is.`);
  }
  if (/;./s.test(bare)) {
    throw new Rejected(code.badRequest, 'There is more than one statement; one query is expected.');
  }
}

/**
 * An instant in UTC, ISO 8601.
 * @throws Rejected `bad-request` where the text says none, or leaves the zone open
 */
export function utcInstant(instant: string): string {
  const ms = /(Z|[+-]\d\d:?\d\d)$/.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new Rejected(
      code.badRequest,
      `'${instant}' is not an instant; write it like 2024-03-01T00:00:00Z.`,
    );
  }
  return new Date(ms).toISOString();
}

/** @throws Rejected `bad-request` where the text is no calendar date */
export function calendarDate(date: string): string {
  if (!isDate(date)) {
    throw new Rejected(code.badRequest, `'${date}' is not a date; write it like 2024-03-01.`);
  }
  return date;
}
