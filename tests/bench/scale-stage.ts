/** One stage of a day of many accounts, in a process of its own: what it took, and its peak memory. */
import { createReadStream, createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { api } from '../../functions/api/api.ts';
import { openSqliteSnapshots } from '../../functions/local/state/snapshots.ts';
import type { Bus } from '../../functions/ports/bus.ts';
import { publishShard } from '../../functions/publish/publish-shard.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { scoreShard } from '../../functions/runs/score-shard.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { crmFields } from '../../functions/sync/crm-fields.ts';
import { reconcile } from '../../functions/sync/reconcile.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import { countedSnapshots } from '../support/counted-ports.ts';
import { accountId } from './accounts.ts';
import { inParallel } from './in-parallel.ts';
import { secondDate } from './pack.ts';
import { median } from './rounds.ts';
import { openState, runId } from './run-state.ts';
import { pack } from './scores.ts';

export interface StageOptions {
  folder: string;
  stage: keyof typeof stages;
  salesforceUrl: string;
  /** DuckDB's own: beyond it, it uses the disk. */
  memoryLimit: string;
}

/** What a stage did; `raw`: what its adapter alone takes for the same work, per second. */
export interface StageResult {
  work: number;
  seconds: number;
  peakMb: number;
  reads: number;
  writes: number;
  /** Of the documents written, on average. */
  bytesEach: number;
  messages: number;
  calls: number;
  raw: number | null;
  /** Milliseconds by page. */
  pages: Record<string, number>;
}

type Work = Partial<StageResult> & Pick<StageResult, 'work' | 'seconds'>;

/** Deliveries under way at once. */
const concurrency = 4;
/** Accounts that are written raw, and looked at for sizes. */
const sampled = 20_000;
const perTransaction = 50;
const perCall = 200;
const timesOfPage = 15;

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const options = JSON.parse(process.argv[2] ?? '{}') as StageOptions;
const announced = join(options.folder, 'announced.jsonl');

async function eachShard(runtime: Runtime, work: (shard: number) => Promise<unknown>) {
  const run = await runtime.snapshots.get(ref(runs, runId));
  await inParallel(run?.data.shards ?? 0, concurrency, work);
  return run?.data.accounts ?? 0;
}

async function score(runtime: Runtime): Promise<Work> {
  let work = 0;
  const seconds = await secondsOf(async () => {
    work = await eachShard(runtime, (shard) => scoreShard(runtime, { run: runId, shard }));
  });
  const run = await runtime.snapshots.get(ref(runs, runId));
  if (run?.data.state !== 'publishing') throw new Error(`the run is ${run?.data.state}`);
  return { work, seconds };
}

async function publish(runtime: Runtime): Promise<Work> {
  const file = createWriteStream(announced);
  let work = 0;
  const bus: Bus = {
    ...runtime.bus,
    async publish(_, messages) {
      for (const { body } of messages) {
        if (!('accounts' in body)) continue;
        work += body.accounts.length;
        file.write(`${JSON.stringify(body)}\n`);
      }
    },
  };
  const own = { ...runtime, bus };
  const seconds = await secondsOf(() =>
    eachShard(own, (shard) => publishShard(own, { run: runId, shard })),
  );
  await new Promise((resolve) => file.end(resolve));
  const messages = Math.ceil(work / perCall);
  return { work, seconds, messages };
}

/** The documents of some accounts, written once more by the adapter alone. */
async function publishRaw({ snapshots }: Runtime): Promise<Work> {
  const documents = await snapshots.query({ collection: accounts, limit: sampled });
  const raw = openSqliteSnapshots({ path: join(options.folder, 'raw.sqlite') });
  const seconds = await secondsOf(async () => {
    for (let from = 0; from < documents.length; from += perTransaction) {
      await raw.transaction(async (tx) => {
        for (const { id, data } of documents.slice(from, from + perTransaction)) {
          tx.set(ref(accounts, id), data);
        }
      });
    }
  });
  raw.close();
  const bytes = documents.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0);
  const work = documents.length;
  return { work, seconds, bytesEach: bytes / work, raw: work / seconds };
}

async function sync(runtime: Runtime): Promise<Work> {
  let work = 0;
  const lines = createInterface({ input: createReadStream(announced) });
  const waiting = lines[Symbol.asyncIterator]();
  const seconds = await secondsOf(() =>
    Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let next = await waiting.next(); !next.done; next = await waiting.next()) {
          const { updated } = await syncSalesforce(runtime, JSON.parse(next.value));
          work += updated;
        }
      }),
    ),
  );
  return { work, seconds };
}

