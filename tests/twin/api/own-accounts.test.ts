/** Who sees their own accounts only sees nothing of others, whatever they ask. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pagePaths } from '../../../functions/api/dashboard/pages.ts';
import { endpoints } from '../../../functions/api/endpoints.ts';
import { accountList } from '../../../functions/records/api/accounts.ts';
import { errorAnswer } from '../../../functions/records/api/common.ts';
import { portfolioAnswer } from '../../../functions/records/api/portfolio.ts';
import { worklistAnswer, worklistsAnswer } from '../../../functions/records/api/worklists.ts';
import { ref } from '../../../functions/records/collection.ts';
import { crmAccounts, handOvers } from '../../../functions/records/documents.ts';
import { entries } from '../../../functions/records/entries.ts';
import { episodes } from '../../../functions/records/signal-documents.ts';
import { episodeOf, today } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';
import { callerOf } from '../../support/identity/callers.ts';

const me = 'jiro@partner.example';
const other = 'ann@acme.example';
/** What this reader may be given nowhere; what they asked for by name may be repeated. */
const leaksIn = (text: string, asked: string): string[] =>
  ['secret-1', 'secret-2', 'secret-3', 'Hidden', other].filter(
    (secret) => text.includes(secret) && !decodeURIComponent(asked).includes(secret),
  );

let api: TestApi;
let limited = true;
beforeAll(async () => {
  const account = (id: string, owner: string, name: string, points: number, moved: number) => ({
    ...{ id, points, moved },
    attributes: { name, owner },
    rank: 1,
  });
  api = await startApi({
    accounts: [
      account('own-1', me, 'Mine one', 20, -15),
      account('own-2', me, 'Mine two', 80, 5),
      account('secret-1', other, 'Hidden one', 10, -30),
      account('secret-2', other, 'Hidden two', 90, 30),
      account('secret-3', 'nobody@acme.example', 'Hidden three', 30, -3),
    ],
    history: ['own-1', 'secret-1'].map((id) => ({
      date: today,
      account: id,
      points: 2_000,
      band: 'red',
    })),
  });
  api.runtime.identity = {
    callerOf: async () => callerOf({ name: me, role: 'operator', ownOnly: limited }),
  };
  const { snapshots } = api.runtime;
  for (const id of ['own-1', 'secret-1']) {
    await snapshots.set(ref(episodes, `e-${id}`), episodeOf({ account: id, subject: `of ${id}` }));
    await snapshots.set(ref(handOvers, `${id}~2`), {
      ...{ pack: 'saas', account: id, number: 2, date: '2026-11-20', run: 'r' },
      ...{
        from: { team: 'sales', owner: id === 'own-1' ? 'kim@acme.example' : other },
        to: { team: 'csm', owner: me },
      },
      ...{ occasion: 'phase', why: { en: 'contract', ja: '契約' } },
      checklist: [{ id: 'goals', label: { en: `Goals of ${id}`, ja: '目的' } }],
    });
    await snapshots.set(ref(entries, `n-${id}`), {
      ...{ pack: 'saas', account: id, kind: 'note', text: `note of ${id}`, url: null },
      ...{ author: 'x', at: '2026-11-20T00:00:00Z', bands: {} },
    });
  }
  await snapshots.set(ref(crmAccounts, 'secret-1'), {
    ...{ state: 'parked', record_id: null, synced_hash: null, hash: 'h', run: 'r' },
    ...{ at: '2026-11-20T00:00:00Z', code: 'no-record', reason: 'none', fields: [], since: null },
    ...{ written: {}, shown: {}, former: [] },
  });
});
afterAll(() => api.close());
beforeEach(() => {
  limited = true;
});

const filled = (path: string, account: string) =>
  path
    .replace('/worklists/{id}', '/worklists/save')
    .replace('/episodes/{id}', `/episodes/e-${account}`)
    .replace('/hand-overs/{id}/items/{item}', `/hand-overs/${account}~2/items/goals`)
    .replace('{id}', account)
    .replace('{item}', 'x');

const gets = endpoints.filter(({ method }) => method === 'get');
const posts = endpoints.filter(({ method }) => method === 'post');

