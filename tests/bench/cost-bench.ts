/**
 * What one daily run reads, writes, sends and queries, on Google's Firestore emulator and the
 * stand-ins of BigQuery and Salesforce, and the monthly cost that implies. Freezing the inputs
 * is left out: what that costs is decided by the size of the team's own tables.
 */
import { join } from 'node:path';
import { PassThroughClient } from 'google-auth-library';
import { code, hasCode, messageOf } from '../../functions/errors.ts';
import { openBigQueryWarehouse } from '../../functions/gcp/bigquery/warehouse.ts';
import { openFirestoreSnapshots } from '../../functions/gcp/firestore/snapshots.ts';
import { historyTable } from '../../functions/inputs/run-tables.ts';
import { startBigQueryServer } from '../../functions/local/bigquery/server.ts';
import {
  type Emulator,
  startFirestoreEmulator,
} from '../../functions/local/emulators/processes.ts';
import { publishShard } from '../../functions/publish/publish-shard.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts as accountsStored } from '../../functions/records/documents.ts';
import type { AccountsChangedMessage, ShardMessage } from '../../functions/records/messages.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { daysIn, yearOf, yearsOf } from '../../functions/records/years.ts';
import { scoreShard } from '../../functions/runs/score-shard.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { customFields } from '../../functions/salesforce/custom-fields.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { CountingBus, countedSnapshots } from '../support/counted-ports.ts';
import { seedSalesforceAccounts, spawnSalesforceServer } from '../support/salesforce/child.ts';
import { accountId } from './accounts.ts';
import { type CostCounts, costTable } from './cost-table.ts';
import { firstDate, secondDate } from './pack.ts';
import type { Measured } from './ratios.ts';
import { makeState, openState, runId } from './run-state.ts';
import { pack } from './scores.ts';
import { storageBefore, storageNow, totalBytes } from './storage.ts';

const projectId = 'kenko-bench';
const location = 'asia-northeast1';
/** Deliveries under way at once: the bus's own default. */
const concurrency = 4;
/** What the run writes for itself: its own state a few times, and each shard's with the lease. */
const writesOfRun = 20;
const writesPerShard = 10;

/** @param asked whether a machine without the emulator is a failure */
export async function measureCost(
  folder: string,
  { accounts, asked }: { accounts: number; asked: boolean },
): Promise<Measured> {
  let emulator: Emulator;
  try {
    emulator = await startFirestoreEmulator();
  } catch (error) {
    if (asked || !hasCode(error, code.unavailable)) throw error;
    return { ratios: [], table: `cost was not measured: ${messageOf(error)}` };
  }
  try {
    return await measureOn(emulator, folder, accounts);
  } finally {
    await emulator.stop();
  }
}

async function measureOn(emulator: Emulator, folder: string, accounts: number): Promise<Measured> {
  const salesforce = await spawnSalesforceServer({
    path: join(folder, 'salesforce.sqlite'),
    fields: customFields(pack),
    dailyLimit: 10_000_000,
  });
  const firestore = openFirestoreSnapshots({
    projectId,
    databaseId: 'kenko',
    emulator: emulator.host,
  });
  const local = await openState(folder, { salesforceUrl: salesforce.url });
  try {
    await seedSalesforceAccounts(
      salesforce.url,
      Array.from({ length: accounts }, (_, i) => ({
        Name: `Account ${i}`,
        [pack.salesforce?.externalId ?? 'Id']: accountId(i),
      })),
    );
    local.runtime.snapshots = firestore;
    for (const [name, schema] of local.runtime.tables) {
      await local.warehouse.createTable(name, schema);
    }
    await makeState(local, accounts, true);
    const server = await startBigQueryServer({
      warehouse: local.warehouse,
      projectId,
      location,
      datasets: [{ datasetId: 'kenko', schema: 'main' }],
    });
    try {
      const { snapshots, counts } = countedSnapshots(firestore);
      const bus = new CountingBus();
      const runtime: Runtime = {
        ...local.runtime,
        snapshots,
        bus,
        warehouse: openBigQueryWarehouse({
          projectId,
          location,
          dataset: 'kenko',
          sourceDataset: 'kenko',
          maximumBytesBilled: 10 ** 12,
          clock: systemClock,
          apiEndpoint: server.url,
          authClient: new PassThroughClient(),
        }),
      };
      const shards = await deliverRun(runtime, bus);
      const { usage } = server;
      const measured: CostCounts = {
        ...counts,
        messages: bus.messages,
        messageBytes: bus.messageBytes,
        salesforceCalls: runtime.crm.usage()?.used ?? 0,
        jobs: Object.values(usage.jobs).reduce((sum, jobs) => sum + jobs, 0),
        bytesBilled: usage.bytesBilled,
      };
      const run = (await firestore.get(ref(runs, runId)))?.data;
      if (run?.state !== 'finished') throw new Error(`the run ended as ${run?.state}`);
      const changed = await changedAccounts(local.warehouse);
      const own = counts.writes - accountWrites(counts.writesOf);
      const table = costTable(measured, accounts, changed);
      const storage = await storageRatio(firestore, accounts);
      return { ratios: [...ratiosOf(counts.writesOf, own, changed, shards), storage], table };
    } finally {
      await server.close();
    }
  } finally {
    await firestore.close();
    await local.close();
    await salesforce.close();
  }
}

