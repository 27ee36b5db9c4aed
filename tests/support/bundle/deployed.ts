/** The archive as Cloud Build and Cloud Run take it: installed, warmed up, served by the framework. */
import { execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const pollMs = 5;

/** The Node of this process comes first. */
const path = `${dirname(process.execPath)}:${process.env.PATH}`;

/** What Cloud Build does with an unpacked archive: https://cloud.google.com/docs/buildpacks/nodejs */
export function install(folder: string): void {
  // How packages are fetched is the machine's own matter; which ones is not that of the repository.
  const { npm_config_local_prefix: _, ...machine } = process.env;
  const npm = (...words: string[]) =>
    execFileSync('npm', words, { cwd: folder, env: { ...machine, PATH: path }, stdio: 'pipe' });
  npm('ci', '--omit=dev', '--no-audit', '--no-fund');
  npm('run', 'gcp-build');
}

export interface Served {
  url: string;
  /** What it wrote so far, to both streams. */
  output(): string;
  /** Resolves when its output matches. */
  prints(pattern: RegExp): Promise<void>;
  hasEnded(): boolean;
  /** Sends SIGTERM, as Cloud Run does. @returns exit code and signal */
  stop(): Promise<{ code: number | null; signal: string | null }>;
}

/** Serves one function with the framework's own command line; gives it when it listens. */
export async function serve(
  folder: string,
  name: string,
  environment: Record<string, string>,
): Promise<Served> {
  const served = await start(folder, name, environment);
  // The framework answers this one itself.
  await untilListening(served, () => fetch(`${served.url}/robots.txt`));
  return served;
}

/** Starts the process that serves a function. It takes a while until it listens. */
export async function start(
  folder: string,
  name: string,
  environment: Record<string, string>,
): Promise<Served> {
  const port = await freePort();
  const child = spawn(
    join(folder, 'node_modules', '.bin', 'functions-framework'),
    [`--target=${name}`, `--port=${port}`],
    {
      cwd: folder,
      env: { PATH: path, NODE_ENV: 'production', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let output = '';
  const heard = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard.emit('text');
    });
  }
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async prints(pattern) {
      while (!pattern.test(output)) await once(heard, 'text');
    },
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      return { code, signal };
    },
  };
}

/**
 * Sends a request again until somebody listens: in production, the framework does not say when
 * it does.
 * @throws Error where the process ends before
 */
export async function untilListening<T>(served: Served, send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const cause = Object(error instanceof Error ? error.cause : undefined);
      if (cause.code !== 'ECONNREFUSED') throw error;
      if (served.hasEnded()) throw new Error(`it ended before it listened: ${served.output()}`);
      await setTimeout(pollMs);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
