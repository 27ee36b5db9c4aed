/** GoogleSQL as text: literals, and the parameters in it. */

/** Texts and comments are matched whole, so that an `@` inside them stays what it is. */
const token =
  /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|@@?[A-Za-z_][A-Za-z0-9_]*/g;

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
