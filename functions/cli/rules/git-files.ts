/** Rule files as they were in a git revision. */
import { execFileSync } from 'node:child_process';
import { code, Rejected } from '../../errors.ts';

/** The most that a revision's rule files may have together. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Texts of all files below `folders`, by path from the root of the repository.
 * @throws Rejected `not-found` for a revision that git does not know
 */
export function filesOfRevision(
  root: string,
  revision: string,
  folders: readonly string[],
): Map<string, string> {
  const git = (args: readonly string[], input?: string): Buffer =>
    execFileSync('git', ['-C', root, ...args], {
      maxBuffer: maxBytes,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    });
  let commit: string;
  try {
    // `--end-of-options`: a name that looks like an option is none.
    const asked = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    commit = git(asked).toString().trim();
  } catch (error) {
    throw new Rejected(
      code.notFound,
      `"${revision}" is neither a folder with rules nor a git revision; name one such as main, HEAD~1 or rules/saas.`,
      { cause: error },
    );
  }
  const paths = git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', ...folders])
    .toString()
    .split('\0')
    .filter((path) => path !== '');
  const out = git(['cat-file', '--batch'], paths.map((path) => `${commit}:${path}\n`).join(''));
  return readBatch(out, paths);
}

/** `<id> blob <size>`, the bytes and a line end, for every path in turn. */
function readBatch(out: Buffer, paths: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  let at = 0;
  for (const path of paths) {
    const end = out.indexOf('\n', at);
    const size = Number(out.toString('utf8', at, end).split(' ')[2]);
    files.set(path, out.toString('utf8', end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return files;
}
