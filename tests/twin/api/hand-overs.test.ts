import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../functions/api/cursors.ts';
import { accountLog } from '../../../functions/records/api/entries.ts';
import { handOverAnswer, handOverList } from '../../../functions/records/api/hand-overs.ts';
import { ref } from '../../../functions/records/collection.ts';
import { handOvers } from '../../../functions/records/documents.ts';
import { entries } from '../../../functions/records/entries.ts';
import { handOverTicks } from '../../../functions/records/hand-over-ticks.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const item = (id: string) => ({ id, label: { en: `The ${id}`, ja: `項目${id}` } });

let api: TestApi;
const keep = (account: string, date: string, owner: string | null, items: string[]) =>
  api.runtime.snapshots.set(ref(handOvers, `${account}~2`), {
    pack: 'saas',
    account,
    number: 2,
    date,
    run: 'r',
    from: { team: 'start', owner: null },
    to: { team: 'smb', owner },
    occasion: 'phase',
    why: { en: 'Renewed', ja: '更新済み' },
    checklist: items.map(item),
  });
beforeAll(async () => {
  api = await startApi({
    accounts: [{ id: 'a/1', points: 50, attributes: { name: 'Aoba Trading' } }],
  });
  await keep('a/1', '2026-11-20', 'ann', ['goal', 'schedule']);
  await keep('b', '2026-11-21', 'bob', ['goal']);
  await keep('c', '2026-11-22', null, []);
  // Of the first hour of that day in Tokyo: hands had changed before.
  await api.runtime.snapshots.set(ref(entries, 'early'), {
    kind: 'note',
    pack: 'saas',
    account: 'a/1',
    author: 'sato',
    at: '2026-11-19T15:30:00.000Z',
    bands: {},
    text: 'First talk',
    url: null,
  });
});
afterAll(() => api.close());

const tick = (id: string, of: string, body: object) =>
  api.post(`/v1/hand-overs/${encodeURIComponent(id)}/items/${of}`, { author: 'sato', ...body });

const list = async (query = '') =>
  handOverList.parse((await api.get(`/v1/hand-overs?${query}`)).body);
const idsOf = async (query: string) => (await list(query)).hand_overs.map(({ id }) => id);
const ticks = () => api.runtime.snapshots.count({ collection: handOverTicks });

