/** The part of SOQL that the stand-in answers: one object, conditions joined by AND, alternatives in brackets. */

export interface SoqlQuery {
  /** Empty for COUNT(). */
  fields: string[];
  object: string;
  /** All of these hold, and of each one of its alternatives. */
  where: SoqlCondition[][];
  orderBy: { field: string; descending: boolean }[];
  limit: number | undefined;
}

export interface SoqlCondition {
  field: string;
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'IN' | 'NOT IN';
  values: (string | number | boolean | null)[];
}

/** The query is not one that the stand-in understands. */
export class MalformedQuery extends Error {}

type Token = { kind: 'word' | 'sign' | 'literal'; text: string };

const tokenPattern =
  /\s*(?:('(?:[^'\\]|\\.)*')|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?)|(<=|>=|!=|[=<>(),]))/y;

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** @throws MalformedQuery */
export function parseSoql(text: string): SoqlQuery {
  const tokens = tokenize(text);
  let at = 0;

  const fail = (wanted: string): never => {
    const found = tokens[at]?.text ?? 'the end of the query';
    throw new MalformedQuery(`unexpected token: ${found}, expected ${wanted}`);
  };
  const isWord = (word: string): boolean =>
    tokens[at]?.kind === 'word' && tokens[at]?.text.toUpperCase() === word;
  const accept = (text: string): boolean => {
    const found = isWord(text) || (tokens[at]?.kind === 'sign' && tokens[at]?.text === text);
    if (found) at++;
    return found;
  };
  const expect = (text: string): void => {
    if (!accept(text)) fail(text);
  };
  const name = (): string => {
    const token = tokens[at];
    if (token?.kind !== 'word') return fail('a name');
    at++;
    return token.text;
  };
  const value = (): string | number | boolean | null => {
    if (accept('NULL')) return null;
    if (accept('TRUE')) return true;
    if (accept('FALSE')) return false;
    const token = tokens[at];
    if (token?.kind !== 'literal') return fail('a value');
    at++;
    if (!token.text.startsWith("'")) return Number(token.text);
    return token.text.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => escapes[c] ?? c);
  };
  const list = <V>(item: () => V): V[] => {
    const items = [item()];
    while (accept(',')) items.push(item());
    return items;
  };
  const condition = (): SoqlCondition => {
    const field = name();
    const negated = accept('NOT');
    if (accept('IN')) {
      expect('(');
      const values = list(value);
      expect(')');
      return { field, operator: negated ? 'NOT IN' : 'IN', values };
    }
    for (const operator of ['=', '!=', '<=', '>=', '<', '>'] as const) {
      if (accept(operator)) return { field, operator, values: [value()] };
    }
    return fail('an operator');
  };

  expect('SELECT');
  let fields: string[] = [];
  if (accept('COUNT')) {
    expect('(');
    expect(')');
  } else {
    fields = list(name);
  }
  expect('FROM');
  const object = name();
  const where: SoqlCondition[][] = [];
  if (accept('WHERE')) {
    do {
      const grouped = accept('(');
      const alternatives = [condition()];
      while (grouped && accept('OR')) alternatives.push(condition());
      if (grouped) expect(')');
      where.push(alternatives);
    } while (accept('AND'));
  }
  const orderBy: SoqlQuery['orderBy'] = [];
  if (accept('ORDER')) {
    expect('BY');
    orderBy.push(
      ...list(() => {
        const field = name();
        const descending = accept('DESC');
        if (!descending) accept('ASC');
        return { field, descending };
      }),
    );
  }
  const limit = accept('LIMIT') ? value() : undefined;
  if (limit !== undefined && !(typeof limit === 'number' && limit >= 0)) fail('a number of rows');
  if (at < tokens.length) fail('the end of the query');
  return { fields, object, where, orderBy, limit: limit === undefined ? undefined : Number(limit) };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      throw new MalformedQuery(`unexpected characters at ${from}: ${text.slice(from, from + 20)}`);
    }
    const [, string, word, number, sign] = match;
    if (string !== undefined) tokens.push({ kind: 'literal', text: string });
    else if (number !== undefined) tokens.push({ kind: 'literal', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}
