/**
 * Past outcomes with the results that runs kept, as people saw them: bands of then, by the rules of then.
 * The warehouse selects, once, the results of accounts with outcomes on the dates of the grid, and they are
 * read account by account: in memory are the outcomes with the one result that each is held against, and
 * the results of one shard.
 */
import { z } from 'zod';
import { code, Rejected } from '../../errors.ts';
import {
  distinctOutcomes,
  judgeOutcomes,
  leftOutOutcomes,
  type PastAction,
  type PastOutcome,
  type PastRows,
  sumLeftOut,
} from '../../evidence/past-outcomes.ts';
import { reviewsOf, stabilityFrom } from '../../evidence/report/warnings.ts';
import { historyTable } from '../../inputs/run-tables.ts';
import { textLiteral } from '../../ports/googlesql-text.ts';
import type { Snapshots } from '../../ports/snapshots.ts';
import type { IdRange, Row, Warehouse } from '../../ports/warehouse.ts';
import { ref } from '../../records/collection.ts';
import { packs } from '../../records/run-documents.ts';
import { daysOf, onDays, rowColumns, todayReader } from '../../runs/kept-rows.ts';
import { shardStarts } from '../../runs/prepare-run.ts';
import { type HistoryRow, historyRequests, rowsOf } from '../../scorecard/engine/history-row.ts';
import type { Pack, Score } from '../../scorecard/language/pack/pack.ts';
import { knownOutcomes, noOutcomes, outcomesIn, outcomesTable } from './outcomes-table.ts';
import {
  datesOf,
  type PastData,
  type PastRequest,
  type PastScore,
  periodOf,
  segmentColumns,
} from './past.ts';

export interface KeptPlace {
  warehouse: Warehouse;
  snapshots: Snapshots;
  /** Tells this look from others: tables of its own are named after it, and dropped at its end. */
  id: string;
}

export interface KeptPast extends PastData {
  /** What people did for these accounts. */
  actions: PastAction[];
  /** What lots drew of them. */
  lots: { account: string; signal: string; year: string; held_back: boolean }[];
}

export interface KeptProgress {
  /** Before results are read: on how many days. */
  reads: (days: number) => void;
  shard: (done: number, of: number) => void;
}

/**
 * @throws Rejected where no run has closed, or no outcome is there, or for days to come
 */
export async function judgeKept(
  pack: Pack,
  { warehouse, snapshots, id }: KeptPlace,
  request: PastRequest,
  progress: KeptProgress = { reads: () => undefined, shard: () => undefined },
): Promise<KeptPast> {
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  if (!current) {
    throw new Rejected(code.notFound, `No run of ${pack.id} has closed, so no result is kept yet.`);
  }
  const { from, to } = periodOf(request, current.date);
  const own = (part: string) => `evidence_${part}_${id}`;
  const tables = { outcomes: own('outcomes'), rows: own('rows'), actions: own('actions') };
  const select = (part: keyof typeof tables, sql: string, parameters = {}) =>
    warehouse.materialize({
      ...{ id: tables[part].replaceAll('_', '-'), sql, parameters },
      ...{ table: tables[part], cluster: ['account_id'] },
    });
  try {
    const { rows } = await select('outcomes', knownOutcomes(latestOutcomes), {
      from_date: { date: from },
      to_date: { date: to },
    });
    if (rows === 0) throw noOutcomes({ from, to });
    const shards = await rangesOf(warehouse, pack, tables.outcomes);
    const dates = await gridOf(warehouse, shards, tables.outcomes, request);
    progress.reads(dates.length);
    await select('rows', rowsQuery(tables.outcomes, dates), daysOf(dates));
    await select('actions', actionsQuery(tables.outcomes, pack.zone));
    const lots = await lotsOf(warehouse, tables.outcomes);
    const found = new Map(pack.scores.map(({ id: score }) => [score, nothing(request)]));
    const layouts = todayReader(snapshots, pack).read;
    const actions: PastAction[] = [];
    const seenOn = await datesWithRows(warehouse, dates);
    let outcomes = 0;
    for (const [i, accounts] of shards.entries()) {
      const some = distinctOutcomes(await outcomesIn(warehouse, tables.outcomes, accounts));
      outcomes += some.length;
      const kept = await rowsIn(warehouse, tables.rows, accounts, layouts);
      for (const score of pack.scores) {
        const past = found.get(score.id);
        if (past) judgeShard(score, past, some, withDates(kept.get(score.id), seenOn), request);
      }
      actions.push(...(await actionsIn(warehouse, tables.actions, accounts)));
      progress.shard(i + 1, shards.length);
    }
    for (const score of pack.scores) {
      const past = found.get(score.id);
      if (past) Object.assign(past, await overAll(warehouse, score, dates));
    }
    const dated = seenOn.length;
    return {
      ...{ from, to, outcomes, dates: dated, scores: found, actions, lots },
      // Results are of their own day, whatever the tables hold by now.
      ...{ timeless: [], timelessAccounts: [] },
    };
  } finally {
    for (const table of Object.values(tables)) await warehouse.dropTable(table);
  }
}

