/** Whoever can reach this machine's ports is not yet somebody whom Kenko does things for. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveAdmin } from '../../../functions/cli/session/admin.ts';
import { type LocalSystem, openLocalSystem } from '../../../functions/cli/session/local-system.ts';
import type { Session } from '../../../functions/cli/session/session.ts';
import { functionNames } from '../../../functions/deployed-functions.ts';

let folder: string;
let system: LocalSystem;
let admin: string;
let token: string;
let stopAdmin: () => Promise<void>;
const asked: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-ports-'));
  system = await openLocalSystem({ folder, pack: 'saas' });
  const session = { pack: 'saas', apiUrl: system.url('api') } as Session;
  session.deadLetters = async () => {
    asked.push('deadLetters');
    return [];
  };
  stopAdmin = await serveAdmin(folder, session);
  ({ admin, token } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')));
});
afterAll(async () => {
  await stopAdmin();
  await system.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  status: number;
  body: string;
}

/** Not `fetch`, which sets Host and Origin itself. */
function ask(url: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const own = (url: string) => new URL(url).host;

/** Every port that is open, by what listens. */
const ports = (): [string, string][] => [
  ...functionNames.map((name): [string, string] => [name, system.url(name)]),
  ['admin', admin],
  ['Salesforce', system.salesforce.url],
  ['Slack', system.slack.url],
];

describe('every port of this machine', () => {
  it.each([
    ['a name that was made to point here', (url: string) => `kenko.example:${new URL(url).port}`],
    ['another port', () => '127.0.0.1:1'],
    ['no port', () => '127.0.0.1'],
    ['every address', (url: string) => `0.0.0.0:${new URL(url).port}`],
  ])('refuses the host of %s', async (_, host) => {
    for (const [name, url] of ports()) {
      const given = host(url);
      const answer = await ask(
        url,
        { ...json, host: given, authorization: `Bearer ${token}` },
        '{}',
      );
      expect([name, answer]).toEqual([
        name,
        {
          status: 403,
          body: expect.stringContaining(`The host \\"${given}\\" is not served here`),
        },
      ]);
    }
  });

  it.each(['https://kenko.example', 'http://127.0.0.1:1', 'null', ''])(
    'refuses what a page of "%s" sends',
    async (origin) => {
      for (const [name, url] of ports()) {
        const headers = { ...json, origin, authorization: `Bearer ${system.token}` };
        const { status, body } = await ask(url, headers, '{}');
        expect([name, status, body]).toEqual([name, 403, expect.stringContaining('may not ask')]);
      }
    },
  );

  it('takes what its own pages send, by either of its names', async () => {
    const url = system.url('api');
    const local = `localhost:${new URL(url).port}`;
    for (const host of [own(url), local]) {
      const answer = await ask(`${url}/v1/health`, { host, origin: `http://${host}` });
      expect(answer.status).toBe(200);
    }
    const other = await ask(`${url}/v1/health`, { host: local, origin: url });
    expect(other.status).toBe(403);
  });
});

describe('functions and the command line’s port', () => {
  const guarded = () => ports().filter(([name]) => !['api', 'Salesforce', 'Slack'].includes(name));

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer nonsense' }],
    ['half of it', { authorization: 'Bearer ' }],
  ])('do nothing for %s', async (_, headers) => {
    const body = JSON.stringify({ call: 'deadLetters' });
    for (const [name, url] of guarded()) {
      const answer = await ask(url, { ...json, ...headers }, body);
      expect([name, answer.status]).toEqual([name, 401]);
    }
    expect(asked).toEqual([]);
    expect(await system.runtime.snapshots.count({ collection: { path: 'runs' } as never })).toBe(0);
  });

  it('answer whoever can read the state folder, which only its owner can', async () => {
    const headers = { ...json, authorization: `Bearer ${token}` };
    const answer = await ask(admin, headers, JSON.stringify({ call: 'deadLetters' }));
    expect(answer).toEqual({ status: 200, body: '[]' });
    expect(asked).toEqual(['deadLetters']);
    expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o600);
  });

  it('have a token of their own each time', () => {
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(system.token).toMatch(/^[\w-]{43}$/);
    expect(system.token).not.toBe(token);
  });

  it('refuse a body beyond what the command line sends', async () => {
    const headers = { ...json, authorization: `Bearer ${token}` };
    const answer = await ask(admin, headers, `{"call":"${'x'.repeat(2 * 1024 * 1024)}"}`);
    expect(answer).toEqual({ status: 400, body: expect.stringContaining('over 1048576 bytes') });
  });
});
