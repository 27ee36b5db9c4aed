import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  engineHash,
  recordsHash,
  repositoryRoot,
  translatorHash,
} from '../../functions/wiring/deployed-files.ts';

const root = mkdtempSync(join(tmpdir(), 'kenko-hashes-'));

beforeAll(() => {
  for (const part of ['functions', 'package.json']) {
    cpSync(join(repositoryRoot(), part), join(root, part), { recursive: true });
  }
});
afterAll(() => rmSync(root, { recursive: true }));

type Name = 'engine' | 'records' | 'translator';

const hashes = (): Record<Name, string> => ({
  engine: engineHash(root),
  records: recordsHash(root),
  translator: translatorHash(root),
});

/** The hashes that are others after `change` of a file, which is then put back. */
function movedBy(file: string, change: (path: string) => void): string[] {
  const path = join(root, file);
  const text = readFileSync(path);
  const before = hashes();
  change(path);
  const after = hashes();
  writeFileSync(path, text);
  expect(hashes()).toEqual(before);
  return (Object.keys(before) as Name[]).filter((name) => before[name] !== after[name]);
}

const addLine = (path: string) => appendFileSync(path, '// 文\n');

describe('a changed file moves', () => {
  it.each([
    ['scorecard/engine/measures.ts', ['engine']],
    ['scorecard/language/cel/expressions.ts', ['engine']],
    ['scorecard/language/pack/pack.ts', ['engine']],
    ['scorecard/language/parse/scorecard.ts', ['engine']],
    ['scorecard/language/schema/scorecards.ts', ['engine']],
    ['scorecard/language/yaml/document.ts', ['engine']],
    ['scorecard/language/lint/lint.ts', []],
    ['scorecard/meaning/reasons.ts', []],
    ['scorecard/meaning/explanation.ts', []],
    ['records/documents.ts', ['records']],
    ['records/api/accounts.ts', ['records']],
    ['local/googlesql/translate.ts', ['translator']],
    ['local/googlesql/rewrite/dates.ts', ['translator']],
    ['local/warehouse/warehouse.ts', []],
    ['publish/publish-shard.ts', []],
    ['api/dashboard/texts.ts', []],
    ['scorecard/README.md', []],
  ])('functions/%s: the hashes of %j', (file, moved) => {
    expect(movedBy(join('functions', file), addLine)).toEqual(moved);
  });
});

describe('another version of a library moves the hash of the code that computes with it', () => {
  it.each([
    ['@marcbachmann/cel-js', ['engine']],
    ['xxhash-wasm', ['engine']],
    ['yaml', ['engine']],
    ['zod', ['engine']],
    ['@polyglot-sql/sdk', ['translator']],
    ['preact', []],
  ])('%s: %j', (library, moved) => {
    const pinned = new RegExp(`"${library}": "[^"]+"`);
    expect(
      movedBy('package.json', (path) => {
        const text = readFileSync(path, 'utf8');
        expect(text).toMatch(pinned);
        writeFileSync(path, text.replace(pinned, `"${library}": "99.0.0"`));
      }),
    ).toEqual(moved);
  });
});

describe('a file that moves to another name', () => {
  it('moves the hash of its folder, since its path is part of it', () => {
    const from = join(root, 'functions/records/events.ts');
    const before = hashes();
    cpSync(from, join(root, 'functions/records/other-events.ts'));
    const after = hashes();
    rmSync(join(root, 'functions/records/other-events.ts'));
    expect(after.records).not.toBe(before.records);
    expect({ ...after, records: before.records }).toEqual(before);
  });
});

it('a Japanese sentence that people read moves no hash', () => {
  const moved = movedBy('functions/scorecard/meaning/reasons.ts', (path) => {
    const text = readFileSync(path, 'utf8');
    const sentence = /[\u3040-\u30ff\u4e00-\u9fff]+/u;
    expect(text).toMatch(sentence);
    writeFileSync(path, text.replace(sentence, '別の文'));
  });
  expect(moved).toEqual([]);
});