describe.each(gets.map((endpoint) => [endpoint.path, endpoint] as const))(
  'GET %s',
  (_, endpoint) => {
    it('says nothing of others, with whatever parameters', async () => {
      const named = Object.keys(endpoint.query.shape);
      const queries = [
        '',
        ...(named.includes('owner') ? [`?owner=${other}`, '?owner='] : []),
        ...(named.includes('account') ? ['?account=secret-1', '?account=own-1'] : []),
        ...(named.includes('q') ? ['?q=Hidden', '?q=secret'] : []),
      ];
      for (const account of ['own-1', 'secret-1']) {
        for (const query of queries) {
          const asked = `${filled(endpoint.path, account)}${query}`;
          expect([asked, leaksIn((await api.get(asked)).text, asked)]).toEqual([asked, []]);
        }
      }
    });
  },
);

describe.each(pagePaths)('the page %s', (path) => {
  it('shows nothing of others', async () => {
    for (const query of ['', `?owner=${other}`, '?id=secret-1', '?q=Hidden', '?show=all']) {
      for (const account of ['own-1', 'secret-1']) {
        const asked = `${filled(path, account)}${query}`;
        expect([asked, leaksIn((await api.get(asked)).text, asked)]).toEqual([asked, []]);
      }
    }
  });
});

describe('an account of another', () => {
  it('is as if it were not there', async () => {
    for (const { path, query } of gets.filter(({ shows }) => shows === 'account')) {
      const asked = (account: string) =>
        path.includes('{id}') ? path.replace('{id}', account) : `${path}?account=${account}`;
      const [there, none] = [await api.get(asked('secret-1')), await api.get(asked('none'))];
      expect([path, there.status, none.status, query.shape]).toMatchObject([path, 404, 404, {}]);
      const message = (body: unknown) => errorAnswer.parse(body).error.message;
      expect(message(there.body).replace('secret-1', 'none')).toBe(message(none.body));
    }
  });

  it('takes nothing that is entered, and nothing is done', async () => {
    const before = [api.sent.length, api.announced.length];
    const body = { reason: 'x', text: 'x', did: 'call', of: 'proficiency', value: 'low' };
    for (const { path, shows, body: schema } of posts) {
      if (shows === undefined) continue;
      const keys = Object.keys((schema as { shape?: object })?.shape ?? {});
      const sent = {
        ...Object.fromEntries(Object.entries(body).filter(([key]) => keys.includes(key))),
        ...(keys.includes('until') && {
          until: path.endsWith('overrides') ? '2026-12-31T00:00:00Z' : '2026-12-31',
        }),
        ...(path.endsWith('/overrides') && { score: 'health', band: 'green' }),
        ...(path === '/v1/events' && {
          ...{
            kind: 'user_departed',
            id: 'e',
            account: 'secret-1',
            at: '2026-11-23T00:00:00Z',
            user: 'u',
          },
        }),
      };
      const { status, text } = await api.post(filled(path, 'secret-1'), sent);
      expect([path, status, text]).toEqual([path, 404, expect.stringContaining('There is no')]);
    }
    expect([api.sent.length, api.announced.length]).toEqual(before);
  });

  it('stays away from operations on all', async () => {
    for (const { path, shows } of posts.filter((one) => one.shows === undefined)) {
      const sent = { reason: 'x', to: 'saas' };
      const { status } = await api.post(
        filled(path, 'own-1'),
        path.includes('convert') ? {} : sent,
      );
      expect([path, shows, status === 403 || status === 400]).toEqual([path, undefined, true]);
    }
    for (const path of ['/v1/runs', '/v1/lots', '/v1/disagreements', '/v1/sync/parked', '/sync']) {
      expect((await api.get(path)).status).toBe(403);
    }
  });
});

