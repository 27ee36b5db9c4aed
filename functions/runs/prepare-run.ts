import { code, hasCode, Rejected } from '../errors.ts';
import { withEntered } from '../inputs/entered-assessments.ts';
import { examineSources } from '../inputs/examine-sources.ts';
import { freezeInputs } from '../inputs/freeze-inputs.ts';
import { localDate } from '../inputs/moments.ts';
import { historyTable, inputsTable, jobId, stagingTable } from '../inputs/run-tables.ts';
import { findSources, groupAges, sourceStates } from '../inputs/sources.ts';
import type { TableSchema } from '../ports/warehouse.ts';
import { ref } from '../records/collection.ts';
import { rules } from '../records/documents.ts';
import {
  type FoundInRows,
  noUnpublished,
  type RunDocument,
  type ShardDocument,
  shardsOf,
} from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { layoutOf } from '../scorecard/engine/layout.ts';
import { closedBefore, lastClosed, shownDates } from './closed-days.ts';
import { copyEntered } from './copies/copy-entered.ts';
import { copyOutcomes } from './copies/copy-outcomes.ts';
import { lateMerges } from './late-merges.ts';
import { changeRun } from './leases.ts';

/**
 * Freezes what the run reads: pins rules and source states on the run, materialises
 * `run_inputs` with one scan of the raw tables, cuts it into shards and sends them off.
 * Repeating it at any point leads to the same tables and messages.
 * @throws Rejected `invalid-data` where the team's tables cannot be scored as they are.
 */
export async function prepareRun(
  runtime: Runtime,
  id: string,
  claimed: RunDocument,
): Promise<void> {
  const { snapshots, warehouse, bus, clock, log, pack } = runtime;
  await storeRules(runtime);
  if (claimed.kind === 'scheduled') await copyForReports(runtime, id, claimed);

  const sources = await withEntered(runtime, id, claimed, await findSources(warehouse, pack));
  let run = claimed;
  if (run.sources.length === 0) {
    const before = await lastClosed(runtime, claimed.date, -1);
    const states = await sourceStates(warehouse, pack, sources, {
      asOf: claimed.as_of,
      date: claimed.date,
    });
    const trendDates: Record<string, string> = {};
    for (const score of pack.scores) {
      if (!score.trend) continue;
      const then = await closedBefore(runtime, claimed.date, score.trend.days);
      if (then) trendDates[score.id] = then.date;
    }
    run = await changeRun(snapshots, id, run, ['preparing'], clock.now(), () => ({
      sources: states,
      group_ages: groupAges(pack, states, claimed.date),
      before_date: before?.date ?? null,
      before_rules: before?.rules ?? [],
      trend_dates: trendDates,
      signals_hash: pack.signals?.hash ?? null,
    }));
    for (const source of states) {
      if (source.complete_through !== null && source.complete_through >= run.date) continue;
      if (source.state !== 'provided') continue;
      log.sourceStale({ run: id, table: source.table, complete_through: source.complete_through });
    }
  }

  const examined = await examineSources(warehouse, pack, sources, {
    asOf: run.as_of,
    date: run.date,
    today: runtime.aheadOfClock ? undefined : localDate(clock.now(), pack.zone),
  });
  const rows = await freezeInputs(
    warehouse,
    { id: jobId(id, run, 'inputs'), table: inputsTable(id, run) },
    {
      pack,
      sources: examined.sources,
      faults: examined.faults,
      asOf: run.as_of,
      date: run.date,
      groupAges: new Map(Object.entries(run.group_ages)),
      beforeDate: run.before_date,
      shown: await shownDates(runtime, run),
      trendDates: run.trend_dates,
      ...(pack.asOf === 'slot' ? { revisedBy: pack.hash } : {}),
    },
  );
  const layout = await historySchema(runtime);
  await warehouse.createTable(stagingTable(id, run), layout, { temporary: true });
  const starts = await shardStarts(runtime, inputsTable(id, run));
  await createShards(runtime, id, run, starts);
  const merges = await lateMerges(runtime, run, sources);
  await changeRun(snapshots, id, run, ['preparing'], clock.now(), () => ({
    late_merges: merges,
    state: 'scoring',
    found_in_rows: examined.found,
    accounts: rows,
    shards: starts.length,
  }));
  reportRows(runtime, id, examined.found);
  log.runPrepared({ run: id, accounts: rows, shards: starts.length });
  await bus.publish(
    'score-shards',
    starts.map((_, shard) => ({ body: { run: id, shard } })),
  );
}

