import { inputsTable, jobId, stagingTable } from '../inputs/run-tables.ts';
import type { IdRange } from '../ports/warehouse.ts';
import { ref } from '../records/collection.ts';
import type { ShardMessage } from '../records/messages.ts';
import { type RunCounts, type RunDocument, runs, shardsOf } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { ColumnBatch } from '../scorecard/engine/columns.ts';
import { scoreBatch } from '../scorecard/engine/score.ts';
import { isComparison } from './candidate/compare-candidate.ts';
import { comparePart } from './candidate/compare-part.ts';
import { closeRun } from './close-run.ts';
import { compiledRun } from './compiled-run.ts';
import { dropRunTables } from './end-run.ts';
import { lostRun, renewLease } from './leases.ts';
import { accountsOf, addCounts, noCounts } from './shards.ts';

/**
 * Scores one shard into the run's staging table: its only effect, under a deterministic job
 * id. Whoever finishes last closes the run; a redelivered finished shard checks again, so a
 * crash between the two heals. Parts of a candidate's comparison come the same way.
 */
export async function scoreShard(runtime: Runtime, message: ShardMessage): Promise<void> {
  const { snapshots, log } = runtime;
  const { run: id, shard: number } = message;
  if (isComparison(id)) return comparePart(runtime, message);
  const ignore = (reason: string) =>
    log.messageIgnored({ function: 'score-shard', run: id, reason });

  const run = (await snapshots.get(ref(runs, id)))?.data;
  if (!run) return ignore('no such run');
  if (run.state === 'closing') return closeRun(runtime, id);
  if (run.state === 'discarded' || run.state === 'superseded') {
    return dropRunTables(runtime, id, run);
  }
  if (run.state !== 'scoring') return ignore(`the run is ${run.state}`);
  if (run.rules_hash !== runtime.pack.hash || run.engine_hash !== runtime.engineHash) {
    return ignore('the run is of another deployment; sweep starts it again');
  }
  const shard = (await snapshots.get(ref(shardsOf(id, run), String(number))))?.data;
  if (!shard) return ignore('no such shard');

  if (shard.state === 'open') {
    const { batches, counts } = await scoreRange(runtime, id, run, accountsOf(shard));
    const { rows } = await runtime.warehouse.load({
      id: jobId(id, run, `shard-${number}`),
      table: stagingTable(id, run),
      batches,
    });
    const recorded = await snapshots.transaction(async (tx) => {
      const now = (await tx.get(ref(runs, id)))?.data;
      if (now?.state !== 'scoring' || now.attempt !== run.attempt) return false;
      tx.set(ref(shardsOf(id, run), String(number)), { ...shard, state: 'scored', rows, counts });
      return true;
    });
    if (!recorded) throw lostRun(id, 'it was started again or ended meanwhile');
    log.shardScored({ run: id, shard: number, rows, scored: counts.scored });
    if (counts.errors > 0) log.rowsNotScored({ run: id, shard: number, rows: counts.errors });
    await renewLease(snapshots, id, run, runtime.clock.now());
  }
  await closeRun(runtime, id);
}

async function scoreRange(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  accounts: IdRange,
): Promise<{ batches: ColumnBatch[]; counts: RunCounts }> {
  const compiled = await compiledRun(runtime, id, run);
  const batches: ColumnBatch[] = [];
  let counts = noCounts;
  const read = runtime.warehouse.read({
    table: inputsTable(id, run),
    columns: compiled.requests,
    accounts,
  });
  for await (const batch of read) {
    const scored = scoreBatch(compiled, batch);
    batches.push(...scored.results);
    counts = addCounts(counts, {
      scored: scored.counts.scored,
      absent: scored.counts.absent,
      errors: scored.counts.errors,
      unknown: scored.counts.unknown,
      unknown_late: scored.counts.unknownLate,
      band_changes: scored.counts.bandChanges,
      comparable: scored.counts.comparable,
    });
  }
  return { batches, counts };
}
