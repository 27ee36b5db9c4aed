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
