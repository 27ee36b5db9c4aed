/** What comes after a run closes, each stage against the raw rate of the adapter it writes to. */
import { join } from 'node:path';
import { openSqliteBus } from '../../functions/local/state/bus.ts';
import { openSqliteSnapshots } from '../../functions/local/state/snapshots.ts';
import { publishShard } from '../../functions/publish/publish-shard.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { yearOf, yearsOf } from '../../functions/records/years.ts';
import { scoreShard } from '../../functions/runs/score-shard.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { customFields } from '../../functions/salesforce/custom-fields.ts';
import { crmFields } from '../../functions/sync/crm-fields.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { seedSalesforceAccounts, spawnSalesforceServer } from '../support/salesforce/child.ts';
import { accountId } from './accounts.ts';
import { startServer } from './child.ts';
import { inParallel } from './in-parallel.ts';
import { secondDate } from './pack.ts';
import { type Ratio, rateText } from './ratios.ts';
import { inTurns, median, ratioOf } from './rounds.ts';
import { makeState, openState, runId } from './run-state.ts';
import { pack } from './scores.ts';

const rounds = 5;
const warmUps = 1;
/** One shard a round, and one that stays open so that the run never ends. */
const shards = rounds + warmUps + 1;
const accountsPerShard = 1_000;
/** Accounts of one message, and of one transaction. */
const group = 200;
const messages = 1_000;
/** Deliveries under way at once: the bus's own default. */
const concurrency = 4;

export async function measureStages(folder: string): Promise<Ratio[]> {
  const count = shards * accountsPerShard;
  const salesforce = await spawnSalesforceServer({
    path: join(folder, 'salesforce.sqlite'),
    fields: customFields(pack),
    dailyLimit: 10_000_000,
  });
  await seedSalesforceAccounts(
    salesforce.url,
    Array.from({ length: count }, (_, i) => ({
      Name: `Account ${i}`,
      [pack.salesforce?.externalId ?? 'Id']: accountId(i),
    })),
  );
  const local = await openState(folder, { salesforceUrl: salesforce.url, accountsPerShard });
  try {
    await makeState(local, count, false);
    for (let shard = 0; shard < shards; shard++) {
      await scoreShard(local.runtime, { run: runId, shard });
    }
    return [
      await publishing(local.runtime, folder),
      await syncing(local.runtime),
      await delivering(folder),
    ];
  } finally {
    await local.close();
    await salesforce.close();
  }
}

const idsOf = (shard: number): string[] =>
  Array.from({ length: accountsPerShard }, (_, i) => accountId(shard * accountsPerShard + i));

function groups(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / group) }, (_, i) =>
    ids.slice(i * group, (i + 1) * group),
  );
}

/** Shards published, against their documents written again in transactions of the same size. */
async function publishing(runtime: Runtime, folder: string): Promise<Ratio> {
  const raw = openSqliteSnapshots({ path: join(folder, 'raw.sqlite') });
  // What is written raw is what the shard of the round writes, published before the timing.
  const probe = shards - 2;
  await publishShard(runtime, { run: runId, shard: probe });
  const documents = await documentsOf(runtime, idsOf(probe));
  const timings = await inTurns(
    {
      ours: {
        run: (round) => publishShard(runtime, { run: runId, shard: round }),
        work: accountsPerShard,
      },
      raw: { run: (round) => writeRaw(raw, round, documents), work: accountsPerShard },
    },
    { rounds: rounds - 1, warmUps },
  );
  raw.close();
  const bytes = median(documents.map(({ latest }) => JSON.stringify(latest).length));
  return {
    name: 'publish/snapshots',
    ratio: ratioOf(timings.ours, timings.raw),
    says: `publish-shard ${rateText(timings.ours.rate)} accounts, a document of ${bytes} bytes and a field of a year each; the same in plain transactions ${rateText(timings.raw.rate)}`,
  };
}

async function documentsOf({ snapshots }: Runtime, ids: readonly string[]) {
  const latest = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const years = await snapshots.getAll(ids.map((id) => ref(yearsOf(id), yearOf(secondDate))));
  return ids.map((id, i) => {
    const [a, b] = [latest[i]?.data, years[i]?.data];
    if (!a || !b) throw new Error(`${id} was not published`);
    return { latest: a, year: b };
  });
}

