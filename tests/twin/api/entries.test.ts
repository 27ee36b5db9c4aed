import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accountLog,
  answerReport,
  disagreementList,
  interventionList,
  logEntry,
} from '../../../functions/records/api/entries.ts';
import { ref } from '../../../functions/records/collection.ts';
import { handOvers } from '../../../functions/records/documents.ts';
import { type EntryDocument, entries } from '../../../functions/records/entries.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [
      { id: 'low', points: 20, attributes: { name: 'Low Company' } },
      { id: 'high', points: 90, team: 'smb', owner: 'ann' },
      { id: 'other', points: 50 },
      { id: 'kept', points: 50 },
      { id: 'past', points: 90 },
    ],
    history: [
      { date: '2026-02-20', account: 'past', points: 5_000, band: 'amber' },
      { date: '2026-02-27', account: 'past', points: 1_000, band: 'red' },
      { date: '2026-03-01', account: 'past', points: 9_000, band: 'green' },
    ],
  });
});
afterAll(() => api.close());

const send = async (account: string, what: string, body: object, key?: string) => {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  return api.post(`/v1/accounts/${account}/${what}`, { author: 'sato', ...body }, headers);
};

const log = async (account: string) =>
  accountLog.parse((await api.get(`/v1/accounts/${account}/log`)).body).entries;

const stored = (account: string) =>
  api.runtime.snapshots.query({
    collection: entries,
    where: [{ field: 'account', op: '==', value: account }],
    limit: 100,
  });

const assessment = { of: 'proficiency', value: 'low', until: '2027-03-31' };
const call = { did: 'call', text: 'They wait for the budget' };

