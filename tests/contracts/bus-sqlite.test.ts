import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Retryable } from '../../functions/errors.ts';
import { openSqliteBus, type SqliteBus } from '../../functions/local/state/bus.ts';
import { mostDeadLetters } from '../../functions/ports/bus.ts';
import type { Queue } from '../../functions/records/messages.ts';
import { describeBus, maxAttempts } from '../support/contracts/bus-contract.ts';
import { gate, type PushConsumer, startPushConsumer } from '../support/contracts/push-consumer.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const start = new Date('2026-04-01T00:00:00Z');

function temporaryPath(): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-bus-'));
  return { path: join(folder, 'bus.sqlite'), remove: () => rmSync(folder, { recursive: true }) };
}

describeBus('sqlite', async (endpoints) => {
  const { path, remove } = temporaryPath();
  const openAt = () => {
    const opened = openSqliteBus({ path, clock: virtualClock(start), endpoints, maxAttempts });
    opened.start();
    return opened;
  };
  // The bus that crashed is left as it is: its process would not have told it anything.
  const abandoned: SqliteBus[] = [];
  const opened = {
    bus: openAt(),
    errorShown: /^500 Internal Server Error/,
    idle: () => opened.bus.idle(),
    async restart() {
      abandoned.push(opened.bus);
      opened.bus = openAt();
    },
    async close() {
      for (const bus of [...abandoned, opened.bus]) await bus.close();
      remove();
    },
  };
  return opened;
});

