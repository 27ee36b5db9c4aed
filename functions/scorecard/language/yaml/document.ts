/** One YAML file read with a schema: its data, or problems with the line of each. */
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Place, type Problem, problemOfFile, type Report, suggestion } from '../problems.ts';
import { slipOf } from './slips.ts';

type Path = readonly PropertyKey[];

export interface YamlDocument<T> {
  file: string;
  data: T;
  /** Where a field is, or the nearest thing around it that exists. */
  placeOf(...path: PropertyKey[]): Place;
  report: Report;
  /** Reports on fields of one part. */
  below(...base: PropertyKey[]): Report;
}

/** Reads `text` with `schema`; adds what is wrong to `problems` and then gives undefined. */
export function readYaml<T>(
  file: string,
  text: string,
  schema: z.ZodType<T>,
  problems: Problem[],
): YamlDocument<T> | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    version: '1.2',
  });
  const at = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  // One slip makes many errors: the first one is the slip.
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) {
    const line = at(wrong.pos[0]);
    const words = slipOf(wrong.code, wrong.message, text.split('\n')[line - 1] ?? '');
    problems.push({ file, line, field: '', message: `is not valid YAML: ${words}` });
    return undefined;
  }

  const placeOf = (...path: PropertyKey[]): Place => ({
    file,
    line: at(offsetOf(document.contents, path)),
  });
  const report: Report = (path, message) => {
    problems.push({ ...placeOf(...path), field: fieldOf(path), message });
  };

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    // The only thing toJS refuses: more aliases than anyone writes by hand.
    const words = error instanceof Error ? error.message : String(error);
    problems.push(problemOfFile(file, `is not usable YAML: ${words}`));
    return undefined;
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) reportIssue(issue, schema, report);
    return undefined;
  }
  const below =
    (...base: PropertyKey[]): Report =>
    (path, message) =>
      report([...base, ...path], message);
  return { file, data: parsed.data, placeOf, report, below };
}

/** `measures[2].steps` */
export function fieldOf(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Where the path's key, item or value starts; where it ends early, the last part that exists. */
function offsetOf(contents: unknown, path: Path): number {
  let node: unknown = contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(part),
      );
      if (!isPair(pair)) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      next = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      next = node.items[part];
      if (isNode(next)) offset = next.range?.[0] ?? offset;
    }
    if (next === undefined) return offset;
    node = next;
  }
  return offset;
}

type Issue = z.core.$ZodIssue;

function reportIssue(issue: Issue, schema: z.ZodType, report: Report): void {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    for (const key of issue.keys) {
      report(
        [...issue.path, key],
        // What follows a comma inside { } begins another field.
        /\s/.test(key)
          ? 'is no field here: put a text that holds a comma into quotes'
          : `is no field here${suggestion(key, known)}`,
      );
    }
  } else if (issue.code === 'invalid_key') {
    const [first] = issue.issues;
    report(issue.path, `is not a name that can be used: ${messageOf(first)}`);
  } else report(issue.path, sentence(issue));
}

/** One issue as the end of a sentence that starts with the field. */
function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      // A schema says more than the kind of value where it has words of its own.
      const own = issue.message.startsWith('Invalid input') ? undefined : issue.message;
      const wanted = own ?? expectedName(issue.expected);
      return issue.input === undefined
        ? `is missing: it must be ${wanted}`
        : `is ${shown(issue.input)}, but must be ${wanted}${own ? '' : hint(issue.expected, issue.input)}`;
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (issue.input === undefined) return `is missing: choose one of ${values.join(', ')}`;
      return `is ${shown(issue.input)}, but must be ${values.length === 1 ? values[0] : `one of ${values.join(', ')}`}`;
    }
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `is ${shown(issue.input)}, but must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`
        : `is too short: it needs at least ${issue.minimum} ${unitOf(issue.origin)}`;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `is ${shown(issue.input)}, but must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`
        : `is too long: it may have at most ${issue.maximum} ${unitOf(issue.origin)}`;
    case 'invalid_format':
      return `is ${shown(issue.input)}, but must be ${messageOf(issue)}`;
    case 'invalid_union':
      return issue.input === undefined
        ? 'is missing'
        : `is ${shown(issue.input)}, which does not fit: it ${messageOf(issue)}`;
    default:
      return messageOf(issue);
  }
}

function messageOf(issue: { message: string } | undefined): string {
  return issue?.message ?? 'it does not fit';
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'entries';
}

function expectedName(expected: string): string {
  switch (expected) {
    case 'object':
    case 'record':
      return 'a block of fields';
    case 'array':
    case 'tuple':
      return 'a list';
    case 'string':
      return 'a text';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a finite number';
    case 'boolean':
      return 'true or false';
    default:
      return `a ${expected}`;
  }
}

/** `label: 1.0` is a number to YAML, and `４０` is a text. */
function hint(expected: string, input: unknown): string {
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) {
    return ': put it in quotes';
  }
  if (!['number', 'int'].includes(expected) || typeof input !== 'string') return '';
  const plain = input.normalize('NFKC').replaceAll(',', '').trim();
  return plain !== '' && Number.isFinite(Number(plain)) ? `: write ${plain}` : '';
}

function shown(input: unknown): string {
  if (input === null) return 'empty';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a block of fields';
  const text = typeof input === 'string' ? JSON.stringify(input) : String(input);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Keys that the strict object at `path` knows. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema;
  for (const part of path) at = below(unwrapped(at), part);
  const def = defOf(unwrapped(at));
  return def?.type === 'object' && def.shape ? Object.keys(def.shape) : [];
}

interface Def {
  type: string;
  shape?: Record<string, unknown>;
  element?: unknown;
  items?: unknown[];
  valueType?: unknown;
  innerType?: unknown;
  options?: unknown[];
}

function defOf(schema: unknown): Def | undefined {
  if (typeof schema !== 'object' || schema === null || !('def' in schema)) return undefined;
  return schema.def as Def;
}

function unwrapped(schema: unknown): unknown {
  const inner = defOf(schema)?.innerType;
  return inner === undefined ? schema : unwrapped(inner);
}

function below(schema: unknown, part: PropertyKey): unknown {
  const def = defOf(schema);
  switch (def?.type) {
    case 'object':
      return def.shape?.[String(part)];
    case 'array':
      return def.element;
    case 'tuple':
      return def.items?.[Number(part)];
    case 'record':
      return def.valueType;
    default:
      return undefined;
  }
}
