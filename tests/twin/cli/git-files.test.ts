/** Files of a revision, read out of git itself. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOfRevision } from '../../../functions/cli/rules/git-files.ts';

let root: string;
const git = (...args: string[]): string =>
  execFileSync('git', [
    '-C',
    root,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@b.c',
    ...args,
  ]).toString();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kenko-git-'));
  git('init', '-q');
  mkdirSync(join(root, 'rules/a'), { recursive: true });
  writeFileSync(join(root, 'rules/a/pack.yaml'), 'pack: a # 健康\n\n');
  writeFileSync(join(root, 'rules/a/bands 1.yaml'), '');
  writeFileSync(join(root, 'other.txt'), 'no\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  writeFileSync(join(root, 'rules/a/pack.yaml'), 'pack: b\n');
  git('commit', '-qam', 'second');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('files of a revision', () => {
  it('are those of its time, byte for byte, below the folders asked for', () => {
    expect(filesOfRevision(root, 'HEAD~1', ['rules/a'])).toEqual(
      new Map([
        ['rules/a/bands 1.yaml', ''],
        ['rules/a/pack.yaml', 'pack: a # 健康\n\n'],
      ]),
    );
    expect(filesOfRevision(root, 'HEAD', ['rules/a']).get('rules/a/pack.yaml')).toBe('pack: b\n');
  });

  it('are none where the folder was not there', () => {
    expect(filesOfRevision(root, 'HEAD', ['rules/b']).size).toBe(0);
  });

  it.each(['nowhere', '--help', 'HEAD:other.txt', ''])(
    'are refused for %j in one sentence',
    (name) => {
      expect(() => filesOfRevision(root, name, ['rules'])).toThrow(
        /neither a folder with rules nor a git revision/,
      );
    },
  );
});
