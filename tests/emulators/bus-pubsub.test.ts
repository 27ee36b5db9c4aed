/**
 * The contract of the bus on Google's Pub/Sub emulator. Its own pushes lack what Pub/Sub's have
 * (see `createQueues`), so messages are pulled from it and pushed by our stand-in of that part:
 * what is shown here of attempts and backoff is the stand-in's. What is the
 * emulator's own: durability, topics, subscriptions, dead letters and
 * their leases. Its own pushes and dead letters are tried at the end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPubSubBus } from '../../functions/gcp/pubsub/bus.ts';
import { type Emulator, startPubSubEmulator } from '../../functions/local/emulators/processes.ts';
import { startPubSubPushes } from '../../functions/local/emulators/pubsub-pushes.ts';
import { createQueues, openEmulatedPubSub } from '../../functions/local/emulators/pubsub-queues.ts';
import { queues } from '../../functions/records/messages.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { describeBus, maxAttempts } from '../support/contracts/bus-contract.ts';
import { startPushConsumer } from '../support/contracts/push-consumer.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startPubSubEmulator();
});
afterAll(() => emulator.stop());

let projects = 0;
const freshProject = () => ({
  emulator: emulator.host,
  projectId: `kenko-${++projects}`,
  prefix: 'test',
});

describeBus('pubsub', async (endpoints) => {
  const project = freshProject();
  await createQueues(project);
  const openBus = () => openPubSubBus({ ...project, clock: systemClock, patienceMs: 0 });
  const pushes = await startPubSubPushes({
    ...project,
    clock: systemClock,
    endpoints,
    maxAttempts,
    minBackoffMs: 1,
  });
  const opened = {
    bus: openBus(),
    errorShown: /^not known to Pub\/Sub; look for request-failed in the log of score-shard$/,
    idle: () => pushes.idle(),
    async restart() {
      // Pub/Sub goes on; only the process that served the pushes is gone.
      pushes.interrupt();
      const before = opened.bus;
      opened.bus = openBus();
      await before.close();
    },
    async close() {
      await pushes.stop();
      await opened.bus.close();
    },
  };
  return opened;
});

test('topics and subscriptions that are not there are named', async () => {
  const project = freshProject();
  const bus = openPubSubBus({ ...project, clock: systemClock });
  // Of each queue a topic and a subscription, and as many for its dead letters.
  expect(await bus.missing()).toHaveLength(4 * Object.keys(queues).length);
  await createQueues(project);
  const pubsub = openEmulatedPubSub(project);
  await pubsub.subscription('test-score-shards-dead').delete();
  expect(await bus.missing()).toEqual([
    `projects/${project.projectId}/subscriptions/test-score-shards-dead`,
  ]);
  await pubsub.close();
  await bus.close();
});

test('the emulator’s own pushes and dead letters', async () => {
  const consumer = await startPushConsumer();
  consumer.react = () => 500;
  const project = freshProject();
  await createQueues(project, {
    endpoint: (queue) => `${consumer.url}/${queue}`,
    maxAttempts,
  });
  const bus = openPubSubBus({ ...project, clock: systemClock, patienceMs: 0 });
  const bodies = [1, 2].map((shard) => ({ run: 'r', shard }));
  await bus.publish(
    'publish-shards',
    bodies.map((body) => ({ body })),
  );
  await expect.poll(() => bus.deadLetters(), { timeout: 60_000 }).toHaveLength(2);
  expect(consumer.deliveries).toHaveLength(2 * maxAttempts);
  expect(consumer.deliveries[0]?.path).toBe('/publish-shards');
  const letters = await bus.deadLetters('publish-shards');
  expect(new Set(letters.map(({ body }) => body))).toEqual(new Set(bodies));
  for (const letter of letters) {
    expect(letter).toMatchObject({
      attempts: maxAttempts,
      error: expect.stringContaining('the log of publish-shard'),
    });
  }

  consumer.react = () => 204;
  consumer.deliveries.length = 0;
  await bus.replay(letters.map(({ id }) => id));
  await expect.poll(() => consumer.deliveries.length, { timeout: 30_000 }).toBe(2);
  expect(new Set(consumer.deliveries.map(({ body }) => body))).toEqual(new Set(bodies));
  expect(consumer.deliveries[0]?.envelope.message.attributes).toEqual({});
  expect(await bus.deadLetters()).toEqual([]);
  await bus.close();
  await consumer.close();
});
