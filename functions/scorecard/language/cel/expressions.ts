/**
 * Expressions in rules: CEL, type-checked against the columns that are there.
 *
 * Numbers are doubles. Whole-number literals are turned into doubles before the check, since
 * CEL has no `double == int` and `metrics.x == 60` is what people write.
 * A missing value makes what reads it unknown: `false && unknown` is false, `true || unknown`
 * is true, and an expression that is unknown as a whole does not hold (a derived metric has
 * then no value). That is CEL's own treatment of errors.
 */
import { type ASTNode, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { suggestion } from '../problems.ts';
import {
  type Column,
  childrenOf,
  columnForm,
  columnNode,
  isRoot,
  type Root,
  roots,
} from './ast.ts';
import { type Known, needed, unguarded } from './guards.ts';

/** A column that expressions may read. */
export interface ScopeColumn {
  type: 'number' | 'bool' | 'text';
  /** Must be guarded by has() where a condition reads it. */
  nullable: boolean;
  /** Texts that it can have, where they are known. */
  values?: readonly string[];
}

type ScopeColumns = ReadonlyMap<string, ScopeColumn>;

/**
 * Columns by name: `account.<name>` and `metrics.<id>`, and what else an expression of its
 * kind may read. `account.phase` is always there: '' where no phase holds.
 */
export interface Scope extends Partial<Record<Root, ScopeColumns>> {
  account: ScopeColumns;
  metrics: ScopeColumns;
}

export type CelValue = number | boolean | string;

type CelValues = Record<string, CelValue>;

/** Values of one row; a missing one has no key. */
export interface CelRow {
  account: CelValues;
  metrics: CelValues;
  /** By score. */
  now?: Record<string, CelValues>;
  before?: Record<string, CelValues>;
  metrics_before?: CelValues;
  moved?: CelValues;
  event?: CelValues;
}

/** What there is to know of a checked expression, as plain data. */
export interface CheckedExpression {
  /** As written. */
  text: string;
  /** As evaluated: with doubles for whole numbers. */
  source: string;
  type: 'bool' | 'number';
  /** CEL's types of the columns read, by name. */
  types: CelTypes;
  /** Ids of metrics read, in the order of their first mention. */
  metrics: string[];
  /** Account columns read, in that order, without `phase`. */
  account: string[];
  readsPhase: boolean;
  /** Columns read of other roots, as `now.health.points`. */
  others: string[];
  /** Columns that has() asks for, of any root. */
  asked: string[];
}

type CelTypes = Partial<Record<Root, Record<string, 'double' | 'bool' | 'string'>>>;

/** A checked expression. */
export interface Expression extends CheckedExpression {
  readonly ast: ASTNode;
  /** Evaluates one row; undefined where the result is unknown. */
  evaluate(row: CelRow): CelValue | undefined;
}

/**
 * What an expression is for decides what it may be. A signal is a condition that may read what
 * is missing: where that leaves it unknown, it neither begins nor ends.
 */
export type Purpose = 'condition' | 'value' | 'signal';

/** Limits keep a hostile or generated expression from taking the process down. */
const limits = { maxAstNodes: 1000, maxDepth: 60, maxListElements: 500, maxCallArguments: 8 };

/**
 * Checks `text` against `scope`. `known`: columns that are there wherever it is asked.
 * @returns the expression, or what is wrong with it as the end of a sentence
 */
export function checkExpression(
  text: string,
  scope: Scope,
  purpose: Purpose,
  known?: Known,
): Expression | { problem: string } {
  let source: string;
  try {
    source = withDoubles(text, new Environment({ limits }).parse(text).ast);
  } catch (error) {
    return { problem: `is not an expression: ${summaryOf(error)}${spelling(text)}` };
  }
  const ast = new Environment({ limits }).parse(source).ast;
  const reads = readsOf(ast, scope);
  if ('problem' in reads) return reads;

  const types = typesOf(reads, scope);
  const parsed = environmentFor(types).parse(source);
  const check = parsed.check();
  if (!check.valid) return { problem: `is not valid: ${typeProblem(check.error)}` };
  const isNumber = check.type === 'double' || check.type === 'int' || check.type === 'uint';
  if (purpose !== 'value' && check.type !== 'bool') {
    return { problem: `gives ${nameOfType(check.type)}, but must give true or false` };
  }
  if (purpose === 'value' && !isNumber && check.type !== 'bool') {
    return { problem: `gives ${nameOfType(check.type)}, but must give a number, or true or false` };
  }
  if (purpose === 'condition') {
    const nullable = (root: Root, name: string) => columnOf(scope, root, name)?.nullable ?? false;
    const column = unguarded(ast, nullable, known);
    if (column !== undefined) {
      return {
        problem: `reads ${column}, which may be missing: guard it, as in has(${column}) && ...`,
      };
    }
  }
  return expressionOf({
    text,
    source,
    type: isNumber ? 'number' : 'bool',
    types,
    metrics: reads.metrics,
    account: reads.account.filter((name) => name !== 'phase'),
    readsPhase: reads.account.includes('phase'),
    others: roots.flatMap((root) =>
      root === 'account' || root === 'metrics' ? [] : reads[root].map((name) => `${root}.${name}`),
    ),
    asked: reads.asked,
  });
}

/** An expression that was checked before. It is parsed again when it is first needed. */
export function expressionOf(checked: CheckedExpression): Expression {
  let ast: ASTNode | undefined;
  let evaluate: Expression['evaluate'] | undefined;
  const parsedOnce = (): ASTNode => {
    ast ??= new Environment({ limits }).parse(checked.source).ast;
    return ast;
  };
  return {
    ...checked,
    get ast() {
      return parsedOnce();
    },
    evaluate(row) {
      evaluate ??= evaluator(
        environmentFor(checked.types).parse(checked.source),
        needed(parsedOnce()),
      );
      return evaluate(row);
    },
  };
}

/** @param needed columns without which it is unknown: CEL would make an error of each row for that */
function evaluator(
  parsed: ReturnType<Environment['parse']>,
  needed: readonly Column[],
): (row: CelRow) => CelValue | undefined {
  return (row) => {
    if (needed.some((column) => isMissing(row, column))) return undefined;
    try {
      const value: unknown = parsed(row);
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
    } catch (error) {
      if (error instanceof EvaluationError) return undefined;
      throw error;
    }
  };
}

function isMissing(row: CelRow, { root, name }: Column): boolean {
  const values = row[root];
  if (root !== 'now' && root !== 'before') return !values || !Object.hasOwn(values, name);
  const [score = '', value = ''] = name.split('.');
  const result = row[root]?.[score];
  return !result || !Object.hasOwn(result, value);
}

function typesOf(reads: Reads, scope: Scope): CelTypes {
  const types: CelTypes = {};
  for (const root of roots) {
    if (reads[root].length === 0) continue;
    types[root] = Object.fromEntries(
      reads[root].map((name) => {
        const type = columnOf(scope, root, name)?.type;
        return [name, type === 'number' ? 'double' : type === 'bool' ? 'bool' : 'string'];
      }),
    );
  }
  return types;
}

/** An environment with just these columns: rows are converted column by column for each call. */
function environmentFor(types: CelTypes): Environment {
  const environment = new Environment({ limits, unlistedVariablesAreDyn: false });
  for (const root of roots) {
    const columns = types[root];
    if (columns) environment.registerVariable({ name: root, schema: nested(columns) });
  }
  // size() and friends give int; comparisons with the doubles that literals became must work.
  environment.registerOperator('int == double', (a, b) => Number(a) === Number(b));
  return environment;
}

type Schema = Record<string, string | Record<string, string>>;

/** `{ 'health.points': double }` as `{ health: { points: double } }`. */
function nested(columns: Readonly<Record<string, string>>): Schema {
  const schema: Schema = {};
  for (const [name, type] of Object.entries(columns)) {
    const [outer = '', inner] = name.split('.');
    if (inner === undefined) {
      schema[name] = type;
      continue;
    }
    const known = schema[outer];
    schema[outer] = { ...(typeof known === 'object' ? known : {}), [inner]: type };
  }
  return schema;
}

export function columnOf(scope: Scope, root: Root, name: string): ScopeColumn | undefined {
  return scope[root]?.get(name);
}

interface Reads extends Record<Root, string[]> {
  /** Columns that has() asks for. */
  asked: string[];
}

/** Columns read, or the first thing that the type checker would miss or say less clearly. */
function readsOf(ast: ASTNode, scope: Scope): Reads | { problem: string } {
  const reads: Reads = {
    account: [],
    metrics: [],
    now: [],
    before: [],
    metrics_before: [],
    moved: [],
    event: [],
    asked: [],
  };
  const visit = (node: ASTNode): string | undefined => {
    const column = columnNode(node);
    if (column) {
      const { root, name } = column;
      if (!columnOf(scope, root, name)) {
        const known = scope[root];
        if (!known) return `reads ${root}.${name}, which cannot be read here`;
        return `reads ${root}.${name}, which is ${nothingOf[root]}${suggestion(name, known.keys())}`;
      }
      if (!reads[root].includes(name)) reads[root].push(name);
      return undefined;
    }
    if (node.op === 'id' && isRoot(node.args) && (scope[node.args] || !isSignalRoot(node.args))) {
      return `uses ${node.args} as a whole: write ${columnForm(node.args)}`;
    }
    if (node.op === 'call' || node.op === 'rcall') {
      if (node.args[0] === 'matches') {
        return 'uses matches(), which is refused because some patterns never end: use ==, in, startsWith(), endsWith() or contains()';
      }
      const [argument] = node.op === 'call' ? node.args[1] : [];
      if (node.args[0] === 'has' && argument) {
        const guarded = columnNode(argument);
        if (guarded?.root === 'account' && guarded.name === 'phase') {
          return "asks has(account.phase), which always holds: write account.phase != ''";
        }
        if (guarded) reads.asked.push(`${guarded.root}.${guarded.name}`);
      }
    }
    const text = unknownText(node, scope);
    if (text !== undefined) return text;
    for (const child of childrenOf(node)) {
      const problem = visit(child);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  const problem = visit(ast);
  return problem === undefined ? reads : { problem };
}

/** What a column is that its root does not have. */
const nothingOf: Record<Root, string> = {
  account: 'no column of accounts',
  metrics: 'no metric of this pack',
  now: 'nothing that results have',
  before: 'nothing that results before have',
  metrics_before: 'no metric that a score of this pack reads',
  moved: 'no score of this pack',
  event: 'nothing that such an event has',
};

const isSignalRoot = (root: Root): boolean => root !== 'account' && root !== 'metrics';

/** A text compared with a column that can never have it. */
function unknownText(node: ASTNode, scope: Scope): string | undefined {
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return undefined;
  const [left, right] = node.args;
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const column = columnNode(side);
    const values = column && columnOf(scope, column.root, column.name)?.values;
    if (!values) continue;
    const texts = other.op === 'list' ? other.args : [other];
    for (const text of texts) {
      if (text.op === 'value' && typeof text.args === 'string' && !values.includes(text.args)) {
        return `compares ${column.root}.${column.name} with "${text.args}", which it never is${suggestion(text.args, values)}`;
      }
    }
  }
  return undefined;
}

/** Macros take conditions, not whole numbers. */
const macros = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** The text with whole-number literals as doubles, except where CEL wants a position. */
function withDoubles(text: string, ast: ASTNode): string {
  const literals: { start: number; end: number; value: bigint }[] = [];
  const visit = (node: ASTNode): void => {
    if (node.op === 'value') {
      const { start, end, args } = node;
      if (typeof args === 'bigint') literals.push({ start, end, value: args });
    } else if (node.op === '[]' || node.op === '[?]') {
      visit(node.args[0]);
    } else if (node.op === 'rcall' && !macros.has(node.args[0])) {
      visit(node.args[1]);
    } else {
      for (const child of childrenOf(node)) visit(child);
    }
  };
  visit(ast);
  let result = text;
  for (const { start, end, value } of literals.sort((a, b) => b.start - a.start)) {
    const double = String(Number(value));
    result = `${result.slice(0, start)}${double.includes('e') ? double : `${double}.0`}${result.slice(end)}`;
  }
  return result;
}

function summaryOf(error: unknown): string {
  if (error instanceof ParseError) return error.summary;
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

/** What other languages and keyboards write where CEL has its own signs. */
function spelling(text: string): string {
  const bare = text.replaceAll(/"[^"]*"|'[^']*'/g, '""');
  if (/[“”‘’「」]/.test(bare)) return '; quotes are straight: "trial"';
  if (bare.normalize('NFKC') !== bare) return '; signs and digits are half-width: >= 30';
  if (/\b(and|or|not)\b/i.test(bare)) return '; write && for and, || for or, ! for not';
  if (bare.includes('<>')) return '; write != for unequal';
  return /(^|[^=!<>])=([^=]|$)/.test(bare) ? '; write == for equal' : '';
}

function nameOfType(type: string | undefined): string {
  if (type === 'bool') return 'true or false';
  if (type === 'double' || type === 'int' || type === 'uint') return 'a number';
  return type === 'string' ? 'a text' : `a ${type ?? 'value'}`;
}

/** The checker's words with types as rule writers know them. */
function typeProblem(error: { summary: string; code: string } | undefined): string {
  const summary = error?.summary ?? 'its types do not fit';
  const overload = /^no such overload: (.*)$/.exec(summary);
  if (overload) {
    const words = (overload[1] ?? '')
      .replaceAll('double', 'number')
      .replaceAll('string', 'text')
      .replaceAll('bool', 'true/false');
    return `${words} cannot be computed; compare numbers with numbers and texts with texts in quotes`;
  }
  if (error?.code === 'unknown_variable') {
    return `${summary}; expressions read account.<column> and metrics.<id>`;
  }
  return summary;
}
