import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageing } from '../../../functions/records/ageing-document.ts';
import { portfolioAnswer } from '../../../functions/records/api/portfolio.ts';
import { runAnswer, runList } from '../../../functions/records/api/runs.ts';
import { ref } from '../../../functions/records/collection.ts';
import { crmAccounts } from '../../../functions/records/documents.ts';
import { runs } from '../../../functions/records/run-documents.ts';
import { currentRun, runOf, today } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [
      { id: 'a-1', points: 20, moved: -15 },
      { id: 'a-2', points: 55, moved: 5 },
      { id: 'a-3', points: 90, moved: 0 },
    ],
    history: [
      { date: today, account: 'a-1', points: 2_000, band: 'red' },
      { date: today, account: 'a-2', points: 5_500, band: 'amber' },
      { date: today, account: 'a-3', points: 9_001, band: 'green' },
      { date: today, account: 'a-4', points: null, band: 'unknown' },
      { date: today, account: 'a-5', points: null, band: null },
      { date: today, account: 'a-6', points: null, band: null, state: 'absent' },
      { date: '2026-11-22', account: 'a-1', points: 3_500, band: 'red' },
    ],
  });
  const crm = {
    record_id: null,
    synced_hash: null,
    shown: {},
    former: [],
    hash: 'h',
    at: '2026-11-24T00:00:00Z',
    written: {},
    fields: [],
    since: null,
  };
  const { snapshots } = api.runtime;
  for (const [id, state, run] of [
    ['a-1', 'synced', currentRun],
    ['a-2', 'parked', currentRun],
    ['a-3', 'pending', 'an-older-run'],
  ] as const) {
    const parked = state === 'synced' ? null : 'STRING_TOO_LONG';
    await snapshots.set(ref(crmAccounts, id), { ...crm, state, run, code: parked, reason: parked });
  }
  for (let n = 1; n <= 5; n += 1) {
    const started = `2026-11-0${n}T00:00:00.000Z`;
    const kind = n === 1 ? 'backfill' : 'scheduled';
    await snapshots.set(ref(runs, `run-${n}`), runOf({ started_at: started, kind }));
  }
});
afterAll(() => api.close());

describe('GET /v1/portfolio', () => {
  const portfolio = async () => portfolioAnswer.parse((await api.get('/v1/portfolio')).body);

  it('counts accounts by band, unknown, without a scorecard, and left', async () => {
    const { scores, accounts, current } = await portfolio();
    expect(current).toMatchObject({ date: today, revision: 1, run: currentRun });
    expect(accounts).toEqual({ active: 5, absent: 1 });
    expect(scores[0]).toMatchObject({
      id: 'health',
      scale: 100,
      accounts: 3,
      bands: [
        { id: 'red', from: 0, accounts: 1 },
        { id: 'amber', from: 40, accounts: 1 },
        { id: 'green', from: 70, accounts: 1 },
      ],
      unknown: 1,
      unscored: 1,
      errors: 0,
      overridden: 0,
      average: 55,
    });
  });

  it('says which score has aged, with the metrics that moved, on its page in both languages', async () => {
    const { snapshots, pack } = api.runtime;
    const known = { basis: 'b', since: '2026-05-04', checked: today, moved: {} };
    const metrics = ['active_users_28d', 'gone'];
    expect((await portfolio()).scores[0]?.aged).toBeNull();
    const aged = { health: { on: '2026-11-16', psi: 0.4, metrics } };
    await snapshots.set(ref(ageing, pack.id), { ...known, aged });
    const [health, other] = (await portfolio()).scores;
    expect(health?.aged).toMatchObject({
      ...{ since: '2026-05-04', on: '2026-11-16' },
      metrics: [{ id: 'active_users_28d' }, { label: { en: 'gone', ja: 'gone' } }],
    });
    expect(other?.aged ?? null).toBeNull();
    const page = async (lang: string) =>
      (await fetch(`${api.url}/?lang=${lang}`, { headers: { Accept: 'text/html' } })).text();
    expect(await page('en')).toContain('It has aged: by Nov 16, 2026');
    expect(await page('ja')).toContain('古くなっています。2026/11/16');
    await snapshots.delete(ref(ageing, pack.id));
  });

  it('names the biggest movers of the date, with their reasons', async () => {
    const [health] = (await portfolio()).scores;
    expect(health?.movers.down).toMatchObject([
      { id: 'a-1', points: 20, moved: -15, reasons: { en: ['Active users fell from 20 to 12'] } },
    ]);
    expect(health?.movers.up).toMatchObject([{ id: 'a-2', moved: 5 }]);
  });

  it('counts phases, and tells the state of data, sync and the last run', async () => {
    const { phases, sources, crm, latest_run: run } = await portfolio();
    expect(phases).toEqual([
      { phase: { id: 'trial', label: { en: 'Trial', ja: 'トライアル' } }, accounts: 0 },
      { phase: { id: 'use', label: { en: 'Use', ja: '活用' } }, accounts: 5 },
    ]);
    expect(sources).toContainEqual(
      expect.objectContaining({ table: 'surveys', state: 'missing', complete_through: null }),
    );
    expect(crm).toEqual({ updated: 1, pending: 1, parked: 1 });
    expect(run).toMatchObject({
      id: currentRun,
      state: 'finished',
      ended_at: '2026-11-23T15:00:12.000Z',
    });
  });

  it('is empty before the first run has closed', async () => {
    const empty = await startApi({ closed: false });
    const { body } = await empty.get('/v1/portfolio');
    expect(portfolioAnswer.parse(body)).toMatchObject({
      current: null,
      accounts: { active: 0, absent: 0 },
      latest_run: null,
    });
    await empty.close();
  });
});

describe('GET /v1/runs', () => {
  it('gives runs, the one started last first, page by page', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.get(`/v1/runs?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = runList.parse(body);
      seen.push(...page.runs.map(({ id }) => id));
      cursor = page.next ?? '';
    } while (cursor);
    expect(seen).toEqual([currentRun, 'run-5', 'run-4', 'run-3', 'run-2', 'run-1']);
  });

  it('gives one kind of run', async () => {
    const { body } = await api.get('/v1/runs?kind=backfill');
    expect(runList.parse(body).runs.map(({ id }) => id)).toEqual(['run-1']);
  });
});

describe('GET /v1/runs/{id}', () => {
  it('tells how far a run has come and what became of it in Salesforce', async () => {
    const { body } = await api.get(`/v1/runs/${currentRun}`);
    expect(runAnswer.parse(body)).toMatchObject({
      id: currentRun,
      state: 'finished',
      changed: 3,
      progress: { open: 0, scored: 0, published: 1 },
      crm: { updated: 1, pending: 0, parked: 1 },
      group_ages: { usage: 1 },
    });
  });

  it('says which run is unknown', async () => {
    const { status, body } = await api.get('/v1/runs/nothing');
    expect([status, body]).toMatchObject([
      404,
      { error: { message: 'There is no run "nothing".' } },
    ]);
  });
});
