/**
 * What the Functions Framework loads from the archive. Before the functions themselves: code that
 * was compiled when the archive was built into an image; after them, bodies as they are sent, and
 * a quiet console.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { keepRaw } from '../raw-bodies.ts';
import { useCompileCache } from './compile-cache.ts';
import { guardConsole } from './console.ts';

useCompileCache(fileURLToPath(new URL('.', import.meta.url)));
// Not a static import: those are loaded before any statement of this file runs.
await import('../index.ts');
// The framework makes its server itself, later; Node tells of each request before that server does.
subscribe('http.server.request.start', (message) => {
  keepRaw((message as { request: IncomingMessage }).request);
});
// From here on there are requests. What went wrong before holds nothing of theirs.
guardConsole();
