/**
 * An account's results by date: of every date that was closed, not only of those on which they changed.
 * Documents have those of the last year; what is older is read from the warehouse.
 */

import { addDays } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import type { Row } from '../../ports/warehouse.ts';
import { datedOf } from '../../publish/keep-days.ts';
import type { HistoryAnswer, HistoryPoint } from '../../records/api/history.ts';
import { ref } from '../../records/collection.ts';
import type { AccountDocument } from '../../records/documents.ts';
import { calendarId, calendars, packs } from '../../records/run-documents.ts';
import { entryAt, type Timeline, timelineOf } from '../../records/timeline.ts';
import {
  type DatedEntry,
  type DayResult,
  roundedConfidence,
  type YearDocument,
  yearAfter,
  yearOf,
  yearsOf,
} from '../../records/years.ts';
import type { Runtime } from '../../runtime.ts';
import { historyRow } from '../../scorecard/engine/history-row.ts';
import { bandNamed, inPoints, inPointsOrNull, scoreOf } from '../names.ts';
import type { HistoryParameters } from '../parameters.ts';
import { findAccount } from './account.ts';

const usualDays = 365;
/** Ten years: beyond it a range is a slip of the pen, and BigQuery bills by partition. */
const mostDays = 3660;
/** Years that may still have a document: each is removed 400 days after its end. */
const mostYears = 3;

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
  const { snapshots, pack, clock } = runtime;
  const score = scoreOf(pack, parameters.score);
  const latest = (await findAccount(runtime, account)).data;
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
  const past = await pastOf(runtime, account, latest, { from, to });
  const wanted = parameters.limit + 1;
  const points = pointsOf(runtime, score.id, past, { from, to }).slice(0, wanted);
  if (points.length < wanted && past.since > from) {
    const older = { from, to: addDays(past.since, -1), limit: wanted - points.length };
    points.push(...(await readOlder(runtime, account, score.id, older)));
  }
  const results = points.slice(0, parameters.limit);
  const oldest = results.at(-1);
  return {
    account,
    score: score.id,
    from,
    to,
    results,
    ...(points.length > parameters.limit && oldest ? { next_to: addDays(oldest.date, -1) } : {}),
  };
}

interface Range {
  from: string;
  to: string;
}

/** What documents tell of an account. */
interface Past {
  timeline: Timeline;
  /** Dates that were closed, oldest first. */
  closed: readonly string[];
  /** From when on they tell all of it. */
  since: string;
}

/** Reads a document a year of the account, and one of the pack. */
async function pastOf(
  { snapshots, pack }: Runtime,
  account: string,
  latest: AccountDocument,
  { from, to }: Range,
): Promise<Past> {
  const years = yearsIn(from, to).slice(-mostYears);
  const [last = yearOf(to)] = years.slice(-1);
  // A year that opens after them tells what they ended with, though nothing changed in them.
  if (yearOf(latest.date) > last) years.push(yearAfter(last));
  const [found, kept] = await Promise.all([
    snapshots.getAll(years.map((year) => ref(yearsOf(account), year))),
    snapshots.getAll(years.map((year) => ref(calendars, calendarId(pack.id, year)))),
  ]);
  const documents = years.flatMap((year, i): [string, YearDocument][] => {
    const document = found[i]?.data;
    return document ? [[year, document]] : [];
  });
  const known = timelineOf(new Map(documents));
  // Where nothing changed in these years, what is shown now held all the time.
  const timeline =
    known.entries.length > 0 ? known : { entries: [datedOf(latest)], complete: false };
  const closed = years.flatMap((year, i) =>
    Object.keys(kept[i]?.data.closed ?? {})
      .map((key) => `${year}-${key}`)
      .sort(),
  );
  return { timeline, closed, since: knownSince(timeline, closed, from, to) };
}

/** From when on all is known: what no run has seen is known, too. */
function knownSince(
  { entries, complete }: Timeline,
  closed: readonly string[],
  from: string,
  to: string,
): string {
  if (complete) return from;
  const [first] = entries;
  const [begun] = closed;
  const after = addDays(to, 1);
  if (!first || !begun) return after;
  const since = first.date > begun ? first.date : begun;
  return since > after ? after : since;
}

function yearsIn(from: string, to: string): string[] {
  const [first, last] = [from, to].map((date) => Number(yearOf(date))) as [number, number];
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i).padStart(4, '0'));
}

/** A result of every date that was closed, newest first; of an account that left, of that date alone. */
function pointsOf(
  runtime: Runtime,
  score: string,
  { timeline, closed, since }: Past,
  { from, to }: Range,
): HistoryPoint[] {
  return closed
    .flatMap((date, i): HistoryPoint[] => {
      if (date < since || date < from || date > to) return [];
      const held = entryAt(timeline, date);
      if (held === undefined || held === 'nothing') return [];
      const point = pointOn(runtime, score, date, held, closed[i - 1]);
      return point ? [point] : [];
    })
    .reverse();
}

/** @param before the date that was closed before it */
function pointOn(
  { pack }: Runtime,
  score: string,
  date: string,
  { date: since, entry }: DatedEntry,
  before: string | undefined,
): HistoryPoint | undefined {
  if (entry === 'absent')
    return since === date ? { ...nothingOn(date), state: 'absent' } : undefined;
  const result = entry[score];
  if (!result) return undefined;
  return {
    date,
    state: result.state,
    points: inPointsOrNull(result.points),
    band: bandNamed(pack, score, result.band),
    scorecard: result.scorecard,
    version: result.version,
    phase: result.phase,
    confidence: result.confidence,
    waiting_for_data: result.waiting_for_data,
    change: since === date ? changeIn(result) : unchanged(result, before ?? since),
  };
}

const nothingOn = (date: string) => ({
  date,
  ...{ points: null, band: null, scorecard: null, version: null, phase: null },
  ...{ confidence: null, waiting_for_data: false, change: null },
});

function changeIn({ change }: DayResult): HistoryPoint['change'] {
  if (change === null) return null;
  const { since, rules, phase, data, behaviour } = change;
  return {
    since,
    total: inPoints(rules + phase + data + behaviour),
    rules: inPoints(rules),
    phase: inPoints(phase),
    data: inPoints(data),
    behaviour: inPoints(behaviour),
  };
}

const unchanged = ({ points }: DayResult, since: string): HistoryPoint['change'] =>
  points === null ? null : { since, total: 0, rules: 0, phase: 0, data: 0, behaviour: 0 };

/** Results of dates that documents do not tell of. */
async function readOlder(
  runtime: Runtime,
  account: string,
  score: string,
  { from, to, limit }: Range & { limit: number },
): Promise<HistoryPoint[]> {
  const { warehouse } = runtime;
  // The date range reads only these partitions.
  const rows = await warehouse.query(
    `SELECT ${Object.keys(shown).join(', ')} FROM score_history
     WHERE date BETWEEN @from AND @to AND account_id = @account AND score = @score
     ORDER BY date DESC LIMIT ${limit}`,
    { from: { date: from }, to: { date: to }, account, score },
  );
  return rows.map((row) => pointOf(runtime, score, row));
}

function pointOf({ pack }: Runtime, score: string, stored: Row): HistoryPoint {
  const row = resultRow.parse(stored);
  const { points, confidence, before_date: since, before_points: before } = row;
  return {
    date: row.date,
    state: row.state,
    points: inPointsOrNull(points),
    band: bandNamed(pack, score, row.band),
    scorecard: row.scorecard,
    version: row.version,
    phase: row.phase,
    confidence: confidence === null ? null : roundedConfidence(confidence),
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
