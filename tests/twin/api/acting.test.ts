/** What people do on pages: the API's operations, by forms that work without a script. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../functions/ports/identity.ts';
import { ref } from '../../../functions/records/collection.ts';
import { handOvers, overrides } from '../../../functions/records/documents.ts';
import { type EntryDocument, entries } from '../../../functions/records/entries.ts';
import { episodes } from '../../../functions/records/signal-documents.ts';
import { episodeOf } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';
import { callerOf } from '../../support/identity/callers.ts';

let api: TestApi;
let role: Role = 'editor';

beforeAll(async () => {
  api = await startApi({
    accounts: ['a-1', 'a-2', 'a/b?c', '..'].map((id) => ({ id, points: 20 })),
  });
  api.runtime.identity = { callerOf: async () => callerOf({ role }) };
  await api.runtime.snapshots.set(ref(episodes, 'e-1'), episodeOf());
  await api.runtime.snapshots.set(ref(handOvers, 'a-2~2'), {
    ...{ pack: 'saas', account: 'a-2', number: 2, date: '2026-11-20', run: 'r' },
    ...{ from: { team: 'sales', owner: null }, to: { team: 'csm', owner: null } },
    ...{ occasion: 'phase', why: { en: 'contract', ja: '契約' } },
    checklist: [
      { id: 'goals', label: { en: 'Their goals', ja: '目的' } },
      { id: 'people', label: { en: 'Key people', ja: '主要な担当者' } },
    ],
  });
});
afterAll(() => api.close());

interface Form {
  action: string;
  /** Hidden fields, with their values. */
  hidden: [name: string, value: string][];
  html: string;
}

const unescaped = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The forms of a page that send something. */
async function formsOn(path: string): Promise<Form[]> {
  const { status, text } = await api.get(path);
  expect(status).toBe(200);
  return [...text.matchAll(/<form class="act" method="post" action="([^"]*)">(.*?)<\/form>/gs)].map(
    ([, action = '', html = '']) => ({
      action: unescaped(action),
      hidden: [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, unescaped(value)] as [string, string],
      ),
      html,
    }),
  );
}

const formTo = async (page: string, end: RegExp): Promise<Form> => {
  const found = (await formsOn(page)).find(({ action }) => end.test(action));
  if (!found) throw new Error(`there is no form to ${end} on ${page}`);
  return found;
};