async function syncRaw({ crm, snapshots }: Runtime): Promise<Work> {
  const mapping = pack.salesforce;
  if (!mapping) throw new Error('the pack maps nothing to Salesforce');
  const documents = await snapshots.query({ collection: accounts, limit: sampled });
  const ids = documents.map(({ id }) => id);
  const found = await crm.resolve(mapping.externalId ?? '', ids);
  const records = documents.map(({ id, data }) => ({
    id: found.ids.get(id) ?? '',
    fields: crmFields(mapping, data),
  }));
  const calls = Math.ceil(records.length / perCall);
  const seconds = await secondsOf(() =>
    inParallel(calls, concurrency, (i) =>
      crm.update(mapping.object, records.slice(i * perCall, (i + 1) * perCall)),
    ),
  );
  return { work: records.length, seconds, raw: records.length / seconds };
}

async function reconciled(runtime: Runtime): Promise<Work> {
  let work = 0;
  let messages = 0;
  const own: Runtime = {
    ...runtime,
    bus: {
      ...runtime.bus,
      async publish(_, sent) {
        messages += sent.length;
      },
    },
  };
  const slot = `${secondDate}T18:00:00Z`;
  const seconds = await secondsOf(async () => {
    for (let state = 'running'; state !== 'ended'; ) {
      const answer = await reconcile(own, { slot });
      work = Math.max(work, answer.compared);
      state = answer.state;
    }
  });
  return { work, seconds, messages };
}

/** The same records read by id, and listed, by the adapter alone. */
async function reconcileRaw({ crm }: Runtime): Promise<Work> {
  const mapping = pack.salesforce;
  if (!mapping?.externalId) throw new Error('the pack names no external id');
  const columns = mapping.fields.map(({ name }) => name);
  let work = 0;
  const seconds = await secondsOf(async () => {
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof crm.list>> = await crm.list(
        mapping.object,
        { externalIdField: mapping.externalId, showing: columns },
        after,
      );
      const ids = page.records.map(({ id }) => id);
      await crm.read(mapping.object, ids, columns);
      work += ids.length;
      after = work < sampled * 2 ? page.next : null;
    } while (after !== null);
  });
  return { work, seconds, raw: work / seconds };
}

async function pages(runtime: Runtime): Promise<Work> {
  const server = createServer(api(async () => runtime));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const [document] = await runtime.snapshots.query({ collection: accounts, limit: 1 });
  const paths = [
    '/',
    '/accounts',
    '/accounts?sort=-moved',
    `/accounts?q=${accountId(7)}`,
    `/accounts/${document?.id}`,
    '/disagreements',
    '/v1/accounts?limit=50',
    `/v1/accounts/${document?.id}`,
  ];
  const times: Record<string, number> = {};
  const get = async (path: string): Promise<number> => {
    const start = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
    return performance.now() - start;
  };
  const seconds = await secondsOf(async () => {
    for (const path of paths) {
      // What is asked first makes its index, as Firestore has it from the beginning.
      await get(path);
      const taken: number[] = [];
      for (let i = 0; i < timesOfPage; i += 1) taken.push(await get(path));
      times[path.replace(/accounts\/.*/, 'accounts/{id}').replace(/q=.*/, 'q=')] = median(taken);
    }
  });
  server.close();
  server.closeAllConnections();
  return { work: paths.length * (timesOfPage + 1), seconds, pages: times };
}

const stages = {
  score,
  publish,
  'publish-raw': publishRaw,
  sync,
  'sync-raw': syncRaw,
  reconcile: reconciled,
  'reconcile-raw': reconcileRaw,
  pages,
};

const { folder, salesforceUrl, memoryLimit } = options;
const local = await openState(folder, { salesforceUrl, memoryLimit });
const { snapshots, counts } = countedSnapshots(local.runtime.snapshots);
const found = await stages[options.stage]({ ...local.runtime, snapshots });
const result: StageResult = {
  bytesEach: 0,
  messages: 0,
  raw: null,
  pages: {},
  ...found,
  reads: counts.reads,
  writes: counts.writes,
  calls: local.runtime.crm.usage()?.used ?? 0,
  // In kilobytes, as getrusage has it on Linux.
  peakMb: process.resourceUsage().maxRSS / 1024,
};
await local.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
