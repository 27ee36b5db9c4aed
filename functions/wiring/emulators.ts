/**
 * Chooses the adapters that are deployed, on Google's emulators of Firestore and Pub/Sub and the
 * BigQuery stand-in. Never part of what is deployed.
 */
import { systemClock } from '../system-clock.ts';
import { type LocalBackend, type LocalRuntime, openTwinWarehouse, runtimeWith } from './twin.ts';

const project = { projectId: 'kenko-local', prefix: 'kenko' };
const databaseId = 'kenko';
const location = 'US';
/** The schemas of the twin's DuckDB, as datasets. */
const dataset = 'kenko';
const sourceDataset = 'source';
/** Nothing is billed here; a query that reads more has no end in sight. */
const maximumBytesBilled = 10 ** 12;

/**
 * The functions as they are deployed, on this machine. The emulators keep everything in memory,
 * so the folder has to be an empty one.
 * @throws Rejected `unavailable` where gcloud or Java is missing
 */
export async function openEmulatedRuntime(backend: LocalBackend): Promise<LocalRuntime> {
  const [emulators, queues, pushing, stand, firestore, pubsub, bigQuery, auth] = await Promise.all([
    import('../local/emulators/processes.ts'),
    import('../local/emulators/pubsub-queues.ts'),
    import('../local/emulators/pubsub-pushes.ts'),
    import('../local/bigquery/server.ts'),
    import('../gcp/firestore/snapshots.ts'),
    import('../gcp/pubsub/bus.ts'),
    import('../gcp/bigquery/warehouse.ts'),
    import('google-auth-library'),
  ]);
  const clock = systemClock;
  const opened: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    // One that starts is stopped again where the other one does not.
    const starting = [emulators.startFirestoreEmulator(), emulators.startPubSubEmulator()] as const;
    for (const each of await Promise.allSettled(starting)) {
      if (each.status === 'fulfilled') opened.push(() => each.value.stop());
    }
    const [{ host: firestoreHost }, { host: emulator }] = await Promise.all(starting);
    const { warehouse, translations } = await openTwinWarehouse(backend);
    opened.push(() => warehouse.close());
    const server = await stand.startBigQueryServer({
      warehouse,
      projectId: project.projectId,
      location,
      datasets: [{ datasetId: dataset, schema: 'main' }, { datasetId: sourceDataset }],
    });
    opened.push(() => server.close());
    const snapshots = firestore.openFirestoreSnapshots({
      projectId: project.projectId,
      databaseId,
      emulator: firestoreHost,
    });
    opened.push(() => snapshots.close());
    await queues.createQueues({ ...project, emulator });
    const bus = pubsub.openPubSubBus({ ...project, emulator, clock, patienceMs: 500 });
    opened.push(() => bus.close());
    const pushes = await pushing.startPubSubPushes({
      ...project,
      emulator,
      clock,
      endpoints: backend.endpoint,
      token: backend.token,
    });
    return {
      runtime: runtimeWith(backend, {
        snapshots,
        bus,
        warehouse: bigQuery.openBigQueryWarehouse({
          projectId: project.projectId,
          location,
          dataset,
          sourceDataset,
          maximumBytesBilled,
          clock,
          apiEndpoint: server.url,
          authClient: new auth.PassThroughClient(),
        }),
      }),
      translations,
      warehouse,
      bus: {
        // Pub/Sub pushes as soon as there is something to push.
        start: () => undefined,
        stop: () => pushes.stop(),
        idle: () => pushes.idle(),
        publish: (queue, messages) => bus.publish(queue, messages),
        deadLetters: (queue) => bus.deadLetters(queue),
        replay: (ids) => bus.replay(ids),
        missing: () => bus.missing(),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
