/** What Pub/Sub's failures become: made by a proxy between the adapter and the emulator. */
import type { PubSub } from '@google-cloud/pubsub';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { code, Rejected, Retryable, Unauthorized } from '../../functions/errors.ts';
import { status } from '../../functions/gcp/grpc-failures.ts';
import {
  openPubSubBus,
  type PubSubBus,
  type PubSubBusOptions,
} from '../../functions/gcp/pubsub/bus.ts';
import { type Emulator, startPubSubEmulator } from '../../functions/local/emulators/processes.ts';
import { createQueues, openEmulatedPubSub } from '../../functions/local/emulators/pubsub-queues.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { type Fault, failFirst, type GrpcProxy, startGrpcProxy } from './grpc-proxy.ts';
import { pullAll } from './pull-all.ts';

let emulator: Emulator;
let proxy: GrpcProxy;
let pubsub: PubSub;
let bus: PubSubBus;
let project: { emulator: string; projectId: string; prefix: string };
let projects = 0;

beforeAll(async () => {
  emulator = await startPubSubEmulator();
  proxy = await startGrpcProxy(emulator.host);
});
afterAll(async () => {
  await proxy.close();
  await emulator.stop();
});
beforeEach(async () => {
  project = { emulator: emulator.host, projectId: `kenko-${++projects}`, prefix: 'test' };
  await createQueues(project);
  pubsub = openEmulatedPubSub(project);
  bus = through({});
  proxy.fault = () => undefined;
  proxy.calls.length = 0;
});
afterEach(async () => {
  await bus.close();
  await pubsub.close();
});

function through(options: Partial<PubSubBusOptions>): PubSubBus {
  const clock = systemClock;
  return openPubSubBus({ ...project, emulator: proxy.host, clock, patienceMs: 0, ...options });
}

const fault = (code: number, after = false): Fault => ({ code, details: 'made by a test', after });
const body = (shard: number) => ({ body: { run: 'r', shard } });
const shardsSent = async (): Promise<number[]> =>
  (await pullAll(pubsub, 'test-score-shards')).map(({ data }) => JSON.parse(data).shard);

describe('publishing', () => {
  test('thousands of messages takes a request for each thousand, and all arrive', async () => {
    await bus.publish(
      'score-shards',
      Array.from({ length: 2_500 }, (_, n) => body(n)),
    );
    expect(proxy.calls).toEqual(['Publish', 'Publish', 'Publish']);
    expect((await shardsSent()).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 2_500 }, (_, n) => n),
    );
  });

  test('resolves only when the messages are durable', async () => {
    const sending = bus.publish('score-shards', [body(1), body(2)]);
    await sending;
    expect((await shardsSent()).sort()).toEqual([1, 2]);
  });

  test('passes over what passes by itself', async () => {
    proxy.fault = failFirst(1, 'Publish', fault(status.unavailable));
    await bus.publish('score-shards', [body(1)]);
    expect(await shardsSent()).toEqual([1]);
  });

  test('may send twice what was taken although the answer got lost', async () => {
    proxy.fault = failFirst(1, 'Publish', fault(status.unavailable, true));
    await bus.publish('score-shards', [body(1)]);
    expect(await shardsSent()).toEqual([1, 1]);
  });

  test('is given up after a while, so that the message it belongs to comes again', async () => {
    const impatient = through({ timeoutMs: 500 });
    proxy.fault = () => fault(status.unavailable);
    await expect(impatient.publish('score-shards', [body(1)])).rejects.toBeInstanceOf(Retryable);
    expect(await shardsSent()).toEqual([]);
    await impatient.close();
  });

  test('without permission is for an operator', async () => {
    proxy.fault = () => fault(status.permissionDenied);
    await expect(bus.publish('score-shards', [body(1), body(2)])).rejects.toMatchObject({
      name: Unauthorized.name,
      message: expect.stringMatching(/^pubsub: publishing to .*test-score-shards.*made by a test/),
      summary: expect.not.stringContaining('made by'),
    });
  });

  test('to a topic that is not there is refused', async () => {
    const elsewhere = through({ prefix: 'nowhere' });
    await expect(elsewhere.publish('score-shards', [body(1)])).rejects.toMatchObject({
      name: Rejected.name,
      code: code.notFound,
      message: expect.stringContaining('nowhere-score-shards'),
    });
    await elsewhere.close();
  });

  test('a part of the messages is Retryable, whatever kept the others back', async () => {
    proxy.fault = failFirst(1, 'Publish', fault(status.permissionDenied));
    const sending = bus.publish(
      'score-shards',
      Array.from({ length: 1_001 }, (_, n) => body(n)),
    );
    await expect(sending).rejects.toMatchObject({
      name: Retryable.name,
      message: expect.stringContaining('1000 of 1001'),
    });
    expect(await shardsSent()).toEqual([1_000]);
  });
});

