/** The same proof for parts of the outcomes: where does a score tell who leaves, and where not? */
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import type { Pack, Score } from '../../scorecard/language/pack/pack.ts';
import { contractYear } from '../../scorecard/meaning/lot.ts';
import { plain } from '../../scorecard/meaning/texts.ts';
import { accountsOf, claims, pointsArea, relevant } from '../backtest.ts';
import type { JudgedOutcome } from '../past-outcomes.ts';
import type { Area } from '../statistics/auc.ts';
import { type Verdict, verdictOf } from '../verdict.ts';

export interface PartProof {
  /** `year`, `phase`, `scorecard`, or a column of accounts. */
  by: string;
  id: string;
  label: Label;
  accounts: number;
  bad: number;
  auc: Area | null;
  verdict: Verdict['verdict'];
}

/**
 * By contract year, phase, scorecard and segment; a division with a single part is none.
 * @param yearFrom month in which the contract year begins, from 1
 */
export function partsOf(
  { phases }: Pick<Pack, 'phases'>,
  score: Score,
  all: readonly JudgedOutcome[],
  yearFrom: number,
): PartProof[] {
  const judged = relevant(score, all);
  const columns = [...new Set(judged.flatMap(({ segments }) => Object.keys(segments ?? {})))];
  const divisions: [by: string, of: (one: JudgedOutcome) => string | null | undefined][] = [
    ['year', ({ on }) => contractYear(on, yearFrom)],
    ['phase', ({ row }) => row.phase],
    ['scorecard', ({ row }) => row.scorecard],
    ...columns
      .sort()
      .map((name): (typeof divisions)[number] => [name, ({ segments }) => segments?.[name]]),
  ];
  const labels = new Map<string, readonly { id: string; label: Label }[]>([
    ['phase', phases],
    ['scorecard', score.scorecards],
  ]);
  return divisions.flatMap(([by, of]) => {
    const parts = [...Map.groupBy(judged, (one) => of(one) ?? '')]
      .filter(([id]) => id !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1));
    // A column that hardly two accounts share names accounts, and no part of them.
    if (parts.length < 2 || parts.length > mostParts) return by === 'year' ? parts.map(prove) : [];
    return parts.map(prove);

    function prove([id, own]: [string, JudgedOutcome[]]): PartProof {
      const { accounts, bad } = accountsOf(score, own.filter(claims));
      const auc = pointsArea(score, own);
      const label =
        labels.get(by)?.find((one) => one.id === id)?.label ??
        plain(by === 'year' ? yearText(id, yearFrom) : id);
      const { purpose } = score;
      const { verdict } = verdictOf({ bad, good: accounts - bad, area: auc, purpose });
      return { by, id, label, accounts, bad, auc, verdict };
    }
  });
}

const mostParts = 20;

function yearText(year: string, from: number): string {
  if (from === 1) return year;
  const month = (n: number) => String(n).padStart(2, '0');
  return `${year}-${month(from)} – ${Number(year) + 1}-${month(from - 1)}`;
}
