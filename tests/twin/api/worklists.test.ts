import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worklistAnswer, worklistsAnswer } from '../../../functions/records/api/worklists.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const routing = { teams: [], milestones: [], cells: [], checklist: [], hash: '' };

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    pack: { routing },
    accounts: [
      {
        id: 'a-1',
        points: 20,
        rank: 500,
        team: 'smb',
        owner: 'ann',
        reasons: { en: ['Fewer users'], ja: ['利用者が減少'] },
      },
      { id: 'a-2', points: 10, rank: 900, team: 'large', owner: 'ben' },
      {
        id: 'a-3',
        points: 30,
        rank: -1,
        team: 'smb',
        owner: 'ann',
        attributes: { name: 'Aoba', owner: 'zoe' },
      },
      { id: 'a-4', points: 35, rank: 500, team: 'large', owner: 'ann' },
      { id: 'a-5', points: 90 },
    ],
  });
});
afterAll(() => api.close());

const list = async (query = '') =>
  worklistAnswer.parse((await api.get(`/v1/worklists/save${query}`)).body);

describe('worklists', () => {
  it('are listed with how many accounts are on each', async () => {
    const { worklists } = worklistsAnswer.parse((await api.get('/v1/worklists')).body);
    expect(worklists).toMatchObject([{ id: 'save', score: 'health', accounts: 4 }]);
  });

  it('give accounts by rank, those without one last, with reasons and next action', async () => {
    const { entries, accounts } = await list();
    expect(accounts).toBe(4);
    expect(entries.map(({ account }) => account.id)).toEqual(['a-2', 'a-4', 'a-1', 'a-3']);
    expect(entries[2]).toMatchObject({
      rank: 500,
      team: { id: 'smb' },
      owner: 'ann',
      reasons: [{ id: 'low', label: { ja: 'スコアが低い' } }],
      action: { en: 'Call them.', ja: '電話する。' },
      why: { en: ['Active users 12: 20 of 100 points'], ja: ['利用者数 12: 100点中20点'] },
    });
    expect(entries[3]).toMatchObject({ rank: null, team: { id: 'smb' }, owner: 'ann' });
  });

  it('T17: are filtered by owner and team, as routing has them', async () => {
    const idsOf = async (query: string) =>
      (await list(query)).entries.map(({ account }) => account.id);
    expect(await idsOf('?owner=ann')).toEqual(['a-4', 'a-1', 'a-3']);
    expect(await idsOf('?team=large')).toEqual(['a-2', 'a-4']);
    expect(await idsOf('?team=large&owner=ann')).toEqual(['a-4']);
  });

  it('are filtered by the owner of the data where the pack has no routing', async () => {
    const { pack } = api.runtime;
    api.runtime.pack = { ...pack, routing: null };
    const { entries } = await list('?owner=zoe');
    api.runtime.pack = pack;
    expect(entries.map(({ account }) => account.id)).toEqual(['a-3']);
  });

  it('go on page by page, also between equal ranks and with a filter', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const next = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await list(`?owner=ann&limit=1${next}`);
      seen.push(...page.entries.map(({ account }) => account.id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(['a-4', 'a-1', 'a-3']);
  });

  it.each([
    ['/v1/worklists/nothing', 404, 'There is no worklist \\"nothing\\"; pack saas has save.'],
    ['/v1/worklists/save?limit=0', 400, 'a whole number from 1 to 200'],
    ['/v1/worklists/save?cursor=x', 400, 'The cursor is not one of ours'],
    ['/v1/worklists/save?band=red', 400, 'allowed: owner, team, limit, cursor'],
  ])('%s is refused in one sentence', async (path, status, sentence) => {
    const answer = await api.get(path);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(sentence);
  });

  it('stand on the first page and on one of their own, in both languages', async () => {
    const english = await api.get('/?lang=en');
    for (const text of [
      'Accounts to save',
      'Low score',
      'Call them.',
      'Active users 12: 20 of 100 points',
      'The whole list (4)',
    ]) {
      expect(english.text).toContain(text);
    }
    const japanese = await api.get('/worklists/save?lang=ja&owner=ann');
    expect(japanese.status).toBe(200);
    for (const text of [
      '解約を防ぎたい顧客',
      'スコアが低い',
      '電話する。',
      '利用者数 12: 100点中20点',
    ]) {
      expect(japanese.text).toContain(text);
    }
    expect(japanese.text).not.toContain('a-2');
  });
});
