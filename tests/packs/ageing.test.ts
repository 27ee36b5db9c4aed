/** A year of the demo's customers, whose habits do not change: nothing is said to have aged. */
import { expect, it } from 'vitest';
import { addDays } from '../../functions/calendar.ts';
import { ageingOf, scoredLabels } from '../../functions/evidence/drift.ts';
import { layoutOf } from '../../functions/scorecard/engine/layout.ts';
import { packNames, repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { openScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-02';
const first = addDays(today, -7 * 48);

/** Scores whose points stood far at each look of eight weeks, and after how many weeks they had. */
async function agedWithin(pack: string): Promise<[string, number][]> {
  const demo = await openScoredDemo({ pack, accounts: 300, days: 400, today });
  const aged = new Map<string, number>();
  const since = new Map<string, number>();
  const layout = layoutOf(demo.pack);
  const dayOf = async (date: string) => {
    const results = await demo.scoreOn(date);
    return (score: string) => ({ layout, rows: [...(results.get(score)?.values() ?? [])] });
  };
  const then = await dayOf(first);
  for (let weeks = 2; weeks <= 48; weeks += 2) {
    const now = await dayOf(addDays(first, 7 * weeks));
    for (const score of demo.pack.scores) {
      const labels = scoredLabels(demo.pack, score);
      const found = ageingOf(score, labels, then(score.id), now(score.id));
      if (!found) since.delete(score.id);
      else if (!since.has(score.id)) since.set(score.id, weeks);
      if (weeks - (since.get(score.id) ?? weeks) >= 8 && !aged.has(score.id)) {
        aged.set(score.id, weeks);
      }
    }
  }
  await demo.close();
  return [...aged];
}

const subscriptions = packNames(repositoryRoot()).filter((pack) => pack !== 'retail');

it.each(subscriptions)('holds for %s, whatever the season', async (pack) => {
  expect(await agedWithin(pack)).toEqual([]);
});

it('does not for a shop whose former customers stay in its table: they add up', async () => {
  expect(await agedWithin('retail')).toMatchObject([['health', expect.any(Number)]]);
});
