/** Monoxer's pack at work: a low score leads to a call, a high one to a proposal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountLog, answerReport } from '../../functions/records/api/entries.ts';
import { worklistAnswer } from '../../functions/records/api/worklists.ts';
import { openPackAtWork, type PackAtWork } from '../support/seeds/pack-at-work.ts';

describe('a learning platform at work', () => {
  let work: PackAtWork;
  beforeAll(async () => {
    work = await openPackAtWork({ pack: 'monoxer', accounts: 120, today: '2026-01-20' });
    await work.run('2026-01-20');
  });
  afterAll(() => work.close());

  const listed = async (list: string) =>
    worklistAnswer.parse(await work.get(`/v1/worklists/${list}?limit=200`)).entries;
  const log = (account: string, body: object) =>
    work.post(`/v1/accounts/${account}/interventions`, { author: 'csm-1@example.com', ...body });

  it('M5: the lowest are to be called and what they answer is counted, the highest are proposed more', async () => {
    const [low] = await listed('save');
    const [high] = await listed('grow');
    expect(low?.action?.en).toMatch(/[Cc]all|new start/);
    expect(high?.action?.en).toMatch(/^Propose/);
    const atRisk = (await listed('save')).find(({ reasons }) =>
      reasons.some(({ id }) => id === 'low'),
    );
    const [called, proposed] = [atRisk?.account.id ?? '', high?.account.id ?? ''];
    await log(called, {
      did: 'call',
      text: 'They had thought of leaving',
      answer: { question: 'about_to_churn', value: 'yes' },
    });
    await log(proposed, {
      did: 'proposal',
      text: 'Two more classes',
      answer: { question: 'wants_more', value: 'yes' },
    });
    const { answers } = answerReport.parse(await work.get('/v1/answers'));
    const bands = work.pack.scores[0]?.bands.map(({ id }) => id) ?? [];
    const found = (question: string, band: string | undefined) =>
      answers.find((answer) => answer.question === question && answer.band === band);
    expect(found('about_to_churn', bands.at(0))).toMatchObject({ yes: 1, no: 0 });
    expect(found('wants_more', bands.at(-1))).toMatchObject({ yes: 1, no: 0 });
    const { entries } = accountLog.parse(await work.get(`/v1/accounts/${called}/log`));
    expect(entries).toMatchObject([{ kind: 'intervention', author: 'csm-1@example.com' }]);
  });
});
