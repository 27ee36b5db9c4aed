import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { type OptionsOf, positiveInteger, withData } from '../options.ts';
import { colour, note, print, progressLine } from '../output.ts';
import { connect, serveAdmin } from '../session/admin.ts';
import { openOwnSession, stateFolder } from '../session/open-session.ts';
import { nextCommands } from './next-commands.ts';
import { showSummary } from './run.ts';

/** How often the sweep that Cloud Scheduler would call is called. */
const sweepMs = 10 * 60_000;

/** Below the state folder: what is there is thrown away by every start on the emulators. */
const emulatorsFolder = 'emulators';

const command = (kenko: Command) =>
  withData(kenko.command('start'))
    .description('run the main job and keep serving the API and the dashboard')
    .option('--once', 'exit when the run has ended')
    .option('--as-of <instant>', 'look at the data as of this instant, e.g. 2026-11-23T00:00:00Z')
    .option('--today <date>', 'first day of the demo; today without it')
    .option('--no-history', 'do not score the weeks behind a first run on your own data')
    .option('--port <n>', 'wished port of the API', positiveInteger, 8080)
    .option('--emulators', "on Google's emulators (needs gcloud and Java) instead of the twin");

/** `kenko start`: the main job, then the API and the dashboard until Ctrl-C. */
export function addStart(kenko: Command): void {
  command(kenko).action(start);
}

async function start(given: OptionsOf<typeof command>): Promise<void> {
  const options = given.emulators ? { ...given, state: join(given.state, emulatorsFolder) } : given;
  const folder = stateFolder(options);
  const running = await connect(folder);
  if (running) {
    throw new Rejected(
      code.conflict,
      `Kenko already works on ${options.state}/${options.pack}, at ${running.apiUrl}; stop it first, or name another --state.`,
    );
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  const progress = progressLine(options.json);
  const session = await openOwnSession(options, progress.show);
  const stopAdmin = await serveAdmin(folder, session);
  try {
    const work = session.run({ asOf: options.asOf }, progress.show);
    const summary = await Promise.race([work, aborted(interrupted.signal)]);
    progress.clear();
    if (!summary) {
      work.catch(() => undefined);
      note(
        options.emulators
          ? 'Stopped. The next start begins anew.'
          : 'Stopped. The next start takes the run up where it is.',
      );
      return;
    }
    await showSummary(summary, session, { json: options.json, lang: options.lang });
    if (options.data !== undefined && !options.json) {
      print(await nextCommands(summary, session, { ...options, data: options.data }));
    }
    if (options.once || options.json) return;
    print(`\nDashboard  ${colour.cyan(session.apiUrl)}/`);
    print(`API        ${colour.cyan(session.apiUrl)}/v1/accounts`);
    print(
      colour.dim(
        options.emulators
          ? `Ctrl-C stops, and all is forgotten; until then, commands take --state ${options.state}.`
          : 'Ctrl-C stops; the next start goes one day on.',
      ),
    );
    const sweeping = setInterval(() => {
      session.sweep().catch((error: unknown) => note(`kenko: the sweep failed: ${String(error)}`));
    }, sweepMs);
    await aborted(interrupted.signal);
    clearInterval(sweeping);
    note('Stopped.');
  } finally {
    await stopAdmin();
    await session.close();
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort');
  return undefined;
}
