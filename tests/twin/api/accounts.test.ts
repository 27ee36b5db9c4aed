import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountList,
  accountAnswer,
  accountList,
} from '../../../functions/records/api/accounts.ts';
import { historyAnswer } from '../../../functions/records/api/history.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accountFormat } from '../../../functions/records/documents.ts';
import {
  type CompositeIndex,
  indexes,
  missingIndexes,
} from '../../../functions/records/indexes.ts';
import { type RunDocument, runs } from '../../../functions/records/run-documents.ts';
import { currentRun, today, yesterday } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const oddIds = ['a/b', 'dot.ted', '..', '😀 emoji', 'x'.repeat(1500), '%41', 'a?b#c', '__init__'];

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [
      {
        id: 'a-1',
        points: 20,
        moved: -15,
        attributes: { name: 'Aoba Trading', owner: 'sato@example.com' },
      },
      {
        id: 'a-2',
        points: 55,
        moved: 5,
        attributes: { name: '株式会社みなと', owner: 'sato@example.com' },
      },
      {
        id: 'a-3',
        points: 90,
        date: yesterday,
        attributes: { name: 'Chuo Works', owner: 'ito@example.com' },
      },
      {
        id: 'a-4',
        points: null,
        band: 'unknown',
        phase: 'trial',
        attributes: { name: 'ＤＥＬＴＡ', owner: null },
      },
      ...oddIds.map((id) => ({ id, points: 50, date: yesterday, attributes: { name: 'Odd one' } })),
    ],
    history: [
      { date: today, account: 'a-1', points: 2_000, band: 'red', before: 3_500 },
      { date: yesterday, account: 'a-1', points: 3_500, band: 'red' },
      { date: '2026-11-15', account: 'a-1', points: 8_000, band: 'green' },
      { date: today, account: 'a-1', points: 100, band: 'red', score: 'approach' },
      { date: today, account: 'a-2', points: 5_500, band: 'amber' },
    ],
  });
});
afterAll(() => api.close());

async function list(query: string): Promise<AccountList> {
  const { status, body } = await api.get(`/v1/accounts?${query}`);
  expect(status).toBe(200);
  return accountList.parse(body);
}
const idsOf = ({ accounts }: AccountList) => accounts.map(({ id }) => id);

