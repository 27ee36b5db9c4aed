import { code, Rejected } from '../errors.ts';
import type { Runtime } from '../ports/runtime.ts';
import { ref } from '../records/collection.ts';
import {
  dayId,
  days,
  type RunCounts,
  type RunDocument,
  runs,
  type ShardDocument,
  shardsOf,
} from '../records/documents.ts';
import { dropRunTables, failRun } from './end-run.ts';
import { changeRun } from './leases.ts';
import { addCounts, noCounts } from './run-counts.ts';
import { historyTable, jobId, stagingTable } from './run-tables.ts';
import { mostShards, shardsIn } from './shards.ts';

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
    if (breaker && isMassChange(run, counts, breaker.share)) {
      const failure = {
        code: 'mass-change',
        message: `${counts.band_changes} of ${counts.comparable} results change band and ${counts.absent} accounts left; the pack allows ${Math.round(breaker.share * 100)} % in one run`,
      };
      await changeRun(
        snapshots,
        id,
        ['scoring'],
        clock.now(),
        () => ({ state: 'held', counts, failure }),
        { release: true },
      );
      log.runHeld({ run: id, band_changes: counts.band_changes, comparable: counts.comparable });
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

/** A run with nothing to compare with, such as a pack's first, is never held. */
function isMassChange(run: RunDocument, counts: RunCounts, share: number): boolean {
  if (run.kind === 'backfill' || run.before_date === null || counts.comparable === 0) return false;
  return (counts.band_changes + counts.absent) / (counts.comparable + counts.absent) > share;
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
        // Documents show the partition before only if it was the last one published, whole.
        equal_rows_published:
          revision === 1 && previous?.state === 'finished' && previous.date === now.before_date,
      };
    },
    {
      release: true,
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

async function allShards(runtime: Runtime, id: string, run: RunDocument): Promise<ShardDocument[]> {
  const stored = await runtime.snapshots.query({
    collection: shardsOf(id, run),
    limit: mostShards,
  });
  return stored.map((shard) => shard.data);
}