describe('what people enter of an account', () => {
  it('W14, D4: is told in its order, with overrides and hand-overs, from points to a line', async () => {
    const { clock } = api.runtime;
    const minutes = (n: number) =>
      (clock as unknown as { advance(ms: number): Promise<void> }).advance(n * 60_000);
    await api.runtime.snapshots.set(ref(handOvers, 'other~2'), {
      pack: 'saas',
      account: 'other',
      number: 2,
      date: '2026-11-20',
      run: 'r',
      from: { team: 'start', owner: null },
      to: { team: 'smb', owner: 'ann' },
      occasion: 'phase',
      why: { en: 'Renewed', ja: '更新済み' },
      checklist: [{ id: 'goal', label: { en: 'Their goal', ja: '導入の目的' } }],
    });
    await send('other', 'interventions', { did: 'consultation', text: 'First talk' });
    await minutes(1);
    await send('other', 'interventions', { did: 'seminar', text: 'Came with two people' });
    await minutes(1);
    await send('other', 'notes', { text: 'Minutes', url: 'https://example.com/minutes' });
    await minutes(1);
    await api.post('/v1/accounts/other/overrides', {
      score: 'health',
      band: 'red',
      reason: 'They told us',
      author: 'sato',
      until: '2026-12-31T00:00:00Z',
    });
    await minutes(1);
    await send('other', 'interventions', { did: 'community', text: 'Joined the user group' });
    const found = await log('other');
    expect(found.map(({ kind }) => kind)).toEqual([
      'hand_over',
      'intervention',
      'intervention',
      'note',
      'override',
      'intervention',
    ]);
    expect(found[0]?.checklist).toEqual([
      {
        id: 'goal',
        label: { en: 'Their goal', ja: '導入の目的' },
        state: 'open',
        done: null,
        missing: null,
      },
    ]);
    expect(found[3]).toMatchObject({ author: 'sato', url: 'https://example.com/minutes' });
    const page = await api.get('/accounts/other?lang=ja');
    for (const text of [
      '個別相談',
      'セミナー',
      'コミュニティ',
      '導入の目的',
      'https://example.com/minutes',
    ]) {
      expect(page.text).toContain(text);
    }
  });

  it('M2: judges for a limited time, in the words of the input contract', async () => {
    const { status, body } = await send('low', 'assessments', assessment);
    expect(status).toBe(201);
    expect(logEntry.parse(body).summary).toEqual({
      en: 'Proficiency: low (until 2027-03-31)',
      ja: '習熟度：低い（2027-03-31まで）',
    });
    expect((await stored('low'))[0]?.data).toMatchObject({
      on: '2026-11-24',
      bands: { health: 'red' },
    });
  });

  it('W14: what happened earlier stands at its day, with the band that was computed last before it', async () => {
    const answer = { question: 'about_to_churn', value: 'no' };
    const of = (on: string, more = {}) => ({ ...call, text: on, on, ...more });
    await send('past', 'interventions', { did: 'meeting', text: 'today' });
    await send('past', 'interventions', of('2026-03-01', { answer }));
    await send('past', 'interventions', of('2026-04-15', { answer }));
    await send('past', 'interventions', of('2025-11-23'));
    await send('past', 'interventions', of('2026-11-24'));
    // Kept before entries had a day: 2026-05-01 in Tokyo.
    const { on: _, ...old } = (await stored('past')).map(({ data }) => data)[0] as { on: string };
    const dayless = { ...old, at: '2026-04-30T16:00:00.000Z', text: '2026-05-01', answer: null };
    await api.runtime.snapshots.set(ref(entries, 'dayless'), dayless as EntryDocument);
    const found = await log('past');
    expect(found.map(({ on, entered_on: entered }) => [on, entered])).toEqual([
      ['2025-11-23', '2026-11-24'],
      ['2026-03-01', '2026-11-24'],
      ['2026-04-15', '2026-11-24'],
      ['2026-05-01', '2026-05-01'],
      ['2026-11-24', '2026-11-24'],
      ['2026-11-24', '2026-11-24'],
    ]);
    const bands = (await stored('past')).map(({ data }) => [data.text, data.bands]);
    expect(Object.fromEntries(bands)).toMatchObject({
      today: { health: 'green' },
      '2026-11-24': { health: 'green' },
      '2026-03-01': { health: 'red' },
      // No result within a month before, no band.
      '2026-04-15': {},
      '2025-11-23': {},
    });
    const { disagreements } = disagreementList.parse((await api.get('/v1/disagreements')).body);
    expect(disagreements.filter(({ account }) => account === 'past')).toMatchObject([
      { on: '2026-03-01', band: 'red', people: { en: 'about to churn: no' } },
    ]);
    // Newest first by the day of what people said, however late it was entered.
    const days = disagreements.map(({ on }) => on);
    expect(new Set(days).size).toBeGreaterThan(1);
    expect(days).toEqual(days.toSorted().toReversed());
    const page = (await api.get('/accounts/past?lang=ja')).text;
    expect(page).toContain('2026/03/01 · sato · 2026/11/24に入力');
  });

  it('a day that was named is part of what an Idempotency-Key stands for', async () => {
    const named = { ...call, on: '2026-11-20' };
    expect((await send('kept', 'interventions', named, 'day')).status).toBe(201);
    expect((await send('kept', 'interventions', named, 'day')).status).toBe(201);
    const other = await send('kept', 'interventions', { ...call, on: '2026-11-21' }, 'day');
    expect(other.status).toBe(409);
  });

  it('has one effect for one Idempotency-Key, and refuses another content under it', async () => {
    const first = await send('kept', 'interventions', call, 'k');
    const second = await send('kept', 'interventions', call, 'k');
    expect(second.body).toEqual(first.body);
    expect((await send('kept', 'interventions', { ...call, did: 'mail' }, 'k')).status).toBe(409);
    const { data } = (await stored('kept')).find(({ data }) => data.text === call.text) ?? {};
    expect(data).toMatchObject({ on: '2026-11-24' });
    expect((await log('kept')).filter(({ on }) => on === '2026-11-24')).toHaveLength(1);
  });

  it.each([
    [
      'assessments',
      { ...assessment, of: 'mood' },
      400,
      'the input contract has proficiency, embeddedness, sponsorship',
    ],
    ['assessments', { ...assessment, value: 'great' }, 400, 'an assessment has low, middle, high'],
    [
      'assessments',
      { ...assessment, until: '2026-11-23' },
      400,
      'counts until a day from 2026-11-24 to 2027-11-25',
    ],
    ['assessments', { ...assessment, until: undefined }, 400, 'The field until has to be a date'],
    ['interventions', { ...call, did: 'dance' }, 400, 'one of consultation, call, meeting'],
    [
      'interventions',
      { ...call, on: '2026-11-25' },
      400,
      'on is 2026-11-25; what was done is entered for a day from 2025-11-23 to 2026-11-24.',
    ],
    ['interventions', { ...call, on: '2025-11-22' }, 400, 'a day from 2025-11-23 to 2026-11-24'],
    ['interventions', { ...call, on: '2026-02-30' }, 400, 'The field on has to be a date such as'],
    [
      'interventions',
      { ...call, answer: { question: 'about_to_churn', value: 'perhaps' } },
      400,
      'one of yes, no, unclear',
    ],
    [
      'notes',
      { text: 'x', url: 'javascript:alert(1)' },
      400,
      'an address that begins with https://',
    ],
    ['notes', { text: ' ' }, 400, 'a text of 1 to 2,000 characters'],
  ])(
    '%s %j is refused in one sentence and changes nothing',
    async (what, body, status, sentence) => {
      const before = (await stored('kept')).length;
      const answer = await send('kept', what, body);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(sentence);
      expect(await stored('kept')).toHaveLength(before);
    },
  );

  it('is refused for an account that nobody knows', async () => {
    expect((await send('nobody', 'notes', { text: 'x' })).status).toBe(404);
  });

  it('D1: an account tells who looks after it, since when and why', async () => {
    const page = await api.get('/accounts/high?lang=ja');
    expect(page.text).toContain('チーム: smb · ann');
    expect(page.text).toContain('新規 × 低い');
  });

  it('leaves no name and no text in the log of the program', async () => {
    await send('high', 'notes', { text: 'very private', author: 'somebody' });
    expect(JSON.stringify(api.logged)).not.toMatch(/very private|somebody/);
  });
});

