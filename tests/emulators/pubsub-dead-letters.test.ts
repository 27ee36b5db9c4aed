/** Dead letters as Pub/Sub leaves them in a subscription, on Google's emulator. */
import { Command } from '@commander-js/extra-typings';
import type { PubSub } from '@google-cloud/pubsub';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { addDeadLetters } from '../../functions/cli/run/dead-letters.ts';
import { code } from '../../functions/errors.ts';
import { openPubSubBus, type PubSubBus } from '../../functions/gcp/pubsub/bus.ts';
import { type Emulator, startPubSubEmulator } from '../../functions/local/emulators/processes.ts';
import { createQueues, openEmulatedPubSub } from '../../functions/local/emulators/pubsub-queues.ts';
import { mostDeadLetters } from '../../functions/ports/bus.ts';
import { queueNames } from '../../functions/records/messages.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { pullAll } from './pull-all.ts';

let emulator: Emulator;
let pubsub: PubSub;
let bus: PubSubBus;
let projects = 0;
beforeAll(async () => {
  emulator = await startPubSubEmulator();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  const project = { emulator: emulator.host, projectId: `kenko-${++projects}`, prefix: 'test' };
  await createQueues(project);
  pubsub = openEmulatedPubSub(project);
  bus = openPubSubBus({ ...project, clock: systemClock, patienceMs: 0 });
});
afterEach(async () => {
  await bus.close();
  await pubsub.close();
});

interface Dead {
  data: string;
  attributes?: Record<string, string>;
}

/** Puts messages where Pub/Sub puts those that it gives up. */
async function give(queue: string, dead: readonly Dead[]): Promise<void> {
  const topic = pubsub.topic(`test-${queue}-dead`, { batching: { maxMessages: 1_000 } });
  await Promise.all(
    dead.map(({ data, ...rest }) => topic.publishMessage({ data: Buffer.from(data), ...rest })),
  );
}

const shard = (n: number): string => JSON.stringify({ run: 'r', shard: n });

