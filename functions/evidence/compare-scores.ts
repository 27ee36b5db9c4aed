/** Two versions of a score held against the same outcomes: which tells more, and whom each would miss. */
import type { Score } from '../scorecard/language/pack/pack.ts';
import { isGood, relevant } from './backtest.ts';
import type { JudgedOutcome } from './past-outcomes.ts';
import {
  type Area,
  type AreaDifference,
  areaUnderCurve,
  compareAreas,
  numbered,
} from './statistics/auc.ts';

export interface ScoresCompared {
  score: string;
  /** Outcomes that both have points for. */
  outcomes: number;
  before: Area | null;
  after: Area | null;
  /** How much more the later one tells; paired, since both judge the same accounts. */
  difference: AreaDifference | null;
  verdict: 'better' | 'worse' | 'no difference shown' | 'too few';
  /** Accounts that ended badly and stood among the lowest by one of the two only. */
  caughtNow: string[];
  missedNow: string[];
  /** Of the lowest, how many a team is thought to look at. */
  looked: number;
}

/** A team looks at about so many of all accounts: the lowest tenth. */
const lowestShare = 0.1;

export function compareScores(
  score: Score,
  before: readonly JudgedOutcome[],
  after: readonly JudgedOutcome[],
): ScoresCompared {
  const keyOf = ({ account, on }: JudgedOutcome) => JSON.stringify([account, on]);
  const then = new Map(before.map((one) => [keyOf(one), one]));
  const both = relevant(score, after).flatMap((now) => {
    const was = then.get(keyOf(now));
    return was ? [{ now, was }] : [];
  });
  const ranked = {
    score: both.map(({ was }) => was.row.points ?? 0),
    good: both.map(({ now }) => Number(isGood(score, now.kind))),
    account: numbered(both.map(({ now }) => now.account)),
  };
  const points = both.map(({ now }) => now.row.points ?? 0);
  const difference = compareAreas(ranked, points);
  const looked = Math.ceil(lowestShare * both.length);
  const bad = (lowest: ReadonlySet<number>, other: ReadonlySet<number>): string[] => {
    const found = [...lowest].filter((i) => !other.has(i) && !ranked.good[i]);
    return [...new Set(found.map((i) => both[i]?.now.account ?? ''))].sort();
  };
  const [lowBefore, lowAfter] = [ranked.score, points].map((some) => lowestOf(some, looked));
  return {
    score: score.id,
    outcomes: both.length,
    before: areaUnderCurve(ranked),
    after: areaUnderCurve({ ...ranked, score: points }),
    difference,
    verdict: verdictOf(difference),
    caughtNow: bad(lowAfter ?? new Set(), lowBefore ?? new Set()),
    missedNow: bad(lowBefore ?? new Set(), lowAfter ?? new Set()),
    looked,
  };
}

function verdictOf(difference: AreaDifference | null): ScoresCompared['verdict'] {
  if (!difference) return 'too few';
  if (difference.p >= 0.05) return 'no difference shown';
  return difference.value > 0 ? 'better' : 'worse';
}

function lowestOf(points: readonly number[], count: number): Set<number> {
  const order = [...points.keys()].sort((i, j) => (points[i] ?? 0) - (points[j] ?? 0) || i - j);
  return new Set(order.slice(0, count));
}