describe('dead letters', () => {
  beforeEach(async () => {
    const topic = pubsub.topic('test-score-shards-dead');
    for (const n of [1, 2, 3]) {
      await topic.publishMessage({ data: Buffer.from(JSON.stringify(body(n).body)) });
    }
  });

  test('are asked for some more where Pub/Sub gives nothing', async () => {
    const clock = virtualClock(new Date('2026-04-01T00:00:00Z'));
    const patient = through({ clock, patienceMs: 3_000 });
    proxy.fault = failFirst(3, 'Pull', { code: 0, details: '' });
    expect(await patient.deadLetters('score-shards')).toHaveLength(3);
    // 3 pulls without anything, the one with all, 7 more until patience ends.
    expect(proxy.calls.filter((call) => call === 'Pull')).toHaveLength(11);
    expect(clock.now()).toEqual(new Date('2026-04-01T00:00:04.500Z'));
    await patient.close();
  });

  test('are looked for a minute at most, and put back then too', async () => {
    let now = 0;
    const late = {
      ...systemClock,
      now: () => {
        now += 40_000;
        return new Date(now);
      },
    };
    const slow = through({ clock: late });
    expect(await slow.deadLetters('score-shards')).toHaveLength(3);
    expect(proxy.calls).toEqual(['Pull', 'ModifyAckDeadline']);
    expect(await bus.deadLetters('score-shards')).toHaveLength(3);
    await slow.close();
  });

  test('are all put back where one look fails, so that the next one finds them', async () => {
    const letters = await bus.deadLetters();
    expect(letters).toHaveLength(3);
    let pulls = 0;
    proxy.fault = (method) =>
      method === 'Pull' && ++pulls > 1 ? fault(status.permissionDenied) : undefined;
    await expect(bus.deadLetters('score-shards')).rejects.toBeInstanceOf(Unauthorized);
    proxy.fault = () => undefined;
    expect(await bus.deadLetters('score-shards')).toEqual(letters);
  });

  test('stay listed where they cannot be sent, and nothing is acknowledged', async () => {
    const letters = await bus.deadLetters();
    proxy.fault = failFirst(1, 'Publish', fault(status.permissionDenied));
    proxy.calls.length = 0;
    await expect(bus.replay(letters.map(({ id }) => id))).rejects.toBeInstanceOf(Unauthorized);
    expect(proxy.calls).not.toContain('Acknowledge');
    expect(await bus.deadLetters()).toEqual(letters);
    await bus.replay(letters.map(({ id }) => id));
    expect((await shardsSent()).sort()).toEqual([1, 2, 3]);
  });

  test('that were sent and could not be removed are Retryable', async () => {
    const letters = await bus.deadLetters();
    proxy.fault = failFirst(1, 'Acknowledge', fault(status.internal));
    await expect(bus.replay(letters.map(({ id }) => id))).rejects.toBeInstanceOf(Retryable);
    expect((await shardsSent()).sort()).toEqual([1, 2, 3]);
  });

  test('are asked for with a bound, and acknowledged only after they were sent', async () => {
    const letters = await bus.deadLetters('score-shards');
    proxy.calls.length = 0;
    await bus.replay(letters.map(({ id }) => id));
    const calls = proxy.calls.filter((call) => call !== 'Pull');
    expect(calls).toEqual(['ModifyAckDeadline', 'Publish', 'Acknowledge']);
  });
});