describe('what is their own', () => {
  it('is all there: list, search, totals, worklists, account, log, entries', async () => {
    const list = accountList.parse((await api.get('/v1/accounts')).body);
    expect(list.accounts.map(({ id }) => id)).toEqual(['own-1', 'own-2']);
    const found = accountList.parse((await api.get('/v1/accounts?q=Mine')).body);
    expect(found.accounts).toHaveLength(2);
    const totals = portfolioAnswer.parse((await api.get('/v1/portfolio')).body);
    expect(totals).toMatchObject({
      accounts: { active: 2, absent: 0 },
      crm: null,
      latest_run: null,
    });
    expect(totals.scores[0]).toMatchObject({
      bands: [{ id: 'red', accounts: 1 }, { accounts: 0 }, { id: 'green', accounts: 1 }],
      movers: { down: [{ id: 'own-1' }], up: [{ id: 'own-2' }] },
    });
    const lists = worklistsAnswer.parse((await api.get('/v1/worklists')).body);
    expect(lists.worklists).toMatchObject([{ id: 'save', accounts: 2 }]);
    const save = worklistAnswer.parse((await api.get('/v1/worklists/save')).body);
    expect([save.accounts, save.entries.length]).toEqual([2, 2]);
    for (const path of ['/v1/accounts/own-1', '/v1/accounts/own-1/log', '/accounts/own-1', '/']) {
      expect((await api.get(path)).status).toBe(200);
    }
    expect((await api.post('/v1/accounts/own-1/notes', { text: 'seen' })).status).toBe(201);
    const taken = await api.post('/v1/episodes/e-own-1/acknowledge', {});
    expect(taken.status).toBe(202);
  });

  it('is what anybody may ask for by the name of an owner', async () => {
    limited = false;
    const own = portfolioAnswer.parse((await api.get(`/v1/portfolio?owner=${other}`)).body);
    expect(own).toMatchObject({ accounts: { active: 2 }, scores: [{ overridden: null }, {}] });
    const all = portfolioAnswer.parse((await api.get('/v1/portfolio')).body);
    expect(all.latest_run).not.toBeNull();
    const { text } = await api.get(`/?owner=${other}`);
    expect(text).toContain(`Portfolio of ${other}`);
    expect(text).not.toContain('Mine one');
    expect((await api.get('/')).text).toContain(
      `<a href="/?owner=${encodeURIComponent(me)}">Mine</a>`,
    );
  });
});

describe('where a pack routes', () => {
  let routed: TestApi;
  beforeAll(async () => {
    routed = await startApi({
      pack: { routing: { teams: [], milestones: [], cells: [], checklist: [], hash: '' } },
      accounts: [
        // The column says one, routing says another.
        { id: 'own-1', points: 20, team: 'csm', owner: me, attributes: { owner: other } },
        { id: 'secret-1', points: 20, team: 'csm', owner: other, attributes: { owner: me } },
      ],
    });
  });
  afterAll(() => routed.close());

  it('an account is its owner’s by routing, in every list', async () => {
    const list = accountList.parse((await routed.get(`/v1/accounts?owner=${me}`)).body);
    expect(list.accounts).toMatchObject([{ id: 'own-1', owner: me, attributes: { owner: other } }]);
    const totals = portfolioAnswer.parse((await routed.get(`/v1/portfolio?owner=${me}`)).body);
    expect(totals.accounts).toEqual({ active: 1, absent: 0 });
    const { text } = await routed.get(`/accounts?owner=${me}`);
    expect(text).toContain(`<td class="hide">${me}</td>`);
    expect(text).not.toContain(`<td class="hide">${other}</td>`);
    routed.runtime.identity = {
      callerOf: async () => callerOf({ name: me, ownOnly: true }),
    };
    expect((await routed.get('/v1/accounts/own-1')).status).toBe(200);
    expect((await routed.get('/v1/accounts/secret-1')).status).toBe(404);
  });
});

it('a pack that names no owners says so', async () => {
  limited = false;
  const { pack } = api.runtime;
  api.runtime.pack = { ...pack, attributes: ['name'] };
  for (const path of ['/v1/accounts', '/v1/portfolio', '/v1/worklists', '/v1/worklists/save']) {
    const { status, body } = await api.get(`${path}?owner=${me}`);
    expect([path, status, errorAnswer.parse(body).error.message]).toEqual([
      path,
      400,
      expect.stringContaining('attribute'),
    ]);
  }
  api.runtime.pack = pack;
});
