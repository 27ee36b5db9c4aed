/**
 * Compiled code that is kept beside the bundle, so that a cold start does not compile again what
 * has not changed: https://nodejs.org/api/module.html#module-compile-cache
 */
import { existsSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';

const folderOf = (bundle: string): string => join(bundle, '.compile-cache');

/** Compiles what is loaded from now on into the bundle's cache; `keepCompiled` writes it. */
export function fillCompileCache(bundle: string): void {
  module.enableCompileCache(folderOf(bundle));
}

export const keepCompiled = (): void => module.flushCompileCache();

/**
 * Loads from the bundle's cache, where there is one. Node looks in a folder whose name says for
 * which processor and user it was made; the image is built elsewhere than it runs, so those may
 * differ although the code fits (V8 checks each piece itself): then a link leads there.
 */
export function useCompileCache(bundle: string): void {
  const folder = folderOf(bundle);
  // Without one, every instance would write its own when it ends.
  if (!existsSync(folder)) return;
  const made = readdirSync(folder);
  const [first] = made;
  const wanted = cacheName();
  if (made.includes(wanted)) {
    module.enableCompileCache(folder);
  } else if (first?.startsWith(`${process.version}-${process.arch}-`)) {
    const links = mkdtempSync(join(tmpdir(), 'kenko-compile-cache-'));
    symlinkSync(join(folder, first), join(links, wanted));
    module.enableCompileCache(links);
  }
}

/** As `GetCacheVersionTag` of Node's compile_cache.cc makes it. */
function cacheName(): string {
  const tag = cachedDataVersionTag().toString(16).padStart(8, '0');
  const user = process.getuid === undefined ? '' : `-${process.getuid()}`;
  return `${process.version}-${process.arch}-${tag}${user}`;
}
