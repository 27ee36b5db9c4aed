/** Wantedly's pack at work: what reaches the people who look after customers, and where. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worklistAnswer } from '../../functions/records/api/worklists.ts';
import type { AccountDocument } from '../../functions/records/documents.ts';
import { openPackAtWork, type PackAtWork } from '../support/seeds/pack-at-work.ts';

describe('a recruiting platform at work', () => {
  let work: PackAtWork;
  /** Publishes many posts, and soon none. */
  let busy: string;
  let atFirst: Map<string, AccountDocument>;
  beforeAll(async () => {
    work = await openPackAtWork({ pack: 'wantedly', accounts: 120, today: '2026-02-10' });
    await work.run('2026-02-10');
    atFirst = await work.documents();
    const [most] = await work.warehouse.query(
      `SELECT account_id AS id FROM source.postings
       WHERE published_on BETWEEN DATE '2026-01-20' AND DATE '2026-02-09'
       GROUP BY account_id ORDER BY COUNT(*) DESC, account_id LIMIT 1`,
    );
    busy = String(most?.id);
    await work.run('2026-03-10', [
      `DELETE FROM source.postings WHERE account_id = '${busy}' AND published_on > DATE '2026-02-09'`,
      `UPDATE source.postings SET closed_on = DATE '2026-03-01'
       WHERE account_id = '${busy}' AND closed_on IS NULL`,
    ]);
  });
  afterAll(() => work.close());

  it('W3: posts that fall off show in Salesforce, with questions to form a hypothesis from and material to send', async () => {
    const record = work.records().get(busy);
    expect(record?.Kenko_Health_Change__c).toBeLessThan(-10);
    expect(record?.Kenko_Health_Reasons__c).toMatch(/募集の公開頻度（28日間） \d+ → 0: −\d+点/);
    const [task] = work.salesforce
      .tasks()
      .filter(
        ({ WhatId, Subject }) => WhatId === record?.Id && String(Subject).includes('募集公開数'),
      );
    expect(task).toBeDefined();
    // Questions, each open, and no cause that the system would claim to know.
    const hints = String(task?.Description).match(/考えられること\n((?:- .*\n)+)/)?.[1] ?? '';
    expect(hints.split('\n').filter(Boolean).length).toBeGreaterThan(2);
    for (const hint of hints.split('\n').filter(Boolean)) expect(hint).toMatch(/のか$/);
    expect(task?.Description).toMatch(/次の対応\n- 理由の仮説を立て/);
    expect(task?.Description).toMatch(/参考\n- .* https:\/\//);
  });

  it('W12: an account that falls silent is told to people although nobody complained', async () => {
    await work.run('2026-03-24', [
      `DELETE FROM source.events WHERE account_id = '${busy}' AND event_at > TIMESTAMP '2026-03-09'`,
      `DELETE FROM source.usage_daily WHERE account_id = '${busy}' AND usage_date > DATE '2026-03-09'`,
      `DELETE FROM source.tickets WHERE account_id = '${busy}'`,
    ]);
    const name = String(work.records().get(busy)?.Name);
    const told = work.slack.messages().filter(({ text }) => text.includes(name));
    expect(told.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('10日以上利用なし'),
    );
  });

  it('W10: teams go by level and contract period, large use apart, and Salesforce shows them', async () => {
    const teams = new Set<string>();
    for (const [id, { phase, scores, assignment }] of atFirst) {
      const team = assignment?.team.id ?? 'none';
      teams.add(team);
      if (phase === 'contract' || phase === 'onboarding') expect(team, id).toBe('onboarding');
      const byLevel = scores.health?.band === 'level_4' ? 'community' : 'smb';
      if (phase === 'use') expect(['enterprise', byLevel], id).toContain(team);
    }
    expect(teams).toEqual(new Set(['onboarding', 'smb', 'enterprise', 'community']));
    for (const [id, { state, assignment }] of await work.documents())
      if (state === 'active')
        expect(work.records().get(id)?.Kenko_Team__c, id).toBe(assignment?.team.id);
  });

  it('W13: sales in Salesforce and CS on the dashboard read the same level in the same words', async () => {
    const levels = new Map(work.pack.scores[0]?.bands.map(({ id, label }) => [id, label]));
    const list = worklistAnswer.parse(await work.get('/v1/worklists/save?limit=200'));
    expect(list.entries.length).toBeGreaterThan(5);
    for (const { account } of list.entries.slice(0, 5)) {
      const record = work.records().get(account.id);
      const level = levels.get(String(record?.Kenko_Health_Level__c));
      expect(record?.Kenko_Health_Level_Label__c).toBe(level?.ja);
      for (const lang of ['ja', 'en'] as const) {
        const page = await work.page(`/accounts/${encodeURIComponent(account.id)}?lang=${lang}`);
        expect(page).toContain(level?.[lang]);
      }
      expect(String(record?.Kenko_Worklists__c).split(';')).toContain('save');
    }
  });
});
