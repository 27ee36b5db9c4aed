import { describe, expect, test } from 'vitest';
import { WriteQueue } from '../../../functions/local/warehouse/write-queue.ts';

/** Work that says when it begins, and ends when told to. */
function work(log: string[], name: string): { run: () => Promise<string>; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    await promise;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end: resolve };
}

/** Lets everything go on that can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a write queue', () => {
  test('lets no more in beside each other than it may', async () => {
    const log: string[] = [];
    const queue = new WriteQueue(2);
    const [a, b, c] = [work(log, 'a'), work(log, 'b'), work(log, 'c')];
    const results = [a, b, c].map(({ run }) => queue.beside(run));
    await settle();
    expect(log).toEqual(['a begins', 'b begins']);
    b.end();
    await settle();
    expect(log).toEqual(['a begins', 'b begins', 'b ends', 'c begins']);
    a.end();
    c.end();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
  });

  test('runs what wants to be alone alone, in its turn', async () => {
    const log: string[] = [];
    const queue = new WriteQueue(2);
    const [a, b, c] = [work(log, 'a'), work(log, 'b'), work(log, 'c')];
    const results = [queue.beside(a.run), queue.alone(b.run), queue.beside(c.run)];
    await settle();
    expect(log).toEqual(['a begins']);
    a.end();
    await settle();
    expect(log).toEqual(['a begins', 'a ends', 'b begins']);
    b.end();
    await settle();
    expect(log.slice(3)).toEqual(['b ends', 'c begins']);
    c.end();
    await Promise.all(results);
  });

  test('goes on after a failure, and ends when all has ended', async () => {
    const log: string[] = [];
    const queue = new WriteQueue(1);
    const failing = queue.alone(() => Promise.reject(new Error('stop')));
    const after = work(log, 'after');
    const done = queue.beside(after.run);
    await expect(failing).rejects.toThrow('stop');
    let ended = false;
    const all = queue.ended().then(() => {
      ended = true;
    });
    await settle();
    expect(ended).toBe(false);
    after.end();
    await all;
    expect(log).toEqual(['after begins', 'after ends']);
    await done;
  });
});
