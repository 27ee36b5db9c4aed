import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { type Queue, queueNames } from '../../records/messages.ts';
import { withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko dead-letters`: messages that used up their attempts. */
export function addDeadLetters(kenko: Command): void {
  const deadLetters = kenko
    .command('dead-letters')
    .description('messages that used up their attempts');
  withState(deadLetters.command('list'))
    .description('list them, oldest first')
    .option('--queue <name>', 'only this queue', queueNamed)
    .action(async (options) => {
      await using(await openExisting(options), async (session) => {
        const letters = await session.deadLetters(options.queue);
        if (options.json) return printJson(letters);
        if (letters.length === 0) return print('No dead letters.');
        print(
          table(
            ['id', 'queue', 'failed at', 'attempts', 'error', 'message'],
            letters.map(({ id, queue, failedAt, attempts, error, body }) => [
              ...[id, queue, failedAt, attempts, error],
              JSON.stringify(body).slice(0, 80),
            ]),
          ),
        );
      });
    });
  withState(deadLetters.command('replay'))
    .description('send them again: those named, or all')
    .argument('[ids...]')
    .action(async (ids, options) => {
      await using(await openExisting(options), async (session) => {
        const replayed = await session.replay(ids);
        if (options.json) printJson({ replayed });
        else print(`${replayed} messages sent again.`);
      });
    });
}

function queueNamed(name: string): Queue {
  const queue = queueNames.find((known) => known === name);
  if (queue) return queue;
  throw new Rejected(
    code.badRequest,
    `There is no queue "${name}"; choose one of ${queueNames.join(', ')}.`,
  );
}