/** The table has a row for every change of an outcome. */
const latestOutcomes = `SELECT account_id, outcome_on, kind, notice_on, reason FROM (
    SELECT * FROM ${outcomesTable}
    WHERE outcome_on <= @to_date
    QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id, outcome_on, kind ORDER BY revision DESC) = 1
  ) AS latest
  WHERE NOT withdrawn`;

const ofAccounts = (outcomes: string): string =>
  `account_id IN (SELECT account_id FROM ${outcomes})`;

const rowsQuery = (outcomes: string, dates: readonly string[]): string =>
  `SELECT ${rowColumns} FROM ${historyTable}
  WHERE ${onDays(dates)} AND ${ofAccounts(outcomes)}`;

const actionsQuery = (outcomes: string, zone: string): string =>
  `SELECT account_id, happened_on, did, DATE(entered_at, '${zone}') AS entered FROM interventions
  WHERE ${ofAccounts(outcomes)}`;

async function rangesOf(warehouse: Warehouse, pack: Pack, table: string): Promise<IdRange[]> {
  const starts = [...new Set(await shardStarts({ warehouse, pack }, table))];
  return starts.map((from, i) => {
    const before = starts[i + 1];
    return before === undefined ? { from } : { from, before };
  });
}

/** The dates that outcomes are held against, and those between. */
async function gridOf(
  warehouse: Warehouse,
  shards: readonly IdRange[],
  table: string,
  request: PastRequest,
): Promise<string[]> {
  const known: PastOutcome[] = [];
  for (const accounts of shards) {
    const some = distinctOutcomes(await outcomesIn(warehouse, table, accounts));
    const byDay = some.toSorted((a, b) => (a.on < b.on ? -1 : 1));
    // The first and the last day of each shard are enough to know where the grid begins and ends.
    known.push(...[byDay[0], byDay.at(-1)].flatMap((one) => one ?? []));
  }
  const leads = request.history?.leads ?? [];
  return datesOf(known, { ...request, history: { leads } });
}

/** Days of the grid on which a run closed. */
async function datesWithRows(warehouse: Warehouse, dates: readonly string[]): Promise<string[]> {
  const rows = await warehouse.query(
    `SELECT CAST(date AS STRING) AS day FROM ${historyTable}
     WHERE ${onDays(dates)} GROUP BY date ORDER BY day`,
    daysOf(dates),
  );
  return rows.map(({ day }) => String(day));
}

const withDates = (rows: PastRows | undefined, dates: readonly string[]): PastRows =>
  new Map(dates.map((date) => [date, rows?.get(date) ?? new Map()]));

function nothing({ history }: PastRequest): PastScore {
  return {
    ...{ results: 0, judged: [], leftOut: [], reviews: { churns: [], low: [] } },
    stability: stabilityFrom({ changes: 0, undone: 0, days: 0 }),
    byLead: (history?.leads ?? []).map((lead) => ({ lead, judged: [] })),
  };
}

function judgeShard(
  score: Score,
  past: PastScore,
  outcomes: readonly PastOutcome[],
  rows: PastRows,
  { lead, every }: PastRequest,
): void {
  const segments = new Map(
    [...rows].map(([date, results]) => [
      date,
      new Map([...results].map(([account, row]) => [account, segmentsIn(row)])),
    ]),
  );
  const judge = (days: number) => judgeOutcomes(outcomes, rows, { lead: days, every }, segments);
  const judged = judge(lead);
  const reviews = reviewsOf(score, judged, rows);
  past.judged.push(...judged);
  past.leftOut = sumLeftOut([...past.leftOut, ...leftOutOutcomes(outcomes, rows, { lead, every })]);
  past.reviews.churns.push(...reviews.churns);
  past.reviews.low.push(...reviews.low);
  for (const one of past.byLead) one.judged.push(...judge(one.lead));
}

const accountColumns = z.record(z.string(), z.unknown());

