import { hash } from 'node:crypto';
import { code, Rejected } from '../errors.ts';
import { historyTable, jobId, stagingTable } from '../inputs/run-tables.ts';
import type { Transaction } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  calendarId,
  calendars,
  dayId,
  days,
  type RunDocument,
  runs,
  shardsOf,
} from '../records/run-documents.ts';
import { dayKey, yearOf } from '../records/years.ts';
import type { Runtime } from '../runtime.ts';
import { shownHash } from '../scorecard/meaning/shown-row.ts';
import { failRun } from './end-run.ts';
import { whatToSend } from './first-runs.ts';
import { changeRun } from './leases.ts';
import { lookForHarm } from './mass-change.ts';
import { nextRewrites } from './rewrites.ts';
import { addCounts, allShards, noCounts, shardsIn } from './shards.ts';
import { copyFailed, noting } from './stuck-runs.ts';

/**
 * Makes a completely scored run visible: the breaker first, then one atomic copy of staging
 * onto the history partition, then `current`, unless it is a backfill. Does nothing while shards are
 * open, and may be repeated at any point.
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
      await failRun(runtime, id, run, {
        code: code.invalidData,
        message: `staging holds ${found?.n} rows, but the shards counted ${expected}; history is unchanged`,
      });
      return;
    }
    const counts = shards.reduce((sum, s) => addCounts(sum, s.counts ?? noCounts), noCounts);
    const { moves, held } = await lookForHarm(runtime, id, run);
    if (held) {
      const { tables, ...failure } = held;
      await changeRun(
        snapshots,
        id,
        run,
        ['scoring'],
        clock.now(),
        () => ({ state: 'held', counts, moves, failure }),
        { release: true },
      );
      const { since: _, ...numbers } = moves;
      log.runHeld({ run: id, code: failure.code, reason: failure.message, ...numbers, tables });
      return;
    }
    run = await changeRun(snapshots, id, run, ['scoring'], clock.now(), () => ({
      state: 'closing',
      counts,
      moves,
    }));
  }
  if (run.state === 'closing') {
    const closing = run;
    run = await noting(runtime, id, 'closing', () => copyAndCommit(runtime, id, closing));
  }
  if (run.state === 'publishing') await announceShards(runtime, id, run);
}

async function copyAndCommit(runtime: Runtime, id: string, run: RunDocument): Promise<RunDocument> {
  const { snapshots, warehouse, clock, log } = runtime;
  const staging = stagingTable(id, run);
  // From here on it cannot be discarded, unless this copy fails too.
  if (run.failure !== null) {
    await changeRun(snapshots, id, run, ['closing'], clock.now(), () => ({ failure: null }));
  }
  const { date } = run;
  await warehouse
    .replacePartition({ id: jobId(id, run, 'close'), from: staging, to: historyTable, date })
    .catch((error: unknown) => {
      if (!(error instanceof Rejected)) throw error;
      throw new Rejected(copyFailed, error.summary, { cause: error });
    });
  const made = await warehouse.query(
    `SELECT DISTINCT rules_hash AS h FROM ${historyTable} WHERE date = @date`,
    { date: { date } },
  );
  const rules = made.map((row) => String(row.h)).sort();
  const backfill = run.kind === 'backfill';
  const sending = await whatToSend(runtime, id, run);
  const shown = shownHash(runtime.pack);
  let revision = 0;
  const closed = await changeRun(
    snapshots,
    id,
    run,
    ['closing'],
    clock.now(),
    async (now, holder, tx) => {
      const dayRef = ref(days, dayId(now.pack, now.date));
      const earlier = (await tx.get(dayRef))?.data;
      const previous = holder.current
        ? (await tx.get(ref(runs, holder.current.run)))?.data
        : undefined;
      const before = backfill ? await runOfDate(tx, now.pack, now.before_date) : previous;
      revision = (earlier?.revision ?? 0) + 1;
      tx.set(dayRef, {
        pack: now.pack,
        date: now.date,
        run: id,
        revision,
        accounts: now.accounts,
        rules,
      });
      tx.merge(ref(calendars, calendarId(now.pack, yearOf(now.date))), {
        pack: now.pack,
        closed: { [dayKey(now.date)]: revision },
      });
      return {
        state: 'publishing',
        revision,
        changed: null,
        ...sending,
        // Documents show the partition before only if it was the last one published, whole, and
        // by the same routing and worklists; years only if it was published whole.
        equal_rows_published:
          revision === 1 &&
          before?.state === 'finished' &&
          before.unpublished.count === 0 &&
          !sending.sends_all &&
          before.date === now.before_date &&
          (backfill || before.shown_hash === shown),
        shown_hash: shown,
        ...(backfill ? {} : { rewrites: nextRewrites(previous, now.accounts) }),
      };
    },
    {
      // Until it is published, the next run waits: its changes build on what this one shows.
      current: ({ date, slot }) => (backfill ? null : { date, slot, revision, run: id }),
    },
  );
  log.runClosed({ run: id, date: closed.date, revision });
  if (closed.withheld) {
    const { message: reason, ...counts } = closed.withheld;
    log.runWithheld({ run: id, reason, ...counts });
  }
  return closed;
}

/** The run that closed a date. */
async function runOfDate(
  tx: Transaction,
  pack: string,
  date: string | null,
): Promise<RunDocument | undefined> {
  const day = date === null ? undefined : (await tx.get(ref(days, dayId(pack, date))))?.data;
  return day && (await tx.get(ref(runs, day.run)))?.data;
}

/**
 * Neighbours are published at different times: a database that keeps documents in the order of their
 * ids would else have all that is new in one of its ranges.
 */
const byPlace = (a: number, b: number): number => (placeOf(a) < placeOf(b) ? -1 : 1);
const placeOf = (shard: number): string => hash('sha256', String(shard));

/** Sends every shard that is not published yet on its way. */
export async function announceShards(
  runtime: Runtime,
  id: string,
  run: RunDocument,
): Promise<void> {
  await noting(runtime, id, 'publishing', async () => {
    const scored = await shardsIn(runtime, id, run, 'scored');
    // Where all are published and the run did not end, any of them ends it.
    const shards = scored.length > 0 ? scored.toSorted(byPlace) : [0];
    await runtime.bus.publish(
      'publish-shards',
      shards.map((shard) => ({ body: { run: id, shard } })),
    );
  });
}
