/** Each endpoint and page is for those of its role and above, and for nobody below it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagePaths } from '../../../functions/api/dashboard/pages.ts';
import { endpoints } from '../../../functions/api/endpoints.ts';
import type { Caller } from '../../../functions/ports/identity.ts';
import { type Role, roles } from '../../../functions/ports/identity.ts';
import { errorAnswer } from '../../../functions/records/api/common.ts';
import { ref } from '../../../functions/records/collection.ts';
import { entries } from '../../../functions/records/entries.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';
import { callerOf } from '../../support/identity/callers.ts';

const callers: Record<string, Caller> = {
  nobody: callerOf({ kind: 'nobody', name: '', role: null }),
  public: callerOf({ kind: 'nobody', name: '', role: 'viewer' }),
  stranger: callerOf({ kind: 'person', name: 'eve@evil.example', role: null }),
  viewer: callerOf({ kind: 'person', name: 'taro@acme.example', role: 'viewer' }),
  editor: callerOf({ kind: 'person', name: 'hanako@acme.example', role: 'editor' }),
  operator: callerOf({ kind: 'person', name: 'ops@acme.example', role: 'operator' }),
  loader: callerOf({
    kind: 'service',
    name: 'loader@acme.iam.gserviceaccount.com',
    role: 'editor',
  }),
  local: callerOf({ kind: 'local', name: 'dev', role: 'operator' }),
};

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ accounts: [{ id: 'a-1', points: 20 }] });
  api.runtime.identity = {
    callerOf: async (header) => callers[header('x-caller') ?? 'nobody'] as Caller,
  };
});
afterAll(() => api.close());

const as = (caller: string, more = {}) => ({ 'x-caller': caller, ...more });
const addressOf = (path: string) => path.replace('{id}', 'a-1').replace('{item}', 'x');
const sent = (method: 'get' | 'post', path: string, caller: string) =>
  method === 'get'
    ? api.get(addressOf(path), as(caller))
    : // Refused for what it is, if at all, only after the caller is known.
      api.post(addressOf(path), {}, as(caller));

const ofRole = (role: Role | null) =>
  endpoints.filter((endpoint) => endpoint.role === role).map(({ name }) => name);

it('is for everybody, viewers, editors or operators', () => {
  expect(ofRole(null)).toEqual(['getHealth', 'getHealthz']);
  expect(ofRole('operator')).toEqual([
    ...['releaseRun', 'discardRun', 'retrySync', 'retirePack', 'movePack', 'convertSnapshots'],
  ]);
  expect(ofRole('editor')).toEqual([
    ...['enterOverride', 'withdrawOverride', 'acknowledgeEpisode', 'takeEvent'],
    ...['enterAssessment', 'enterIntervention', 'enterNote', 'tickItem'],
  ]);
  expect(endpoints.filter(({ method, role }) => method === 'post' && role === 'viewer')).toEqual(
    [],
  );
});

describe.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s',
  (_, endpoint) => {
    const { method, path, role } = endpoint;

    it('is refused to nobody and to strangers, unless it is for everybody', async () => {
      const [nobody, stranger] = [
        await sent(method, path, 'nobody'),
        await sent(method, path, 'stranger'),
      ];
      if (role === null) return expect([nobody.status, stranger.status]).toEqual([200, 200]);
      expect([nobody.status, stranger.status]).toEqual([401, 403]);
      expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
      expect(errorAnswer.parse(nobody.body).error.message).toContain('no valid identity');
      expect(errorAnswer.parse(stranger.body).error.message).toBe(
        `This takes the role ${role}; eve@evil.example has none.`,
      );
    });

    it('is refused to roles below its own, and to no other', async () => {
      for (const [at, own] of roles.entries()) {
        const { status } = await sent(method, path, own);
        const below = role !== null && at < roles.indexOf(role);
        expect([own, status === 401 || status === 403]).toEqual([own, below]);
      }
      const everybody = await sent(method, path, 'public');
      expect(everybody.status === 401).toBe(method === 'post');
    });
  },
);

it.each(pagePaths)('the page %s is for viewers, and says so as a page', async (path) => {
  const answer = await api.get(addressOf(path), as('viewer'));
  expect([200, 404]).toContain(answer.status);
  const texts = { nobody: ['Please sign in', 'ログイン'], stranger: ['No access', '権限'] };
  for (const [caller, [en = '', ja = '']] of Object.entries(texts)) {
    const refused = await api.get(addressOf(path), as(caller));
    expect(refused.status).toBe(caller === 'nobody' ? 401 : 403);
    expect(refused.headers.get('content-type')).toContain('text/html');
    expect(refused.text).toContain(en);
    expect(refused.text).not.toMatch(/SaaS|<nav/);
    const japanese = await api.get(`${addressOf(path)}?lang=ja`, as(caller));
    expect(japanese.text).toContain(ja);
  }
});

describe('what a page of another origin lets a browser send', () => {
  const note = { text: 'seen' };
  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])(
    'is refused: %s',
    async (origin) => {
      const answer = await api.post('/v1/accounts/a-1/notes', note, as('editor', { origin }));
      expect(answer.status).toBe(403);
      expect(errorAnswer.parse(answer.body).error.message).toContain('may not send this');
    },
  );

  it('is taken from pages of ours, and from programs', async () => {
    const { host } = new URL(api.url);
    for (const more of [{}, { origin: `https://${host}` }, { origin: `http://${host}` }]) {
      const answer = await api.post('/v1/accounts/a-1/notes', note, as('editor', more));
      expect(answer.status).toBe(201);
    }
  });
});

describe('the author of an entry', () => {
  const keep = async (caller: string, author?: string) => {
    const body = { text: 'seen', ...(author === undefined ? {} : { author }) };
    const answer = await api.post('/v1/accounts/a-1/notes', body, as(caller));
    if (answer.status !== 201) return { status: answer.status, answer: answer.body };
    const { id } = answer.body as { id: string };
    return { author: (await api.runtime.snapshots.get(ref(entries, id)))?.data.author };
  };

  it('is whoever is signed in', async () => {
    expect(await keep('editor')).toEqual({ author: 'hanako@acme.example' });
    expect(await keep('editor', 'Hanako@acme.example')).toEqual({ author: 'hanako@acme.example' });
  });

  it('is nobody else, however the body puts it', async () => {
    for (const other of ['ops@acme.example', 'Hanako', 'hanako@acme.example ops@acme.example']) {
      expect(await keep('editor', other)).toMatchObject({ status: 403 });
    }
    expect(await keep('editor', '')).toMatchObject({ status: 400 });
  });

  it('is a service account, or whom it acts for and itself', async () => {
    const name = 'loader@acme.iam.gserviceaccount.com';
    expect(await keep('loader')).toEqual({ author: name });
    expect(await keep('loader', 'hanako@acme.example')).toEqual({
      author: `hanako@acme.example (${name})`,
    });
  });

  it('is whom this machine’s user names', async () => {
    expect(await keep('local')).toEqual({ author: 'dev' });
    expect(await keep('local', 'Hanako')).toEqual({ author: 'Hanako' });
  });
});
