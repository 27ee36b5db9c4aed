/**
 * Whether a scorecard has aged, looked at by itself: once a week, points of the newest date are held against
 * those of the first date that closed by the same scorecards since they were tuned or accepted, on the same day of the week. A sample of each
 * day is read, so that it costs the same for a million accounts.
 */
import { addDays, daysBetween } from '../calendar.ts';
import { type Ageing, ageingOf, lastJudged, scoredLabels } from '../evidence/drift.ts';
import { historyTable } from '../inputs/run-tables.ts';
import { type AgeingDocument, ageing } from '../records/ageing-document.ts';
import { ref } from '../records/collection.ts';
import { packs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { type HistoryRow, historyRequests, rowsOf } from '../scorecard/engine/history-row.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { daysOf, onDays, rowColumns, todayReader } from './kept-rows.ts';

const weekDays = 7;
/** A school's holidays last six weeks, and its scores come back. */
const lastingDays = 8 * weekDays;
const lasts = (since: string, now: string): boolean => daysBetween(since, now) >= lastingDays;
/** Accounts of a score and day that are looked at: with more, a shift that matters is as certain. */
const mostAccounts = 5_000;

/**
 * Looks at the newest closed date, where a week has passed since the last look.
 * @returns the scores that have aged since then, each said once
 */
export async function watchAgeing(runtime: Runtime): Promise<string[]> {
  const { snapshots, pack, log } = runtime;
  // What was never held against outcomes has nothing that could have aged.
  if (lastJudged(pack) === null) return [];
  const date = (await snapshots.get(ref(packs, pack.id)))?.data.current?.date;
  if (date === undefined) return [];
  const target = ref(ageing, pack.id);
  const stored = await snapshots.get(target);
  const basis = basisOf(pack);
  if (stored?.data.basis !== basis) {
    const first = { basis, since: date, checked: date, moved: {}, aged: {} };
    await snapshots.set(target, first, stored ? { ifVersion: stored.version } : {});
    return [];
  }
  const { since, checked, moved: before, aged } = stored.data;
  const weeks = Math.floor(daysBetween(since, date) / weekDays);
  const now = addDays(since, weeks * weekDays);
  if (now <= checked) return [];
  const table = `ageing_${pack.id.replaceAll('-', '_')}_${now.replaceAll('-', '')}T000000Z`;
  const found = await ageingsOn(runtime, [since, now], table);
  const far = found.flatMap(({ score, ageing: of }) => (of ? [{ score, ...of }] : []));
  const moved = Object.fromEntries(far.map(({ score }) => [score, before[score] ?? now]));
  const fresh = far.filter(
    ({ score }) => aged[score] === undefined && lasts(moved[score] ?? now, now),
  );
  const said = fresh.map(({ score, psi, metrics }) => [score, { on: now, psi, metrics }] as const);
  const next: AgeingDocument = {
    ...{ basis, since, checked: now, moved },
    aged: { ...aged, ...Object.fromEntries(said) },
  };
  // Whoever looked meanwhile has said it.
  await snapshots.set(target, next, { ifVersion: stored.version });
  await runtime.warehouse.dropTable(table);
  for (const [score, { psi, metrics }] of said) {
    log.scorecardAged({ pack: pack.id, score, since, date: now, psi, metrics });
  }
  return said.map(([score]) => score);
}

/** What makes a scorecard another one; a text that is put better does not. */
function basisOf({ scores, evidence }: Pick<Pack, 'scores' | 'evidence'>): string {
  return JSON.stringify([
    scores.map(({ id, scorecards }) => [
      id,
      scorecards.map(({ id: card, version, tunedUntil }) => [card, version, tunedUntil]),
    ]),
    evidence.accepted?.to ?? null,
  ]);
}

async function ageingsOn(
  { warehouse, snapshots, pack }: Runtime,
  days: [then: string, now: string],
  table: string,
): Promise<{ score: string; ageing: Ageing | null }[]> {
  await warehouse.materialize({
    id: table.replaceAll('_', '-'),
    sql: `SELECT ${rowColumns} FROM (
       SELECT ${rowColumns},
         ROW_NUMBER() OVER (PARTITION BY date, score ORDER BY account_id) AS position,
         COUNT(*) OVER (PARTITION BY date, score) AS accounts
       FROM ${historyTable}
       WHERE ${onDays(days)} AND state = 'scored'
     ) AS numbered
     WHERE MOD(position, DIV(accounts + @most - 1, @most)) = 0`,
    parameters: { ...daysOf(days), most: mostAccounts },
    table,
    cluster: ['account_id'],
  });
  const { now: layout, read } = todayReader(snapshots, pack);
  const rows: HistoryRow[] = [];
  for await (const batch of warehouse.read({ table, columns: historyRequests })) {
    for (const row of rowsOf(batch)) rows.push(await read(row));
  }
  return pack.scores.map((score) => {
    const [then, now] = days.map((day) => ({
      layout,
      rows: rows.filter((row) => row.score === score.id && row.date === day),
    }));
    const of = then && now ? ageingOf(score, scoredLabels(pack, score), then, now) : null;
    return { score: score.id, ageing: of };
  });
}