describe('sqlite deliveries', () => {
  let consumer: PushConsumer;
  let remove: () => void;
  let path: string;
  const buses: SqliteBus[] = [];

  beforeEach(async () => {
    consumer = await startPushConsumer();
    ({ path, remove } = temporaryPath());
  });
  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.close();
    await consumer.close();
    remove();
  });

  const open = (options: Partial<Parameters<typeof openSqliteBus>[0]> = {}): SqliteBus => {
    const bus = openSqliteBus({
      path,
      clock: virtualClock(start),
      endpoints: (queue: Queue) => `${consumer.url}/${queue}`,
      ...options,
    });
    buses.push(bus);
    return bus;
  };
  const body = (shard: number) => ({ body: { run: 'r', shard } });

  test('backoff doubles from the least to the most', async () => {
    const clock = virtualClock(start);
    const times: number[] = [];
    consumer.react = () => {
      times.push((clock.now().getTime() - start.getTime()) / 1_000);
      return 500;
    };
    const bus = open({ clock, minBackoffMs: 10_000, maxBackoffMs: 60_000, maxAttempts: 6 });
    bus.start();
    await bus.publish('score-shards', [body(1)]);
    await bus.idle();
    expect(times).toEqual([0, 10, 30, 70, 130, 190]);
  });

  test('a message that waits is not delivered before its time', async () => {
    const clock = virtualClock(start, { auto: false });
    const answered = gate();
    consumer.react = ({ envelope }) => {
      if (envelope.deliveryAttempt === 1) return 500;
      answered.open();
      return 204;
    };
    const bus = open({ clock, minBackoffMs: 10_000 });
    bus.start();
    await bus.publish('score-shards', [body(1)]);
    await expect.poll(() => bus.stats()['score-shards'].backingOff).toBe(1);
    await clock.advance(9_999);
    expect(consumer.deliveries).toHaveLength(1);
    await clock.advance(1);
    await answered.opened;
    await bus.idle();
    expect(consumer.deliveries).toHaveLength(2);
  });

  test('a consumer that does not answer in time counts as a failure', async () => {
    const never = gate();
    consumer.react = async ({ envelope }) => {
      if (envelope.deliveryAttempt === 1) await never.opened;
      return 204;
    };
    // Long enough for the answer that does come, also on a busy machine.
    const bus = open({ timeoutMs: 1_000 });
    bus.start();
    await bus.publish('score-shards', [body(1)]);
    await bus.idle();
    never.open();
    expect(consumer.deliveries).toHaveLength(2);
  });

  test('a consumer that is not there counts as a failure', async () => {
    const bus = open({ endpoints: () => 'http://127.0.0.1:1/', maxAttempts: 2 });
    bus.start();
    await bus.publish('score-shards', [body(1)]);
    await bus.idle();
    expect(await bus.deadLetters()).toMatchObject([{ attempts: 2, error: /^no answer/ }]);
  });

  test('at most `concurrency` deliveries are under way, by queue', async () => {
    const { opened, open: release } = gate();
    consumer.react = async () => {
      await opened;
      return 204;
    };
    const bus = open({ concurrency: 3, queues: { 'publish-shards': { concurrency: 1 } } });
    bus.start();
    for (const queue of ['score-shards', 'publish-shards'] as const) {
      await bus.publish(queue, [body(1), body(2), body(3), body(4), body(5)]);
    }
    await expect.poll(() => consumer.deliveries.length).toBe(4);
    expect(bus.stats()).toMatchObject({
      'score-shards': { inFlight: 3, queued: 2, backingOff: 0, dead: 0 },
      'publish-shards': { inFlight: 1, queued: 4 },
    });
    release();
    await bus.idle();
    expect(consumer.mostAtOnce).toBe(4);
    expect(consumer.deliveries).toHaveLength(10);
  });

  test('nothing is delivered before the start; then all is', async () => {
    const bus = open();
    await bus.publish('score-shards', [body(1)]);
    expect(bus.stats()['score-shards']).toMatchObject({ queued: 1, inFlight: 0 });
    bus.start();
    bus.start();
    await bus.idle();
    expect(consumer.deliveries).toHaveLength(1);
  });

  test('stopping waits for what is under way and keeps the rest', async () => {
    const arrived = gate();
    const { opened, open: release } = gate();
    consumer.react = async () => {
      arrived.open();
      await opened;
      return 204;
    };
    const bus = open({ concurrency: 1 });
    bus.start();
    await bus.publish('score-shards', [body(1), body(2)]);
    await arrived.opened;
    const idle = expect(bus.idle()).rejects.toBeInstanceOf(Retryable);
    const stopped = bus.stop();
    release();
    await stopped;
    await idle;
    expect(consumer.deliveries).toHaveLength(1);
    expect(bus.stats()['score-shards']).toMatchObject({ queued: 1, inFlight: 0 });
    bus.start();
    await bus.idle();
    expect(consumer.deliveries).toHaveLength(2);
  });

  test('stopping does not wait for a backoff to end', async () => {
    consumer.react = ({ envelope }) => (envelope.deliveryAttempt === 1 ? 500 : 204);
    const bus = open({ clock: virtualClock(start, { auto: false }) });
    bus.start();
    await bus.publish('score-shards', [body(1)]);
    await expect.poll(() => bus.stats()['score-shards'].backingOff).toBe(1);
    await bus.stop();
    expect(bus.stats()['score-shards']).toMatchObject({ queued: 1, backingOff: 0 });
    bus.start();
    await bus.idle();
    expect(consumer.deliveries).toHaveLength(2);
  });

  test('a broken bus says so to whoever waits for it', async () => {
    const broken = new Error('no such consumer');
    const bus = open({
      endpoints: () => {
        throw broken;
      },
    });
    bus.start();
    await bus.publish('score-shards', [body(1)]);
    await expect(bus.idle()).rejects.toBe(broken);
  });

  test('dead letters are shown up to a bound, the oldest', async () => {
    open().start();
    const database = new DatabaseSync(path);
    database.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
      INSERT INTO messages (queue, body, published_at, attempts, failed_at, dead)
      SELECT 'score-shards', json_object('shard', i), '2026-04-01', 5, format('2026-%05d', i), 1
      FROM n ORDER BY i DESC`);
    database.close();
    const letters = await open().deadLetters();
    expect(letters).toHaveLength(mostDeadLetters);
    expect(letters[0]?.body).toEqual({ shard: 1 });
    expect(letters.at(-1)?.body).toEqual({ shard: 10_000 });
  });

  test('a thousand messages arrive, each once', async () => {
    const bus = open({ concurrency: 16 });
    bus.start();
    await bus.publish(
      'score-shards',
      Array.from({ length: 1_000 }, (_, n) => body(n)),
    );
    await bus.idle();
    const shards = consumer.deliveries.map((one) => (one.body as { shard: number }).shard);
    expect(shards.sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });
});