describe('thousands of dead letters', () => {
  const count = 2_500;

  test('are all listed, each once, again and again', async () => {
    await give(
      'score-shards',
      Array.from({ length: count }, (_, n) => ({ data: shard(n) })),
    );
    const letters = await bus.deadLetters();
    const shards = letters.map(({ body }) => (body as { shard: number }).shard);
    expect(shards.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    const times = letters.map(({ failedAt }) => failedAt);
    expect(times).toEqual(times.toSorted());
    expect(await bus.deadLetters()).toEqual(letters);
  });

  test('are listed up to a bound, over all queues', async () => {
    for (const queue of ['score-shards', 'publish-shards']) {
      await give(
        queue,
        Array.from({ length: 5_100 }, (_, n) => ({ data: shard(n) })),
      );
    }
    expect(await bus.deadLetters()).toHaveLength(mostDeadLetters);
    expect(await bus.deadLetters('publish-shards')).toHaveLength(5_100);
  });

  test('are replayed as chosen, and the others stay', async () => {
    await give(
      'score-shards',
      Array.from({ length: count }, (_, n) => ({ data: shard(n) })),
    );
    const letters = await bus.deadLetters();
    const chosen = letters.filter((_, i) => i % 2 === 0);
    await bus.replay(chosen.map(({ id }) => id));
    const sent = await pullAll(pubsub, 'test-score-shards');
    const bodies = (texts: unknown[]) => texts.map((body) => JSON.stringify(body)).sort();
    expect(bodies(sent.map(({ data }) => JSON.parse(data)))).toEqual(
      bodies(chosen.map(({ body }) => body)),
    );
    expect(await bus.deadLetters()).toEqual(letters.filter((_, i) => i % 2 === 1));
  });
});

describe('a dead letter', () => {
  test('tells what Pub/Sub noted, and where to look', async () => {
    await give('accounts-changed', [
      {
        data: '{"pack":"saas"}',
        attributes: {
          CloudPubSubDeadLetterSourceDeliveryCount: '17',
          CloudPubSubDeadLetterSourceSubscription: 'test-accounts-changed-notify',
          CloudPubSubDeadLetterSourceTopicPublishTime: '2026-04-01T00:00:00.000Z',
        },
      },
    ]);
    await give('score-shards', [
      {
        data: shard(1),
        attributes: { CloudPubSubDeadLetterSourceDeliveryErrorMessage: 'it says why' },
      },
    ]);
    expect(await bus.deadLetters('accounts-changed')).toEqual([
      {
        id: expect.stringMatching(/^accounts-changed:\d+$/),
        queue: 'accounts-changed',
        body: { pack: 'saas' },
        attempts: 17,
        error: 'not known to Pub/Sub; look for request-failed in the log of notify',
        failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    expect(await bus.deadLetters('score-shards')).toMatchObject([
      { attempts: 0, error: 'it says why' },
    ]);
  });

  test('that is no message of ours is shown as it is, and sent again byte for byte', async () => {
    const data = 'no JSON \u0000 健康';
    await give('score-shards', [{ data, attributes: { traceparent: '00-x', other: 'y' } }]);
    const [letter] = await bus.deadLetters();
    expect(letter?.body).toBe(data);
    await bus.replay([letter?.id ?? '']);
    expect(await pullAll(pubsub, 'test-score-shards')).toEqual([
      { data, attributes: { traceparent: '00-x', other: 'y' } },
    ]);
  });

  test('goes back without Pub/Sub’s notes', async () => {
    for (const n of [3, 1, 2]) {
      await give('score-shards', [
        {
          data: shard(n),
          attributes: { CloudPubSubDeadLetterSourceDeliveryCount: '5' },
        },
      ]);
    }
    const letters = await bus.deadLetters();
    await bus.replay(letters.map(({ id }) => id).toReversed());
    const sent = await pullAll(pubsub, 'test-score-shards');
    expect(sent.toSorted((a, b) => (a.data < b.data ? -1 : 1))).toEqual(
      [1, 2, 3].map((n) => ({ data: shard(n), attributes: {} })),
    );
  });

  test('that somebody else looks at is not there until they put it back', async () => {
    await give('score-shards', [{ data: shard(1) }, { data: shard(2) }]);
    const letters = await bus.deadLetters();
    const [held] = await pullAll(pubsub, 'test-score-shards-dead', 1);
    const free = letters.filter(({ body }) => JSON.stringify(body) !== held?.data);
    expect(await bus.deadLetters()).toEqual(free);
    await expect(bus.replay(letters.map(({ id }) => id))).rejects.toMatchObject({
      code: code.notFound,
      message: expect.stringContaining('looks at it just now'),
    });
    expect(await bus.deadLetters()).toEqual(free);
    expect(await pullAll(pubsub, 'test-score-shards')).toEqual([]);
  });
});

test('dead letters of several queues are replayed together', async () => {
  await give('score-shards', [{ data: shard(1) }]);
  await give('publish-shards', [{ data: shard(2) }, { data: shard(3) }]);
  const letters = await bus.deadLetters();
  expect(letters).toHaveLength(3);
  await bus.replay(letters.map(({ id }) => id));
  expect(await pullAll(pubsub, 'test-score-shards')).toHaveLength(1);
  expect(await pullAll(pubsub, 'test-publish-shards')).toHaveLength(2);
  expect(await bus.deadLetters()).toEqual([]);
});

test('kenko dead-letters lists those of every queue, and sends them again', async () => {
  for (const queue of queueNames) await give(queue, [{ data: shard(1) }]);
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed.push(String(chunk));
    return true;
  });
  const run = (...args: string[]) => {
    const program = new Command();
    addDeadLetters(program, async () => ({
      deadLetters: (queue) => bus.deadLetters(queue),
      replay: (ids) => bus.replay(ids),
      close: async () => undefined,
    }));
    return program.parseAsync(['node', 'kenko', 'dead-letters', ...args, '--deployed', '--json']);
  };
  try {
    await run('list');
    await run('replay');
    await run('list');
  } finally {
    spy.mockRestore();
  }
  const [listed, replayed, left] = printed.map((text) => JSON.parse(text));
  expect(listed.map(({ queue }: { queue: string }) => queue).sort()).toEqual(
    [...queueNames].sort(),
  );
  expect([replayed, left]).toEqual([{ replayed: queueNames.length }, []]);
  for (const queue of queueNames) {
    expect(await pullAll(pubsub, `test-${queue}`)).toHaveLength(1);
  }
});