describe('where people and score disagree', () => {
  it('says so where nobody has entered anything', async () => {
    const empty = await startApi({ accounts: [{ id: 'a', points: 20 }] });
    const page = (await empty.get('/disagreements?lang=en')).text;
    await empty.close();
    expect(page).toContain('People and score agree, or nobody has entered anything yet.');
    expect(page).toContain('No call with an answer has been logged yet.');
  });

  it('M9: calls are counted by the band of then, and those that the score did not expect are listed', async () => {
    const answer = (value: string) => ({ ...call, answer: { question: 'about_to_churn', value } });
    await send('low', 'interventions', answer('yes'));
    await send('low', 'interventions', answer('no'));
    await send('high', 'interventions', { ...answer('yes'), text: 'A new head of department' });
    const report = answerReport.parse((await api.get('/v1/answers')).body);
    expect(report).toEqual({
      score: 'health',
      answers: [
        // Of the answers of an earlier day: one without a result before it, and one with.
        { question: 'about_to_churn', band: 'unknown', yes: 0, no: 1, unclear: 0 },
        { question: 'about_to_churn', band: 'red', yes: 1, no: 2, unclear: 0 },
        { question: 'about_to_churn', band: 'green', yes: 1, no: 0, unclear: 0 },
      ],
    });
    const { disagreements } = disagreementList.parse((await api.get('/v1/disagreements')).body);
    const answers = disagreements.filter(({ kind }) => kind === 'answer');
    expect(answers.map(({ account }) => account).sort()).toEqual(['high', 'low', 'past']);
    expect(answers.find(({ account }) => account === 'high')).toMatchObject({
      band: 'green',
      people: { en: 'about to churn: yes', ja: '解約を検討：はい' },
      text: 'A new head of department',
    });
  });

  it('are listed over all accounts, page by page, where they were done with a customer', async () => {
    const all = interventionList.parse((await api.get('/v1/interventions')).body);
    expect(all.next).toBeUndefined();
    expect(all.interventions.length).toBeGreaterThan(2);
    const past = all.interventions.filter(({ account }) => account === 'past');
    expect(past.map(({ on }) => on)).toContain('2026-03-01');
    const done = (await Promise.all(['low', 'high', 'other', 'kept', 'past'].map(stored)))
      .flat()
      .filter(({ data }) => data.kind === 'intervention');
    expect(new Set(all.interventions.map(({ id }) => id))).toEqual(
      new Set(done.map(({ id }) => id)),
    );
    const paged: string[] = [];
    for (let next = ''; ; ) {
      const page = interventionList.parse((await api.get(`/v1/interventions?limit=1${next}`)).body);
      expect(page.interventions).toHaveLength(1);
      paged.push(...page.interventions.map(({ id }) => id));
      if (page.next === undefined) break;
      next = `&cursor=${page.next}`;
    }
    expect(paged).toEqual(all.interventions.map(({ id }) => id));
    const whole = await api.get(`/v1/interventions?limit=${paged.length}`);
    expect(interventionList.parse(whole.body).next).toBeUndefined();
    const bad = await api.get('/v1/interventions?cursor=x');
    expect(bad.status).toBe(400);
    expect(bad.text).toContain('The cursor is not one of ours');
  });

  it('T11: overrides and judgements are listed where the computed band says otherwise', async () => {
    await send('high', 'assessments', { ...assessment, text: 'Nobody can work with it' });
    await send('high', 'assessments', { ...assessment, of: 'embeddedness', value: 'high' });
    const { disagreements } = disagreementList.parse((await api.get('/v1/disagreements')).body);
    const of = (kind: string) => disagreements.filter((one) => one.kind === kind);
    expect(of('assessment')).toMatchObject([
      { account: 'high', band: 'green', text: 'Nobody can work with it' },
    ]);
    expect(of('override')).toMatchObject([
      { account: 'other', band: 'amber', people: { en: 'Critical', ja: '危険' }, author: 'sato' },
    ]);
    const page = (await api.get('/disagreements?lang=ja')).text;
    for (const text of [
      'Nobody can work with it',
      '習熟度：低い',
      '解約を検討：はい',
      '手動設定',
      '2026/11/24 · sato',
      // Two of red's three answers are no.
      '33%',
    ]) {
      expect(page).toContain(text);
    }
    const english = (await api.get('/disagreements?lang=en')).text;
    for (const text of ['about to churn: yes', 'set by hand', 'Low Company']) {
      expect(english).toContain(text);
    }
  });
});
