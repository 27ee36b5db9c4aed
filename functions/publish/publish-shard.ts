import { code, hasCode, Rejected } from '../errors.ts';
import { ref } from '../records/collection.ts';
import { accountFormat, accounts, handOvers, showTheSame } from '../records/documents.ts';
import { accountsPerMessage, type ShardMessage } from '../records/messages.ts';
import {
  noUnpublished,
  packs,
  type RunDocument,
  runs,
  type ShardDocument,
  shardsOf,
  type UnpublishedAccounts,
} from '../records/run-documents.ts';
import { knownSignals, rulesDigests } from '../records/signal-documents.ts';
import { loadLayout } from '../runs/compiled-run.ts';
import { dropRunTables } from '../runs/end-run.ts';
import { leaseHolder, renewLease } from '../runs/leases.ts';
import { isRewritten } from '../runs/rewrites.ts';
import { allShards } from '../runs/shards.ts';
import { noting } from '../runs/stuck-runs.ts';
import type { Runtime } from '../runtime.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import {
  type AccountResult,
  accountDocumentOf,
  isShown,
  listMetrics,
  withMerge,
} from './account-document.ts';
import { decideAssignment } from './assignments.ts';
import { daysToKeep, keepDay } from './keep-days.ts';
import { lastingOverrides, type Overrides, overridesInForce, withOverrides } from './overrides.ts';
import { keepCounts } from './portfolio-counts.ts';
import { announceSignals, definitionsOf, isSwitch, looksAtSignals } from './publish-signals.ts';
import { readResults } from './read-results.ts';
import { type ShardTables, shardTables } from './shard-tables.ts';
import { addUnpublished, unpublishedOf, writeApart } from './write-apart.ts';

/**
 * Accounts whose documents are written in one transaction. A request to Firestore holds 10 MiB
 * (https://firebase.google.com/docs/firestore/quotas#writes_and_transactions), and a large pack's
 * document has tens of kilobytes.
 */
const accountsPerTransaction = 50;

/**
 * Publishes what one shard of a closed run changed: documents first, then the ids of the
 * accounts, so that consumers load the latest. A repeated message announces again what this
 * run wrote, so a crash between document and message loses nothing.
 */
export async function publishShard(runtime: Runtime, message: ShardMessage): Promise<void> {
  const { snapshots, log } = runtime;
  const { run: id, shard: number } = message;
  const ignore = (reason: string) =>
    log.messageIgnored({ function: 'publish-shard', run: id, reason });

  const run = (await snapshots.get(ref(runs, id)))?.data;
  if (!run) return ignore('no such run');
  if (run.state !== 'publishing') return ignore(`the run is ${run.state}`);
  await noting(runtime, id, 'publishing', async () => {
    const shard = (await snapshots.get(ref(shardsOf(id, run), String(number))))?.data;
    if (!shard) ignore('no such shard');
    if (shard?.state === 'scored') await publishScored(runtime, id, run, number, shard);
    await finishRun(runtime, id, run);
  });
}

async function publishScored(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  number: number,
  shard: ShardDocument,
): Promise<void> {
  const { snapshots, log } = runtime;
  const layout = await loadLayout(snapshots, run.rules_hash);
  const signals = looksAtSignals(runtime, run) ? runtime.pack.signals : null;
  const tables = shardTables(runtime, id, run, shard, { layout, signals });
  const published = await publishRange(runtime, id, run, layout, tables);
  const unannounced = await announceSignals(runtime, id, run, shard, tables);
  const { changed } = published;
  const unpublished = addUnpublished(published.unpublished, unannounced);
  await snapshots.set(ref(shardsOf(id, run), String(number)), {
    ...shard,
    state: 'published',
    changed,
    unpublished,
  });
  log.shardPublished({ run: id, shard: number, published: changed });
  const [first] = unpublished.examples;
  if (first) {
    log.accountsNotPublished({ run: id, shard: number, accounts: unpublished.count, ...first });
  }
  await renewLease(snapshots, id, run, runtime.clock.now()).catch((error: unknown) => {
    // A newer run has taken over; what this one wrote is announced all the same.
    if (!hasCode(error, code.oldRun)) throw error;
  });
}

async function publishRange(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  layout: RulesLayout,
  tables: ShardTables,
): Promise<{ changed: number; unpublished: UnpublishedAccounts }> {
  // Read by itself: what is wrong with it is not the fault of any account.
  await runtime.snapshots.get(ref(packs, run.pack));
  const results = await readResults(runtime, run, layout, tables);
  const overrides = await lastingOverrides(runtime, run.pack);
  const announce = (accounts: string[]) =>
    runtime.bus.publish('accounts-changed', [{ body: { pack: run.pack, run: id, accounts } }]);
  const waiting: string[] = [];
  let changed = 0;
  let unpublished = noUnpublished();
  for (let start = 0; start < results.length; start += accountsPerTransaction) {
    const group = results.slice(start, start + accountsPerTransaction);
    const { written, refused } = await writeApart(group, (part) =>
      publishAccounts(runtime, id, run, layout, part, overrides),
    );
    for (const { item, error } of refused) {
      unpublished = addUnpublished(unpublished, unpublishedOf(runtime.pack, item, error));
    }
    changed += written.filter(({ isChanged }) => isChanged).length;
    waiting.push(...written.map(({ account }) => account));
    if (waiting.length >= accountsPerMessage) {
      await announce(waiting.splice(0, accountsPerMessage));
    }
  }
  if (waiting.length > 0) await announce(waiting);
  return { changed, unpublished };
}

/** An account to be announced, and whether its document is this run's. */
interface Published {
  account: string;
  isChanged: boolean;
}

