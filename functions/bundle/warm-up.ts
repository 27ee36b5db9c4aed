/**
 * Runs once when the archive is built into an image (`gcp-build` in its package.json), and leaves
 * compiled code behind. It opens nothing and sends nothing. Best effort: without the cache the
 * functions start slower, but start.
 */
import { fileURLToPath } from 'node:url';
import { fillCompileCache, keepCompiled } from './compile-cache.ts';

fillCompileCache(fileURLToPath(new URL('.', import.meta.url)));
await import('../index.ts');
await import('../wiring/deployed.ts').then(({ loadAdapters }) => loadAdapters());
keepCompiled();
