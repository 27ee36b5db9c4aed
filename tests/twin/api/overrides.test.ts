import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enterOverride } from '../../../functions/api/entries/enter-override.ts';
import { accountAnswer } from '../../../functions/records/api/accounts.ts';
import { accountLog } from '../../../functions/records/api/entries.ts';
import { overrideAnswer } from '../../../functions/records/api/overrides.ts';
import { portfolioAnswer } from '../../../functions/records/api/portfolio.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, overrides } from '../../../functions/records/documents.ts';
import { accountOf, currentRun, today } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const request = {
  score: 'health',
  band: 'red',
  reason: 'The key user told us that they leave.',
  author: 'csm@example.com',
  until: '2026-12-31T00:00:00Z',
};

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: Array.from({ length: 10 }, (_, i) => ({ id: `a-${i + 1}`, points: 90 })),
    history: ['a-1', 'a-2'].map((account) => ({
      date: today,
      account,
      points: 9_000,
      band: 'green',
    })),
  });
});
afterAll(() => api.close());

const pathOf = (account: string) => `/v1/accounts/${account}/overrides`;
const stored = async (account: string) => {
  const all = await api.runtime.snapshots.query({ collection: overrides, limit: 100 });
  return all.filter(({ data }) => data.account === account);
};
const announced = (account: string) =>
  api.announced.filter((message) => message.accounts.includes(account));

describe('POST /v1/accounts/{id}/overrides', () => {
  it('keeps the override, shows it at once, and announces the account', async () => {
    const { status, body } = await api.post(pathOf('a-1'), request);
    expect(status).toBe(201);
    expect(overrideAnswer.parse(body)).toMatchObject({
      ...request,
      until: '2026-12-31T00:00:00.000Z',
      account: 'a-1',
      from: '2026-11-24T01:00:00.000Z',
      in_force: true,
    });
    const [health] = accountAnswer.parse((await api.get('/v1/accounts/a-1')).body).scores;
    expect(health).toMatchObject({
      points: 90,
      band: { id: 'red' },
      computed_band: { id: 'green' },
      override: { reason: request.reason, author: request.author },
    });
    expect(announced('a-1')).toEqual([{ pack: 'saas', run: currentRun, accounts: ['a-1'] }]);
  });

  it('counts in the portfolio as the band in force', async () => {
    await api.post(pathOf('a-1'), request, { 'idempotency-key': 'once' });
    await api.post(pathOf('a-2'), request);
    const { scores } = portfolioAnswer.parse((await api.get('/v1/portfolio')).body);
    expect(scores[0]).toMatchObject({
      overridden: 2,
      bands: [{ id: 'red', accounts: 2 }, { accounts: 0 }, { id: 'green', accounts: 0 }],
    });
  });

  it('keeps one that begins later without showing it yet', async () => {
    const later = { ...request, from: '2026-11-25T09:00:00+09:00' };
    const { body } = await api.post(pathOf('a-3'), later);
    expect(body).toMatchObject({ from: '2026-11-25T00:00:00.000Z', in_force: false });
    expect(announced('a-3')).toEqual([]);
  });

  it('counts before one that was entered earlier by a clock that is ahead', async () => {
    const { runtime } = api;
    const ahead = new Date(runtime.clock.now().getTime() + 40_000);
    const clock = { ...runtime.clock, now: () => ahead };
    await enterOverride({ ...runtime, clock }, 'a-7', request, 'ahead');
    const later = await enterOverride(runtime, 'a-7', { ...request, band: 'green' }, 'behind');
    expect(later.from > ahead.toISOString()).toBe(true);
  });

  it('has one effect for one Idempotency-Key, however often it comes', async () => {
    const key = { 'idempotency-key': 'form-1' };
    const first = await api.post(pathOf('a-4'), request, key);
    const second = await api.post(pathOf('a-4'), request, key);
    expect(second.body).toEqual(first.body);
    expect(await stored('a-4')).toHaveLength(1);
    expect(announced('a-4')).toHaveLength(1);
  });

  it('refuses a key that stands for another override', async () => {
    await api.post(pathOf('a-5'), request, { 'idempotency-key': 'form-1' });
    const { status, body } = await api.post(
      pathOf('a-5'),
      { ...request, band: 'amber' },
      { 'idempotency-key': 'form-1' },
    );
    expect(status).toBe(409);
    expect(body).toMatchObject({ error: { message: expect.stringContaining('another override') } });
  });

  it.each([
    [{ score: 'nps' }, 'pack saas has health, approach'],
    [{ band: 'purple' }, 'score health has red, amber, green'],
    [{ band: 'unknown' }, 'score health has red, amber, green'],
    [{ reason: '   ' }, 'The field reason has to be a text of 1 to 2,000 characters.'],
    [{ reason: 'x'.repeat(2001) }, 'a text of 1 to 2,000 characters'],
    [{ author: 7 }, 'a text of 1 to 200 characters'],
    [{ until: undefined }, 'The field until has to be an instant such as'],
    [{ until: '2026-12-31' }, 'an instant such as'],
    [{ until: '2026-11-24T00:59:00Z' }, 'it has to be after'],
    [{ until: '2027-12-31T00:00:00Z' }, 'an override ends within 366 days'],
    [{ from: '2026-11-01T00:00:00Z' }, 'in the past'],
    [{ from: '2026-12-31T00:00:00Z' }, 'it has to be after'],
    [
      { points: 100 },
      'The field "points" is unknown; allowed: score, band, reason, author, from, until.',
    ],
  ])('refuses %j, and changes nothing', async (change, sentence) => {
    const { status, body } = await api.post(pathOf('a-6'), { ...request, ...change });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { message: expect.stringContaining(sentence) } });
    expect(await stored('a-6')).toEqual([]);
  });

  it.each([
    ['not JSON', '{"score":', {}, 400, 'The body is not JSON.'],
    ['no object', '[]', {}, 400, 'The body has to be a JSON object.'],
    ['nothing', '', {}, 400, 'The body is not JSON.'],
    [
      'another type',
      JSON.stringify(request),
      { 'content-type': 'text/plain' },
      415,
      'application/json',
    ],
    ['too much', JSON.stringify({ ...request, reason: 'x'.repeat(70_000) }), {}, 413, 'too large'],
    [
      'an empty key',
      JSON.stringify(request),
      { 'idempotency-key': '' },
      400,
      '1 to 200 characters',
    ],
  ])('refuses a body of %s', async (_, body, headers, status, sentence) => {
    const answer = await api.post(pathOf('a-6'), body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(sentence) } });
    expect(await stored('a-6')).toEqual([]);
  });

  it('refuses an account that is unknown or has left', async () => {
    expect((await api.post('/v1/accounts/nobody/overrides', request)).status).toBe(404);
    await api.runtime.snapshots.set(ref(accounts, 'gone'), {
      ...accountOf({ id: 'gone', points: 1 }),
      state: 'absent',
      scores: {},
    });
    const { status, body } = await api.post('/v1/accounts/gone/overrides', request);
    expect([status, body]).toMatchObject([
      400,
      { error: { message: expect.stringContaining('has left') } },
    ]);
  });
});

