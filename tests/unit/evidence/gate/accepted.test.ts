/** What is written down as evidence: never figures that the rules were made from. */
import { describe, expect, it } from 'vitest';
import { acceptedScore } from '../../../../functions/evidence/gate/accepted.ts';
import { agreementOf, drawRanking, kendall } from '../../../../functions/evidence/gate/ranking.ts';
import type { JudgedOutcome } from '../../../../functions/evidence/past-outcomes.ts';
import { reportOf } from '../../../../functions/evidence/report/evidence-report.ts';
import { reviewsOf, stabilityFrom } from '../../../../functions/evidence/report/warnings.ts';
import { randomFrom } from '../../../../functions/evidence/statistics/random.ts';
import type { HistoryRow } from '../../../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../../../functions/scorecard/engine/layout.ts';
import { smallPack } from '../../../support/small-pack.ts';

const pack = smallPack();
const [health] = pack.scores;
const [card] = health?.scorecards ?? [];
if (!health || !card) throw new Error('the small pack has a score');

/** Half a year after the other; in the later half points tell nothing. */
const judged = Array.from({ length: 240 }, (_, i): JudgedOutcome => {
  const late = i >= 120;
  const left = i % 3 === 0;
  const told = late ? i % 7 : (left ? 0 : 4) + (i % 7);
  const row = {
    state: 'scored',
    band: 'fair',
    points: 1000 * told,
    scorecard: card.id,
    phase: null,
    earned_points: card.measures.map(() => 100 * told),
    inputs: layoutOf(pack).scores[0]?.inputs.map(() => told),
    missing: '',
  } as unknown as HistoryRow;
  const on = late ? '2026-01-10' : '2025-06-10';
  return { account: `a${i}`, on, kind: left ? 'churned' : 'renewed', decided: true, row };
});

function accepted(
  tunedUntil: string | null,
  some = judged,
  before?: ReturnType<typeof acceptedScore>,
) {
  const score = {
    ...health!,
    scorecards: health!.scorecards.map((one) => ({ ...one, tunedUntil })),
  };
  const past = {
    ...{ judged: some, leftOut: [], byLead: [], reviews: reviewsOf(score, some, new Map()) },
    stability: stabilityFrom({ changes: 0, undone: 0, days: 0 }),
  };
  const options = { lead: 60, every: 14, yearFrom: 1, calls: 10, actions: [], lot: null };
  const report = reportOf(pack, score, past, options);
  return acceptedScore(pack, score, {
    judged: some,
    report,
    layout: layoutOf(pack),
    ranking: null,
    before,
  });
}

describe('accepted evidence', () => {
  it('is of all outcomes where none shaped the rules', () => {
    const found = accepted(null);
    expect(found).toMatchObject({ basis: 'untuned', accounts: 240, bad: 80, churns: [] });
    expect(found.auc?.low).toBeGreaterThan(0.5);
  });

  it('is of later outcomes where some did, and those say what holds', () => {
    const found = accepted('2025-12-31');
    expect(found).toMatchObject({ basis: 'later', accounts: 120, bad: 40 });
    expect(found.auc?.low).toBeLessThan(0.5);
  });

  it('is out of fold where too few came later', () => {
    const found = accepted('2026-01-10');
    expect(found.basis).toBe('out_of_fold');
    expect(found.accounts).toBe(240);
    // The last day of the tuning is none of the later ones.
    expect(accepted('2026-01-09').basis).toBe('later');
  });

  it('names every account that left where they are few, and keeps what people noted of them', () => {
    const few = judged.filter(({ kind }, i) => kind === 'renewed' || i < 30);
    const found = accepted(null, few);
    expect(found.churns).toHaveLength(10);
    expect(found.churns.every(({ note }) => note === '')).toBe(true);
    const noted = found.churns.map((one, i) => ({ ...one, note: i === 0 ? 'seen' : '' }));
    const again = accepted(null, few, { ...found, churns: noted });
    expect(again.churns).toEqual(noted);
  });
});

describe('a ranking by people', () => {
  const points = new Map(Array.from({ length: 20 }, (_, i) => [`a${i}`, 100 * i]));
  const ranked = (order: (i: number) => number, by = 'x') =>
    Array.from({ length: 20 }, (_, i) => ({ account: `a${i}`, rank: order(i), by }));

  it('agrees where rank 1 has the most points', () => {
    expect(
      agreementOf(
        ranked((i) => 20 - i),
        points,
      ),
    ).toMatchObject({
      accounts: 20,
      rankers: 1,
      kendall: { value: 1 },
    });
    expect(
      agreementOf(
        ranked((i) => i),
        points,
      )?.kendall.value,
    ).toBe(-1);
  });

  it('counts ties, people apart, and accounts once', () => {
    // As scipy.stats.kendalltau gives it.
    expect(
      kendall([
        [1, 1],
        [2, 1],
        [3, 2],
        [4, 4],
        [4, 3],
      ]),
    ).toBeCloseTo(0.8888888888888888, 12);
    const both = agreementOf([...ranked((i) => 20 - i, 'x'), ...ranked((i) => i, 'y')], points);
    expect(both).toMatchObject({ accounts: 20, rankers: 2, kendall: { value: 0 } });
  });

  it('says nothing of few, of one rank for all, and of accounts without points', () => {
    expect(agreementOf(ranked((i) => i).slice(0, 9), points)).toBeNull();
    expect(
      agreementOf(
        ranked(() => 1),
        points,
      ),
    ).toBeNull();
    expect(
      agreementOf(
        ranked((i) => i),
        new Map(),
      ),
    ).toBeNull();
  });

  it('is above chance by chance alone in about 1 of 40', () => {
    const random = randomFrom(7);
    const above = Array.from({ length: 2000 }, () =>
      agreementOf(
        ranked(() => random()),
        points,
      ),
    ).filter((found) => (found?.kendall.low ?? 0) > 0).length;
    expect(above / 2000).toBeLessThan(0.035);
    expect(above / 2000).toBeGreaterThan(0.01);
  });

  it('is of accounts drawn from each band alike, the same each time, in no order of the score', () => {
    const accounts = Array.from({ length: 90 }, (_, i) => ({
      account: `a${String(i).padStart(2, '0')}`,
      band: i < 5 ? 'low' : i < 30 ? 'middle' : 'high',
    }));
    const bandOf = new Map(accounts.map(({ account, band }) => [account, band]));
    const drawn = drawRanking(accounts, 21, 1);
    expect(drawRanking(accounts.toReversed(), 21, 1)).toEqual(drawn);
    expect(new Set(drawn).size).toBe(21);
    const of = (band: string) => drawn.filter((one) => bandOf.get(one) === band).length;
    expect([of('low'), of('middle'), of('high')]).toEqual([5, 8, 8]);
    const changes = drawn.filter(
      (one, i) => i > 0 && bandOf.get(one) !== bandOf.get(drawn[i - 1] ?? ''),
    );
    expect(changes.length).toBeGreaterThan(5);
    expect(drawRanking(accounts, 500, 1)).toHaveLength(90);
  });
});
