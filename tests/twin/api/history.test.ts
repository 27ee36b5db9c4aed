/** The history of an account by its years: which documents are read, and when the warehouse is asked. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HistoryAnswer, historyAnswer } from '../../../functions/records/api/history.ts';
import { type Ref, ref } from '../../../functions/records/collection.ts';
import { calendarId, calendars, packs } from '../../../functions/records/run-documents.ts';
import {
  type Before,
  type DayEntry,
  dayKey,
  yearOf,
  yearPatch,
  yearsOf,
} from '../../../functions/records/years.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

let api: TestApi;
let read: Ref<unknown>[];
let asked: number;

const entry = (points: number, behaviour?: number): DayEntry => ({
  health: {
    ...{ state: 'scored', phase: 'use', scorecard: 'use', version: '1.0.0' },
    ...{ band: points < 4_000 ? 'red' : 'green', points, confidence: 1, waiting_for_data: false },
    rules_hash: 'rules',
    change:
      behaviour === undefined
        ? null
        : { since: '2026-11-20', rules: 0, phase: 0, data: 0, behaviour },
  },
});

async function keep(year: string, days: Record<string, DayEntry>, opening?: Before) {
  await api.runtime.snapshots.transaction(async (tx) =>
    tx.merge(ref(yearsOf('a-1'), year), yearPatch(year, days, opening)),
  );
}

async function close(...dates: string[]) {
  for (const date of dates) {
    await api.runtime.snapshots.transaction(async (tx) =>
      tx.merge(ref(calendars, calendarId('saas', yearOf(date))), {
        pack: 'saas',
        closed: { [dayKey(date)]: 1 },
      }),
    );
  }
}

beforeEach(async () => {
  api = await startApi({
    accounts: [{ id: 'a-1', points: 20, date: '2026-11-21' }],
    history: [
      { date: '2025-11-30', account: 'a-1', points: 7_000, band: 'green' },
      { date: '2026-11-20', account: 'a-1', points: 8_000, band: 'green' },
    ],
  });
  read = [];
  asked = 0;
  const { snapshots, warehouse } = api.runtime;
  const { getAll } = snapshots;
  snapshots.getAll = (refs) => {
    read.push(...refs);
    return getAll(refs);
  };
  const query = warehouse.query.bind(warehouse);
  warehouse.query = (...given) => {
    asked += 1;
    return query(...given);
  };
});
afterEach(() => api.close());

async function history(query = ''): Promise<HistoryAnswer> {
  const { status, body } = await api.get(`/v1/accounts/a-1/history?${query}`);
  expect(status).toBe(200);
  return historyAnswer.parse(body);
}
const points = async (query = '') =>
  (await history(query)).results.map((result) => [result.date, result.points]);

describe('the history of an account', () => {
  it('has every date that was closed, of two documents of the account and no query', async () => {
    await close('2025-12-30', '2026-01-02', '2026-11-20', '2026-11-21', '2026-11-23');
    await keep('2025', { '2025-12-30': entry(8_000) }, 'nothing');
    await keep(
      '2026',
      { '2026-11-21': entry(2_000, -6_000) },
      { date: '2025-12-30', entry: entry(8_000) },
    );
    const { results } = await history();
    expect(results.map(({ date, points }) => [date, points])).toEqual([
      ['2026-11-23', 20],
      ['2026-11-21', 20],
      ['2026-11-20', 80],
      ['2026-01-02', 80],
      ['2025-12-30', 80],
    ]);
    expect(results.map(({ change }) => change && [change.since, change.total])).toEqual([
      ['2026-11-21', 0],
      ['2026-11-20', -60],
      ['2026-01-02', 0],
      ['2025-12-30', 0],
      null,
    ]);
    expect(results[0]?.band).toMatchObject({ id: 'red', label: { ja: '危険' } });
    expect(asked).toBe(0);
    expect(read.map(({ collection, id }) => `${collection.path}/${id}`).sort()).toEqual([
      'accounts/a-1/years/2025',
      'accounts/a-1/years/2026',
      'calendars/saas~2025',
      'calendars/saas~2026',
    ]);
  });

  it('begins with what opens its first year, and asks for what is older', async () => {
    await close('2026-11-20', '2026-11-21');
    await keep('2026', { '2026-11-21': entry(2_000) }, { date: '2025-12-30', entry: entry(8_000) });
    expect(await points('from=2026-11-01')).toEqual([
      ['2026-11-21', 20],
      ['2026-11-20', 80],
    ]);
    // Before the first date in a calendar, nobody kept which dates were closed.
    expect(await points('from=2025-11-01')).toEqual([
      ['2026-11-21', 20],
      ['2026-11-20', 80],
      ['2025-11-30', 70],
    ]);
  });

  it('is what is shown now where nothing has changed since', async () => {
    await close('2026-11-21', '2026-11-22', '2026-11-23');
    expect(await points('from=2026-11-22')).toEqual([
      ['2026-11-23', 20],
      ['2026-11-22', 20],
    ]);
    expect(asked).toBe(0);
  });

  it('goes on where a limited answer ends, from documents into the warehouse', async () => {
    await close('2026-11-21', '2026-11-23');
    await keep('2026', { '2026-11-21': entry(2_000) });
    const limited = await history('limit=1');
    expect([limited.results.length, limited.next_to, asked]).toEqual([1, '2026-11-22', 0]);
    const second = await history(`limit=1&to=${limited.next_to}`);
    expect(second).toMatchObject({ results: [{ date: '2026-11-21' }], next_to: '2026-11-20' });
    const last = await history(`limit=2&to=${second.next_to}`);
    expect(last.results.map(({ date }) => date)).toEqual(['2026-11-20', '2025-11-30']);
    expect(last.next_to).toBeUndefined();
  });

  it('says that an account left on the date that it did, and of another score nothing', async () => {
    await close('2026-11-20', '2026-11-21', '2026-11-23');
    await keep('2026', { '2026-11-20': entry(8_000), '2026-11-21': 'absent' }, 'nothing');
    const { results } = await history();
    expect(results.map(({ date, state }) => [date, state])).toEqual([
      ['2026-11-21', 'absent'],
      ['2026-11-20', 'scored'],
    ]);
    expect((await history('score=approach')).results.map(({ state }) => state)).toEqual(['absent']);
  });

  it('of a range that has gone by is told by what opens the year after it', async () => {
    await close('2025-06-01', '2026-11-21');
    await keep('2026', { '2026-11-21': entry(2_000) }, { date: '2025-05-01', entry: entry(8_000) });
    expect(await points('from=2025-06-01&to=2025-06-30')).toEqual([['2025-06-01', 80]]);
    expect(asked).toBe(0);
  });

  it('tells days without a run from days without a change in its chart', async () => {
    await keep('2026', { '2026-11-20': entry(8_000), '2026-11-23': entry(2_000) }, 'nothing');
    await close('2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23');
    const chart = async () => (await api.get('/accounts/a-1?lang=en')).text;
    expect(await chart()).not.toContain('days without a run');
    const whole = /class="line" d="(M[^"]*)"/.exec(await chart())?.[1];
    expect(whole?.match(/L/g)).toHaveLength(3);
    await close('2026-11-26');
    await keep('2026', { '2026-11-26': entry(3_000) });
    const { snapshots } = api.runtime;
    const known = (await snapshots.get(ref(packs, 'saas')))?.data;
    const current = known?.current && { ...known.current, date: '2026-11-26' };
    if (known && current) await snapshots.set(ref(packs, 'saas'), { ...known, current });
    const text = await chart();
    expect(text).toContain('Dashed: days without a run.');
    expect(/class="line gap" d="(M[^"]*)"/.exec(text)?.[1]?.match(/L/g)).toHaveLength(1);
    expect(/class="line" d="(M[^"]*)"/.exec(text)?.[1]?.match(/L/g)).toHaveLength(3);
  });
});
