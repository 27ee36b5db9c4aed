/**
 * What holds a run before anything of it becomes visible: too many accounts that would change at
 * once, or a source that lost its rows. Counted in one unit, accounts.
 */
import { historyTable, stagingTable } from '../inputs/run-tables.ts';
import { ref } from '../records/collection.ts';
import {
  dayId,
  days,
  packs,
  type RunDocument,
  type RunMoves,
  runs,
  type SourceState,
} from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { percent } from '../scorecard/meaning/texts.ts';

/** Why a run is held, in a sentence for whoever decides, and the tables it is about. */
export interface Harm {
  code: 'mass-change' | 'source-lost';
  message: string;
  tables: string[];
}

/** Of fewer accounts, only the loss of all is no everyday event. */
const fewestAccounts = 10;
/** Shares of a source's rows that belong to an account: from above the first to below the second. */
const matched = 0.1;
const unmatched = 0.01;

/**
 * Compares a scored run with what people see: with the earlier revision of its date, where there
 * is one, so that a change which was let through once is not held every hour; else with the last
 * closed date before. The first run of a pack, and a backfill, have nothing to compare with: what
 * a backfill wrote before it nobody was shown.
 */
export async function lookForHarm(
  runtime: Runtime,
  id: string,
  run: RunDocument,
): Promise<{ moves: RunMoves; held: Harm | undefined } | { moves: null; held: undefined }> {
  const shown = run.kind === 'backfill' ? undefined : await shownBefore(runtime, run);
  if (!shown) return { moves: null, held: undefined };
  const moves = await movesSince(runtime, id, run, shown.date);
  const before = (await runtime.snapshots.get(ref(runs, shown.run)))?.data.sources ?? [];
  const lost = lostSources(runtime.pack, before, run.sources, shown.date);
  const sentences = [...massChange(moves, runtime.pack.breaker.share), ...lost.sentences];
  if (sentences.length === 0) return { moves, held: undefined };
  return {
    moves,
    held: {
      code: lost.tables.length > 0 ? 'source-lost' : 'mass-change',
      message: sentences.join(' '),
      tables: lost.tables,
    },
  };
}

async function shownBefore(
  { snapshots }: Runtime,
  run: RunDocument,
): Promise<{ date: string; run: string } | undefined> {
  if (!(await snapshots.get(ref(packs, run.pack)))?.data.current) return undefined;
  for (const date of [run.date, run.before_date]) {
    if (date === null) continue;
    const closed = await snapshots.get(ref(days, dayId(run.pack, date)));
    if (closed) return { date, run: closed.data.run };
  }
  return undefined;
}

async function movesSince(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  since: string,
): Promise<RunMoves> {
  const { warehouse, pack } = runtime;
  const staging = stagingTable(id, run);
  const known = (row: string) => `${row}.band IS NOT NULL AND ${row}.band <> 'unknown'`;
  const scores = pack.scores.map((score) => `'${score.id}'`).join(', ');
  const [found] = await warehouse.query(
    `SELECT
       COUNT(*) AS shown,
       COUNT(CASE WHEN present = 0 THEN 1 END) AS gone,
       COUNT(CASE WHEN present = 1 AND changed = 1 THEN 1 END) AS band_changed,
       COUNT(CASE WHEN present = 1 AND changed = 0 AND lost = 1 THEN 1 END) AS unknown
     FROM (
       SELECT
         shown.account_id,
         MAX(CASE WHEN there.account_id IS NULL THEN 0 ELSE 1 END) AS present,
         MAX(CASE WHEN ${known('shown')} AND ${known('next')} AND next.band <> shown.band THEN 1 ELSE 0 END) AS changed,
         MAX(CASE WHEN ${known('shown')} AND next.account_id IS NOT NULL AND NOT (${known('next')}) AND next.waiting_for_data IS NOT TRUE THEN 1 ELSE 0 END) AS lost
       FROM ${historyTable} AS shown
       LEFT JOIN (SELECT DISTINCT account_id FROM ${staging} WHERE state <> 'absent') AS there
         ON there.account_id = shown.account_id
       LEFT JOIN ${staging} AS next
         ON next.account_id = shown.account_id AND next.score = shown.score
       WHERE shown.date = @since AND shown.state <> 'absent' AND shown.score IN (${scores})
       GROUP BY shown.account_id
     ) AS accounts`,
    { since: { date: since } },
  );
  return {
    since,
    shown: Number(found?.shown),
    gone: Number(found?.gone),
    band_changed: Number(found?.band_changed),
    unknown: Number(found?.unknown),
  };
}

function massChange(moves: RunMoves, share: number): string[] {
  const { shown, gone, band_changed: changed, unknown, since } = moves;
  const all = gone + changed + unknown;
  if (shown === 0) return [];
  if (gone === shown) {
    return [`Every account that was shown on ${since} is gone: ${shown} of ${shown}.`];
  }
  if (shown < fewestAccounts || all / shown <= share) return [];
  return [
    `${all} of the ${shown} accounts shown on ${since} would change (${percent(all / shown, 'en')}): ${gone} gone, ${changed} in another band, ${unknown} not known any more; the pack allows ${percent(share, 'en')} in one run.`,
  ];
}

function lostSources(
  pack: Pack,
  before: readonly SourceState[],
  now: readonly SourceState[],
  since: string,
): { tables: string[]; sentences: string[] } {
  const lost = now.flatMap((source) => {
    const { table } = source;
    const then = before.find((one) => one.table === table);
    if (!then || pack.sources.get(table)?.may_be_empty) return [];
    const name = pack.tables.get(table)?.table ?? table;
    // A run of an earlier release counted no rows; an empty table was complete through no day.
    const had = then.rows ?? (then.complete_through === null ? 0 : 1);
    const rows = source.rows ?? 0;
    if (had > 0 && rows === 0) {
      const what = source.state === 'missing' ? 'is not there any more' : 'has no row any more';
      const count = then.rows === null ? 'rows' : `${then.rows} rows`;
      return [
        {
          table,
          sentence: `The table ${name} ${what}; it had ${count} when ${since} was closed.`,
        },
      ];
    }
    const [share, was] = [source, then].map((one) =>
      one.rows === null || one.matching === null || one.rows === 0 ? null : one.matching / one.rows,
    );
    if (share == null || was == null || share >= unmatched || was <= matched) return [];
    return [
      {
        table,
        sentence: `${source.matching} of ${rows} rows of ${name} belong to an account (${percent(share, 'en')}); when ${since} was closed it was ${percent(was, 'en')}.`,
      },
    ];
  });
  return {
    tables: lost.map(({ table }) => table),
    sentences: lost.map(({ sentence }) => sentence),
  };
}