/** @returns how many shards the run has */
async function deliverRun(runtime: Runtime, bus: CountingBus): Promise<number> {
  const run = (await runtime.snapshots.get(ref(runs, runId)))?.data;
  if (!run) throw new Error('there is no run');
  const shards = Array.from({ length: run.shards }, (_, shard) => ({
    body: { run: runId, shard },
  }));
  await bus.publish('score-shards', shards);
  await bus.deliver(async (queue, body) => {
    if (queue === 'score-shards') await scoreShard(runtime, body as ShardMessage);
    else if (queue === 'publish-shards') await publishShard(runtime, body as ShardMessage);
    else await syncSalesforce(runtime, body as AccountsChangedMessage);
  }, concurrency);
  return run.shards;
}

/** Accounts with another result than the day before, by the history alone. */
async function changedAccounts(warehouse: Runtime['warehouse']): Promise<number> {
  const [found] = await warehouse.query(
    `SELECT COUNT(DISTINCT today.account_id) AS n
     FROM ${historyTable} AS today JOIN ${historyTable} AS before
       ON before.account_id = today.account_id AND before.score = today.score
     WHERE today.date = @today AND before.date = @before
       AND today.result_hash <> before.result_hash`,
    { today: { date: secondDate }, before: { date: firstDate } },
  );
  return Number(found?.n);
}

const kindsOfAccounts = ['accounts', 'years', 'crm'];

const accountWrites = (writesOf: ReadonlyMap<string, number>): number =>
  kindsOfAccounts.reduce((sum, kind) => sum + (writesOf.get(kind) ?? 0), 0);

/** What is kept of an account by date in a year: the one before the last, that the run changed. */
async function storageRatio(
  snapshots: Runtime['snapshots'],
  accounts: number,
): Promise<Measured['ratios'][number]> {
  const year = yearOf(secondDate);
  for (let i = accounts - 1; i >= 0; i -= 1) {
    const id = accountId(i);
    const latest = (await snapshots.get(ref(accountsStored, id)))?.data;
    const kept = (await snapshots.get(ref(yearsOf(id), year)))?.data;
    const day = kept && daysIn(year, kept).find(({ date }) => date === secondDate);
    if (!latest || !day || day.entry === 'absent') continue;
    const before = storageBefore(id, latest);
    const now = storageNow(id, year, day.entry);
    const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;
    return {
      name: 'cost/storage-per-account',
      ratio: totalBytes(before) / totalBytes(now),
      required: { atLeast: 20 },
      says: `an account that changes on 3 days of 10 keeps of a year ${kilobytes(now.bytes)} in one document and ${kilobytes(now.indexBytes)} of index entries; with a copy for each day ${kilobytes(before.bytes)} in ${before.documents} and ${kilobytes(before.indexBytes)}`,
    };
  }
  throw new Error('the run changed no account');
}

function ratiosOf(
  writesOf: ReadonlyMap<string, number>,
  own: number,
  changed: number,
  shards: number,
): Measured['ratios'] {
  const published = (writesOf.get('accounts') ?? 0) + (writesOf.get('years') ?? 0);
  const name = 'cost/writes-per-change';
  const says = `${published.toLocaleString('en')} documents written for ${changed.toLocaleString('en')} accounts whose result changed, two each`;
  const bound = writesOfRun + writesPerShard * shards;
  return [
    { name, ratio: published / changed, required: { atMost: 2 }, says },
    { name: `${name}-least`, ratio: published / changed, required: { atLeast: 2 }, says },
    {
      name: 'cost/writes-of-run',
      ratio: own / bound,
      required: { atMost: 1 },
      says: `${own} documents written for the run and its ${shards} shards; ${bound} are allowed`,
    },
  ];
}
