/** Whole runs on Firestore and Pub/Sub: what comes out is what the twin gives. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFirestoreSnapshots } from '../../functions/gcp/firestore/snapshots.ts';
import { openPubSubBus } from '../../functions/gcp/pubsub/bus.ts';
import {
  type Emulator,
  startFirestoreEmulator,
  startPubSubEmulator,
} from '../../functions/local/emulators/processes.ts';
import { startPubSubPushes } from '../../functions/local/emulators/pubsub-pushes.ts';
import { createQueues } from '../../functions/local/emulators/pubsub-queues.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { days } from '../support/system/days.ts';
import { openTestSystem } from '../support/system/test-system.ts';

let firestore: Emulator;
let pubsub: Emulator;
beforeAll(async () => {
  [firestore, pubsub] = await Promise.all([startFirestoreEmulator(), startPubSubEmulator()]);
});
afterAll(async () => {
  await Promise.all([firestore.stop(), pubsub.stop()]);
});

test('days of runs end as they do on the twin', async () => {
  const twin = await openTestSystem();
  const expected = await days(twin);
  await twin.close();
  expect(expected.accounts).toHaveLength(9);

  const closing: (() => Promise<void>)[] = [];
  const system = await openTestSystem({
    async openPorts(endpoints) {
      const projectId = 'kenko-days';
      const project = { emulator: pubsub.host, projectId, prefix: 'kenko' };
      await createQueues(project);
      const pushes = await startPubSubPushes({ ...project, clock: systemClock, endpoints });
      const bus = openPubSubBus({ ...project, clock: systemClock, patienceMs: 0 });
      const snapshots = openFirestoreSnapshots({
        projectId,
        databaseId: 'kenko',
        emulator: firestore.host,
      });
      closing.push(
        pushes.stop,
        () => bus.close(),
        () => snapshots.close(),
      );
      return { bus, snapshots, idle: pushes.idle };
    },
  });
  const state = await days(system);
  for (const close of closing) await close();
  await system.close();
  expect(state).toEqual(expected);
});