describe('GET /v1/accounts', () => {
  it('gives the lowest score first, and accounts without points last', async () => {
    const all = await list('');
    expect(idsOf(all)[0]).toBe('a-1');
    expect(idsOf(all).at(-1)).toBe('a-4');
    expect(all.accounts).toHaveLength(4 + oddIds.length);
    expect(all.next).toBeUndefined();
  });

  it('gives the highest score first on request, and those without points still last', async () => {
    const all = await list('sort=-points');
    expect(idsOf(all)[0]).toBe('a-3');
    expect(idsOf(all).at(-1)).toBe('a-4');
  });

  it('gives points in points, the band with its label, and the phase with its label', async () => {
    const [first] = (await list('limit=1')).accounts;
    expect(first).toMatchObject({
      id: 'a-1',
      name: 'Aoba Trading',
      phase: { id: 'use', label: { ja: '活用' } },
      scores: {
        health: { points: 20, moved: -15, band: { id: 'red', label: { en: 'Critical' } } },
      },
    });
  });

  it.each([
    ['band=red', ['a-1']],
    ['band=unknown', ['a-4']],
    ['phase=trial', ['a-4']],
    ['owner=sato%40example.com', ['a-1', 'a-2']],
    ['owner=sato%40example.com&band=amber', ['a-2']],
    ['owner=nobody', []],
    ['score=approach&band=green', ['a-3']],
  ])('filters by %s', async (query, expected) => {
    expect(idsOf(await list(query))).toEqual(expected);
  });

  it('sorts by the move of the current date, and leaves out what did not change on it', async () => {
    expect(idsOf(await list('sort=moved'))).toEqual(['a-1', 'a-4', 'a-2']);
    expect(idsOf(await list('sort=-moved'))).toEqual(['a-2', 'a-4', 'a-1']);
  });

  it('sorts by name and by id', async () => {
    expect(idsOf(await list('sort=name&owner=sato%40example.com'))).toEqual(['a-1', 'a-2']);
    expect(idsOf(await list('sort=-name&owner=sato%40example.com'))).toEqual(['a-2', 'a-1']);
    expect((await list('sort=id')).accounts).toHaveLength(4 + oddIds.length);
  });

  it.each(['points', '-points', 'moved', '-moved', 'name', '-name', 'id'])(
    'pages through sort=%s: every account once, in the same order',
    async (sort) => {
      const whole = idsOf(await list(`sort=${sort}&limit=200`));
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list(`sort=${sort}&limit=3${cursor ? `&cursor=${cursor}` : ''}`);
        paged.push(...idsOf(page));
        cursor = page.next;
      } while (cursor);
      expect(paged).toEqual(whole);
    },
  );

  it.each([
    ['aoba', ['a-1']],
    ['oba', ['a-1']],
    ['ob', []],
    ['ミナト', ['a-2']],
    ['A-', ['a-1', 'a-2', 'a-3', 'a-4']],
    ['AOBA tr', ['a-1']],
    ['みなと', ['a-2']],
    ['delta', ['a-4']],
    ['a-', ['a-1', 'a-2', 'a-3', 'a-4']],
    ['%', ['%41']],
    ['no such', []],
  ])('finds part of a name or id, whatever its case and width: %s', async (q, expected) => {
    expect(idsOf(await list(`q=${encodeURIComponent(q)}`))).toEqual(expected);
  });

  it('puts the account with exactly this id first, once, also over pages', async () => {
    expect(idsOf(await list('q=a-3'))).toEqual(['a-3']);
    const first = await list('q=a-3&limit=1');
    expect(idsOf(first)).toEqual(['a-3']);
    expect(idsOf(await list(`q=a-3&limit=1&cursor=${first.next}`))).toEqual([]);
  });

  it('is looked up by a key of names, once all documents hold them', async () => {
    const looked = async (rewrites: RunDocument['rewrites']) => {
      const run = ref(runs, currentRun);
      const { data } = (await api.runtime.snapshots.get(run)) ?? {};
      if (!data) throw new Error('there is no current run');
      await api.runtime.snapshots.set(run, { ...data, rewrites });
      const found = await list('q=trad');
      await api.runtime.snapshots.set(run, data);
      expect(idsOf(found)).toEqual(['a-1']);
      return found.looked_at;
    };
    const done = { format: accountFormat, from: 900, until: 1_000 };
    expect(await looked(done)).toBe(1);
    expect(await looked({ ...done, until: 950 })).toBeGreaterThan(4);
  });

  it('keeps an exact id to the filters', async () => {
    expect(idsOf(await list('q=a-3&band=red'))).toEqual([]);
  });
});