/** Writes the documents that differ. @returns their accounts; all, where the run sends all */
function publishAccounts(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  layout: RulesLayout,
  results: readonly AccountResult[],
  overrides: Overrides,
): Promise<Published[]> {
  const { pack } = runtime;
  return runtime.snapshots.transaction(async (tx) => {
    const current = (await tx.get(ref(packs, run.pack)))?.data.current;
    const stored = await tx.getAll(results.map((result) => ref(accounts, result.account)));
    const latestOf = stored.map((found) => found?.data);
    const days = await daysToKeep(tx, { id, run, current, results, latest: latestOf });
    const written: Published[] = [];
    for (const [index, result] of results.entries()) {
      const latest = latestOf[index];
      keepDay(tx, days[index]);
      if (latest?.run === id) {
        written.push({ account: result.account, isChanged: true });
        continue;
      }
      // A newer run is current: its documents win, this one only repeats its announcements.
      if (current?.run !== id) continue;
      const active = overridesInForce(overrides, result.account, runtime.clock.now());
      const { assignment, handOver } = decideAssignment(pack, {
        id,
        run,
        layout,
        result,
        latest,
      });
      const isSame = latest !== undefined && isShown(latest, result);
      const isOfToday = latest?.format === accountFormat;
      // Where only an override began or ended, the document is the same as where the override
      // is published by itself; it names this run, so that a repeated message announces it.
      const metrics = listMetrics(pack, layout, result);
      const next =
        isSame && isOfToday
          ? {
              ...withOverrides(result.account, { ...latest, assignment, metrics }, active, pack),
              pack: run.pack,
              run: id,
            }
          : accountDocumentOf({
              id,
              run,
              layout,
              result,
              latest,
              overrides: active,
              assignment,
              pack,
              again: isSame,
            });
      if (!next) continue;
      // What another pack had is taken over, though its result is the same.
      if (latest && latest.pack === run.pack && showTheSame(next, latest)) {
        // In another format it shows nothing else, so nobody is sent it, and a repeated message
        // must not find it to be this run's.
        if (isSame && !isOfToday && isRewritten(run, result.account)) {
          tx.set(ref(accounts, result.account), { ...next, run: latest.run });
        }
        if (run.sends_all) written.push({ account: result.account, isChanged: false });
        continue;
      }
      tx.set(ref(accounts, result.account), next);
      if (handOver) tx.set(ref(handOvers, handOver.id), handOver.document);
      written.push({ account: result.account, isChanged: true });
    }
    return written;
  });
}

/** Who took over accounts that were absent before; what is shown of them is nothing, so nobody is sent it. */
async function publishLateMerges(
  { snapshots }: Runtime,
  id: string,
  { pack, late_merges: merges }: RunDocument,
): Promise<void> {
  for (let first = 0; first < merges.length; first += accountsPerTransaction) {
    const group = merges.slice(first, first + accountsPerTransaction);
    await snapshots.transaction(async (tx) => {
      const current = (await tx.get(ref(packs, pack)))?.data.current;
      const stored = await tx.getAll(group.map(({ account }) => ref(accounts, account)));
      if (current?.run !== id) return;
      for (const [i, { account, merged_into: link }] of group.entries()) {
        const latest = stored[i]?.data;
        if (latest?.state !== 'absent' || latest.merged_into === link) continue;
        tx.set(ref(accounts, account), withMerge(latest, link));
      }
    });
  }
}

/** Ends the run when its last shard is published, and lets the next one begin. */
async function finishRun(runtime: Runtime, id: string, run: RunDocument): Promise<void> {
  const { snapshots, clock, log } = runtime;
  const open = await snapshots.count({
    collection: shardsOf(id, run),
    where: [{ field: 'state', op: '==', value: 'scored' }],
  });
  if (open > 0) return;
  const shards = await allShards(runtime, id, run);
  if (shards.length !== run.shards) {
    throw new Rejected(
      code.invalidData,
      `The run has ${run.shards} shards, and documents of ${shards.length} are there.`,
    );
  }
  const changed = shards.reduce((sum, shard) => sum + shard.changed, 0);
  const unpublished = shards.reduce(
    (sum, shard) => addUnpublished(sum, shard.unpublished),
    noUnpublished(),
  );
  await publishLateMerges(runtime, id, run);
  // A backfill shows nobody anything else than before.
  if (run.kind === 'scheduled') await keepCounts(runtime, { run: id, date: run.date });
  await dropRunTables(runtime, id, run);
  const finished = await snapshots.transaction(async (tx) => {
    const now = (await tx.get(ref(runs, id)))?.data;
    if (now?.state !== 'publishing') return false;
    const holderRef = ref(packs, leaseHolder(run));
    const holder = (await tx.get(holderRef))?.data;
    const looks = looksAtSignals(runtime, run);
    const known = looks ? (await tx.get(ref(knownSignals, run.pack)))?.data : undefined;
    const last = known && (await tx.get(ref(runs, known.run)))?.data;
    const at = clock.now().toISOString();
    if (holder?.lease?.run === id) tx.set(holderRef, { ...holder, lease: null });
    if (looks) {
      const { pack } = runtime;
      const definitions = definitionsOf(pack);
      const signals = Object.keys(definitions);
      tx.set(ref(knownSignals, run.pack), { run: id, date: run.date, signals, definitions });
      if (isSwitch(pack, run, known, last)) {
        const { date, rules_hash: rules } = run;
        tx.set(ref(rulesDigests, pack.id), {
          ...{ pack: pack.id, date, run: id, rules_hash: rules },
          ...{ owners: null, done: false },
        });
      }
    }
    tx.set(ref(runs, id), {
      ...now,
      state: 'finished',
      changed,
      unpublished,
      failure: null,
      reached: { ...now.reached, finished: at },
      progressed_at: at,
    });
    return true;
  });
  if (finished) log.runFinished({ run: id, changed });
}