/** Tables for SQL and reports: scores do not wait for them, and the next run copies what this one could not. */
async function copyForReports(runtime: Runtime, id: string, run: RunDocument): Promise<void> {
  const parts = {
    'what people entered': () => copyEntered(runtime),
    outcomes: () => copyOutcomes(runtime, id, run),
  };
  for (const [what, copy] of Object.entries(parts)) {
    await copy().catch((error: unknown) => runtime.log.copyDelayed({ run: id, what, error }));
  }
}

function reportRows({ log }: Runtime, id: string, { set_aside: aside, notes }: FoundInRows): void {
  for (const { account, table, column } of aside.examples) {
    log.accountSetAside({ run: id, account, table, column });
  }
  if (aside.count === 0 && notes.length === 0) return;
  log.rowsRemarkable({ run: id, notes: notes.length, set_aside: aside.count });
}

/**
 * The layout of the live table: it may have columns of a later release, and a partition is only
 * copied between tables of one layout.
 */
async function historySchema({ tables, warehouse }: Runtime): Promise<TableSchema> {
  const live = await warehouse.describe(historyTable);
  if (live) {
    const { location: _, others: __, ...schema } = live;
    return schema;
  }
  const schema = tables.get(historyTable);
  if (!schema) throw new Rejected(code.notFound, `sql/tables/${historyTable}.yaml is missing`);
  return schema;
}

async function storeRules(runtime: Runtime): Promise<void> {
  const { pack, packFiles, snapshots } = runtime;
  const known = ref(rules, pack.hash);
  if (await snapshots.get(known)) return;
  try {
    await snapshots.create(known, {
      pack: pack.id,
      files: Object.fromEntries(packFiles),
      layout: JSON.stringify(layoutOf(pack)),
    });
  } catch (error) {
    if (!hasCode(error, code.alreadyExists)) throw error;
  }
}

/** First account id of each shard: ranges of equal size in the order of ids. */
export async function shardStarts(
  { warehouse, pack }: Pick<Runtime, 'warehouse' | 'pack'>,
  table: string,
): Promise<string[]> {
  const size = pack.accountsPerShard;
  const starts = await warehouse.query(
    `SELECT account_id FROM (
       SELECT account_id, ROW_NUMBER() OVER (ORDER BY account_id) AS position FROM ${table}
     ) AS numbered
     WHERE MOD(position - 1, ${size}) = 0
     ORDER BY position`,
  );
  return starts.map((row) => String(row.account_id));
}

/** Writes the shards that are not there yet, some hundred at a time. */
async function createShards(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  starts: readonly string[],
): Promise<void> {
  const writesPerTransaction = 400;
  for (let first = 0; first < starts.length; first += writesPerTransaction) {
    const group = starts.slice(first, first + writesPerTransaction);
    await runtime.snapshots.transaction(async (tx) => {
      const refs = group.map((_, index) => ref(shardsOf(id, run), String(first + index)));
      const known = await tx.getAll(refs);
      for (const [index, from] of group.entries()) {
        const target = refs[index];
        if (known[index] || !target) continue;
        const shard: ShardDocument = {
          from,
          before: starts[first + index + 1] ?? null,
          state: 'open',
          rows: 0,
          counts: null,
          changed: 0,
          unpublished: noUnpublished(),
        };
        tx.set(target, shard);
      }
    });
  }
}
