/** The files that are deployed beside the code: rules, metric SQL, table layouts. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
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

const isRules = (name: string): boolean => /\.ya?ml$/.test(name);

/** Within a pack's folder: files of a version that is compared with the live one. */
const candidateFolder = 'candidate';

/** The pack that a folder holds, or is the candidate of; undefined where it is neither. */
export function packOfFolder(folder: string): string | undefined {
  const path = resolve(folder);
  if (existsSync(join(path, 'pack.yaml')) && !isCandidate(path)) return basename(path);
  return isCandidate(path) ? basename(dirname(path)) : undefined;
}

const isCandidate = (path: string): boolean =>
  basename(path) === candidateFolder && existsSync(join(dirname(path), 'pack.yaml'));

interface PackPlace {
  root?: string;
  /** Where the pack's rules are, or its candidate; `rules/<pack>` without it. */
  folder?: string;
}

function rulesFolder(pack: string, { root = repositoryRoot(), folder }: PackPlace): string {
  return folder ? resolve(folder) : join(root, 'rules', pack);
}

/**
 * Texts of all that a pack consists of, by path as in the repository: its rules, the shared
 * metric groups and its own, and the input contract; of a candidate's folder, those that it would be
 * live with.
 * @throws Rejected `not-found` naming the packs there are, `invalid-data` for a file that is not UTF-8
 */
export function readPackFiles(pack: string, options: PackPlace = {}): Map<string, string> {
  const root = options.root ?? repositoryRoot();
  const folder = rulesFolder(pack, options);
  if (isCandidate(folder)) {
    const live = { ...options, folder: dirname(folder) };
    return readCandidateFiles(pack, live)?.files ?? readPackFiles(pack, live);
  }
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
  for (const file of filesBelow(folder, isRules)) {
    const name = relative(folder, file);
    if (!name.startsWith(candidateFolder + sep)) add(file, join('rules', pack, name));
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

/**
 * The files that a pack's candidate would be live with: its own in place of the live ones of the same
 * name; an empty one takes the live one away. `own`: where those stand, by the path that they would
 * have. Undefined where there is no candidate.
 * @throws Rejected as `readPackFiles` does
 */
export function readCandidateFiles(
  pack: string,
  options: PackPlace = {},
): { files: Map<string, string>; own: Map<string, string> } | undefined {
  const folder = join(rulesFolder(pack, options), candidateFolder);
  const found = filesBelow(folder, isRules);
  if (found.length === 0) return undefined;
  const files = readPackFiles(pack, options);
  const own = new Map<string, string>();
  for (const file of found) {
    const name = relative(folder, file).split(sep).join('/');
    const path = `rules/${pack}/${name}`;
    const place = `rules/${pack}/${candidateFolder}/${name}`;
    const text = readUtf8(file, place);
    if (text.trim() === '') files.delete(path);
    else files.set(path, text);
    own.set(path, place);
  }
  return { files, own };
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
