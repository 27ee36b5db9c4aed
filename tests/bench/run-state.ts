/**
 * The state of a run that is about to be scored: yesterday's results are in the history, the
 * inputs are frozen, the shards are cut. What `score` leaves behind, without its raw tables.
 */

import { beforeFields } from '../../functions/inputs/run-inputs.ts';
import { historyTable, inputsTable, stagingTable } from '../../functions/inputs/run-tables.ts';
import { ref } from '../../functions/records/collection.ts';
import { accountFormat, rules } from '../../functions/records/documents.ts';
import {
  dayId,
  days,
  packs,
  type RunDocument,
  runs,
  shardsOf,
} from '../../functions/records/run-documents.ts';
import { leaseMs } from '../../functions/runs/leases.ts';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import { layoutOf } from '../../functions/scorecard/engine/layout.ts';
import { scoreBatch } from '../../functions/scorecard/engine/score.ts';
import { shownHash } from '../../functions/scorecard/meaning/shown-row.ts';
import { openLocalRuntime } from '../../functions/wiring/twin.ts';
import { accountId, inputsSchema, loadInputs } from './accounts.ts';
import { compiledPack, engine, firstDate, groupAges, packFiles, secondDate } from './pack.ts';
import { health, pack } from './scores.ts';

export const runId = 'bench-second-day';
const firstRun = 'bench-first-day';

export type Local = Awaited<ReturnType<typeof openLocalRuntime>>;

/** Adapters on a folder; messages are kept, and delivered nowhere. */
export function openState(
  folder: string,
  options: { salesforceUrl?: string; memoryLimit?: string; accountsPerShard?: number } = {},
): Promise<Local> {
  return openLocalRuntime({
    folder,
    pack: { ...pack, accountsPerShard: options.accountsPerShard ?? pack.accountsPerShard },
    packFiles,
    endpoint: () => 'http://127.0.0.1:9/',
    salesforceUrl: options.salesforceUrl ?? 'http://127.0.0.1:9',
    slackUrl: 'http://127.0.0.1:9',
    log: () => undefined,
    duckdb: options.memoryLimit === undefined ? {} : { memoryLimit: options.memoryLimit },
  });
}

/**
 * Makes the state for `accounts` accounts.
 * @param firstIsPublished whether accounts that did not change since yesterday are left alone
 */
export async function makeState(
  { runtime, warehouse }: Local,
  accounts: number,
  firstIsPublished: boolean,
): Promise<void> {
  const schema = runtime.tables.get(historyTable);
  if (!schema) throw new Error('there is no layout of the history');
  for (const [name, layout] of runtime.tables) await warehouse.createTable(name, layout);
  await loadInputs(warehouse, 'first_inputs', accounts);
  await scoreFirstDay(warehouse);

  const run = secondRun(accounts, runtime.pack.accountsPerShard);
  const inputs = inputsTable(runId, run);
  await warehouse.transaction((connection) => connection.run(secondInputs(inputs)));
  await warehouse.dropTable('first_inputs');
  await warehouse.createTable(stagingTable(runId, run), schema);
  await writeDocuments(runtime, run, firstIsPublished);
}

async function scoreFirstDay(warehouse: Local['warehouse']): Promise<void> {
  const compiled = compiledPack();
  const batches: ColumnBatch[] = [];
  let loads = 0;
  const load = () =>
    warehouse.load({ id: `first-${loads++}`, table: historyTable, batches: batches.splice(0) });
  for await (const batch of warehouse.read({ table: 'first_inputs', columns: compiled.requests })) {
    batches.push(...scoreBatch(compiled, batch).results);
    if (batches.length >= 60) await load();
  }
  await load();
}

/** Three in ten accounts use the product less than yesterday, one in fifty is not measured. */
function secondInputs(table: string): string {
  const columns = inputsSchema.columns.map(({ name }) => {
    const less = 'hash(i.account_id) % 10 < 3';
    if (name === 'active_users' || name === 'features_used') {
      return `CASE WHEN ${less} THEN CAST(i.${name} * 0.6 AS BIGINT) ELSE i.${name} END AS ${name}`;
    }
    if (name === 'nps')
      return `CASE WHEN hash(i.account_id) % 50 = 7 THEN NULL ELSE i.nps END AS nps`;
    return `i.${name}`;
  });
  const before = Object.keys(beforeFields).map(
    (field) => `h.${field} AS before_${health.id}_${field}`,
  );
  return `CREATE TABLE ${table} AS
    SELECT ${[...columns, ...before].join(', ')}, CAST(NULL AS BIGINT) AS trend_${health.id}_points
    FROM first_inputs AS i JOIN ${historyTable} AS h ON h.account_id = i.account_id
    WHERE h.date = DATE '${firstDate}' ORDER BY i.account_id`;
}

function secondRun(accounts: number, accountsPerShard: number): RunDocument {
  const now = new Date().toISOString();
  return {
    pack: pack.id,
    kind: 'scheduled',
    slot: `${secondDate}T16:00:00Z`,
    as_of: `${secondDate}T15:00:00Z`,
    date: secondDate,
    state: 'scoring',
    token: 1,
    attempt: 1,
    revision: null,
    rules_hash: pack.hash,
    engine_hash: engine,
    before_date: firstDate,
    before_rules: [pack.hash],
    trend_dates: {},
    signals_hash: null,
    sources: [],
    group_ages: groupAges,
    accounts,
    shards: Math.ceil(accounts / accountsPerShard),
    counts: null,
    moves: null,
    unpublished: { count: 0, examples: [] },
    equal_rows_published: false,
    shown_hash: shownHash(pack),
    late_merges: [],
    // Documents of the day before are all of today's format.
    rewrites: { format: accountFormat, from: 1_000, until: 1_000 },
    changed: null,
    started_at: now,
    reached: {},
    progressed_at: now,
    failure: null,
    decision: null,
    withheld: null,
    sends_all: false,
  };
}

async function writeDocuments(
  { snapshots, pack: { accountsPerShard } }: Local['runtime'],
  run: RunDocument,
  firstIsPublished: boolean,
): Promise<void> {
  const until = new Date(Date.now() + leaseMs).toISOString();
  await snapshots.create(ref(rules, pack.hash), {
    pack: pack.id,
    files: Object.fromEntries(packFiles),
    layout: JSON.stringify(layoutOf(pack)),
  });
  await snapshots.create(ref(runs, runId), run);
  await snapshots.create(ref(runs, firstRun), {
    ...run,
    slot: `${firstDate}T16:00:00Z`,
    date: firstDate,
    state: firstIsPublished ? 'finished' : 'failed',
    before_date: null,
    revision: 1,
  });
  await snapshots.create(ref(packs, pack.id), {
    current: { date: firstDate, slot: `${firstDate}T16:00:00Z`, revision: 1, run: firstRun },
    lease: { run: runId, token: run.token, until },
    next_token: run.token + 1,
  });
  await snapshots.create(ref(days, dayId(pack.id, firstDate)), {
    pack: pack.id,
    date: firstDate,
    run: firstRun,
    revision: 1,
    accounts: run.accounts,
    rules: [pack.hash],
  });
  for (let shard = 0; shard < run.shards; shard++) {
    const next = (shard + 1) * accountsPerShard;
    await snapshots.create(ref(shardsOf(runId, run), String(shard)), {
      from: accountId(shard * accountsPerShard),
      before: next < run.accounts ? accountId(next) : null,
      state: 'open',
      rows: 0,
      counts: null,
      changed: 0,
      unpublished: { count: 0, examples: [] },
    });
  }
}
