import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { code, Retryable } from '../../functions/errors.ts';
import {
  startFirestoreEmulator,
  startPubSubEmulator,
} from '../../functions/local/emulators/processes.ts';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';

const isAnswering = (host: string): Promise<boolean> =>
  fetch(`http://${host}/`).then(
    (response) => response.ok,
    () => false,
  );

/** Runs a script with the repository's modules in a process of its own. */
const run = (script: string) =>
  spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: repositoryRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });

describe.each([
  ['Firestore', startFirestoreEmulator],
  ['Pub/Sub', startPubSubEmulator],
] as const)('the %s emulator', (service, start) => {
  test('answers once it has started, and is gone once it has stopped', async () => {
    const emulator = await start();
    expect(emulator.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await isAnswering(emulator.host)).toBe(true);
    await emulator.stop();
    expect(await isAnswering(emulator.host)).toBe(false);
    await emulator.stop();
  });

  test('says why it does not start', async () => {
    const busy = createServer();
    await once(busy.listen(0, '127.0.0.1'), 'listening');
    const { port } = busy.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      name: Retryable.name,
      code: code.unavailable,
      message: expect.stringMatching(
        new RegExp(`^The ${service} emulator did not start; it said: .*(in use|bind)`, 'is'),
      ),
    });
    busy.close();
  });

  test('that takes too long is ended', async () => {
    await expect(start({ timeoutMs: 1 })).rejects.toMatchObject({ name: Retryable.name });
  });
});

test('an emulator ends with the process that started it, even where that is killed', async () => {
  const child = run(`
    import { startPubSubEmulator } from './functions/local/emulators/processes.ts';
    const { host } = await startPubSubEmulator();
    console.log(host);
  `);
  const [line] = await once(child.stdout, 'data');
  const host = String(line).trim();
  expect(await isAnswering(host)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => isAnswering(host), { timeout: 20_000 }).toBe(false);
});

test('one clear sentence says what is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-path-'));
  symlinkSync('/bin/sh', join(folder, 'sh'));
  const script = `
    import { startFirestoreEmulator } from './functions/local/emulators/processes.ts';
    await startFirestoreEmulator().catch((error) => console.log(error.name, error.message));
  `;
  const bench = async (): Promise<unknown> => {
    const args = ['tests/bench/bench.ts', '--only', 'cost', '--accounts', '1'];
    return promisify(execFile)(process.execPath, args, {
      cwd: repositoryRoot(),
      env: { PATH: folder },
    });
  };
  const missing = async (): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { cwd: repositoryRoot(), env: { PATH: folder } },
    );
    return stdout.trim();
  };
  const rest =
    'cannot be found: install the Google Cloud CLI with its emulators (https://cloud.google.com/sdk/docs/install) and a Java runtime.';
  expect(await missing()).toBe(
    `Rejected The Firestore emulator needs gcloud and Java, and gcloud and java ${rest}`,
  );
  await expect(bench()).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: `cost was not measured: The Firestore emulator needs gcloud and Java, and gcloud and java ${rest}\n`,
  });
  symlinkSync('/bin/true', join(folder, 'gcloud'));
  expect(await missing()).toBe(
    `Rejected The Firestore emulator needs gcloud and Java, and java ${rest}`,
  );
  rmSync(folder, { recursive: true });
});