async function writeRaw(
  raw: ReturnType<typeof openSqliteSnapshots>,
  round: number,
  documents: Awaited<ReturnType<typeof documentsOf>>,
): Promise<void> {
  const ids = idsOf(round);
  for (let from = 0; from < ids.length; from += group) {
    await raw.transaction(async (tx) => {
      for (const [i, { latest, year }] of documents.slice(from, from + group).entries()) {
        const id = ids[from + i] ?? '';
        tx.set(ref(accounts, id), latest);
        tx.merge(ref(yearsOf(id), yearOf(secondDate)), year);
      }
    });
  }
}

/** Accounts synced, against plain updates of the same records with the same fields. */
async function syncing(runtime: Runtime): Promise<Ratio> {
  const { crm, snapshots } = runtime;
  const mapping = pack.salesforce;
  if (!mapping) throw new Error('the pack maps nothing to Salesforce');
  const prepared = await Promise.all(
    Array.from({ length: rounds }, async (_, round) => {
      const ids = idsOf(round);
      const found = await crm.resolve(mapping.externalId ?? '', ids);
      const documents = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
      return ids.map((account, i) => {
        const document = documents[i]?.data;
        const id = found.ids.get(account);
        if (!document || !id) throw new Error(`${account} is not ready to be synced`);
        return { id, fields: crmFields(mapping, document) };
      });
    }),
  );
  const timings = await inTurns(
    {
      ours: {
        run: async (round) => {
          for (const ids of groups(idsOf(round))) {
            const message = { pack: pack.id, run: runId, accounts: ids };
            const { updated } = await syncSalesforce(runtime, message);
            if (updated !== ids.length) throw new Error(`only ${updated} accounts were synced`);
          }
        },
        work: accountsPerShard,
      },
      raw: {
        run: async (round) => {
          const records = prepared[round] ?? [];
          for (let from = 0; from < records.length; from += group) {
            await crm.update(mapping.object, records.slice(from, from + group));
          }
        },
        work: accountsPerShard,
      },
    },
    { rounds: rounds - 1, warmUps },
  );
  return {
    name: 'sync/crm',
    ratio: ratioOf(timings.ours, timings.raw),
    says: `sync-salesforce ${rateText(timings.ours.rate)} accounts (looks up records, keeps what became of each); plain updates ${rateText(timings.raw.rate)}`,
  };
}

/** Messages made durable and delivered, against plain POSTs of what a delivery sends. */
async function delivering(folder: string): Promise<Ratio> {
  const sink = await startServer('./http-sink.ts');
  const bus = openSqliteBus({
    path: join(folder, 'delivered.sqlite'),
    clock: systemClock,
    endpoints: () => sink.url,
    concurrency,
  });
  bus.start();
  const body = { pack: pack.id, run: runId, accounts: idsOf(0).slice(0, group) };
  const envelope = JSON.stringify({
    subscription: 'projects/local/subscriptions/accounts-changed',
    deliveryAttempt: 1,
    message: {
      data: Buffer.from(JSON.stringify(body)).toString('base64'),
      messageId: '1',
      publishTime: new Date(0).toISOString(),
      attributes: {},
    },
  });
  const timings = await inTurns(
    {
      ours: {
        run: async () => {
          await bus.publish('accounts-changed', new Array(messages).fill({ body }));
          await bus.idle();
        },
        work: messages,
      },
      raw: {
        run: () =>
          inParallel(messages, concurrency, async () => {
            const headers = { 'content-type': 'application/json' };
            await (await fetch(sink.url, { method: 'POST', headers, body: envelope })).text();
          }),
        work: messages,
      },
    },
    { rounds, warmUps },
  );
  await bus.close();
  await sink.close();
  return {
    name: 'bus/http',
    ratio: ratioOf(timings.ours, timings.raw),
    says: `durable messages of ${group} ids delivered ${rateText(timings.ours.rate)}; plain POSTs ${rateText(timings.raw.rate)}`,
  };
}
