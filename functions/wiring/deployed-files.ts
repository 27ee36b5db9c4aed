/** The files that are deployed beside the code: rules, metric SQL, table layouts. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import { readUtf8 } from '../utf8-text.ts';

/** The folder that holds `rules`, `sql` and `functions`. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'sql', 'tables'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Rejected(code.notFound, 'The folder "sql" is missing beside the code.');
    }
    folder = parent;
  }
  return folder;
}

function filesBelow(folder: string, wanted: (name: string) => boolean): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => wanted(name) && statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => join(folder, name));
}

/** Packs that can be run, by name. */
export function packNames(root = repositoryRoot()): string[] {
  const folder = join(root, 'rules');
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'pack.yaml')))
    .sort();
}

/**
 * Texts of all that a pack consists of, by path as in the repository: its rules, the shared
 * metric groups and its own, and the input contract.
 * @param folder where the pack's rules are; `rules/<pack>` without it
 * @throws Rejected `not-found` naming the packs there are, `invalid-data` for a file that is not UTF-8
 */
export function readPackFiles(
  pack: string,
  options: { root?: string; folder?: string } = {},
): Map<string, string> {
  const root = options.root ?? repositoryRoot();
  const folder = options.folder ? resolve(options.folder) : join(root, 'rules', pack);
  if (!existsSync(join(folder, 'pack.yaml'))) {
    throw new Rejected(
      code.notFound,
      options.folder
        ? `${options.folder} holds no pack.yaml; name a folder of rules such as rules/saas.`
        : `There is no pack "${pack}"; choose one of ${packNames(root).join(', ')}.`,
    );
  }
  const texts = new Map<string, string>();
  const add = (file: string, path: string): void => {
    const name = path.split(sep).join('/');
    texts.set(name, readUtf8(file, name));
  };
  // .yml is YAML, too: a file of rules that is left out in silence would surprise.
  for (const file of filesBelow(folder, (name) => /\.ya?ml$/.test(name))) {
    add(file, join('rules', pack, relative(folder, file)));
  }
  const isMetricFile = (name: string): boolean => name.endsWith('.yaml') || name.endsWith('.sql');
  for (const place of ['shared', pack]) {
    const metrics = join(root, 'sql', 'metrics', place);
    for (const file of filesBelow(metrics, isMetricFile)) add(file, relative(root, file));
  }
  for (const file of filesBelow(join(root, 'sql', 'sources'), (name) => name.endsWith('.yaml'))) {
    add(file, relative(root, file));
  }
  return texts;
}

const versionsByName = z.record(z.string(), z.string());
const packageFile = z.object({ dependencies: versionsByName, devDependencies: versionsByName });

/** What the bundle replaces with the hash of the sources it was made of; elsewhere undefined. */
declare const BUNDLED_ENGINE_HASH: string | undefined;

/**
 * What computes results: never texts for people (meaning, lint), whose wording may change
 * between two shards of one run.
 */
const engineFolders = [
  'engine',
  'language/cel',
  'language/pack',
  'language/parse',
  'language/schema',
  'language/yaml',
];

/** Identifies the scoring code: results of two engines never share a run. */
export function engineHash(root = repositoryRoot()): string {
  if (typeof BUNDLED_ENGINE_HASH === 'string') return BUNDLED_ENGINE_HASH;
  const folders = engineFolders.map((name) => join('functions', 'scorecard', name));
  return hashOf(root, folders, ['@marcbachmann/cel-js', 'xxhash-wasm', 'yaml', 'zod']);
}

/** Identifies the shape of what is stored and answered: two processes of one can talk. */
export function recordsHash(root = repositoryRoot()): string {
  return hashOf(root, [join('functions', 'records')]);
}

/** Identifies the code that turns GoogleSQL into the twin's SQL. */
export function translatorHash(root = repositoryRoot()): string {
  return hashOf(root, [join('functions', 'local', 'googlesql')], ['@polyglot-sql/sdk']);
}

/** Of all code in the folders, and of the versions of the libraries that it computes with. */
function hashOf(root: string, folders: readonly string[], libraries: string[] = []): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const file of filesBelow(join(root, folder), (name) => name.endsWith('.ts'))) {
      hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  if (libraries.length > 0) {
    const pinned = packageFile.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const versions = { ...pinned.dependencies, ...pinned.devDependencies };
    for (const name of libraries) hash.update(`${name}@${versions[name]}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}
