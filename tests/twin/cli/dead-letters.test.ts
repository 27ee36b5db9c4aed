/** Dead letters of a deployment, by hand. */
import { Command } from '@commander-js/extra-typings';
import { describe, expect, it, vi } from 'vitest';
import { addDeadLetters } from '../../../functions/cli/run/dead-letters.ts';
import type { DeadLetter } from '../../../functions/ports/bus.ts';
import { type Queue, queueNames } from '../../../functions/records/messages.ts';
import { kenko } from '../../support/system/command-line.ts';

/** One of every queue. */
const letters: DeadLetter[] = queueNames.map((queue, i) => ({
  id: `${queue}:${i}`,
  queue,
  body: { number: i },
  attempts: 20,
  error: 'not known to Pub/Sub; look for request-failed in the log',
  failedAt: `2026-03-0${i + 1}T00:00:00.000Z`,
}));

/** Runs the command on these queues. */
async function run(...args: string[]) {
  const replayed: string[] = [];
  const close = vi.fn(async () => undefined);
  let stdout = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += String(chunk);
    return true;
  });
  const program = new Command().exitOverride();
  addDeadLetters(program, async () => ({
    deadLetters: async (queue?: Queue) =>
      letters.filter((letter) => queue === undefined || letter.queue === queue),
    replay: async (ids) => void replayed.push(...ids),
    close,
  }));
  try {
    await program.parseAsync(['node', 'kenko', 'dead-letters', ...args, '--deployed']);
  } finally {
    spy.mockRestore();
  }
  expect(close).toHaveBeenCalledOnce();
  return { stdout, replayed };
}

describe('kenko dead-letters of a deployment', () => {
  it('lists those of all queues, or of one', async () => {
    expect(JSON.parse((await run('list', '--json')).stdout)).toEqual(letters);
    const { stdout } = await run('list', '--queue', 'events');
    expect(stdout).toContain('events:4');
    expect(stdout).not.toContain('score-shards');
  });

  it('sends those again that are named, or all', async () => {
    expect((await run('replay', 'events:4', 'score-shards:0')).replayed).toEqual([
      'events:4',
      'score-shards:0',
    ]);
    const { stdout, replayed } = await run('replay');
    expect(replayed).toEqual(letters.map(({ id }) => id));
    expect(stdout).toBe('5 messages sent again.\n');
  });

  it('says which variables name the deployment, where they are missing', async () => {
    const { status, stderr } = await kenko('dead-letters', 'list', '--deployed');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^kenko: KENKO_PROJECT is missing; .*KENKO_PREFIX is missing; /);
  });

  it('is of a deployment or of a folder, not of both', async () => {
    const { status } = await kenko('dead-letters', 'list', '--deployed', '--state', 'x');
    expect(status).toBe(2);
  });
});
