/** What every adapter of the Bus port does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { code, Rejected } from '../../../functions/errors.ts';
import type { Bus } from '../../../functions/ports/bus.ts';
import type { Queue, ShardMessage } from '../../../functions/records/messages.ts';
import { contextOf, withinRequest } from '../../../functions/trace.ts';
import { type Delivery, gate, type PushConsumer, startPushConsumer } from './push-consumer.ts';

export interface OpenedBus {
  bus: Bus;
  /** What a dead letter says of the last delivery of score-shards, answered with 500. */
  errorShown: RegExp;
  /** Resolves when everything published was acknowledged or is a dead letter. */
  idle(): Promise<void>;
  /** The bus as another process finds it after this one was killed: nothing is finished first. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Deliveries before a message is a dead letter, in every adapter under test. */
export const maxAttempts = 5;

const shard = (n: number): ShardMessage => ({ run: 'run-1', shard: n });

/** @param open gives a bus that delivers each queue to `<consumer>/<queue>` */
export function describeBus(
  adapter: string,
  open: (endpoint: (queue: Queue) => string) => Promise<OpenedBus>,
): void {
  describe(`${adapter} carries messages`, () => {
    let consumer: PushConsumer;
    let opened: OpenedBus;

    beforeEach(async () => {
      consumer = await startPushConsumer();
      opened = await open((queue) => `${consumer.url}/${queue}`);
    });
    afterEach(async () => {
      await opened.close();
      await consumer.close();
    });

    const publish = (...numbers: number[]) =>
      opened.bus.publish(
        'score-shards',
        numbers.map((n) => ({ body: shard(n) })),
      );
    const shardsDelivered = () =>
      consumer.deliveries.map(({ body }) => (body as ShardMessage).shard);
    const attemptsOf = (n: number) =>
      consumer.deliveries
        .filter(({ body }) => (body as ShardMessage).shard === n)
        .map(({ envelope }) => envelope.deliveryAttempt);

    test('each message is pushed once where it is acknowledged', async () => {
      await publish(1, 2, 3);
      await opened.idle();
      expect(shardsDelivered().sort()).toEqual([1, 2, 3]);
      expect(await opened.bus.deadLetters()).toEqual([]);
    });

    test('the envelope is Pub/Sub’s', async () => {
      await publish(1, 2);
      await opened.idle();
      const [one, two] = consumer.deliveries as [Delivery, Delivery];
      expect(one.path).toBe('/score-shards');
      expect(one.envelope).toEqual({
        subscription: expect.stringMatching(/^projects\/[^/]+\/subscriptions\/[^/]*score-shards/),
        deliveryAttempt: 1,
        message: {
          data: Buffer.from('{"run":"run-1","shard":1}').toString('base64'),
          messageId: expect.any(String),
          publishTime: expect.stringMatching(/^\d{4}-.*Z$/),
          attributes: {},
        },
      });
      expect(one.envelope.message.messageId).not.toBe(two.envelope.message.messageId);
    });

    test('a message carries on the trace of the request that sent it', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const headers: Record<string, string> = { traceparent };
      const context = contextOf('score', (name) => headers[name]);
      await withinRequest(context, () => publish(1));
      await publish(2);
      await opened.idle();
      const attributes = new Map(
        consumer.deliveries.map(({ body, envelope }) => [
          (body as ShardMessage).shard,
          envelope.message.attributes ?? {},
        ]),
      );
      expect(attributes.get(1)).toEqual({ traceparent });
      expect(attributes.get(2)).toEqual({});
    });

    test('each queue has its own consumer', async () => {
      await opened.bus.publish('publish-shards', [{ body: shard(1) }]);
      await opened.bus.publish('accounts-changed', [
        { body: { pack: 'saas', run: 'r', accounts: ['株式会社 🙂', 'a/b'] } },
      ]);
      await opened.idle();
      expect(consumer.deliveries.map(({ path }) => path).sort()).toEqual([
        '/accounts-changed',
        '/publish-shards',
      ]);
      const changed = consumer.deliveries.find(({ path }) => path === '/accounts-changed');
      expect(changed?.body).toEqual({ pack: 'saas', run: 'r', accounts: ['株式会社 🙂', 'a/b'] });
    });

    test('all that its queues need is there', async () => {
      expect(await opened.bus.missing()).toEqual([]);
    });

    test('publishing nothing is nothing', async () => {
      await opened.bus.publish('score-shards', []);
      await opened.idle();
      expect(consumer.deliveries).toEqual([]);
    });

    test('a malformed message is refused with its field, and none of the call is sent', async () => {
      const malformed = { run: 'r', shard: -1 };
      await expect(
        opened.bus.publish('score-shards', [{ body: shard(1) }, { body: malformed }]),
      ).rejects.toMatchObject({
        name: Rejected.name,
        code: code.invalidData,
        message: expect.stringContaining('shard'),
      });
      await opened.idle();
      expect(consumer.deliveries).toEqual([]);
    });

    test.each([
      ['400', 400],
      ['409', 409],
      ['500', 500],
      ['a redirect', 302],
      ['a dropped connection', 'drop'],
    ] as const)(
      '%s brings the message again, the same one, until it is acknowledged',
      async (_, reaction) => {
        consumer.react = ({ envelope }) => ((envelope.deliveryAttempt ?? 0) < 3 ? reaction : 200);
        await publish(1);
        await opened.idle();
        expect(attemptsOf(1)).toEqual([1, 2, 3]);
        const ids = consumer.deliveries.map(({ envelope }) => envelope.message.messageId);
        expect(new Set(ids).size).toBe(1);
      },
    );

    test('one that fails holds up no other', async () => {
      consumer.react = ({ body }) => ((body as ShardMessage).shard === 1 ? 500 : 200);
      await publish(1, 2, 3, 4);
      await opened.idle();
      expect(attemptsOf(1)).toHaveLength(maxAttempts);
      for (const n of [2, 3, 4]) expect(attemptsOf(n)).toEqual([1]);
    });

    test('a message published by a consumer is delivered too', async () => {
      consumer.react = async ({ body }) => {
        const { shard: n } = body as ShardMessage;
        if (n < 5) await publish(n + 1);
        return 204;
      };
      await publish(1);
      await opened.idle();
      expect(shardsDelivered()).toEqual([1, 2, 3, 4, 5]);
    });

    describe('after too many attempts', () => {
      beforeEach(() => {
        consumer.react = () => 500;
      });

      test('a message is kept as a dead letter that tells what happened', async () => {
        await publish(1);
        await opened.idle();
        expect(attemptsOf(1)).toEqual([1, 2, 3, 4, 5]);
        expect(await opened.bus.deadLetters()).toEqual([
          {
            id: expect.any(String),
            queue: 'score-shards',
            body: shard(1),
            attempts: maxAttempts,
            error: expect.stringMatching(opened.errorShown),
            failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          },
        ]);
      });

      test('dead letters are listed by queue', async () => {
        await publish(1);
        await opened.bus.publish('publish-shards', [{ body: shard(2) }]);
        await opened.idle();
        const queuesOf = async (queue?: Queue) =>
          (await opened.bus.deadLetters(queue)).map((letter) => letter.queue).sort();
        expect(await queuesOf()).toEqual(['publish-shards', 'score-shards']);
        expect(await queuesOf('publish-shards')).toEqual(['publish-shards']);
        expect(await queuesOf('accounts-changed')).toEqual([]);
      });

      test('replaying sends it again as a new message and takes it off the list', async () => {
        await publish(1, 2);
        await opened.idle();
        const [first, second] = await opened.bus.deadLetters();
        const { body } = first as { body: unknown };
        consumer.react = () => 204;
        consumer.deliveries.length = 0;
        await opened.bus.replay([first?.id ?? '', first?.id ?? '']);
        await opened.idle();
        expect(consumer.deliveries).toMatchObject([{ body, envelope: { deliveryAttempt: 1 } }]);
        expect(await opened.bus.deadLetters()).toEqual([second]);
      });

      test('an unknown id is refused, and nothing is replayed', async () => {
        await publish(1);
        await opened.idle();
        const letters = await opened.bus.deadLetters();
        consumer.deliveries.length = 0;
        for (const unknown of ['99999', 'nonsense', '']) {
          await expect(opened.bus.replay([letters[0]?.id ?? '', unknown])).rejects.toMatchObject({
            name: Rejected.name,
            code: code.notFound,
          });
        }
        await opened.idle();
        expect(consumer.deliveries).toEqual([]);
        expect(await opened.bus.deadLetters()).toEqual(letters);
      });

      test('dead letters survive a restart and can be replayed then', async () => {
        await publish(1);
        await opened.idle();
        const letters = await opened.bus.deadLetters();
        await opened.restart();
        expect(await opened.bus.deadLetters()).toEqual(letters);
        consumer.react = () => 204;
        await opened.bus.replay(letters.map(({ id }) => id));
        await opened.idle();
        expect(await opened.bus.deadLetters()).toEqual([]);
      });
    });

    test('what was not acknowledged before a crash is delivered after it', async () => {
      const { opened: released, open: release } = gate();
      const arrived = gate();
      consumer.react = async ({ envelope }) => {
        arrived.open();
        if (envelope.deliveryAttempt === 1) await released;
        return 204;
      };
      await publish(1, 2, 3);
      await arrived.opened;
      await opened.restart();
      await opened.idle();
      release();
      expect(new Set(shardsDelivered())).toEqual(new Set([1, 2, 3]));
      expect(attemptsOf(1).at(-1)).toBeGreaterThan(1);
    });
  });
}