describe('GET /v1/accounts/{id}', () => {
  it('tells what the score is made of and why it changed, in points', async () => {
    const { status, body } = await api.get('/v1/accounts/a-1');
    expect(status).toBe(200);
    const account = accountAnswer.parse(body);
    expect(account).toMatchObject({
      id: 'a-1',
      date: today,
      as_of_date: today,
      run: currentRun,
      crm: null,
    });
    const [health] = account.scores;
    expect(health).toMatchObject({
      id: 'health',
      scale: 100,
      points: 20,
      band: { id: 'red' },
      bands: [{ id: 'red' }, { id: 'amber' }, { id: 'green' }],
      measures: [
        { id: 'active_users', available: 100, contribution: 20, next: { value: 20, gain: 10.5 } },
        { id: 'answers', state: 'missing', contribution: null },
      ],
      change: {
        since: yesterday,
        from: 35,
        total: -15,
        behaviour: -15,
        measures: [{ delta: -15, cause: 'behaviour' }],
      },
      reasons: { en: ['Active users fell from 20 to 12'] },
    });
  });

  it.each(oddIds.filter((id) => id !== '..'))('finds the id %j', async (id) => {
    const { status, body } = await api.get(`/v1/accounts/${encodeURIComponent(id)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id });
  });

  it('says which account is unknown', async () => {
    const { status, body } = await api.get('/v1/accounts/nobody');
    expect(status).toBe(404);
    expect(body).toEqual({
      error: { code: 'not-found', message: 'There is no account "nobody".' },
    });
  });

  it('refuses a malformed percent-encoding', async () => {
    const { status, body } = await api.get('/v1/accounts/%zz');
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { message: expect.stringContaining('percent-encoding') } });
  });
});

describe('GET /v1/accounts/{id}/history', () => {
  const history = async (query = '') => {
    const { status, body } = await api.get(`/v1/accounts/a-1/history?${query}`);
    expect(status).toBe(200);
    return historyAnswer.parse(body);
  };

  it('gives results by date, newest first, with what moved them', async () => {
    const { results, score, to } = await history();
    expect([score, to]).toEqual(['health', today]);
    expect(results.map(({ date, points }) => [date, points])).toEqual([
      [today, 20],
      [yesterday, 35],
      ['2026-11-15', 80],
    ]);
    expect(results[0]).toMatchObject({
      band: { id: 'red', label: { ja: '危険' } },
      change: { total: -15, behaviour: -15 },
    });
    expect(results[1]?.change).toBeNull();
  });

  it('gives another score, a range, and where a limited answer goes on', async () => {
    expect((await history('score=approach')).results).toHaveLength(1);
    expect((await history(`from=2026-11-01&to=${yesterday}`)).results).toHaveLength(2);
    const limited = await history('limit=2');
    expect(limited.next_to).toBe('2026-11-21');
    expect((await history(`to=${limited.next_to}`)).results).toHaveLength(1);
  });

  it('is empty where nothing was scored, and not found where there is no account', async () => {
    expect((await history('from=2020-01-01&to=2020-02-01')).results).toEqual([]);
    expect((await api.get('/v1/accounts/nobody/history')).status).toBe(404);
  });

  it.each([
    [`from=${today}&to=${yesterday}`, 'before it begins'],
    ['from=2001-01-01', 'over ten years'],
    ['from=2026-02-30', 'expected a date such as'],
    ['to=tomorrow', 'expected a date such as'],
    ['score=nps', 'pack saas has health, approach'],
    ['limit=0', 'a whole number from 1 to 1000'],
  ])('refuses %s', async (query, sentence) => {
    const { status, body } = await api.get(`/v1/accounts/a-1/history?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { message: expect.stringContaining(sentence) } });
  });
});

describe('the list of composite indexes', () => {
  it('serves every query that the API made in these tests', async () => {
    await api.get('/v1/portfolio');
    await api.get('/v1/runs?kind=backfill');
    await api.get('/v1/accounts/a-1/log');
    await api.get('/v1/disagreements');
    await api.get('/v1/hand-overs?owner=ann&open=true');
    await api.get('/v1/episodes?state=open&account=a-1&signal=silence');
    for (const sort of ['points', '-points', 'moved', '-moved', 'name', '-name', 'id']) {
      const filters = `sort=${sort}&band=red&phase=use&owner=x&score=approach`;
      await list(filters);
      await list(`${filters}&q=a`);
    }
    expect(api.queries.length).toBeGreaterThan(50);
    expect(api.queries.flatMap((query) => missingIndexes(query))).toEqual([]);
    // Each index costs a part of every write; some are for runs and notices.
    const others = new Set([
      'days',
      'events',
      'entries kind',
      // Those of worklists: see their tests.
      'accounts worklists.{worklist}.rank',
      'signals',
      'episodes digest',
      'episodes folded',
      'reconciliations',
      'episodes due_at',
    ]);
    const isOther = ({ collection, equal, by }: CompositeIndex) =>
      [collection, `${collection} ${equal}`, `${collection} ${by}`].some((one) => others.has(one));
    const needed = api.queries.flatMap((query) => missingIndexes(query, []));
    for (const index of indexes.filter((one) => !isOther(one))) {
      expect(needed).toContainEqual(index);
    }
  });

  it('misses a query that Firestore would refuse', () => {
    expect(
      missingIndexes({
        collection: { path: 'accounts' },
        where: [{ field: 'run', op: '==' }],
        orderBy: { field: 'date', direction: 'asc' },
      }),
    ).toEqual([{ collection: 'accounts', equal: 'run', by: 'date', direction: 'asc' }]);
  });
});
