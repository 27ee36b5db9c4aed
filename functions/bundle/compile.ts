/** The functions as JavaScript: their sources and the libraries they use, in a few files. */
import { join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { code, Rejected } from '../errors.ts';
import { engineHash } from '../wiring/deployed-files.ts';
import type { ArchiveFile } from './archive.ts';
import { type LockFile, packageOf } from './lock-file.ts';

/**
 * Installed beside the bundle instead of going into it: functions register with the one instance
 * of the framework that serves them, and the API uses the Express that the framework has loaded.
 */
export const installed = ['@google-cloud/functions-framework', 'express'] as const;

/** What CommonJS libraries expect to find, and ES modules have not. */
const commonJs = `
import { createRequire as createRequireOfBundle } from 'node:module';
import { dirname as dirnameOfBundle } from 'node:path';
import { fileURLToPath as fileURLToPathOfBundle } from 'node:url';
const require = createRequireOfBundle(import.meta.url);
const __filename = fileURLToPathOfBundle(import.meta.url);
const __dirname = dirnameOfBundle(__filename);`.trim();

/** How deployed code is bundled, however many files it becomes. */
export function bundleOptions(root: string): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: [...installed],
    banner: { js: commonJs },
    define: { BUNDLED_ENGINE_HASH: JSON.stringify(engineHash(root)) },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    charset: 'utf8',
    logLevel: 'warning',
  };
}

/** Never deployed: the twin, the command line, whatever only builds. */
const excluded =
  /^functions\/(local|own-data|cli)\/|^functions\/wiring\/(twin|emulators)\.ts$|^tests\//;

/**
 * Compiles everything that is deployed. Split into chunks, so that a client is loaded when it is
 * first needed; not minified, so that stack traces and error names can be read as they are.
 * @throws Rejected `bad-request` naming a file or a package that must not be deployed
 */
export async function compileFunctions(root: string, lock: LockFile): Promise<ArchiveFile[]> {
  const output = join(root, 'dist', 'functions');
  const result = await build({
    ...bundleOptions(root),
    entryPoints: {
      index: 'functions/bundle/entry.ts',
      'warm-up': 'functions/bundle/warm-up.ts',
    },
    outdir: output,
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    metafile: true,
    write: false,
  });
  refuseUndeployable(result.metafile, lock);
  return result.outputFiles.map(({ path, contents }) => ({
    path: relative(output, path).replaceAll('\\', '/'),
    contents: Buffer.from(contents),
  }));
}

function refuseUndeployable({ inputs }: Metafile, lock: LockFile): void {
  for (const path of Object.keys(inputs)) {
    if (excluded.test(path)) {
      throw new Rejected(code.badRequest, `${path} must not be deployed, but is imported.`);
    }
    const found = packageOf(path);
    if (found !== undefined && lock.packages[found]?.dev !== undefined) {
      const name = found.replace(/^.*node_modules\//, '');
      throw new Rejected(
        code.badRequest,
        `${name} is a development dependency, but deployed code imports it; move it to "dependencies".`,
      );
    }
  }
}