/** Of the columns that decided on phase and scorecard, those by which teams look at customers apart. */
function segmentsIn({ account }: HistoryRow): Record<string, string> {
  const columns = accountColumns.parse(account === null ? {} : JSON.parse(account));
  return Object.fromEntries(
    segmentColumns.flatMap((name) => {
      const value = columns[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
}

/** By score, date and account. */
async function rowsIn(
  warehouse: Warehouse,
  table: string,
  accounts: IdRange,
  today: (row: HistoryRow) => Promise<HistoryRow>,
): Promise<Map<string, Map<string, Map<string, HistoryRow>>>> {
  const found = new Map<string, Map<string, Map<string, HistoryRow>>>();
  for await (const batch of warehouse.read({ table, columns: historyRequests, accounts })) {
    for (const kept of rowsOf(batch)) {
      const row = await today(kept);
      const dates = found.get(row.score) ?? new Map<string, Map<string, HistoryRow>>();
      const results = dates.get(row.date) ?? new Map<string, HistoryRow>();
      found.set(row.score, dates.set(row.date, results.set(row.account_id, row)));
    }
  }
  return found;
}

async function actionsIn(
  warehouse: Warehouse,
  table: string,
  accounts: IdRange,
): Promise<PastAction[]> {
  const names = ['account_id', 'happened_on', 'did', 'entered'];
  const columns = names.map((name) => ({ name, as: 'string' as const }));
  const found: PastAction[] = [];
  for await (const { rows, columns: read } of warehouse.read({ table, columns, accounts })) {
    const [ids, days, dids, entered] = names.map((name) => read.get(name)?.values ?? []);
    for (let i = 0; i < rows; i++) {
      const [account, on] = [String(ids?.[i]), String(days?.[i])];
      found.push({ account, on, did: String(dids?.[i]), entered: String(entered?.[i]) });
    }
  }
  return found;
}

const lot = z.object({
  account: z.string(),
  signal: z.string(),
  year: z.string(),
  held_back: z.boolean(),
});
/** What one query gives at most. */
const mostLots = 10_000;

async function lotsOf(warehouse: Warehouse, outcomes: string): Promise<KeptPast['lots']> {
  const found: KeptPast['lots'] = [];
  for (let page: Row[] | undefined; !page || page.length === mostLots; ) {
    page = await warehouse.query(
      `SELECT account_id AS account, \`signal\`, \`year\`, held_back FROM (
         SELECT *, ROW_NUMBER() OVER (ORDER BY account_id, \`signal\`, \`year\`) AS position FROM (
           SELECT DISTINCT account_id, \`signal\`, \`year\`, held_back FROM lots WHERE ${ofAccounts(outcomes)}
         ) AS drawn
       ) AS numbered
       WHERE position BETWEEN @first AND @last ORDER BY position`,
      { first: found.length + 1, last: found.length + mostLots },
    );
    found.push(...page.map((row) => lot.parse(row)));
  }
  return found;
}

const counts = z.object({
  results: z.number(),
  changes: z.number(),
  undone: z.number(),
  days: z.number().nullable(),
});

/** Of all accounts, also those without an outcome: counted where they are. */
async function overAll(
  warehouse: Warehouse,
  { id, bands }: Score,
  dates: readonly string[],
): Promise<Pick<PastScore, 'results' | 'stability'>> {
  const known = bands.map((band) => textLiteral(band.id)).join(', ');
  const [row] = await warehouse.query(
    `WITH seen AS (
       SELECT account_id, date, state, points, IF(band IN (${known}), band, NULL) AS band FROM ${historyTable}
       WHERE ${onDays(dates)} AND score = @score
     ), followed AS (
       SELECT state, points, date, band,
         LAG(band) OVER (PARTITION BY account_id ORDER BY date) AS last,
         LAG(date) OVER (PARTITION BY account_id ORDER BY date) AS last_on,
         LAG(band, 2) OVER (PARTITION BY account_id ORDER BY date) AS earlier
       FROM seen
     )
     SELECT COUNTIF(state = 'scored' AND points IS NOT NULL) AS results,
       COUNTIF(band <> last) AS changes, COUNTIF(band <> last AND band = earlier) AS undone,
       SUM(CASE WHEN band IS NOT NULL AND last IS NOT NULL THEN DATE_DIFF(date, last_on, DAY) END) AS days
     FROM followed`,
    { ...daysOf(dates), score: id },
  );
  const { results, changes, undone, days } = counts.parse(row);
  return { results, stability: stabilityFrom({ changes, undone, days: days ?? 0 }) };
}
