/**
 * What the Functions Framework loads from the archive. Before the functions themselves: code that
 * was compiled when the archive was built into an image; after them, a quiet console.
 */
import { fileURLToPath } from 'node:url';
import { useCompileCache } from './compile-cache.ts';
import { guardConsole } from './console.ts';

useCompileCache(fileURLToPath(new URL('.', import.meta.url)));
// Not a static import: those are loaded before any statement of this file runs.
await import('../index.ts');
// From here on there are requests. What went wrong before holds nothing of theirs.
guardConsole();
