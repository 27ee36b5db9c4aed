/** Past outcomes with the results of the days that they are held against, by rules as they are now. */

import { addDays, dayOf } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import {
  distinctOutcomes,
  judgeOutcomes,
  leftOutOutcomes,
  type OutcomeRow,
  type PastOutcome,
  type PastRows,
  type PastSegments,
} from '../../evidence/past-outcomes.ts';
import { bandReplay } from '../../evidence/report/seen-bands.ts';
import { reviewsOf, stabilityOf } from '../../evidence/report/warnings.ts';
import { dateEndingAt, endOfDate } from '../../inputs/moments.ts';
import { findSources, type ProvidedSource, sourceQuery } from '../../inputs/sources-query.ts';
import { type DuckDbWarehouse, openDuckDbWarehouse } from '../../local/warehouse/warehouse.ts';
import type { HistoryRow } from '../../scorecard/engine/history-row.ts';
import { scoredMetrics } from '../../scorecard/language/lint/metrics.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { type DataPlace, provideData, scoreAll } from '../rules-data.ts';
import { knownOutcomes, noOutcomes, outcomesIn, outcomesTable as table } from './outcomes-table.ts';
import {
  datesOf,
  type PastData,
  type PastRequest,
  type PastScore,
  periodOf,
  segmentColumns,
} from './past.ts';

/** The parameters' names in our queries. */
const until = { asOf: 'as_of', date: 'date' };

/**
 * Scores every account by the pack's rules on each day that an outcome is held against, every
 * day as if it were the first and with what was known then.
 * @throws Rejected for days outside the data, for data without outcomes then, and as a run does
 */
export async function judgePast(
  pack: Pack,
  place: DataPlace,
  request: PastRequest,
  progress: (date: number, of: number) => void = () => undefined,
): Promise<PastData> {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  try {
    const asOf = await provideData(warehouse, pack, place);
    const last = dateEndingAt(asOf, pack.zone);
    const { from, to } = periodOf(request, last);
    const outcomes = distinctOutcomes(await readOutcomes(warehouse, pack, { asOf, from, to }));
    if (outcomes.length === 0) throw noOutcomes({ from, to });
    const { rows, segments } = await scoreOn(warehouse, pack, outcomes, request, progress);
    const scores = pack.scores.map((score): [string, PastScore] => {
      const byDate: PastRows = rows.get(score.id) ?? new Map();
      const judge = (lead: number) =>
        judgeOutcomes(outcomes, byDate, { lead, every: request.every }, segments);
      return [
        score.id,
        {
          results: resultsIn(byDate),
          judged: judge(request.lead),
          leftOut: leftOutOutcomes(outcomes, byDate, request),
          reviews: reviewsOf(score, judge(request.lead), byDate),
          stability: stabilityOf(score, byDate),
          byLead: (request.history?.leads ?? []).map((lead) => ({ lead, judged: judge(lead) })),
        },
      ];
    });
    return {
      from,
      to,
      outcomes: outcomes.length,
      dates: Math.max(0, ...[...rows.values()].map(({ size }) => size)),
      scores: new Map(scores),
      timeless: await timelessTables(warehouse, pack),
      timelessAccounts: await timelessAccounts(warehouse, pack),
    };
  } finally {
    await warehouse.close();
  }
}

/** Those dates, and where bands are replayed from day to day, all days between them. */
function daysToScore(dates: readonly string[], daily: boolean): readonly string[] {
  const [first, last] = [dates[0], dates.at(-1)];
  if (!daily || first === undefined || last === undefined) return dates;
  return Array.from({ length: dayOf(last) - dayOf(first) + 1 }, (_, i) => addDays(first, i));
}

function resultsIn(byDate: ReadonlyMap<string, ReadonlyMap<string, HistoryRow>>): number {
  return [...byDate.values()]
    .flatMap((results) => [...results.values()])
    .filter(({ state, points }) => state === 'scored' && points !== null).length;
}

/** What such a table says of a past day may have been known only after the outcome. */
async function timelessTables(warehouse: DuckDbWarehouse, pack: Pack): Promise<string[]> {
  const scored = scoredMetrics(pack);
  const read = new Set(
    pack.groups
      .filter(({ metrics }) => metrics.some(({ id }) => scored.has(id)))
      .flatMap(({ sources }) => sources),
  );
  const sources = await findSources(warehouse, pack);
  return [...sources.values()]
    .filter(({ contract, columns }) => {
      if (contract.kind !== 'dimension' || !read.has(contract.table)) return false;
      return !contract.validity || !columns.has(contract.validity.from);
    })
    .map(({ table: name }) => name)
    .sort();
}

