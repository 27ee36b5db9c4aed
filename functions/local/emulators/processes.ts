/**
 * Google's own emulators of Firestore and Pub/Sub, each in processes of its own. They keep
 * everything in memory, and any project id is an empty project.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { code, Rejected, Retryable } from '../../errors.ts';

export interface Emulator {
  /** `host:port` that the service answers on, without TLS or credentials. */
  host: string;
  /** Ends all of its processes. Repeatable. */
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Default: a free one. */
  port?: number;
  /** How long it may take to answer. Default 60,000. */
  timeoutMs?: number;
}

/** @throws Rejected `unavailable` where gcloud or Java is missing; Retryable where it does not start */
export function startFirestoreEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator(
    'Firestore',
    (hostPort) => ['emulators', 'firestore', 'start', `--host-port=${hostPort}`],
    /Dev App Server is now running/,
    options,
  );
}

/** @throws Rejected `unavailable` where gcloud or Java is missing; Retryable where it does not start */
export async function startPubSubEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  // It writes a file about itself into a folder that has to be there.
  const folder = mkdtempSync(join(tmpdir(), 'kenko-pubsub-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const emulator = await startEmulator(
      'Pub/Sub',
      (hostPort) => [
        'beta',
        'emulators',
        'pubsub',
        'start',
        `--host-port=${hostPort}`,
        `--data-dir=${folder}`,
      ],
      /Server started, listening on/,
      options,
    );
    return { ...emulator, stop: () => emulator.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Ends a process group when its own standard input ends, so also when this process is killed. */
const watchdog = 'read -r _; kill -s TERM -- "-$1"';

/** What gcloud and Java write where it does not start; Java may then go on without it. */
const failed = /\bException\b|^ERROR:/m;
/** Lines shown of an emulator that does not start. */
const linesShown = 5;
/** How long it may take to end by itself before it is killed. */
const graceMs = 10_000;
const pollMs = 50;

async function startEmulator(
  service: string,
  command: (hostPort: string) => string[],
  ready: RegExp,
  { port, timeoutMs = 60_000 }: EmulatorOptions,
): Promise<Emulator> {
  await requireTools(service);
  const host = `127.0.0.1:${port ?? (await freePort())}`;
  // gcloud starts Java through a shell script: as leader of a group, it can be ended with both.
  const child = spawn('gcloud', command(host), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watching = spawn('sh', ['-c', watchdog, 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'close').then(() => watching.kill('SIGKILL'));
  const stop = async (): Promise<void> => {
    signalGroup(child.pid, 'SIGTERM');
    // Java outlives gcloud by a moment.
    for (let waited = 0; signalGroup(child.pid, 0) && waited < graceMs; waited += pollMs) {
      await setTimeout(pollMs);
    }
    signalGroup(child.pid, 'SIGKILL');
    await ended;
  };
  const output = await outputUntil(child, ready, timeoutMs);
  if (ready.test(output)) return { host, stop };
  await stop();
  const lines = output.split('\n').filter((line) => !/^(\[\S+\])?\s*(at .*)?$/.test(line));
  const last = lines.slice(-linesShown).join(' ');
  throw new Retryable(
    code.unavailable,
    `The ${service} emulator did not start${last && `; it said: ${last}`}`,
  );
}

/** What it wrote until it was ready, failed, ended, or time was up; later output is dropped. */
function outputUntil(
  child: ChildProcessByStdio<null, Readable, Readable>,
  ready: RegExp,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve) => {
    let output = '';
    const timeUp = new AbortController();
    const done = (): void => {
      timeUp.abort();
      for (const stream of [child.stdout, child.stderr]) stream.off('data', hear).resume();
      resolve(output);
    };
    const hear = (chunk: Buffer): void => {
      output += chunk;
      if (ready.test(output) || failed.test(output)) done();
    };
    setTimeout(timeoutMs, undefined, { signal: timeUp.signal }).then(done, () => {});
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', done);
  });
}

/** False where no process of the group is left. */
function signalGroup(leader: number | undefined, signal: NodeJS.Signals | 0): boolean {
  try {
    return leader !== undefined && process.kill(-leader, signal);
  } catch {
    return false;
  }
}

async function requireTools(service: string): Promise<void> {
  const find = 'for tool; do command -v "$tool" >/dev/null || echo "$tool"; done';
  const { stdout } = await promisify(execFile)('sh', ['-c', find, 'sh', 'gcloud', 'java']);
  const missing = stdout.trim().split('\n').filter(Boolean).join(' and ');
  if (missing === '') return;
  throw new Rejected(
    code.unavailable,
    `The ${service} emulator needs gcloud and Java, and ${missing} cannot be found: install the Google Cloud CLI with its emulators (https://cloud.google.com/sdk/docs/install) and a Java runtime.`,
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
