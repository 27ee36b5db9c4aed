/** The unit tier ends in seconds: nothing that it loads starts a process or opens DuckDB. */
import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadedBy } from '../support/imports.ts';

const takesLong = /^(node:)?(child_process|cluster|worker_threads)$|^@duckdb|^esbuild$/;

const slow = (files: readonly string[]) =>
  loadedBy(files).filter(({ module }) => takesLong.test(module));

describe('tests/unit', () => {
  it('loads no module that starts a process or opens DuckDB', () => {
    const files = globSync('tests/unit/**/*.test.ts');
    expect(files.length).toBeGreaterThan(40);
    expect(slow(files)).toEqual([]);
  });

  it.each([
    ['DuckDB', 'tests/twin/sql/googlesql.test.ts', '@duckdb/node-api'],
    ['processes', 'tests/twin/cli/git-files.test.ts', 'node:child_process'],
  ])('would notice %s by way of other files', (_, file, module) => {
    expect(slow([file]).map((found) => found.module)).toContain(module);
  });
});