describe('POST /v1/accounts/{id}/overrides/{item}/withdraw', () => {
  const withdrawal = { reason: 'They renewed.', author: 'lead@example.com' };
  const withdraw = (account: string, id: string, body: object = withdrawal) =>
    api.post(`${pathOf(account)}/${id}/withdraw`, body);
  const begin = async (account: string, more: object = {}) =>
    overrideAnswer.parse((await api.post(pathOf(account), { ...request, ...more })).body).id;
  const healthOf = async (account: string) =>
    accountAnswer.parse((await api.get(`/v1/accounts/${account}`)).body).scores[0];

  it('shows the computed band again at once, and announces the account', async () => {
    const id = await begin('a-8');
    const before = announced('a-8').length;
    const { status, body } = await withdraw('a-8', id);
    expect(status).toBe(200);
    const at = '2026-11-24T01:00:00.000Z';
    expect(overrideAnswer.parse(body)).toMatchObject({
      ...{ id, account: 'a-8', band: 'red', author: request.author, until: at, in_force: false },
      withdrawn: { ...withdrawal, at, until: '2026-12-31T00:00:00.000Z' },
    });
    expect(await healthOf('a-8')).toMatchObject({ band: { id: 'green' }, override: null });
    expect(announced('a-8')).toHaveLength(before + 1);
  });

  it('has one effect however often it is sent, and is not taken over by another', async () => {
    const id = await begin('a-9');
    await withdraw('a-9', id);
    const [after] = await stored('a-9');
    expect((await withdraw('a-9', id)).status).toBe(200);
    const other = await withdraw('a-9', id, { ...withdrawal, author: 'else@example.com' });
    expect([other.status, other.body]).toMatchObject([
      409,
      { error: { message: 'The override ended at 2026-11-24T01:00:00.000Z.' } },
    ]);
    expect(await stored('a-9')).toEqual([after]);
  });

  it('keeps one from beginning that would have begun later', async () => {
    const id = await begin('a-10', { from: '2026-11-25T00:00:00Z' });
    await withdraw('a-10', id);
    const [override] = await stored('a-10');
    expect(override?.data).toMatchObject({ until: '2026-11-24T01:00:00.000Z' });
  });

  it('lets the request that set it be repeated all the same', async () => {
    const key = { 'idempotency-key': 'withdrawn' };
    const { body } = await api.post(pathOf('a-8'), request, key);
    const { id } = overrideAnswer.parse(body);
    await withdraw('a-8', id);
    const again = await api.post(pathOf('a-8'), request, key);
    expect([again.status, again.body]).toMatchObject([201, { id, in_force: false }]);
  });

  it('stands in the log beside what it took back', async () => {
    const log = accountLog.parse((await api.get('/v1/accounts/a-9/log')).body).entries;
    expect(log.map(({ author, summary, text }) => [author, summary.en, text])).toEqual([
      [request.author, 'Band set to Critical (until 2026-12-31)', request.reason],
      [withdrawal.author, 'Band no longer set to Critical', withdrawal.reason],
    ]);
    expect(new Set(log.map(({ id }) => id)).size).toBe(2);
  });

  it('refuses what the account has not, and a body that is wrong', async () => {
    const id = await begin('a-10');
    for (const [account, override] of [
      ['a-9', id],
      ['a-10', 'none'],
      ['nobody', id],
    ] as const) {
      const { status, body } = await withdraw(account, override);
      expect([status, body]).toMatchObject([
        404,
        { error: { message: `Account "${account}" has no override "${override}".` } },
      ]);
    }
    expect((await withdraw('a-10', id, {})).status).toBe(400);
    expect(await healthOf('a-10')).toMatchObject({ band: { id: 'red' } });
  });
});
