/** What every adapter of the Messenger port does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Rejected, Throttled } from '../../../functions/errors.ts';
import type { Messenger } from '../../../functions/ports/messenger.ts';

export interface OpenedMessenger {
  messenger: Messenger;
  /** A channel that there is, and one that there is not. */
  channel: string;
  missing: string;
  /** Messages that the channel takes in a row. */
  burst: number;
  now(): Date;
  /** Texts in the channel, oldest first. */
  texts(): Promise<string[]>;
  close(): Promise<void>;
}

export function describeMessenger(adapter: string, open: () => Promise<OpenedMessenger>): void {
  describe(`${adapter} sends messages`, () => {
    let opened: OpenedMessenger;
    let messenger: Messenger;
    beforeEach(async () => {
      opened = await open();
      messenger = opened.messenger;
    });
    afterEach(() => opened.close());

    const send = (text: string, key = 'key', channel = opened.channel) =>
      messenger.send({ channel, text, key });

    test('as they are, each with an id of its own', async () => {
      const text = '株式会社ケンコー 🙂 "quoted" <@U1>\nsecond line';
      const ids = [await send(text, 'a'), await send('next', 'b')];
      expect(await opened.texts()).toEqual([text, 'next']);
      expect(new Set(ids).size).toBe(2);
    });

    test('that are found by their key, and no others', async () => {
      const since = opened.now();
      await send('one', 'a');
      const id = await send('two', 'b');
      expect(await messenger.find(opened.channel, 'b', since)).toBe(id);
      expect(await messenger.find(opened.channel, 'c', since)).toBeUndefined();
    });

    test('and says where to, without sending any', async () => {
      expect(await messenger.workspace()).toMatch(/./);
      expect(await opened.texts()).toEqual([]);
    });

    test('that are found among many', async () => {
      const since = opened.now();
      const id = await send('the first', 'wanted');
      for (let i = 1; i < opened.burst; i += 1) await send(`${i}`, `other-${i}`);
      expect(await messenger.find(opened.channel, 'wanted', since)).toBe(id);
    });

    test('shortened where they are too long', async () => {
      await send('長'.repeat(50_000));
      const [text = ''] = await opened.texts();
      expect([...text].length).toBeLessThanOrEqual(4_000);
      expect(text.endsWith('…')).toBe(true);
    });

    test('to no channel that is not there', async () => {
      await expect(send('hello', 'key', opened.missing)).rejects.toBeInstanceOf(Rejected);
      await expect(messenger.find(opened.missing, 'key', opened.now())).rejects.toBeInstanceOf(
        Rejected,
      );
    });

    test('until the channel asks to wait, and says for how long', async () => {
      for (let i = 0; i < opened.burst; i += 1) await send(`${i}`);
      const refusal = await send('one too many').then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(Throttled);
      const { retryAfterMs = 0 } = refusal as Throttled;
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
      expect(await opened.texts()).toHaveLength(opened.burst);
    });
  });
}
