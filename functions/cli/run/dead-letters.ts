import { type Command, Option } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import type { Bus, DeadLetter } from '../../ports/bus.ts';
import { type Queue, queueNames } from '../../records/messages.ts';
import { openDeployedBus } from '../../wiring/deployed.ts';
import { type StateOptions, withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

type QueueHolder = Pick<Bus, 'deadLetters' | 'replay'> & { close(): Promise<void> };

/**
 * `kenko dead-letters`: messages that used up their attempts, of a state folder or a deployment.
 * @param openDeployed opens the queues of the deployment that the environment names
 */
export function addDeadLetters(
  kenko: Command,
  openDeployed: () => Promise<QueueHolder> = openDeployedBus,
): void {
  const deadLetters = kenko
    .command('dead-letters')
    .description('messages that used up their attempts');
  withState(deadLetters.command('list'))
    .description('list them, oldest first')
    .option('--queue <name>', 'only this queue', queueNamed)
    .addOption(deployed())
    .action(async (options) => {
      const letters = await within(options, openDeployed, (held) =>
        held.deadLetters(options.queue),
      );
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
  withState(deadLetters.command('replay'))
    .description('send them again: those named, or all')
    .argument('[ids...]')
    .addOption(deployed())
    .action(async (ids, options) => {
      const replayed = await within(options, openDeployed, (held) => held.replay(ids));
      if (options.json) printJson({ replayed });
      else print(`${replayed} messages sent again.`);
    });
}

const deployed = () =>
  new Option(
    '--deployed',
    'of the deployment that KENKO_PROJECT and KENKO_PREFIX name, with your own credentials',
  ).conflicts(['state', 'pack']);

/** The dead letters of a state folder, or of a deployment. */
interface Held {
  deadLetters(queue: Queue | undefined): Promise<DeadLetter[]>;
  /** Those named, or all. @returns how many */
  replay(ids: string[]): Promise<number>;
}

function within<T>(
  options: StateOptions & { deployed?: true | undefined },
  openDeployed: () => Promise<QueueHolder>,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return options.deployed ? withinDeployment(openDeployed, work) : withinFolder(options, work);
}

async function withinFolder<T>(
  options: StateOptions,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return using(await openExisting(options), work);
}

async function withinDeployment<T>(
  open: () => Promise<QueueHolder>,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return using(await open(), (bus) =>
    work({
      deadLetters: (queue) => bus.deadLetters(queue),
      async replay(ids) {
        const chosen = ids.length > 0 ? ids : (await bus.deadLetters()).map(({ id }) => id);
        await bus.replay(chosen);
        return chosen.length;
      },
    }),
  );
}

function queueNamed(name: string): Queue {
  const queue = queueNames.find((known) => known === name);
  if (queue) return queue;
  throw new Rejected(
    code.badRequest,
    `There is no queue "${name}"; choose one of ${queueNames.join(', ')}.`,
  );
}
