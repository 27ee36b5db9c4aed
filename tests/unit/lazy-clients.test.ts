import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../functions/deployed-files.ts';

/** Counts the files of Google's clients that are loaded, in a process of its own. */
const script = `
import { createRequire } from 'node:module';
import { openFirestoreSnapshots } from './functions/gcp/firestore-snapshots.ts';
const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => /google|grpc/.test(path));
const snapshots = openFirestoreSnapshots({ projectId: 'p', databaseId: 'd' });
const opened = loaded();
await import('./functions/gcp/firestore-client.ts');
console.log(JSON.stringify({ opened, firestore: loaded().length }));
await snapshots.close();
`;

test('opening the adapters loads no client: a function pays for those that it uses', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { cwd: repositoryRoot() },
  );
  const { opened, firestore } = JSON.parse(stdout);
  expect(opened).toEqual([]);
  expect(firestore).toBeGreaterThan(50);
});
