import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acknowledgeEpisode, listOpenEpisodes } from '../../../functions/api/episodes.ts';
import { ref } from '../../../functions/records/collection.ts';
import {
  type EpisodeDocument,
  episodeId,
  episodes,
} from '../../../functions/records/signal-documents.ts';
import { episodeOf } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [
      { id: 'a-1', points: 20 },
      { id: 'a-2', points: 80 },
    ],
  });
  const { snapshots } = api.runtime;
  const put = (data: EpisodeDocument) =>
    snapshots.set(ref(episodes, episodeId(data.account, data.signal, data.subject)), data);
  await put(episodeOf());
  await put(episodeOf({ signal: 'drop', opened_at: '2026-11-21T17:05:00.000Z', state: 'closed' }));
  await put(episodeOf({ signal: 'other', pack: 'another' }));
  await put(episodeOf({ account: 'a-2', opened_at: '2026-11-20T17:05:00.000Z' }));
  await put(
    episodeOf({
      signal: 'lot',
      opened_at: '2026-11-19T17:05:00.000Z',
      held_back: true,
      lots: [{ year: '2026', held_back: true }],
    }),
  );
});
afterAll(() => api.close());

const signalsOf = async (query: string): Promise<string[]> => {
  const { body } = await api.get(`/v1/episodes?${query}`);
  return (body as { episodes: { account: string; signal: string }[] }).episodes.map(
    ({ account, signal }) => `${account} ${signal}`,
  );
};

describe('an episode that a lot holds back', () => {
  const id = episodeId('a-1', 'lot');

  it('is in no list, is no task on a page, and cannot be acknowledged', async () => {
    expect(await signalsOf('limit=100')).not.toContain('a-1 lot');
    const found = await listOpenEpisodes(api.runtime, 'a-1');
    expect(found.map(({ signal }) => signal)).toEqual(['silence']);
    await expect(acknowledgeEpisode(api.runtime, id, { author: 'csm', note: '' })).rejects.toThrow(
      'There is no episode',
    );
  });

  it('is recorded among the lots', async () => {
    const { body } = await api.get('/v1/lots');
    expect(body).toEqual({
      lots: [{ account: 'a-1', signal: 'lot', year: '2026', held_back: true }],
    });
  });
});

describe('GET /v1/episodes', () => {
  it('lists those of the pack, the one opened last first, page by page', async () => {
    expect(await signalsOf('')).toEqual(['a-1 silence', 'a-1 drop', 'a-2 silence']);
    const { body } = await api.get('/v1/episodes?limit=2');
    const { next } = body as { next: string };
    expect(await signalsOf(`limit=2&cursor=${next}`)).toEqual(['a-2 silence']);
  });

  it('by state, account and signal', async () => {
    expect(await signalsOf('state=open&account=a-1')).toEqual(['a-1 silence']);
    expect(await signalsOf('signal=drop')).toEqual(['a-1 drop']);
    expect((await api.get('/v1/episodes?state=new')).status).toBe(400);
  });
});

describe('POST /v1/episodes/{id}/acknowledge', () => {
  const id = episodeId('a-1', 'silence');

  it('is passed on to whoever keeps episodes', async () => {
    const answer = await api.post(`/v1/episodes/${id}/acknowledge`, { author: 'csm@example.com' });
    expect(answer.status).toBe(202);
    expect(api.sent).toMatchObject([
      { acknowledge: { episode: id, number: 1, by: 'csm@example.com', note: '' } },
    ]);
  });

  it('is refused without a name, and for what is not open', async () => {
    expect((await api.post(`/v1/episodes/${id}/acknowledge`, { author: '' })).status).toBe(400);
    const closed = episodeId('a-1', 'drop');
    expect((await api.post(`/v1/episodes/${closed}/acknowledge`, { author: 'a' })).status).toBe(
      409,
    );
    expect((await api.post('/v1/episodes/none/acknowledge', { author: 'a' })).status).toBe(404);
  });
});

describe('the page of an account', () => {
  it('shows its open episodes, in the language of the reader', async () => {
    const page = await api.get('/accounts/a-1', { 'accept-language': 'ja' });
    expect(page.text).toContain('シグナル');
    expect(page.text).toContain('silence');
    expect(page.text).not.toContain('>drop ');
    expect((await api.get('/accounts/a-2', { 'accept-language': 'en' })).text).toContain(
      'Open since',
    );
  });
});
