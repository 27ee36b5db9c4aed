/** Variables and outputs of a module, as its files declare them. */
import { readFileSync } from 'node:fs';

/** Bodies of the blocks `kind "name" { ... }` of a file, by name; nested ones are part of them. */
export function blocksOf(file: string, kind: string): Map<string, string> {
  const text = readFileSync(file, 'utf8');
  const blocks = text.matchAll(new RegExp(`^${kind} "([^"]+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm'));
  return new Map([...blocks].map(([, name = '', body = '']) => [name, body]));
}

/** The value of an attribute on one line, as written; without quotes where it is a text. */
export function attributeOf(body: string, name: string): string | undefined {
  const written = new RegExp(`^ {2}${name} += (.*)$`, 'm').exec(body)?.[1];
  return written?.replace(/^"([\s\S]*)"$/, '$1');
}

/** Rows of a table in the README: name, description, and for variables the default. */
export function rowsOf(file: string, kind: 'variable' | 'output'): string[] {
  return [...blocksOf(file, kind)].map(([name, body]) => {
    const cells = [`\`${name}\``, attributeOf(body, 'description') ?? ''];
    if (kind === 'variable') {
      const value = attributeOf(body, 'default');
      cells.push(value === undefined ? 'required' : value === '' ? '' : `\`${value}\``);
    }
    return `| ${cells.join(' | ')} |`;
  });
}
