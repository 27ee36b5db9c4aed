/**
 * `npm run build`: the archive that Terraform uploads, `dist/functions-<hash>.zip`, and
 * `dist/functions.json`, which says what is in it. The same sources give the same files: the
 * name is a hash of what is in the archive.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionNames } from '../deployed-functions.ts';
import { KenkoError } from '../errors.ts';
import { engineHash, packNames, readPackFiles, repositoryRoot } from '../wiring/deployed-files.ts';
import { keptRules } from '../wiring/deployed-rules.ts';
import { type ArchiveFile, zipped } from './archive.ts';
import { compileFunctions, installed } from './compile.ts';
import { type LockFile, lockFile, lockSubset, type Manifest } from './lock-file.ts';

/** What `dist/functions.json` holds. */
export interface BundleManifest {
  /** File name of the archive, beside this file. */
  archive: string;
  /** Of the archive's bytes. */
  sha256: string;
  /** Entry points: names that the Functions Framework takes as its target. */
  functions: string[];
  /** Identifies the scoring code; results name it. */
  engine_hash: string;
  /** Packs that can be deployed, with the hash of their rules. */
  packs: Record<string, string>;
}

/**
 * Everything that is deployed, and the hash of each pack's rules.
 * @throws RulesError where a pack is wrong
 */
export async function archiveFiles(
  root: string,
): Promise<{ files: ArchiveFile[]; packs: Record<string, string> }> {
  const rules = await Promise.all(
    packNames(root).map(async (pack) => ({ pack, ...(await keptRules(pack, root)) })),
  );
  const lock = lockFile.parse(readJson(join(root, 'package-lock.json')));
  const manifest = deployedManifest(root, lock);
  const files = [
    ...(await compileFunctions(root, lock)),
    ...rulesAndSql(root),
    ...rules.map(({ path, text }) => ({ path, contents: Buffer.from(text) })),
    { path: 'package.json', contents: json(manifest) },
    { path: 'package-lock.json', contents: json(lockSubset(lock, manifest)) },
    { path: 'LICENSE', contents: readFileSync(join(root, 'LICENSE')) },
  ];
  return { files, packs: Object.fromEntries(rules.map(({ pack, hash }) => [pack, hash])) };
}

/** Writes the archive and its manifest into `target`, in place of older ones. */
export async function buildBundle(root: string, target: string): Promise<BundleManifest> {
  const { files, packs } = await archiveFiles(root);
  const archive = await zipped(files);
  const manifest: BundleManifest = {
    archive: `functions-${contentHash(files)}.zip`,
    sha256: createHash('sha256').update(archive).digest('hex'),
    functions: [...functionNames].sort(),
    engine_hash: engineHash(root),
    packs,
  };
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) {
    if (/^functions-.*\.zip$/.test(name)) rmSync(join(target, name));
  }
  writeFileSync(join(target, manifest.archive), archive);
  writeFileSync(join(target, 'functions.json'), json(manifest));
  return manifest;
}

/** Of the files themselves: what compresses them may differ from machine to machine. */
function contentHash(files: readonly ArchiveFile[]): string {
  const hash = createHash('sha256');
  for (const { path, contents } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${contents.length}\0`).update(contents);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Exact versions of what is installed beside the bundle, as the repository's lock file has them. */
function deployedManifest(root: string, lock: LockFile): Manifest {
  const { version, license } = readJson(join(root, 'package.json')) as Record<string, string>;
  return {
    name: 'kenko-functions',
    version: version ?? '0.0.0',
    private: true,
    license,
    type: 'module',
    main: 'index.js',
    engines: { node: '24.x' },
    // Cloud Build runs it after installing: https://cloud.google.com/docs/buildpacks/nodejs
    scripts: { 'gcp-build': 'node warm-up.js' },
    dependencies: Object.fromEntries(
      installed.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? '']),
    ),
  };
}

/** Of every pack: `KENKO_PACK` chooses one when a function starts. Their tests stay at home. */
function rulesAndSql(root: string): ArchiveFile[] {
  const paths = new Set<string>();
  for (const pack of packNames(root)) {
    for (const path of readPackFiles(pack, { root }).keys()) paths.add(path);
  }
  for (const name of readdirSync(join(root, 'sql', 'tables'))) paths.add(`sql/tables/${name}`);
  return [...paths]
    .filter((path) => !path.endsWith('.test.yaml'))
    .map((path) => ({ path, contents: readFileSync(join(root, path)) }));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

async function main(): Promise<void> {
  const root = repositoryRoot();
  try {
    const { archive, functions } = await buildBundle(root, join(root, 'dist'));
    process.stdout.write(`dist/${archive}: ${functions.join(', ')}\n`);
  } catch (error) {
    if (!(error instanceof KenkoError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
