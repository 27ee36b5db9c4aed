/** The reference engine itself: how it is got, started, asked and ended. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueryError, startReferenceEngine } from '../support/reference/engine.ts';
import {
  engineVersion,
  installEngine,
  installedEngine,
} from '../support/reference/engine-package.ts';
import { samples } from '../support/reference/samples.ts';

let folder: string;
let registry: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-engine-'));
});
afterEach(async () => {
  await new Promise((resolve) => (registry ? registry.close(resolve) : resolve(undefined)));
  registry = undefined;
  rmSync(folder, { recursive: true });
});

const npmArguments = (port: number): string[] => [
  `--registry=http://127.0.0.1:${port}`,
  '--fetch-retries=0',
  `--cache=${join(folder, 'npm-cache')}`,
];

/** An archive laid out like the engine's, a few bytes long. */
function smallArchive(): { bytes: Buffer; integrity: string } {
  const inside = join(folder, 'made', 'package', 'lib', 'zetasql');
  mkdirSync(join(inside, 'protos'), { recursive: true });
  writeFileSync(join(inside, 'remote_server.so'), 'binary');
  writeFileSync(join(inside, 'protos', 'local_service.proto'), 'syntax = "proto2";');
  const archive = join(folder, 'made.tgz');
  execFileSync('tar', ['-czf', archive, '-C', join(folder, 'made'), 'package']);
  const bytes = readFileSync(archive);
  return { bytes, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` };
}

/** A registry that has this archive only. */
async function serve(bytes: Buffer): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) {
      response.end(bytes);
      return;
    }
    const { port } = server.address() as AddressInfo;
    const name = '@fivetrandevelopers/zetasql';
    const dist = { tarball: `http://127.0.0.1:${port}/engine.tgz` };
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        name,
        'dist-tags': { latest: engineVersion },
        versions: { [engineVersion]: { name, version: engineVersion, dist } },
      }),
    );
  });
  registry = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const place = (more: object = {}) => ({
  folder: join(folder, 'engine'),
  machine: 'linux x64',
  ...more,
});

describe('getting the engine', () => {
  it('fetches, checks and keeps what it needs, and needs no network after that', async () => {
    const { bytes, integrity } = smallArchive();
    const port = await serve(bytes);
    const files = await installEngine(place({ npmArguments: npmArguments(port), integrity }));
    expect(readFileSync(files.binary, 'utf8')).toBe('binary');
    expect(readdirSync(files.protos)).toEqual(['local_service.proto']);
    expect(readdirSync(join(folder, 'engine'))).toEqual([engineVersion]);
    registry?.closeAllConnections();
    expect(await installEngine(place({ npmArguments: npmArguments(1) }))).toEqual(files);
    expect(installedEngine(place())).toEqual(files);
  });

  it('takes no other archive than the one it knows', async () => {
    const port = await serve(smallArchive().bytes);
    await expect(installEngine(place({ npmArguments: npmArguments(port) }))).rejects.toThrow(
      /^\S+ 1\.13\.0 is not the archive that test:sql knows: it hashes to sha512-\S+, not to sha512-\S+\.$/,
    );
    expect(readdirSync(join(folder, 'engine'))).toEqual([]);
  });

  it('says in one sentence where npm cannot fetch it', async () => {
    await expect(installEngine(place({ npmArguments: npmArguments(1) }))).rejects.toThrow(
      /^test:sql needs \S+ \(112 MB\) once, and npm cannot fetch it: [^\n]+\.$/,
    );
    expect(readdirSync(join(folder, 'engine'))).toEqual([]);
  });

  it('says so on a machine that it is not made for', async () => {
    await expect(installEngine({ machine: 'win32 x64' })).rejects.toThrow(
      'The GoogleSQL reference engine is not made for win32 x64; run test:sql on linux x64, ',
    );
  });

  it('says which command gets it where it is asked for without', () => {
    expect(() => installedEngine(place())).toThrow(
      'The GoogleSQL reference engine is not installed; run `npm run test:sql`.',
    );
  });
});

describe('the engine at work', () => {
  it('says what is wrong in Google’s own words, with its place', async () => {
    const engine = await startReferenceEngine();
    try {
      const asked = engine.analyse({ sql: 'SELECT id,\n  seats FROM samples', tables: [samples] });
      await expect(asked).rejects.toThrow(new QueryError('Unrecognized name: seats [at 2:3]'));
      const failing = engine.evaluate({
        sql: 'SELECT 1 / (id - id) FROM samples',
        tables: [samples],
      });
      await expect(failing).rejects.toThrow(/division by zero/);
    } finally {
      await engine.close();
    }
  });

  it('is a process of its own that ends when it is closed', async () => {
    const engine = await startReferenceEngine();
    expect(process.kill(engine.pid, 0)).toBe(true);
    await engine.close();
    expect(() => process.kill(engine.pid, 0)).toThrow('ESRCH');
  });

  it('says in one sentence where it does not start', async () => {
    const files = { ...installedEngine(), binary: '/bin/false' };
    await expect(startReferenceEngine(files)).rejects.toThrow(
      'The GoogleSQL reference engine does not start: it ended with 1.',
    );
  });
});