async function readOutcomes(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  { asOf, from, to }: { asOf: string; from: string; to: string },
): Promise<OutcomeRow[]> {
  const source = (await findSources(warehouse, pack, [table])).get(table);
  if (!source) {
    throw new Rejected(
      code.notFound,
      `The data has no table "${table}", so nobody knows what became of accounts; sql/sources/${table}.yaml says what it holds.`,
    );
  }
  const known = sourceQuery(source, { zone: pack.zone, until });
  const kept = 'past_outcomes';
  await warehouse.materialize({
    id: kept,
    sql: knownOutcomes(known),
    parameters: {
      as_of: { timestamp: asOf },
      date: { date: to },
      from_date: { date: from },
    },
    table: kept,
    cluster: ['account_id'],
  });
  return outcomesIn(warehouse, kept);
}

/** Phases and scorecards that are chosen by what accounts are today look ahead. */
async function timelessAccounts(warehouse: DuckDbWarehouse, pack: Pack): Promise<string[]> {
  const accounts = (await findSources(warehouse, pack)).get('accounts');
  if (!accounts) return [];
  const { contract, columns } = accounts;
  if (contract.validity && columns.has(contract.validity.from)) return [];
  const deciding = [
    ...pack.phases.map(({ when }) => when),
    ...pack.scores.flatMap(({ scorecards }) =>
      scorecards.flatMap(({ appliesTo, caps }) => [
        ...(appliesTo ? [appliesTo] : []),
        ...caps.map(({ when }) => when),
      ]),
    ),
  ];
  const read = new Set(deciding.flatMap(({ account }) => account));
  return [...read].filter((name) => columns.has(name)).sort();
}

/** By score, date and account. */
async function scoreOn(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  outcomes: readonly PastOutcome[],
  request: PastRequest,
  progress: (date: number, of: number) => void,
): Promise<{ rows: Map<string, Map<string, Map<string, HistoryRow>>>; segments: PastSegments }> {
  const segments = new Map<string, Map<string, Record<string, string>>>();
  const found = new Map(
    pack.scores.map(({ id }) => [id, new Map<string, Map<string, HistoryRow>>()]),
  );
  const replays = new Map(
    request.history ? pack.scores.map((score) => [score.id, bandReplay(score)]) : [],
  );
  const replayed = pack.scores.some(({ hysteresis }) => hysteresis > 0);
  const dates = new Set(datesOf(outcomes, request));
  const days = daysToScore([...dates], request.history?.daily === true && replayed);
  const accounts = (await findSources(warehouse, pack)).get('accounts');
  for (const [i, date] of days.entries()) {
    progress(i + 1, days.length);
    const asOf = endOfDate(date, pack.zone);
    // Before the data begins there is nobody to score, and nothing to hold outcomes against.
    if (accounts && !(await hasRows(warehouse, pack, accounts, { asOf, date }))) continue;
    const inputs = `past_inputs_${date.replaceAll('-', '')}`;
    const { rows } = await scoreAll(warehouse, pack, asOf, inputs);
    if (dates.has(date)) segments.set(date, await segmentsIn(warehouse, pack, inputs));
    await warehouse.dropTable(inputs);
    for (const [score, results] of rows) {
      const byAccount = new Map(results.map((row) => [row.account_id, row]));
      const seen = replays.get(score)?.(byAccount) ?? byAccount;
      if (dates.has(date)) found.get(score)?.set(date, new Map(seen));
    }
  }
  return { rows: found, segments };
}

async function segmentsIn(
  warehouse: DuckDbWarehouse,
  { accountColumns }: Pack,
  inputs: string,
): Promise<Map<string, Record<string, string>>> {
  const read = segmentColumns.filter((name) => accountColumns.some((one) => one.name === name));
  const found = new Map<string, Record<string, string>>();
  if (read.length === 0) return found;
  const columns = ['account_id', ...read.map((name) => `account_${name}`)];
  const asked = columns.map((name) => ({ name, as: 'string' as const }));
  for await (const batch of warehouse.read({ table: inputs, columns: asked })) {
    const [accounts, ...values] = columns.map((name) => batch.columns.get(name)?.values ?? []);
    for (let i = 0; i < batch.rows; i++) {
      const own = read.flatMap((name, at): [string, string][] => {
        const value = values[at]?.[i];
        return typeof value === 'string' && value !== '' ? [[name, value]] : [];
      });
      found.set(String(accounts?.[i]), Object.fromEntries(own));
    }
  }
  return found;
}

async function hasRows(
  warehouse: DuckDbWarehouse,
  pack: Pack,
  source: ProvidedSource,
  { asOf, date }: { asOf: string; date: string },
): Promise<boolean> {
  const known = sourceQuery(source, { zone: pack.zone, until });
  const [row] = await warehouse.query(`SELECT COUNT(*) AS n FROM (${known}) AS known`, {
    as_of: { timestamp: asOf },
    date: { date },
  });
  return Number(row?.n) > 0;
}
