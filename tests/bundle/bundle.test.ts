/**
 * The archive that `npm run build` makes, deployed into a bare folder as Cloud Build does it, and
 * every function served from there with the framework's own command line.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BundleManifest, buildBundle } from '../../functions/bundle/build.ts';
import { type FunctionName, functionNames } from '../../functions/deployed-functions.ts';
import {
  type SalesforceServer,
  startSalesforceServer,
} from '../../functions/local/salesforce/server.ts';
import { customFields } from '../../functions/salesforce/custom-fields.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import {
  engineHash,
  packNames,
  readPackFiles,
  repositoryRoot,
} from '../../functions/wiring/deployed-files.ts';
import { install, type Served, serve, start, untilListening } from '../support/bundle/deployed.ts';
import { type FirestoreStub, startFirestoreStub } from '../support/bundle/firestore-stub.ts';
import { ask, documents, environmentFor, runUnderWay } from '../support/bundle/first-requests.ts';
import { type Entry, unpack, unzip } from '../support/bundle/unzip.ts';

const root = repositoryRoot();
const folder = mkdtempSync(join(tmpdir(), 'kenko-bundle-'));
const deployed = join(folder, 'deployed');

let manifest: BundleManifest;
let entries: Entry[];
let firestore: FirestoreStub;
let salesforce: SalesforceServer;
let served: Served | undefined;

beforeAll(async () => {
  manifest = await buildBundle(root, join(folder, 'first'));
  entries = unzip(readFileSync(join(folder, 'first', manifest.archive)));
  unpack(entries, deployed);
  install(deployed);
  firestore = await startFirestoreStub(documents);
  salesforce = await startSalesforceServer({
    path: ':memory:',
    fields: customFields(parsePack(readPackFiles('saas'))),
  });
}, 300_000);
afterEach(async () => {
  await served?.stop();
  served = undefined;
});
afterAll(async () => {
  firestore?.close();
  await salesforce?.close();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (name: FunctionName) =>
  environmentFor(name, { firestore: firestore.host, salesforce: salesforce.url });

const textOf = (path: string): string => {
  const found = entries.find((entry) => entry.path === path);
  if (!found) throw new Error(`the archive lacks ${path}`);
  return found.contents.toString('utf8');
};
const paths = (pattern: RegExp): string[] =>
  entries.map(({ path }) => path).filter((path) => pattern.test(path));

describe('the archive', () => {
  it('is the same, byte for byte, for the same sources', async () => {
    const again = await buildBundle(root, join(folder, 'again'));
    expect(again).toEqual(manifest);
    const read = (name: string) => readFileSync(join(folder, name, manifest.archive));
    expect(read('again').equals(read('first'))).toBe(true);
  });

  it('replaces an older one', async () => {
    const target = join(folder, 'again');
    renameSync(join(target, manifest.archive), join(target, 'functions-0000000000000000.zip'));
    await buildBundle(root, target);
    expect(readdirSync(target).sort()).toEqual(['functions.json', manifest.archive].sort());
  });

  it('holds sorted names, one time and one mode', () => {
    const names = entries.map(({ path }) => path);
    expect(names).toEqual([...names].sort());
    expect(new Set(entries.map(({ modified }) => modified)).size).toBe(1);
    expect(new Set(entries.map(({ mode }) => mode))).toEqual(new Set([0o100644]));
  });

  it('is named by its content, and described', () => {
    expect(manifest.archive).toMatch(/^functions-[0-9a-f]{16}\.zip$/);
    expect(JSON.parse(readFileSync(join(folder, 'first', 'functions.json'), 'utf8'))).toEqual(
      manifest,
    );
    expect(manifest.functions).toEqual([...functionNames].sort());
    expect(manifest.engine_hash).toBe(engineHash(root));
    expect(Object.keys(manifest.packs)).toEqual(packNames(root));
  });

  it('is made of what is deployed, and of nothing else', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const sources = paths(/\.js\.map$/).flatMap((path) =>
      (JSON.parse(textOf(path)).sources as string[]).map((source) =>
        posix.normalize(posix.join('dist/functions', posix.dirname(path), source)),
      ),
    );
    const own = sources.filter((source) => !source.includes('node_modules/'));
    expect(own).toContain('functions/index.ts');
    expect(own).toContain('functions/runs/score-shard.ts');
    for (const source of own) expect(existsSync(join(root, source)), source).toBe(true);
    expect(
      own.filter((source) => /^functions\/(local|cli)\/|^tests\/|-local\.ts$/.test(source)),
    ).toEqual([]);
    const packages = new Set(
      sources.flatMap((source) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? []),
    );
    expect(packages).toContain('node_modules/@google-cloud/firestore');
    for (const name of packages) {
      expect(lock.packages[name]?.dev, name).toBeUndefined();
    }
    expect(paths(/\.(ts|zip)$|\.test\.yaml$|^tests\/|\.env|\.pem$/)).toEqual([]);
  });

  it('holds the rules and SQL of every pack', () => {
    for (const pack of packNames(root)) {
      const held = new Map(
        [...readPackFiles(pack).keys()]
          .filter((path) => !path.endsWith('.test.yaml'))
          .map((path) => [path, textOf(path)]),
      );
      expect(parsePack(held).hash).toBe(parsePack(readPackFiles(pack)).hash);
      expect(manifest.packs[pack]).toBe(parsePack(held).hash);
    }
    expect(paths(/^sql\/tables\//).length).toBe(readdirSync(join(root, 'sql', 'tables')).length);
  });

  it('maps all of its code to sources', () => {
    for (const path of paths(/\.js$/)) {
      expect(textOf(path)).toMatch(/\n\/\/# sourceMappingURL=[\w.-]+\.js\.map\n*$/);
      expect(() => textOf(`${path}.map`)).not.toThrow();
    }
  });

  it('loads no client before it is needed', () => {
    const loaded = new Set<string>();
    const load = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      const imports = textOf(path).matchAll(/^(?:import|export) (?:[^;]*? from )?"(\.[^"]+)"/gm);
      for (const [, next = ''] of imports) load(posix.join(posix.dirname(path), next));
    };
    load('index.js');
    // The entry loads the functions with an import of its own, to be cached.
    const [functions = ''] = /chunks\/functions-\w+\.js/.exec(textOf('index.js')) ?? [];
    load(functions);
    const sources = [...loaded].flatMap((path) => JSON.parse(textOf(`${path}.map`)).sources);
    expect(sources.join()).toContain('functions/runs/score-shard.ts');
    for (const client of ['firestore', 'pubsub', 'bigquery', 'common']) {
      expect(sources.join()).not.toContain(`node_modules/@google-cloud/${client}`);
    }
    for (const client of ['jsforce', 'google-gax', '@grpc', 'google-auth-library']) {
      expect(sources.join()).not.toContain(`node_modules/${client}/`);
    }
  });
});

describe.each(functionNames)('%s, deployed', (name) => {
  it('answers its first request and ends when told to', async () => {
    served = await serve(deployed, name, environment(name));
    await ask(served.url, name);
    const { code, signal } = await served.stop();
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(served.output()).not.toMatch(/Error|Warning|ENOENT/);
    served = undefined;
  });

  it('says what it lacks where it is not configured', async () => {
    served = await serve(deployed, name, {});
    const method = name === 'api' ? 'GET' : 'POST';
    const response = await fetch(`${served.url}/v1/health`, { method });
    expect(response.status).toBe(503);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain('KENKO_PACK is missing; set it to');
    await served.prints(/\n/);
    const [line = ''] = served.output().split('\n');
    expect(JSON.parse(line)).toMatchObject({
      severity: 'ERROR',
      event: 'not-configured',
      function: name,
      reason: error.message,
    });
  });
});

describe.each(['api', 'score', 'score-shard'] as const)('a compressed body to %s', (name) => {
  it('is refused with the very first request, and not inflated', async () => {
    served = await start(deployed, name, environment(name));
    const path = name === 'api' ? '/v1/accounts/a/notes' : '';
    const response = await untilListening(served, () =>
      fetch(`${served?.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: 'no gzip, which would be found on inflating it',
      }),
    );
    expect([response.status, await response.json()]).toMatchObject([
      415,
      { error: { message: expect.stringContaining('The body is compressed') } },
    ]);
  });
});

describe('a deployed shard', () => {
  it('works on runs of the rules and the code that it was made of, and on no other', async () => {
    const rules_hash = parsePack(readPackFiles('saas')).hash;
    const engine_hash = engineHash(root);
    const other = await startFirestoreStub({
      'runs/same': runUnderWay({ rules_hash, engine_hash }),
      'runs/other-code': runUnderWay({ rules_hash, engine_hash: 'other' }),
      'runs/other-rules': runUnderWay({ rules_hash: 'other', engine_hash }),
    });
    served = await serve(deployed, 'score-shard', {
      ...environment('score-shard'),
      FIRESTORE_EMULATOR_HOST: other.host,
    });
    for (const run of ['same', 'other-code', 'other-rules']) {
      const data = Buffer.from(JSON.stringify({ run, shard: 0 })).toString('base64');
      await fetch(served.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ subscription: 's', message: { messageId: '1', data } }),
      });
    }
    await served.prints(/(.*\n){3}/);
    other.close();
    const said = served.output().trim().split('\n');
    expect(said.map((line) => JSON.parse(line)).map(({ run, reason }) => [run, reason])).toEqual([
      ['same', 'no such shard'],
      ['other-code', 'the run is of another deployment; sweep starts it again'],
      ['other-rules', 'the run is of another deployment; sweep starts it again'],
    ]);
  });
});

describe('the deployed API', () => {
  it('is in good health', async () => {
    served = await serve(deployed, 'api', environment('api'));
    const response = await fetch(`${served.url}/v1/health`);
    expect(await response.json()).toEqual({ status: 'ok', pack: 'saas' });
  });

  it('says which packs there are where another one is named', async () => {
    served = await serve(deployed, 'api', { ...environment('api'), KENKO_PACK: 'other' });
    const response = await fetch(`${served.url}/v1/health`);
    const { error } = (await response.json()) as { error: { message: string } };
    const known = readdirSync(join(root, 'rules'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'schema')
      .map(({ name }) => name)
      .sort();
    expect(error.message).toBe(`There is no pack "other"; choose one of ${known.join(', ')}.`);
  });
});

describe('what the deployed functions print', () => {
  it('is one JSON object a line, with the trace of the request', async () => {
    served = await serve(deployed, 'score-shard', environment('score-shard'));
    const data = Buffer.from('{"run":"unknown","shard":0}').toString('base64');
    await fetch(served.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'X-Cloud-Trace-Context': '0af7651916cd43dd8448eb211c80319c/1;o=1',
      },
      body: JSON.stringify({ subscription: 's', message: { messageId: '1', data } }),
    });
    await served.prints(/\n/);
    const lines = served.output().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        event: 'message-ignored',
        run: 'unknown',
        'logging.googleapis.com/trace':
          'projects/acme-health/traces/0af7651916cd43dd8448eb211c80319c',
        'logging.googleapis.com/spanId': '0000000000000001',
      }),
    ]);
  });

  it('repeats nothing of a request that the framework cannot read', async () => {
    served = await serve(deployed, 'api', environment('api'));
    const { port } = new URL(served.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = 'POST /v1/accounts/a/overrides HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99';
    socket.write(`${head}\r\n\r\nHanako Yamada <hanako@acme.example>`, () => socket.destroy());
    await served.prints(/"event":"library-failed".*\n/);
    expect(served.output()).toContain('BadRequestError at');
    expect(served.output()).not.toMatch(/Hanako|hanako/);
  });

  it('repeats nothing of a body that nobody may send', async () => {
    served = await serve(deployed, 'api', environment('api'));
    const response = await fetch(`${served.url}/v1/accounts/a/overrides`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'Hanako Yamada <hanako@acme.example>',
    });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { error: { message: expect.stringContaining('no valid identity') } },
    ]);
    await served.prints(/"event":"request-refused".*\n/);
    expect(served.output()).not.toMatch(/Hanako|hanako/);
  });
});

describe('compiled code', () => {
  const cache = join(deployed, '.compile-cache');
  const accepted = /V8 code cache for ESM \S*\/chunks\/functions-\S+ was accepted/;
  const watched = { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };

  it('is kept when the archive is built into an image, and used', async () => {
    expect(readdirSync(cache)).toHaveLength(1);
    served = await serve(deployed, 'api', { ...environment('api'), ...watched });
    await served.prints(accepted);
  });

  it('is used by another user and on another processor than it was made for', async () => {
    const [made = ''] = readdirSync(cache);
    const other = `${process.version}-${process.arch}-00000000-4321`;
    renameSync(join(cache, made), join(cache, other));
    served = await serve(deployed, 'api', { ...environment('api'), ...watched, TMPDIR: folder });
    await served.prints(accepted);
    renameSync(join(cache, other), join(cache, made));
  });

  it('may be missing', async () => {
    renameSync(cache, `${cache}-away`);
    served = await serve(deployed, 'api', environment('api'));
    expect((await fetch(`${served.url}/v1/health`)).status).toBe(200);
    expect(existsSync(cache)).toBe(false);
    renameSync(`${cache}-away`, cache);
  });
});
