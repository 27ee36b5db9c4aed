/** Finds or makes the system that a command works with. */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { code, Rejected } from '../../errors.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import type { DataOptions, StateOptions } from '../options.ts';
import { connect } from './admin.ts';
import { openLocalSession } from './local-session.ts';
import { openLocalSystem } from './local-system.ts';
import type { Progress, Session } from './session.ts';
import { openStateData } from './state-data.ts';

/** Accounts in a shard of the demo: small, so that its thousand accounts are fanned out too. */
const demoShard = 100;

type OwnOptions = DataOptions & {
  /** First day of the demo. */
  today?: string | undefined;
  /** Whether the weeks behind a first run on own data are scored, too. */
  history?: boolean | undefined;
  port?: number;
  /** On Google's emulators, from nothing. */
  emulators?: boolean | undefined;
};

export function stateFolder({ state, pack }: StateOptions): string {
  return join(resolve(state), pack);
}

/** Opens the state folder in this process; makes it where it is not there. */
export async function openOwnSession(options: OwnOptions, progress: Progress): Promise<Session> {
  readPackFiles(options.pack);
  const folder = stateFolder(options);
  // The emulators begin with nothing, so what lies beside them has to as well.
  if (options.emulators) rmSync(folder, { recursive: true, force: true });
  const system = await openLocalSystem({
    folder,
    pack: options.pack,
    ...(options.emulators ? { emulators: true } : {}),
    ...(options.data === undefined ? { accountsPerShard: demoShard } : {}),
    ...(options.port === undefined ? {} : { apiPort: options.port }),
  });
  try {
    return await openLocalSession(system, await openStateData(system, options), progress);
  } catch (error) {
    await system.close();
    throw error;
  }
}

/** The state folder holds nothing of the pack. */
export function noResults({ pack, state }: StateOptions): Rejected {
  return new Rejected(
    code.notFound,
    `There are no results of pack "${pack}" in ${state} yet; run \`npm start -- --once --pack ${pack}\` first.`,
  );
}

/** For commands that only look: there must be something to look at. */
export async function openExisting(options: StateOptions): Promise<Session> {
  readPackFiles(options.pack);
  const folder = stateFolder(options);
  if (!existsSync(join(folder, 'warehouse.duckdb'))) throw noResults(options);
  return (await connect(folder)) ?? openOwnSession({ ...options, accounts: 0 }, () => undefined);
}

/** Opens a session, works with it, and closes it whatever happens. */
export async function using<S extends { close(): Promise<void> }, T>(
  session: S,
  work: (session: S) => Promise<T>,
): Promise<T> {
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
