/** SmartHR's pack at work: what stands on screens in meetings, and across all customers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountAnswer, accountList } from '../../functions/records/api/accounts.ts';
import { portfolioAnswer } from '../../functions/records/api/portfolio.ts';
import { openPackAtWork, type PackAtWork } from '../support/seeds/pack-at-work.ts';

describe('a personnel-administration service at work', () => {
  let work: PackAtWork;
  beforeAll(async () => {
    work = await openPackAtWork({ pack: 'smarthr', accounts: 120, today: '2026-03-03' });
    await work.run('2026-03-03');
    await work.run('2026-03-10');
  });
  afterAll(() => work.close());

  it('S5: the indicators of onboarding stand on a page to show in meetings, and in the reports of a dashboard', async () => {
    const list = accountList.parse(await work.get('/v1/accounts?phase=onboarding'));
    const [{ id } = { id: '' }] = list.accounts;
    const answer = accountAnswer.parse(await work.get(`/v1/accounts/${id}`));
    const [health] = answer.scores;
    const card = work.pack.scores[0]?.scorecards.find(({ id }) => id === 'onboarding');
    expect(health?.measures.map((measure) => measure.id)).toEqual(
      card?.measures.map((measure) => measure.id),
    );
    for (const lang of ['ja', 'en'] as const) {
      const page = await work.page(`/accounts/${id}?lang=${lang}`);
      for (const { label } of health?.measures ?? []) expect(page).toContain(label[lang]);
    }
    const reported = await work.report(
      `SELECT SUM(accounts) AS accounts FROM portfolio_daily
       WHERE date = DATE '2026-03-09' AND phase = 'onboarding' AND score = 'health'`,
    );
    expect(reported).toEqual([{ accounts: list.accounts.length }]);
    expect(list.accounts.length).toBeGreaterThan(3);
  });

  it('S6: all customers are analysed together: by day, by what moved between bands, and why', async () => {
    const portfolio = portfolioAnswer.parse(await work.get('/v1/portfolio'));
    const bands = await work.report(
      `SELECT band, SUM(accounts) AS accounts FROM portfolio_daily
       WHERE date = DATE '2026-03-09' AND score = 'health' GROUP BY band`,
    );
    const reported = new Map(bands.map(({ band, accounts }) => [band, Number(accounts)]));
    for (const band of portfolio.scores[0]?.bands ?? [])
      expect(reported.get(band.id) ?? 0, band.id).toBe(band.accounts);

    const documents = [...(await work.documents()).values()];
    const moved = documents.filter(({ scores }) => (scores.health?.change?.total ?? 0) !== 0);
    expect(moved.length).toBeGreaterThan(20);
    const changes = await work.report(
      `SELECT account_id AS id, change, change_behaviour + change_data + change_phase + change_rules AS parts
       FROM score_changes WHERE date = DATE '2026-03-09' AND score = 'health' AND change <> 0`,
    );
    expect(changes).toHaveLength(moved.filter(({ date }) => date === '2026-03-09').length);
    for (const { change, parts } of changes) expect(parts).toBeCloseTo(Number(change), 9);

    const [{ movements } = { movements: null }] = await work.report(
      `SELECT SUM(accounts) AS movements FROM band_movements
       WHERE date = DATE '2026-03-09' AND score = 'health' AND from_band NOT IN ('new')`,
    );
    expect(Number(movements)).toBeGreaterThan(3);
    expect(Number(movements)).toBeLessThan(documents.length);
  });
});
