import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';

/** Counts the files of Google's clients that are loaded, in a process of its own. */
const script = `
import { createRequire } from 'node:module';
import { openFirestoreSnapshots } from './functions/gcp/firestore/snapshots.ts';
import { openPubSubBus } from './functions/gcp/pubsub/bus.ts';
import { systemClock } from './functions/system-clock.ts';
const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => /google|grpc/.test(path));
const snapshots = openFirestoreSnapshots({ projectId: 'p', databaseId: 'd' });
const bus = openPubSubBus({ projectId: 'p', prefix: 'kenko', clock: systemClock });
const opened = loaded();
await snapshots.close();
await bus.publish('score-shards', []);
await bus.close();
const idle = loaded();
await import('./functions/gcp/firestore/client.ts');
const firestore = loaded().length;
await import('./functions/gcp/pubsub/client.ts');
console.log(JSON.stringify({ opened, idle, firestore, both: loaded().length }));
`;

test('opening the adapters loads no client: a function pays for those that it uses', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { cwd: repositoryRoot() },
  );
  const { opened, idle, firestore, both } = JSON.parse(stdout);
  expect(opened).toEqual([]);
  expect(idle).toEqual([]);
  expect(firestore).toBeGreaterThan(50);
  expect(both).toBeGreaterThan(firestore);
});
