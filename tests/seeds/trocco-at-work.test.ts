/** trocco's pack at work: from the product's database and contracts to everybody's screen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountAnswer } from '../../functions/records/api/accounts.ts';
import { runAnswer, runList } from '../../functions/records/api/runs.ts';
import { openPackAtWork, type PackAtWork } from '../support/seeds/pack-at-work.ts';

describe('a data-integration platform at work', () => {
  let work: PackAtWork;
  beforeAll(async () => {
    work = await openPackAtWork({ pack: 'trocco', accounts: 60, today: '2026-03-10' });
    await work.run('2026-03-10');
  });
  afterAll(() => work.close());

  it('T7: product data and contracts go through tables and views to one score, the same for all who read it', async () => {
    const { runs } = runList.parse(await work.get('/v1/runs'));
    const run = runAnswer.parse(await work.get(`/v1/runs/${runs[0]?.id}`));
    // What the product recorded, and what sales agreed on, each with how far it reaches.
    for (const table of ['usage_daily', 'events', 'service_daily', 'contracts', 'users'])
      expect(run.sources).toContainEqual(
        expect.objectContaining({ table, complete_through: '2026-03-09' }),
      );
    // An ordered way: nothing is shown before all of it is there.
    const reached = Object.entries(run.reached).sort(([, a], [, b]) => (a < b ? -1 : 1));
    expect(reached.map(([state]) => state)).toEqual(Object.keys(run.reached));
    expect(run.state).toBe('finished');

    const reported = await work.report(
      `SELECT account_id AS id, band, points FROM latest_scores WHERE score = 'health'`,
    );
    expect(reported.length).toBeGreaterThan(30);
    const records = work.records();
    for (const { id, band, points } of reported) {
      const record = records.get(String(id));
      expect(record?.Kenko_Success__c, String(id)).toBe(points);
      expect(record?.Kenko_Triage__c, String(id)).toBe(band);
    }
    const [first] = reported;
    const answer = accountAnswer.parse(await work.get(`/v1/accounts/${first?.id}`));
    expect(answer.scores[0]).toMatchObject({ points: first?.points, band: { id: first?.band } });
  });
});
