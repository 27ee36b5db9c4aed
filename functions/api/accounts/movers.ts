import type { Filter } from '../../ports/snapshots.ts';
import { unpackDetails } from '../../records/account-details.ts';
import type { Mover } from '../../records/api/portfolio.ts';
import { accountName, accounts } from '../../records/documents.ts';
import type { PackDocument } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import { bandNamed, inPoints, inPointsOrNull } from '../names.ts';

const moversShown = 5;
type Current = NonNullable<PackDocument['current']>;

/** Accounts whose score moved most on the current date, biggest move first. */
export async function moversOf(
  { snapshots, pack }: Runtime,
  score: string,
  current: Current,
  way: 'up' | 'down',
  of: readonly Filter[] = [],
): Promise<Mover[]> {
  const field = `scores.${score}.moved`;
  const found = await snapshots.query({
    collection: accounts,
    where: [
      ...of,
      { field: 'date', op: '==', value: current.date },
      { field, op: way === 'up' ? '>' : '<', value: 0 },
    ],
    orderBy: { field, direction: way === 'up' ? 'desc' : 'asc' },
    limit: moversShown,
  });
  return found.flatMap(({ id, data }) => {
    const result = data.scores[score];
    if (!result) return [];
    return {
      id,
      name: accountName(data),
      points: inPointsOrNull(result.points),
      moved: inPoints(result.moved),
      band: bandNamed(pack, score, result.band),
      from_band: bandNamed(pack, score, result.change?.from_band ?? null),
      reasons: unpackDetails(data.details)[score]?.reasons ?? { en: [], ja: [] },
    };
  });
}
