/** Every pack's rule files with slips in them: understood as written, or refused and explained. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, visit } from 'yaml';
import { compilePack } from '../../../functions/scorecard/engine/compile.ts';
import { rowsOf } from '../../../functions/scorecard/engine/history-row.ts';
import {
  type InputCell,
  type InputRow,
  inputBatch,
} from '../../../functions/scorecard/engine/input-batch.ts';
import { scoreBatch } from '../../../functions/scorecard/engine/score.ts';
import { lintPack } from '../../../functions/scorecard/language/lint/lint.ts';
import {
  type Pack,
  parsePack,
  RulesError,
} from '../../../functions/scorecard/language/parse/pack.ts';
import { packNames, readPackFiles } from '../../../functions/wiring/deployed-files.ts';

/** One rule file of a pack, beside the files that it is read with. */
interface Target {
  path: string;
  files: Map<string, string>;
}

/**
 * A rule file beside what it needs: one short scorecard for every other score, and the groups
 * that these read. All of a pack at every edit would take minutes.
 */
function targetOf(all: ReadonlyMap<string, string>, { scores }: Pack, path: string): Target {
  const own = path.replace('.test.yaml', '.yaml');
  const cards = scores.map(({ scorecards }) => {
    const files = scorecards.map(({ place }) => place.file);
    return files.includes(own) ? own : files.sort((a, b) => lengthOf(all, a) - lengthOf(all, b))[0];
  });
  const readsCards = (file: string) => /\/(routing|worklists|salesforce|signals)\.yaml$/.test(file);
  const files = new Map(
    [...all].filter(([other]) => {
      // They read one another and metrics of any card: where one is edited, everything stays.
      if (readsCards(path)) return !other.endsWith('.test.yaml');
      if (readsCards(other)) return false;
      if (/\.test\.yaml$|signals\.yaml$/.test(other)) return other === path;
      return !other.includes('/scorecards/') || cards.includes(other);
    }),
  );
  const read = new Set(parsePack(files).groups.flatMap(({ file, sqlFile }) => [file, sqlFile]));
  for (const other of all.keys()) {
    if (other.startsWith('sql/metrics/') && !read.has(other)) files.delete(other);
  }
  return { path, files };
}

const lengthOf = (files: ReadonlyMap<string, string>, path: string): number =>
  files.get(path)?.length ?? 0;

function targetsOf(name: string): Target[] {
  const all = readPackFiles(name);
  const rules = [...all.keys()].filter((path) => path.startsWith('rules/'));
  const pack = parsePack(all);
  return rules.map((path) => targetOf(all, pack, path));
}

const targets = packNames().flatMap(targetsOf);

const values = fc.constantFrom(
  'null',
  '~',
  'true',
  'false',
  '0',
  '-1',
  '1',
  '7',
  '0.001',
  '1e6',
  '1e308',
  '1e999',
  '.nan',
  '-.inf',
  '9007199254740993',
  '"8"',
  '""',
  "'  '",
  '[]',
  '{}',
  '[1, 2]',
  '{ a: 1 }',
  'healht',
  '健康度',
  '😀',
  '2026-02-30',
  'yes',
  '*gone',
  '&here x',
  '!!binary aGk=',
  '0x1F',
  '1_000',
  '"\\u0000"',
  'a.b',
  '__proto__',
  'constructor',
  "'true'",
  'metrics.seats',
  'has(metrics.x)',
);
/** Where something is, from 0 to 1: means the same in every file. */
const share = fc.noBias(fc.integer({ min: 0, max: 9_999 })).map((n) => n / 10_000);

