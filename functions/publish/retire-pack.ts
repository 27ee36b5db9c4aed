/**
 * A pack that was renamed or replaced: the accounts that only it had would be shown for good, since no
 * run of another pack looks at them. Whoever renames a pack retires the old one.
 */
import { code, Rejected } from '../errors.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accountFormat,
  accounts,
  documentHash,
} from '../records/documents.ts';
import { portfolios } from '../records/portfolio-counts.ts';
import { type PackDocument, packs, runs } from '../records/run-documents.ts';
import { signalDocuments } from '../records/signal-documents.ts';
import { noLease } from '../runs/leases.ts';
import type { Runtime } from '../runtime.ts';
import { nothingShown } from './account-document.ts';
import { keepDay, leavingOn } from './keep-days.ts';

/** What sweep makes absent at one time. */
const accountsPerSweep = 2_000;
const accountsPerTransaction = 50;

/**
 * Asks for the accounts that are still the old pack's to become absent: their fields in Salesforce are
 * emptied, their episodes closed. Sweep does it, some thousand at a time; asking twice does nothing.
 * @returns how many accounts there are
 * @throws Rejected `bad-request` for the pack that runs here; `conflict` before a run of it has finished,
 *   since accounts of both packs are its own only then
 */
export async function retirePack(
  { snapshots, clock, pack, log }: Runtime,
  old: string,
  { author, reason }: { author: string; reason: string },
): Promise<{ accounts: number }> {
  if (old === pack.id) {
    throw new Rejected(
      code.badRequest,
      `The pack ${old} runs here; the one that was there before it is retired.`,
    );
  }
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  const run = current && (await snapshots.get(ref(runs, current.run)))?.data;
  if (run?.state !== 'finished') {
    throw new Rejected(
      code.conflict,
      `No run of ${pack.id} has finished yet; retire ${old} when one has, so that accounts of both stay.`,
    );
  }
  const left = await snapshots.count({ collection: accounts, where: stillOf(old) });
  const asked = await snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(packs, old)))?.data;
    if (!known && left === 0) {
      throw new Rejected(code.notFound, `There is no pack ${old}, and no account of it.`);
    }
    if (known?.retired?.done === false) return false;
    const retired = { author, reason, at: clock.now().toISOString(), done: false };
    tx.set(ref(packs, old), { ...(known ?? noLease), retired });
    return true;
  });
  if (asked) log.packRetired({ pack: old, accounts: left });
  return { accounts: left };
}

const stillOf = (pack: string) =>
  [
    { field: 'pack', op: '==', value: pack },
    { field: 'state', op: '==', value: 'active' },
  ] as const;

/** Makes accounts of retired packs absent, and announces them. @returns how many */
export async function sweepRetired(runtime: Runtime): Promise<number> {
  const { snapshots, bus, pack } = runtime;
  const retiring = await snapshots.query({
    collection: packs,
    where: [{ field: 'retired.done', op: '==', value: false }],
    limit: 100,
  });
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  if (!current) return 0;
  let count = 0;
  for (const { id: old } of retiring) {
    if (old === pack.id) continue;
    const page = await snapshots.query({
      collection: accounts,
      where: stillOf(old),
      limit: accountsPerSweep,
    });
    for (let first = 0; first < page.length; first += accountsPerTransaction) {
      const ids = page.slice(first, first + accountsPerTransaction).map(({ id }) => id);
      await makeAbsent(runtime, old, current, ids);
      // Whoever dies before this leaves what Salesforce shows to the nightly comparison.
      const body = { pack: pack.id, run: current.run, accounts: ids };
      await bus.publish('accounts-changed', [{ body }]);
      await bus.publish('signals-changed', [{ body: { pack: pack.id, accounts: ids } }]);
    }
    count += page.length;
    if (page.length < accountsPerSweep) await endRetirement(runtime, old);
  }
  return count;
}

function makeAbsent(
  { snapshots, pack }: Runtime,
  old: string,
  { date, run }: NonNullable<PackDocument['current']>,
  ids: readonly string[],
): Promise<void> {
  return snapshots.transaction(async (tx) => {
    const latest = await tx.getAll(ids.map((id) => ref(accounts, id)));
    const signals = await tx.getAll(ids.map((id) => ref(signalDocuments, id)));
    for (const [i, id] of ids.entries()) {
      const document = latest[i]?.data;
      // A run of today's pack may have taken it over meanwhile.
      if (document?.pack !== old || document.state !== 'active') continue;
      const absent: AccountDocument = {
        ...document,
        ...nothingShown(),
        hash: documentHash(accountFormat, [`${document.result_hash} retired`]),
        date,
        run,
      };
      tx.set(ref(accounts, id), absent);
      keepDay(tx, leavingOn(date, id, document));
      const held = signals[i]?.data;
      if (!held) continue;
      const gone = { state: 'absent', holding: false, pack: pack.id, date, run } as const;
      tx.set(ref(signalDocuments, id), { ...held, ...gone, held: [] });
    }
  });
}

async function endRetirement({ snapshots }: Runtime, old: string): Promise<void> {
  await snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(packs, old)))?.data;
    if (!known?.retired) return;
    tx.set(ref(packs, old), { ...known, retired: { ...known.retired, done: true } });
    tx.delete(ref(portfolios, old));
  });
}
