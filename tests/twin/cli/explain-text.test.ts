import { afterAll, beforeAll, expect, it } from 'vitest';
import { explanationText } from '../../../functions/cli/people/explain.ts';
import { type AccountAnswer, accountAnswer } from '../../../functions/records/api/accounts.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: [
      { id: 'a-1', points: 20, attributes: { name: 'Aoba' } },
      { id: 'a-2', points: 20 },
    ],
  });
});
afterAll(() => api.close());

const answerOf = async (id: string): Promise<AccountAnswer> =>
  accountAnswer.parse((await api.get(`/v1/accounts/${id}`)).body);

it('an account is told by its name and id, or by its id alone', async () => {
  expect(explanationText(await answerOf('a-1'), 'en', true)).toMatch(/^Aoba \(a-1\) · /);
  const { attributes: _, ...unnamed } = { ...(await answerOf('a-2')), name: null };
  expect(explanationText({ ...unnamed, attributes: {} }, 'en', true)).toMatch(/^a-2 · /);
});

it('a score without points says whether no scorecard applies or nothing is known', async () => {
  const answer = await answerOf('a-1');
  const [score] = answer.scores;
  if (!score) throw new Error('the account has no score');
  const said = (scorecard: typeof score.scorecard) => {
    const scores = [{ ...score, points: null, reason: null, scorecard }];
    return (['en', 'ja'] as const).map((lang) =>
      explanationText({ ...answer, scores }, lang, true),
    );
  };
  expect(score.scorecard).not.toBeNull();
  const [en, ja] = said(score.scorecard);
  expect(en).toContain(`Nothing is known of what "${score.scorecard?.label.en}" measures.`);
  expect(ja).toContain('データが一つもありません');
  expect(said(null)[0]).toContain('No scorecard applies.');
});

it('case 21d: a score without points whose values are late says their age, and what they were', async () => {
  const answer = { ...(await answerOf('a-1')), date: '2026-03-10', as_of_date: '2026-03-12' };
  const [score] = answer.scores;
  const [measure] = score?.measures ?? [];
  if (!score || !measure) throw new Error('the account has a score with a measure');
  const late = {
    ...{ ...score, points: null, waiting_for_data: true, waiting_since: '2026-03-02' },
    measures: [{ ...measure, state: 'missing' as const, value: 7, unit: null, earned: null }],
  };
  const said = (lang: 'en' | 'ja') => explanationText({ ...answer, scores: [late] }, lang, true);
  expect(said('en')).toContain('Waiting for data since 2026-03-02 (10 days ago): ');
  expect(said('en')).toContain(`– of ${score.scale} ${score.band?.label.en}`);
  expect(said('en')).toContain('missing (last known 7)');
  expect(said('en')).not.toMatch(/Nothing is known|No scorecard/);
  expect(said('ja')).toContain('2026-03-02（10日前）以降のデータ待ち');
});

it('an account that another one took over says which', async () => {
  const left = { ...(await answerOf('a-1')), state: 'absent' as const, scores: [] };
  expect(explanationText(left, 'en', false)).toContain(' · left');
  const merged = explanationText({ ...left, merged_into: 'a-2' }, 'en', false);
  expect(merged).toContain(' · merged into a-2');
});

it('Salesforce is spoken of only where the pack shows anything there', async () => {
  const answer = { ...(await answerOf('a-1')), crm: null };
  expect(explanationText(answer, 'en', true)).toContain('not written to Salesforce yet');
  expect(explanationText(answer, 'en', false)).not.toContain('Salesforce');
});
