/** Chooses the adapters. Nothing else in what is deployed knows which ones there are. */
import { type FunctionName, type PortName, portsOf, readConfiguration } from './config.ts';
import { code, Rejected } from './errors.ts';
import { createLog, writeToStdout } from './log.ts';
import type { Runtime } from './ports/runtime.ts';
import { systemClock } from './system-clock.ts';

let chosen: Runtime | undefined;
const opened = new Map<FunctionName, Promise<Runtime>>();

/** Makes every function of this process use these adapters instead of Google's services. */
export function useRuntime(runtime: Runtime | undefined): void {
  chosen = runtime;
  opened.clear();
}

/**
 * The runtime of a function: the one chosen for this process, else Google's services as its
 * environment names them, opened with its first request.
 * @throws Rejected `unavailable` saying what the environment lacks
 */
export function runtimeOf(name: FunctionName): Promise<Runtime> {
  const known = opened.get(name);
  if (known) return known;
  const opening = open(name);
  opened.set(name, opening);
  // Neither environment nor rules change while a process lives: it is said once.
  opening.catch((error: unknown) => {
    createLog(writeToStdout(undefined), systemClock).notConfigured({ function: name, error });
  });
  return opening;
}

async function open(name: FunctionName): Promise<Runtime> {
  return chosen ? withinReach(name, chosen) : openGoogleRuntime(name);
}

/** The twin's functions reach no port that they are not configured for in the cloud. */
function withinReach(name: FunctionName, runtime: Runtime): Runtime {
  const reachable: readonly PortName[] = portsOf[name];
  // Whoever chose the runtime may still exchange a port of it.
  const within: Runtime = Object.create(runtime);
  for (const port of ['snapshots', 'bus', 'warehouse', 'crm'] as const) {
    if (reachable.includes(port)) continue;
    Object.defineProperty(within, port, { value: outOfReach(name, port) });
  }
  return within;
}

/** A port that is a defect to use. */
function outOfReach<P extends PortName>(name: FunctionName, port: P): Runtime[P] {
  return new Proxy({} as Runtime[P], {
    get() {
      throw new Error(`${name} is not configured for ${port}; see portsOf in config.ts.`);
    },
  });
}

/** Google's services as the function's environment names them. @throws Rejected */
function openGoogleRuntime(name: FunctionName): Runtime {
  const { projectId } = readConfiguration(name);
  throw new Rejected(
    code.unavailable,
    `This version cannot work on the project ${projectId} yet; start Kenko with \`npm start\`.`,
  );
}
