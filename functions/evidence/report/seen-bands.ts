/** Bands as people saw them: with hysteresis from date to date, which results made singly lack. */
import { bandAt, withHysteresis } from '../../scorecard/engine/bands.ts';
import type { HistoryRow } from '../../scorecard/engine/history-row.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import type { PastResults } from '../past-outcomes.ts';

/**
 * Takes the results of one date after the other, and gives each with the bands that would have stood, had
 * each date followed the one before it. A cap decides by itself, and says nothing about where the points were.
 */
export function bandReplay({
  bands,
  hysteresis,
}: Pick<Score, 'bands' | 'hysteresis'>): (results: PastResults) => PastResults {
  if (hysteresis === 0) return (results) => results;
  const bounds = Float64Array.from(bands.slice(1), ({ from }) => from);
  let before = new Map<string, number>();
  return (results) => {
    const now = new Map<string, number>();
    const seen = new Map<string, HistoryRow>();
    for (const [account, row] of results) {
      const points = row.band_points ?? row.points;
      const known = bands.some(({ id }) => id === row.band);
      if (row.state !== 'scored' || row.cap !== null || points === null || !known) {
        seen.set(account, row);
        continue;
      }
      const plain = bandAt(bounds, points);
      const band = withHysteresis(bounds, plain, points, before.get(account) ?? -1, hysteresis);
      now.set(account, band);
      const id = bands[band]?.id ?? row.band;
      seen.set(account, id === row.band ? row : { ...row, band: id, held_by_hysteresis: true });
    }
    before = now;
    return seen;
  };
}