/** As a browser sends it. */
function submit({ action, hidden }: Form, fields: Record<string, string>, headers: object = {}) {
  return fetch(`${api.url}${action}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: api.url, 'accept-language': 'en', ...headers },
    body: new URLSearchParams([...hidden, ...Object.entries(fields)]),
  });
}

async function entriesOf<K extends EntryDocument['kind']>(account: string, kind: K) {
  const found = await api.runtime.snapshots.query({ collection: entries, limit: 100 });
  return found
    .map(({ data }) => data)
    .filter((data): data is Extract<EntryDocument, { kind: K }> => data.kind === kind)
    .filter((data) => data.account === account);
}

describe('on the page of an account', () => {
  it('an action is logged, with what a call found out, in the reader’s own name', async () => {
    const form = await formTo('/accounts/a-1', /interventions$/);
    const answer = await submit(form, {
      ...{ did: 'call', on: '2026-11-20', text: 'They asked for a discount.' },
      ...{ 'answer.question': 'about_to_churn', 'answer.value': 'yes' },
    });
    expect(answer.status).toBe(303);
    const target = answer.headers.get('location') ?? '';
    expect(target).toBe('/accounts/a-1?done=enterIntervention');
    const { text } = await api.get(target);
    expect(text).toContain('<p class="card done" role="status">What you did is logged.</p>');
    expect(text).toContain('They asked for a discount.');
    expect(await entriesOf('a-1', 'intervention')).toMatchObject([
      {
        ...{ did: 'call', on: '2026-11-20', author: 'hanako@acme.example' },
        answer: { question: 'about_to_churn', value: 'yes' },
      },
    ]);
  });

  it('an answer to no question is none', async () => {
    const form = await formTo('/accounts/a-2', /interventions$/);
    const fields = { did: 'mail', on: '2026-11-24', text: 'x', 'answer.question': '' };
    expect((await submit(form, { ...fields, 'answer.value': 'no' })).status).toBe(303);
    expect(await entriesOf('a-2', 'intervention')).toMatchObject([{ answer: null }]);
  });

  it('a note is kept, sent twice it is one, and an empty link is none', async () => {
    const form = await formTo('/accounts/a-1?lang=ja', /notes\?lang=ja$/);
    const sent = { text: '契約更新の相談\r\n二行目', url: '' };
    const [first, second] = [await submit(form, sent), await submit(form, sent)];
    expect([first.status, second.status]).toEqual([303, 303]);
    expect(first.headers.get('location')).toBe('/accounts/a-1?lang=ja&done=enterNote');
    // Back on the same page, something else is entered.
    expect((await submit(form, { text: 'もう一つ' })).status).toBe(303);
    const [other, ...notes] = (await entriesOf('a-1', 'note')).sort((a, b) =>
      String(a.text) < String(b.text) ? -1 : 1,
    );
    expect(other?.text).toBe('もう一つ');
    expect(notes).toMatchObject([{ text: '契約更新の相談\r\n二行目', url: null }]);
    const { text } = await api.get('/accounts/a-1?lang=ja&done=enterNote');
    expect(text).toContain('メモを保存しました。');
  });

  it('a judgement is kept until its last day', async () => {
    const form = await formTo('/accounts/a-1', /assessments$/);
    const fields = { of: 'proficiency', value: 'low', until: '2027-01-31', text: '' };
    expect((await submit(form, fields)).status).toBe(303);
    expect(await entriesOf('a-1', 'assessment')).toMatchObject([
      { of: 'proficiency', value: 'low', until: '2027-01-31', text: null },
    ]);
  });

  it('a band is set to the end of a local day, and taken back', async () => {
    const form = await formTo('/accounts/a-1', /overrides$/);
    const fields = { band: 'green', until: '2026-12-31', reason: 'They signed.' };
    expect((await submit(form, fields)).status).toBe(303);
    const set = await api.runtime.snapshots.query({ collection: overrides, limit: 10 });
    expect(set.map(({ data }) => data)).toMatchObject([
      // The pack's days are Tokyo's.
      { band: 'green', until: '2026-12-31T15:00:00.000Z', author: 'hanako@acme.example' },
    ]);
    const back = await formTo('/accounts/a-1', /withdraw$/);
    expect((await submit(back, { reason: 'They did not.' })).status).toBe(303);
    const after = (await api.get('/accounts/a-1?done=withdrawOverride')).text;
    expect(after).toContain('The computed band is shown again.');
    expect(after).toContain('They did not.');
    await expect(formTo('/accounts/a-1', /withdraw$/)).rejects.toThrow('there is no form');
  });

  it('a signal is taken up', async () => {
    const form = await formTo('/accounts/a-1', /e-1\/acknowledge$/);
    const answer = await submit(form, { note: 'On it.' });
    expect(answer.headers.get('location')).toBe('/accounts/a-1?done=acknowledgeEpisode');
    expect(api.sent.at(-1)).toMatchObject({
      acknowledge: { episode: 'e-1', by: 'hanako@acme.example', note: 'On it.' },
    });
  });

  it('an item of a hand-over is ticked off, there and on the page of hand-overs', async () => {
    const [forms] = [await formsOn('/accounts/a-2')];
    const done = forms.find(({ action, html }) => /goals$/.test(action) && html.includes('"done"'));
    if (!done) throw new Error('there is no form');
    const answer = await submit(done, { text: 'Told by mail.' });
    expect(answer.headers.get('location')).toBe('/accounts/a-2?done=tickItem');
    const list = '/hand-overs?show=all';
    expect((await api.get(list)).text).toContain('Told by mail.');
    await expect(formTo(list, /goals$/)).rejects.toThrow('there is no form');
    const people = await formTo(list, /people$/);
    const back = await submit(people, { text: '' });
    expect(back.headers.get('location')).toBe('/hand-overs?done=tickItem');
    expect((await api.get('/hand-overs?done=tickItem')).text).toContain('The checklist is up to');
  });

  it('whatever its id is made of', async () => {
    const form = await formTo(`/accounts/${encodeURIComponent('a/b?c')}`, /notes$/);
    const answer = await submit(form, { text: 'seen' });
    expect(answer.headers.get('location')).toBe('/accounts/a%2Fb%3Fc?done=enterNote');
    expect(await entriesOf('a/b?c', 'note')).toHaveLength(1);
    // No address of a folder names such an account: a browser would resolve it.
    expect(await formsOn('/accounts?id=..')).toEqual([]);
  });
});

describe('who may not', () => {
  it('is offered nothing, and refused what they send all the same', async () => {
    const form = await formTo('/accounts/a-1', /notes$/);
    role = 'viewer';
    try {
      expect(await formsOn('/accounts/a-1')).toEqual([]);
      expect(await formsOn('/hand-overs?show=all')).toEqual([]);
      const answer = await submit(form, { text: 'not mine' });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('No access');
    } finally {
      role = 'editor';
    }
    expect(JSON.stringify(await entriesOf('a-1', 'note'))).not.toContain('not mine');
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('is %s', async (_, headers) => {
    const form = await formTo('/accounts/a-1', /notes$/);
    const answer = await submit(form, { text: 'forged' }, headers);
    expect(answer.status).toBe(403);
    expect(JSON.stringify(await entriesOf('a-1', 'note'))).not.toContain('forged');
  });

  it('is a program that says no origin, or sends no form', async () => {
    const { action, hidden } = await formTo('/accounts/a-1', /notes$/);
    const body = new URLSearchParams([...hidden, ['text', 'forged']]);
    const silent = await fetch(`${api.url}${action}`, { method: 'POST', body });
    expect(silent.status).toBe(403);
    const json = await fetch(`${api.url}${action}`, {
      method: 'POST',
      headers: { origin: api.url, 'content-type': 'application/json' },
      body: '{"text":"forged"}',
    });
    expect(json.status).toBe(415);
    expect(JSON.stringify(await entriesOf('a-1', 'note'))).not.toContain('forged');
  });
});

describe('what is wrong in a form', () => {
  it.each<[RegExp, Record<string, string>, string]>([
    [/notes$/, { text: ' ' }, 'The field text has to be a text of 1 to 2,000 characters'],
    [/notes$/, { text: 'x', url: 'javascript:alert(1)' }, 'begins with https://'],
    [/notes$/, { text: 'x', colour: 'red' }, 'The field &quot;colour&quot; is unknown'],
    [/notes$/, { text: 'x', author: 'ops@acme.example' }, 'The author is whoever is signed in'],
    [
      /interventions$/,
      { did: 'magic', on: '2026-11-20', text: 'x' },
      'The field did has to be one',
    ],
    [/interventions$/, { did: 'call', on: '2030-01-01', text: 'x' }, 'on is 2030-01-01'],
    [
      /overrides$/,
      { band: 'green', until: 'soon', reason: 'x' },
      'The last day is &quot;soon&quot;',
    ],
    [/overrides$/, { band: 'green', until: '2029-01-01', reason: 'x' }, 'within 366 days'],
    [/overrides$/, { band: 'purple', until: '2026-12-01', reason: 'x' }, 'purple'],
  ])(
    'to %s is a page with one sentence, and nothing is kept: %j',
    async (end, fields, sentence) => {
      const before = await Promise.all([
        entriesOf('a-1', 'note'),
        entriesOf('a-1', 'intervention'),
        api.runtime.snapshots.query({ collection: overrides, limit: 10 }),
      ]);
      const answer = await submit(await formTo('/accounts/a-1', end), fields);
      const text = await answer.text();
      expect([answer.status, text.slice(text.indexOf('<main'))]).toEqual([
        fields.author ? 403 : 400,
        expect.stringContaining(sentence),
      ]);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(
        await Promise.all([
          entriesOf('a-1', 'note'),
          entriesOf('a-1', 'intervention'),
          api.runtime.snapshots.query({ collection: overrides, limit: 10 }),
        ]),
      ).toEqual(before);
    },
  );

  it('names nothing that is not ours as done', async () => {
    const { text } = await api.get('/accounts/a-1?done=constructor');
    expect(text).not.toContain('role="status"');
  });
});