describe('the checklist of a hand-over', () => {
  it('S7, P4: what a hand-over has to tell is ticked off, and what is missing goes back to sales', async () => {
    expect((await tick('a/1~2', 'goal', { text: 'Fewer mails' })).status).toBe(201);
    const asked = { state: 'missing', text: 'When does their year begin?', author: 'kato' };
    const { body } = await tick('a/1~2', 'schedule', asked);
    const answer = handOverAnswer.parse(body);
    expect(answer).toMatchObject({
      account: 'a/1',
      name: 'Aoba Trading',
      open: true,
      to: { team: { id: 'smb' }, owner: 'ann' },
    });
    const today = { on: '2026-11-24', at: '2026-11-24T01:00:00.000Z' };
    expect(answer.checklist).toEqual([
      {
        ...item('goal'),
        state: 'done',
        done: { author: 'sato', text: 'Fewer mails', ...today },
        missing: null,
      },
      {
        ...item('schedule'),
        state: 'missing',
        done: null,
        missing: { author: 'kato', text: asked.text, ...today },
      },
    ]);
    const found = await tick('a/1~2', 'schedule', { text: 'In April' });
    expect(handOverAnswer.parse(found.body)).toMatchObject({
      open: false,
      checklist: [{}, { state: 'done', done: { text: 'In April' }, missing: { author: 'kato' } }],
    });
    const { entries: told } = accountLog.parse((await api.get('/v1/accounts/a%2F1/log')).body);
    expect(told.map(({ kind, on }) => [kind, on])).toEqual([
      ['hand_over', '2026-11-20'],
      ['note', '2026-11-20'],
    ]);
    expect(told[0]?.checklist).toEqual(handOverAnswer.parse(found.body).checklist);
    const page = (await api.get('/accounts/a%2F1?lang=ja')).text;
    for (const text of ['項目schedule', '営業に差し戻し', asked.text, 'In April', '完了']) {
      expect(page).toContain(text);
    }
  });

  it('keeps who said so first, and has one effect for a request that is repeated', async () => {
    const first = await tick('b~2', 'goal', { state: 'missing', text: 'Why they bought' });
    const kept = await ticks();
    const again = await tick('b~2', 'goal', { state: 'missing', text: 'Why they bought' });
    expect(again.body).toEqual(first.body);
    const other = await tick('b~2', 'goal', { state: 'missing', text: 'x', author: 'kato' });
    expect(other.status).toBe(409);
    expect(other.text).toContain('has been sent back already');
    expect(await ticks()).toBe(kept);
    // Not even in the words of who ticked it off.
    const late = await tick('a/1~2', 'goal', { state: 'missing', text: 'Fewer mails' });
    expect(late.status).toBe(409);
    expect(late.text).toContain('has been ticked off already');
    expect((await tick('a/1~2', 'goal', { author: 'kato' })).status).toBe(409);
    expect(await ticks()).toBe(kept);
  });

  it('lists those with an item that is not done, of an owner, page by page', async () => {
    expect(await idsOf('')).toEqual(['c~2', 'b~2', 'a/1~2']);
    expect(await idsOf('open=true')).toEqual(['b~2']);
    expect(await idsOf('open=false')).toEqual(['c~2', 'a/1~2']);
    expect(await idsOf('owner=ann')).toEqual(['a/1~2']);
    const paged: string[] = [];
    for (let next = ''; ; ) {
      const page = await list(`limit=1${next}`);
      expect(page.hand_overs.length).toBeLessThanOrEqual(1);
      paged.push(...page.hand_overs.map(({ id }) => id));
      if (page.next === undefined) break;
      next = `&cursor=${page.next}`;
    }
    expect(paged).toEqual(['c~2', 'b~2', 'a/1~2']);
    expect((await list('limit=3')).next).toBeUndefined();
  });

  it('finds an open one behind many that are not', async () => {
    const day = (i: number) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
    for (let i = 0; i < 150; i += 1) await keep(`old-${i}`, day(i), 'cho', i === 0 ? ['goal'] : []);
    expect(await idsOf('open=true&owner=cho')).toEqual(['old-0~2']);
    for (let i = 0; i < 150; i += 1)
      await api.runtime.snapshots.delete(ref(handOvers, `old-${i}~2`));
  });

  it('is a page of its own, in both languages, and says so where nothing is open', async () => {
    const open = (await api.get('/hand-overs?lang=ja')).text;
    for (const text of ['<h1>引き継ぎ</h1>', '項目goal', 'Why they bought', '営業に差し戻し']) {
      expect(open).toContain(text);
    }
    expect(open).not.toContain('Aoba Trading');
    const all = (await api.get('/hand-overs?lang=en&show=all')).text;
    for (const text of ['Aoba Trading', 'back to sales', 'The rules name nothing to hand over.']) {
      expect(all).toContain(text);
    }
    // From whom to whom, by the names that the pack has or the team's id.
    expect(all).toMatch(/start → <b>[^<]*ann<\/b>/);
    expect(all).not.toContain('rel="next"');
    for (let i = 0; i < 20; i += 1) await keep(`more-${i}`, '2026-10-01', 'dan', ['goal']);
    const first = (await api.get('/hand-overs?lang=en&show=all')).text;
    expect(first).toMatch(/rel="next" href="[^"]*show=all[^"]*cursor=/);
    for (let i = 0; i < 20; i += 1)
      await api.runtime.snapshots.delete(ref(handOvers, `more-${i}~2`));
    expect((await api.get('/hand-overs?lang=en&owner=nobody')).text).toContain('No hand-over');
    expect((await api.get('/hand-overs?cursor=x')).status).toBe(400);
    expect((await api.post('/hand-overs', {})).status).toBe(405);
  });

  it.each([
    ['nobody~2', 'goal', {}, 404, 'There is no hand-over \\"nobody~2\\".'],
    ['c~2', 'goal', {}, 404, 'There is no item \\"goal\\"; the hand-over has no items.'],
    ['a/1~2', '__proto__', {}, 404, 'the hand-over has goal, schedule.'],
    ['a/1~2', '%2e%2e%2fgoal', {}, 404, 'There is no item'],
    ['a/1~2', 'goal', { state: 'lost' }, 400, 'The field state has to be one of done, missing'],
    ['a/1~2', 'schedule', { state: 'missing' }, 400, 'text has to be what sales have to find out'],
    ['a/1~2', 'goal', { text: ' ' }, 400, 'a text of 1 to 2,000 characters'],
    ['a/1~2', 'goal', { text: 'x'.repeat(2_001) }, 400, 'a text of 1 to 2,000 characters'],
    ['a/1~2', 'goal', { author: '' }, 400, 'The field author has to be'],
    ['a/1~2', 'goal', { at: '2020-01-01' }, 400, 'The field \\"at\\" is unknown'],
  ])(
    'refuses %s %s %j in one sentence and changes nothing',
    async (id, of, body, status, sentence) => {
      const before = await ticks();
      const answer = await tick(id, of, body);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(sentence);
      expect(await ticks()).toBe(before);
    },
  );

  it.each([
    ['open=maybe', 'The parameter open is \\"maybe\\"; expected true or false.'],
    ['owner=', 'expected a text'],
    ['cursor=nonsense', 'The cursor is not one of ours'],
    [
      `cursor=${encodeCursor({ value: '2026-11-24T01:00:00.000Z', id: 'a/1~2' })}`,
      'The cursor is not one of ours',
    ],
  ])('refuses a list by %s', async (query, sentence) => {
    const answer = await api.get(`/v1/hand-overs?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(sentence);
  });

  it('leaves no name and no text in the log of the program', () => {
    expect(JSON.stringify(api.logged)).not.toMatch(/sato|kato|Fewer mails|April/);
  });
});
