import { code, Rejected } from '../errors.ts';
import { historyTable, jobId, stagingTable } from '../inputs/run-tables.ts';
import { ref } from '../records/collection.ts';
import {
  dayId,
  days,
  type RunCounts,
  type RunDocument,
  runs,
  shardsOf,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import { shownHash } from '../scorecard/meaning/shown-row.ts';
import { percent } from '../scorecard/meaning/texts.ts';
import { dropRunTables, failRun } from './end-run.ts';
import { changeRun } from './leases.ts';
import { addCounts, allShards, noCounts, shardsIn } from './shards.ts';

/**
 * Makes a completely scored run visible: the breaker first, then one atomic copy of staging
 * onto the history partition, then `current`. Does nothing while shards are open, and may be
 * repeated at any point.
 */
export async function closeRun(runtime: Runtime, id: string): Promise<void> {
  const { snapshots, clock, log } = runtime;
  let run = (await snapshots.get(ref(runs, id)))?.data;
  if (!run) throw new Rejected(code.notFound, `run ${id} does not exist`);

  if (run.state === 'scoring') {
    const open = await snapshots.count({
      collection: shardsOf(id, run),
      where: [{ field: 'state', op: '==', value: 'open' }],
    });
    if (open > 0) return;
    const shards = await allShards(runtime, id, run);
    if (shards.length !== run.shards) return;
    const expected = shards.reduce((sum, shard) => sum + shard.rows, 0);
    const [found] = await runtime.warehouse.query(
      `SELECT COUNT(*) AS n FROM ${stagingTable(id, run)}`,
    );
    if (Number(found?.n) !== expected) {
      await failRun(runtime, id, {
        code: code.invalidData,
        message: `staging holds ${found?.n} rows, but the shards counted ${expected}; history is unchanged`,
      });
      return;
    }
    const counts = shards.reduce((sum, s) => addCounts(sum, s.counts ?? noCounts), noCounts);
    const { breaker } = runtime.pack;
    const moves = breaker ? await movesSinceLastClosed(runtime, id, run, counts) : counts;
    if (breaker && isMassChange(run, moves, breaker.share)) {
      const failure = {
        code: 'mass-change',
        message: `${moves.band_changes} of ${moves.comparable} results change band and ${moves.absent} accounts left; the pack allows ${percent(breaker.share, 'en')} in one run`,
      };
      await changeRun(
        snapshots,
        id,
        ['scoring'],
        clock.now(),
        () => ({ state: 'held', counts, failure }),
        { release: true },
      );
      log.runHeld({ run: id, band_changes: moves.band_changes, comparable: moves.comparable });
      return;
    }
    run = await changeRun(snapshots, id, ['scoring'], clock.now(), () => ({
      state: 'closing',
      counts,
    }));
  }
  if (run.state === 'closing') run = await copyAndCommit(runtime, id, run);
  if (run.state === 'publishing') await announceShards(runtime, id, run);
}

type Moves = Pick<RunCounts, 'band_changes' | 'comparable' | 'absent'>;

/**
 * What would change for people who look now: against the earlier revision of the date, where
 * there is one, so that a change that was let through once is not held every hour.
 */
async function movesSinceLastClosed(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  counts: RunCounts,
): Promise<Moves> {
  const earlier = await runtime.snapshots.get(ref(days, dayId(run.pack, run.date)));
  if (!earlier || run.kind === 'backfill') return counts;
  const known = (row: string) => `${row}.band IS NOT NULL AND ${row}.band <> 'unknown'`;
  const [found] = await runtime.warehouse.query(
    `SELECT
       COUNT(CASE WHEN ${known('shown')} AND next.state <> 'absent' THEN 1 END) AS comparable,
       COUNT(CASE WHEN ${known('shown')} AND ${known('next')} AND next.band <> shown.band THEN 1 END) AS band_changes,
       COUNT(DISTINCT CASE WHEN shown.state <> 'absent' AND next.state = 'absent' THEN next.account_id END) AS absent
     FROM ${stagingTable(id, run)} AS next
     JOIN ${historyTable} AS shown
       ON shown.account_id = next.account_id AND shown.score = next.score
     WHERE shown.date = @date`,
    { date: { date: run.date } },
  );
  return {
    comparable: Number(found?.comparable),
    band_changes: Number(found?.band_changes),
    absent: Number(found?.absent),
  };
}

/** A run with nothing to compare with, such as a pack's first, is never held. */
function isMassChange(run: RunDocument, moves: Moves, share: number): boolean {
  const { band_changes: changes, comparable, absent } = moves;
  if (run.kind === 'backfill' || comparable === 0) return false;
  return (changes + absent) / (comparable + absent) > share;
}

async function copyAndCommit(runtime: Runtime, id: string, run: RunDocument): Promise<RunDocument> {
  const { snapshots, warehouse, clock, log } = runtime;
  const staging = stagingTable(id, run);
  const rules = (await warehouse.query(`SELECT DISTINCT rules_hash AS h FROM ${staging}`))
    .map((row) => String(row.h))
    .sort();
  await warehouse.replacePartition({
    id: jobId(id, run, 'close'),
    from: staging,
    to: historyTable,
    date: run.date,
  });
  const backfill = run.kind === 'backfill';
  const shown = shownHash(runtime.pack);
  let revision = 0;
  const closed = await changeRun(
    snapshots,
    id,
    ['closing'],
    clock.now(),
    async (now, holder, tx) => {
      const dayRef = ref(days, dayId(now.pack, now.date));
      const earlier = (await tx.get(dayRef))?.data;
      const previous = holder.current
        ? (await tx.get(ref(runs, holder.current.run)))?.data
        : undefined;
      revision = (earlier?.revision ?? 0) + 1;
      tx.set(dayRef, {
        pack: now.pack,
        date: now.date,
        run: id,
        revision,
        accounts: now.accounts,
        rules,
      });
      return {
        state: backfill ? 'finished' : 'publishing',
        revision,
        changed: backfill ? 0 : null,
        // Documents show the partition before only if it was the last one published, whole, and
        // by the same routing and worklists.
        equal_rows_published:
          revision === 1 &&
          previous?.state === 'finished' &&
          previous.date === now.before_date &&
          previous.shown_hash === shown,
        shown_hash: shown,
      };
    },
    {
      // Until it is published, the next run waits: its changes build on what this one shows.
      release: backfill,
      current: ({ date, slot }) => (backfill ? null : { date, slot, revision, run: id }),
    },
  );
  log.runClosed({ run: id, date: closed.date, revision });
  if (backfill) {
    await dropRunTables(runtime, id, closed);
    log.runFinished({ run: id, changed: 0 });
  }
  return closed;
}

/** Sends every shard that is not published yet on its way. */
export async function announceShards(
  runtime: Runtime,
  id: string,
  run: RunDocument,
): Promise<void> {
  const scored = await shardsIn(runtime, id, run, 'scored');
  await runtime.bus.publish(
    'publish-shards',
    scored.map((shard) => ({ body: { run: id, shard } })),
  );
}