/** One edit, by where it is (as a share of the places there are) and what is written there. */
const mutation = fc.record({
  /** Which file. */
  of: share,
  kind: fc.constantFrom(
    'delete line',
    'repeat line',
    'swap lines',
    'shift line',
    'write value',
    'write number',
    'swap values',
    'rename key',
    'repeat key',
    'insert text',
  ),
  at: share,
  other: share,
  text: values,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Ranges of all scalars in a text: keys, or values. */
function scalars(text: string, of: 'keys' | 'values'): [from: number, to: number][] {
  const found: [number, number][] = [];
  visit(parseDocument(text), {
    Scalar(position, { range }) {
      if (range && (position === 'key') === (of === 'keys')) found.push([range[0], range[1]]);
    },
  });
  return found;
}

const pick = <T>(items: readonly T[], at: number): T | undefined =>
  items[Math.floor(at * items.length)];

function mutated(text: string, { kind, at, other, text: written }: Mutation): string {
  const lines = text.split('\n');
  const i = Math.floor(at * lines.length);
  const j = Math.floor(other * lines.length);
  const line = lines[i] ?? '';
  const withLines = (...changed: string[]) =>
    [...lines.slice(0, i), ...changed, ...lines.slice(i + 1)].join('\n');
  const replace = (range: [number, number] | undefined, by: (before: string) => string) =>
    range ? text.slice(0, range[0]) + by(text.slice(...range)) + text.slice(range[1]) : text;
  switch (kind) {
    case 'delete line':
      return withLines();
    case 'repeat line':
      return withLines(line, line);
    case 'shift line':
      return withLines(other < 0.5 ? ` ${line}` : line.replace(/^ /, ''));
    case 'swap lines':
      return lines.map((own, n) => (n === i ? (lines[j] ?? '') : n === j ? line : own)).join('\n');
    case 'write value':
      return replace(pick(scalars(text, 'values'), at), () => written);
    case 'write number': {
      const numbers = scalars(text, 'values').filter(([a, b]) =>
        /^-?[\d.]+$/.test(text.slice(a, b)),
      );
      return replace(pick(numbers, at), (before) =>
        String(Number(before) + Math.round(other * 20 - 10)),
      );
    }
    case 'swap values': {
      const all = scalars(text, 'values');
      const [a, b] = [pick(all, at), pick(all, other)].sort(
        (x, y) => (x?.[0] ?? 0) - (y?.[0] ?? 0),
      );
      if (!a || !b || a === b) return text;
      return `${text.slice(0, a[0])}${text.slice(...b)}${text.slice(a[1], b[0])}${text.slice(...a)}${text.slice(b[1])}`;
    }
    case 'rename key':
      return replace(pick(scalars(text, 'keys'), at), (key) =>
        other < 0.5 ? `${key}x` : key.slice(1),
      );
    case 'repeat key': {
      const [from, to] = pick(scalars(text, 'keys'), at) ?? [0, 0];
      const indent = /[^\n]*$/.exec(text.slice(0, from))?.[0] ?? '';
      const insert = /^[ -]*$/.test(indent)
        ? `${text.slice(from, to)}: ${written}\n${indent.replaceAll('-', ' ')}`
        : `${text.slice(from, to)}: ${written}, `;
      return text.slice(0, from) + insert + text.slice(from);
    }
    case 'insert text':
      return (
        text.slice(0, Math.floor(at * text.length)) +
        written +
        text.slice(Math.floor(at * text.length))
      );
  }
}

/** The data of a YAML text: order of keys and blanks around texts do not matter. */
function dataOf(text: string): string {
  return JSON.stringify(parseDocument(text, { version: '1.2' }).toJS(), (_, value) => {
    if (typeof value === 'string') return value.trim();
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** A pack without what every change of a text changes. */
function meaningOf(pack: Pack): string {
  return JSON.stringify(pack, (key, value) => {
    if (['hash', 'line', 'place', 'bandsPlace', 'ast', 'sources', 'sql'].includes(key))
      return undefined;
    if (typeof value === 'string') return value.trim();
    return value instanceof Map ? [...value] : value;
  });
}

/** Values of every metric and column: usual ones, extreme ones, none. */
function rowsFor(pack: Pack): InputRow[] {
  const numbers = [0, 1, 3, 10, 0.5, 1e9, -5, null];
  return numbers.map((number, i) => {
    const row: Record<string, InputCell> = { account_id: `a${i}`, present: true };
    for (const { id, kind, type, values: texts } of pack.metrics.values()) {
      if (kind !== 'measured') continue;
      if (type === 'enum') row[id] = texts?.[i % texts.length] ?? null;
      else if (type === 'bool') row[id] = number === null ? null : i % 2 === 0;
      else row[id] = number;
    }
    return row;
  });
}

function checkScores(pack: Pack): void {
  const compiled = compilePack(pack, {
    layouts: new Map(),
    groupAgeDays: new Map(pack.groups.map(({ group }) => [group, 0])),
    engineHash: 'engine',
    date: '2026-01-01',
  });
  const { results } = scoreBatch(compiled, inputBatch(compiled.requests, rowsFor(pack)));
  for (const [i, { scale, bands }] of pack.scores.entries()) {
    const batch = results[i];
    if (!batch) throw new Error('no results');
    for (const row of rowsOf(batch)) {
      if (row.points === null) continue;
      expect(row.points).toBeGreaterThanOrEqual(0);
      expect(row.points).toBeLessThanOrEqual(scale);
      expect(row.contributions.reduce((sum, part) => sum + Math.max(0, part), 0)).toBe(row.points);
      expect(['unknown', ...bands.map(({ id }) => id)]).toContain(row.band);
    }
  }
}

const outcomes = { refused: 0, understood: 0 };

function check({ path, files: originals }: Target, text: string): void {
  const files = new Map(originals).set(path, text);
  let pack: Pack;
  try {
    pack = parsePack(files);
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    outcomes.refused += 1;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { file, line, field, message } of error.problems) {
      const lines = files.get(file)?.split('\n').length ?? 1;
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(`${field} ${message}`.split(' ').length, message).toBeGreaterThan(3);
      expect(message).not.toMatch(/undefined|\[object|Invalid input|expected .*, received/);
    }
    return;
  }
  outcomes.understood += 1;
  checkScores(pack);
  for (const { file, line } of lintPack(pack)) {
    expect(line).toBeLessThanOrEqual(files.get(file)?.split('\n').length ?? 1);
  }
  // Nothing that is written is passed over: other data is another pack, and so is the file
  // without a key that was not there before.
  const before = originals.get(path) ?? '';
  if (dataOf(text) !== dataOf(before) && dataOf(text).length >= dataOf(before).length) {
    expect(meaningOf(pack) === originalMeaning(originals), 'a change was passed over').toBe(false);
  }
  const without = withoutNewKey(before, text);
  if (without === undefined) return;
  const meaning = meaningIfValid(new Map(originals).set(path, without));
  expect(meaning === meaningOf(pack), 'a new key was passed over').toBe(false);
}

const meanings = new Map<Target['files'], string>();
function originalMeaning(files: Target['files']): string {
  const known = meanings.get(files) ?? meaningOf(parsePack(files));
  meanings.set(files, known);
  return known;
}

function meaningIfValid(files: Target['files']): string | undefined {
  try {
    return meaningOf(parsePack(files));
  } catch (error) {
    if (error instanceof RulesError) return undefined;
    throw error;
  }
}

/** The text without the first key that `before` does not have at its place. */
function withoutNewKey(before: string, text: string): string | undefined {
  const document = parseDocument(text, { version: '1.2' });
  const known = parseDocument(before, { version: '1.2' });
  let found: unknown[] | undefined;
  const walk = (node: unknown, path: unknown[]): void => {
    if (found || node === null || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) {
      const own = [...path, Array.isArray(node) ? Number(key) : key];
      if (!Array.isArray(node) && !known.hasIn(own)) found ??= own;
      walk(value, own);
    }
  };
  walk(document.toJS(), []);
  if (!found) return undefined;
  document.deleteIn(found);
  return document.toString();
}

describe('200 mutated rule files', () => {
  it('are valid and score within bounds, or are refused with file, line and a sentence', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const target = pick(targets, change.of);
        if (!target) throw new Error('there are no packs');
        check(target, mutated(target.files.get(target.path) ?? '', change));
      }),
      { numRuns: 200, seed: 20261125 },
    );
    // Neither all nothing nor all broken: both ways are tried often.
    expect(outcomes.refused).toBeGreaterThan(60);
    expect(outcomes.understood).toBeGreaterThan(30);
  });
});
