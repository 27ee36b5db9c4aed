import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureFields } from '../../functions/log.ts';
import { originalFrame } from '../../functions/source-maps.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-maps-'));
const bundle = join(folder, 'dist', 'chunks', 'a.js');

beforeAll(async () => {
  writeFileSync(
    join(folder, 'fails.ts'),
    `\n\nexport function fails(): never {\n  throw new TypeError('x');\n}\n`,
  );
  writeFileSync(join(folder, 'entry.ts'), `export { fails } from './fails.ts';`);
  await build({
    entryPoints: [join(folder, 'entry.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    sourcemap: 'linked',
    sourcesContent: false,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const lineOf = (text: string): number =>
  readFileSync(bundle, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

describe('a frame of bundled code', () => {
  it('names the source, for files given as paths and as URLs', () => {
    const line = lineOf('throw new TypeError');
    for (const file of [bundle, pathToFileURL(bundle).href]) {
      expect(originalFrame(`at fails (${file}:${line}:9)`)).toBe('at fails (fails.ts:4:9)');
      expect(originalFrame(`at ${file}:${line}:9`)).toBe('at fails.ts:4:9');
    }
  });

  it('stays as it is without a map, outside of it, or where the map is damaged', () => {
    const damaged = join(folder, 'damaged.js');
    writeFileSync(`${damaged}.map`, '{');
    const frames = [
      `at x (${join(folder, 'fails.ts')}:1:1)`,
      'at node:internal/process/task_queues:105:5',
      `at x (${damaged}:1:1)`,
      'at x (file://%/a.js:1:1)',
      'at <anonymous>',
    ];
    for (const frame of frames) expect(originalFrame(frame)).toBe(frame);
  });

  it('is what the log tells of a defect', () => {
    const line = lineOf('throw new TypeError');
    const error = new TypeError('x');
    error.stack = `TypeError: x\n    at fails (${pathToFileURL(bundle).href}:${line}:9)`;
    expect(failureFields(error)).toEqual({
      code: 'internal',
      reason: 'TypeError at fails (fails.ts:4:9)',
      stack_trace: 'TypeError\n    at fails (fails.ts:4:9)',
    });
  });
});
