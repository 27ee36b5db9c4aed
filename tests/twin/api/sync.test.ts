/** Accounts that Salesforce refuses: what the API and its page say of them, and how they are tried again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonAnswer, parkedList, retryAnswer } from '../../../functions/records/api/sync.ts';
import { ref } from '../../../functions/records/collection.ts';
import {
  type CrmDocument,
  crmAccounts,
  type ReconciliationDocument,
  reconciliations,
} from '../../../functions/records/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const parkedIds = Array.from({ length: 450 }, (_, i) => `p${String(i).padStart(3, '0')}`);
const refused: CrmDocument = {
  ...{ state: 'parked', record_id: '001A', synced_hash: null, hash: 'h', run: 'r' },
  ...{ at: '2026-11-23T20:00:00Z', since: '2026-11-20T17:00:00Z', written: {} },
  ...{ code: 'STRING_TOO_LONG', reason: 'Salesforce: data value too large' },
  ...{ fields: ['Kenko_Owner__c'], shown: {}, former: [] },
};

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [...parkedIds, 'fine', 'waits', 'new'].map((id) => ({
      ...{ id, points: 50, attributes: { name: `Name of ${id}` } },
    })),
  });
  const mapping = {
    ...{ object: 'Account', externalId: 'Kenko_Account_Id__c', child: null },
    ...{ pilot: null, fields: [] },
  };
  api.runtime.pack = { ...api.runtime.pack, salesforce: mapping };
  for (const id of parkedIds) await keep(id, refused);
  await keep('fine', { ...refused, state: 'synced', code: null, reason: null, since: null });
  await keep('waits', { ...refused, state: 'pending' });
});
afterAll(() => api.close());

const keep = (id: string, data: CrmDocument) =>
  api.runtime.snapshots.set(ref(crmAccounts, id), data);
const list = async (query = '') =>
  parkedList.parse((await api.get(`/v1/sync/parked${query}`)).body);
const sentence = ({ body }: { body: unknown }) => Object(Object(body).error).message;

async function retry(body: object) {
  api.announced.length = 0;
  const answer = await api.post('/v1/sync/retry', body);
  return { ...answer, sent: api.announced.map(({ accounts }) => accounts.length) };
}

describe('GET /v1/sync/parked', () => {
  it('lists reason, field and since when, page by page, by id', async () => {
    const first = await list('?limit=200');
    expect(first).toMatchObject({ count: 450, next: expect.any(String) });
    expect(first.accounts[0]).toEqual({
      ...{ account: 'p000', name: 'Name of p000', record_id: '001A' },
      ...{ code: 'STRING_TOO_LONG', reason: 'Salesforce: data value too large' },
      ...{ fields: ['Kenko_Owner__c'], since: '2026-11-20T17:00:00Z' },
      tried_at: '2026-11-23T20:00:00Z',
    });
    const second = await list(`?limit=200&cursor=${first.next}`);
    const third = await list(`?limit=200&cursor=${second.next}`);
    const all = [first, second, third].flatMap(({ accounts }) => accounts);
    expect(all.map(({ account }) => account)).toEqual(parkedIds);
    expect(third.next).toBeUndefined();
  });

  it('takes the last try of documents that do not say since when', async () => {
    await keep('p000', { ...refused, since: null });
    expect((await list('?limit=1')).accounts[0]?.since).toBe(refused.at);
    await keep('p000', refused);
  });

  it('refuses a cursor of another list', async () => {
    const answer = await api.get('/v1/sync/parked?cursor=abc');
    expect([answer.status, sentence(answer)]).toEqual([400, expect.stringContaining('cursor')]);
  });
});

describe('POST /v1/sync/retry', () => {
  it('sends all of them, 200 a message, to records that are looked up anew', async () => {
    const { status, body, sent } = await retry({});
    expect([status, retryAnswer.parse(body)]).toEqual([202, { accounts: 450 }]);
    expect(sent).toEqual([200, 200, 50]);
    expect(api.announced.flatMap(({ accounts }) => accounts)).toEqual(parkedIds);
    expect(api.announced.every(({ again }) => again)).toBe(true);
  });

  it('sends one', async () => {
    const { body } = await retry({ account: 'p007' });
    expect(body).toEqual({ accounts: 1 });
    expect(api.announced.map(({ accounts }) => accounts)).toEqual([['p007']]);
  });

  it.each([
    ['nobody', 404, 'There is no account "nobody".'],
    ['fine', 409, 'The account "fine" is not parked: Salesforce took it as it is.'],
    [
      'waits',
      409,
      'The account "waits" is not parked: it waits for Salesforce, and is sent by itself.',
    ],
    ['new', 409, expect.stringMatching(/^The account "new" is not parked: it was never sent/)],
  ])('refuses %s in one sentence, and sends nothing', async (account, status, said) => {
    const answer = await retry({ account });
    expect([answer.status, sentence(answer), answer.sent]).toEqual([status, said, []]);
  });

  it('refuses where the pack writes nothing to Salesforce', async () => {
    const { pack } = api.runtime;
    api.runtime.pack = { ...pack, salesforce: null };
    const answer = await retry({});
    api.runtime.pack = pack;
    expect([answer.status, sentence(answer)]).toEqual([
      409,
      'The pack saas writes nothing to Salesforce: it has no salesforce.yaml.',
    ]);
  });
});

describe('the page of refused accounts', () => {
  it.each([
    ['en', ['Accounts that Salesforce refuses', '450 accounts', 'Since', 'data value too large']],
    ['ja', ['Salesforceへ反映できない顧客', '450件', 'いつから', 'data value too large']],
  ])('shows them in %s, with their fields and a next page', async (lang, wanted) => {
    const { status, text } = await api.get(`/sync?lang=${lang}`);
    expect(status).toBe(200);
    const all = [...wanted, 'Name of p000', 'STRING_TOO_LONG', 'Kenko_Owner__c', 'rel="next"'];
    expect(all.filter((one) => !text.includes(one))).toEqual([]);
  });

  it('is linked from the first page where there are any', async () => {
    expect((await api.get('/?lang=en')).text).toContain('href="/sync?lang=en"');
  });

  it('says what Kenko found itself in the reader’s language', async () => {
    await keep('p000', { ...refused, code: 'no-record', reason: 'No Account is found by it.' });
    expect((await api.get('/sync?lang=ja')).text).toContain('このIDのレコードがありません');
    await keep('p000', refused);
  });
});

describe('the comparison with Salesforce', () => {
  const of = (count: number) => ({ count, examples: [] });
  const ended: ReconciliationDocument = {
    ...{ pack: 'saas', state: 'ended', complete: true, step: 'emptying', cursor: null, calls: 2 },
    ...{ started_at: '2026-11-23T18:00:00.000Z', ended_at: '2026-11-23T18:40:00.000Z' },
    ...{ compared: 4_321, fields: {}, parked: 450, unclaimed: 3, traced: true },
    ...{ differing: of(11), kept: of(12), unsent: of(13), missing: of(14), orphans: of(15) },
    ...{ moved: of(16), left: of(17), typed: of(18) },
  };
  const night = (day: number, changes: Partial<ReconciliationDocument> = {}) => {
    const began = `2026-11-${day}T18:00:00.000Z`;
    const document = { ...ended, started_at: began, ...changes };
    return api.runtime.snapshots.set(ref(reconciliations, `saas~${began}`), document);
  };
  const comparison = async () =>
    comparisonAnswer.parse((await api.get('/v1/sync/comparison')).body);
  const pageIn = async (lang: string) => (await api.get(`/sync?lang=${lang}`)).text;
  const absent = (text: string, wanted: string[]) => wanted.filter((one) => !text.includes(one));

  it('says that there was none', async () => {
    expect(await comparison()).toEqual({ current: null, last: null });
    expect(await pageIn('en')).toContain('None has come to its end lately.');
    expect(await pageIn('ja')).toContain('最近完了した照合はありません。');
  });

  it('says when the last one ended, and what it found, past those that compared nothing', async () => {
    await night(22);
    await night(23);
    await night(24, { complete: false, ended_at: '2026-11-24T18:00:01.000Z' });
    await night(25, { pack: 'other' });
    expect(await comparison()).toEqual({
      current: null,
      last: {
        ...{ started_at: ended.started_at, ended_at: ended.ended_at },
        found: {
          ...{ compared: 4_321, differing: 11, kept: 12, unsent: 13, parked: 450, missing: 14 },
          ...{ orphans: 15, moved: 16, left: 17, typed: 18 },
        },
      },
    });
    const shown = ['<dd>4,321</dd>', '<dd>11</dd>', '<dd>18</dd>'];
    expect(absent(await pageIn('en'), [...shown, 'Last finished', 'Nov 24, 2026'])).toEqual([]);
    expect(absent(await pageIn('ja'), [...shown, '前回の完了', '2026/11/24'])).toEqual([]);
  });

  it.each(['running', 'waiting'] as const)('says how far one is that is %s', async (state) => {
    const seen_at = '2026-11-26T18:20:00.000Z';
    await night(26, {
      ...{ state, step: 'records', complete: false, compared: 1_234, ended_at: seen_at },
    });
    expect(await comparison()).toMatchObject({
      current: {
        ...{ state, step: 'records', compared: 1_234, seen_at },
        started_at: '2026-11-26T18:00:00.000Z',
      },
      last: { ended_at: ended.ended_at },
    });
    const said = {
      running: { en: 'Under way', ja: '照合中' },
      waiting: { en: 'until Salesforce takes calls', ja: 'API呼び出し枠が空く' },
    }[state];
    const english = [said.en, '2 of 4', '1,234 accounts compared so far', 'Last progress'];
    expect(absent(await pageIn('en'), english)).toEqual([]);
    expect(absent(await pageIn('ja'), [said.ja, '2/4', '1,234件を照合済み'])).toEqual([]);
  });
});
