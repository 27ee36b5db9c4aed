import type { StateOptions } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko dead-letters list` */
export async function listDeadLetters(options: StateOptions & { queue?: string }): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const letters = await session.deadLetters(options.queue);
    if (options.json) return printJson(letters);
    if (letters.length === 0) return print('No dead letters.');
    print(
      table(
        ['id', 'queue', 'failed at', 'attempts', 'error', 'message'],
        letters.map((l) => [
          l.id,
          l.queue,
          l.failedAt,
          l.attempts,
          l.error,
          JSON.stringify(l.body).slice(0, 80),
        ]),
      ),
    );
  });
}

/** `kenko dead-letters replay [ids...]` */
export async function replayDeadLetters(
  ids: readonly string[],
  options: StateOptions,
): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const replayed = await session.replay(ids);
    if (options.json) printJson({ replayed });
    else print(`${replayed} messages sent again.`);
  });
}
