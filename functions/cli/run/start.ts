import { once } from 'node:events';
import { join } from 'node:path';
import { code, Rejected } from '../../errors.ts';
import type { DataOptions } from '../options.ts';
import { colour, exitCode, note, print, printJson, progressLine } from '../output.ts';
import { connect, serveAdmin } from '../session/admin.ts';
import { openOwnSession, stateFolder } from '../session/open-session.ts';
import { ended, summaryText } from './run.ts';

interface StartOptions extends DataOptions {
  once?: boolean;
  asOf?: string;
  port: number;
}

/** How often the sweep that Cloud Scheduler would call is called. */
const sweepMs = 10 * 60_000;

/** Below the state folder: what is there is thrown away by every start on the emulators. */
const emulatorsFolder = 'emulators';

/** `kenko start`: the main job, then the API and the dashboard until Ctrl-C. */
export async function start(given: StartOptions): Promise<void> {
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
    if (options.json) printJson(summary);
    else print(await summaryText(summary, session, options.lang));
    if (!ended(summary)) process.exitCode = exitCode.failed;
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
