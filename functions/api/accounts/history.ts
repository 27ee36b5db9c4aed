/** An account's results by date, from the warehouse: every date, not only those that changed. */

import { addDays } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import type { Row } from '../../ports/warehouse.ts';
import type { HistoryAnswer, HistoryPoint } from '../../records/api/history.ts';
import { ref } from '../../records/collection.ts';
import { packs } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import { historyRow } from '../../scorecard/engine/history-row.ts';
import { bandNamed, inPoints, inPointsOrNull, scoreOf } from '../names.ts';
import type { HistoryParameters } from '../parameters.ts';
import { findAccount } from './account.ts';

const usualDays = 365;
/** Ten years: beyond it a range is a slip of the pen, and BigQuery bills by partition. */
const mostDays = 3660;

const shown = {
  date: true,
  state: true,
  phase: true,
  scorecard: true,
  version: true,
  band: true,
  points: true,
  confidence: true,
  waiting_for_data: true,
  before_date: true,
  before_points: true,
  change_rules: true,
  change_phase: true,
  change_data: true,
  change_behaviour: true,
} as const;
const resultRow = historyRow.pick(shown);

/**
 * @throws Rejected `not-found` for an unknown account, `bad-request` for a bad range or score
 */
export async function getHistory(
  runtime: Runtime,
  account: string,
  parameters: HistoryParameters,
): Promise<HistoryAnswer> {
  const { warehouse, snapshots, pack, clock } = runtime;
  const score = scoreOf(pack, parameters.score);
  await findAccount(runtime, account);
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  const to = parameters.to ?? current?.date ?? clock.now().toISOString().slice(0, 10);
  const from = parameters.from ?? addDays(to, -usualDays);
  if (from > to) {
    throw new Rejected(code.badRequest, `The range ends (${to}) before it begins (${from}).`);
  }
  if (from < addDays(to, -mostDays)) {
    throw new Rejected(
      code.badRequest,
      `The range from ${from} to ${to} is over ten years; ask for a shorter one.`,
    );
  }
  // The date range reads only these partitions.
  const rows = await warehouse.query(
    `SELECT ${Object.keys(shown).join(', ')} FROM score_history
     WHERE date BETWEEN @from AND @to AND account_id = @account AND score = @score
     ORDER BY date DESC LIMIT ${parameters.limit + 1}`,
    { from: { date: from }, to: { date: to }, account, score: score.id },
  );
  const results = rows.slice(0, parameters.limit).map((row) => pointOf(runtime, score.id, row));
  const oldest = results.at(-1);
  return {
    account,
    score: score.id,
    from,
    to,
    results,
    ...(rows.length > parameters.limit && oldest ? { next_to: addDays(oldest.date, -1) } : {}),
  };
}

function pointOf({ pack }: Runtime, score: string, stored: Row): HistoryPoint {
  const row = resultRow.parse(stored);
  const { points, before_date: since, before_points: before } = row;
  return {
    date: row.date,
    state: row.state,
    points: inPointsOrNull(points),
    band: bandNamed(pack, score, row.band),
    scorecard: row.scorecard,
    version: row.version,
    phase: row.phase,
    confidence: row.confidence,
    waiting_for_data: row.waiting_for_data ?? false,
    change:
      since === null || points === null || before === null
        ? null
        : {
            since,
            total: inPoints(points - before),
            rules: inPoints(row.change_rules ?? 0),
            phase: inPoints(row.change_phase ?? 0),
            data: inPoints(row.change_data ?? 0),
            behaviour: inPoints(row.change_behaviour ?? 0),
          },
  };
}
