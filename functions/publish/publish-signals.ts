/** Which signals hold after a run: kept by account, and announced where that changed. */

import { ref } from '../records/collection.ts';
import {
  noUnpublished,
  packs,
  type RunDocument,
  type ShardDocument,
  type UnpublishedAccounts,
} from '../records/documents.ts';
import {
  type HeldSignal,
  knownSignals,
  type SignalsDocument,
  signalDocuments,
} from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import { type BandsOf, heldSignals } from '../scorecard/meaning/signals.ts';
import type { ShardTables } from './shard-tables.ts';
import { readSignalInputs, type SignalAccount } from './signal-inputs.ts';
import { addUnpublished, unpublishedOf, writeApart } from './write-apart.ts';

/** Documents of one transaction, and accounts of one message. */
const accountsPerGroup = 200;
const documentsPerPage = 2_000;

/** Signals are asked only of inputs that were frozen for them, by the rules that made the results. */
export function looksAtSignals({ pack }: Runtime, run: RunDocument): boolean {
  return (
    run.kind === 'scheduled' &&
    pack.signals !== null &&
    run.signals_hash === pack.signals.hash &&
    run.rules_hash === pack.hash
  );
}

/**
 * Keeps which signals hold for the accounts of a shard, and announces those where that changed.
 * A repeated call announces again what this run wrote; a run that is no longer the current one
 * writes nothing, since a newer one has looked or will.
 * @returns accounts whose signals could not be kept as they are
 */
export async function announceSignals(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  shard: ShardDocument,
  tables: ShardTables,
): Promise<UnpublishedAccounts> {
  const { pack, snapshots, bus } = runtime;
  const { signals } = pack;
  let unpublished = noUnpublished();
  if (!signals || !looksAtSignals(runtime, run)) return unpublished;
  const [read, stored, known] = await Promise.all([
    readSignalInputs(runtime, run, signals, tables),
    storedDocuments(runtime, run.pack, shard),
    snapshots.get(ref(knownSignals, run.pack)),
  ]);
  const looked = new Set(known?.data.signals);
  const bands: BandsOf = (score) =>
    pack.scores.find((one) => one.id === score)?.bands.map((band) => band.id) ?? [];
  const next = (account: SignalAccount, before: SignalsDocument | undefined): SignalsDocument => {
    const held = account.absent ? [] : heldNow(account, before);
    return {
      pack: run.pack,
      account: account.account,
      state: account.absent ? 'absent' : 'active',
      date: run.date,
      run: id,
      holding: held.length > 0,
      held,
    };
  };
  const heldNow = (account: SignalAccount, before: SignalsDocument | undefined): HeldSignal[] => {
    const held = new Map(before?.held.map((signal) => [signal.id, signal]));
    const now = heldSignals(signals.states, account.inputs, bands, new Set(held.keys()));
    return now.flatMap(({ id: signal, begins }) => {
      const kept = held.get(signal);
      if (kept) return [kept];
      const silent = !looked.has(signal);
      return [{ id: signal, since: run.date, run: id, silent, facts: begins ?? [] }];
    });
  };
  const candidates = read.filter((account) => {
    const before = stored.get(account.account);
    return before?.run === id || differs(next(account, before), before);
  });
  for (let first = 0; first < candidates.length; first += accountsPerGroup) {
    const { written: announced, refused } = await writeApart(
      candidates.slice(first, first + accountsPerGroup),
      keep,
    );
    for (const { item, error } of refused) {
      const attributes = attributesOf(item);
      const { account } = item;
      unpublished = addUnpublished(
        unpublished,
        unpublishedOf(pack, { account, attributes }, error),
      );
    }
    if (announced.length === 0) continue;
    await bus.publish('signals-changed', [{ body: { pack: run.pack, accounts: announced } }]);
  }
  return unpublished;

  function keep(group: readonly SignalAccount[]): Promise<string[]> {
    return snapshots.transaction(async (tx) => {
      const current = (await tx.get(ref(packs, run.pack)))?.data.current;
      const refs = group.map(({ account }) => ref(signalDocuments, account));
      const latest = await tx.getAll(refs);
      return group.flatMap((account, i) => {
        const before = latest[i]?.data;
        if (before?.run === id) return [account.account];
        if (current?.run !== id) return [];
        const document = next(account, before);
        if (!differs(document, before)) return [];
        tx.set(ref(signalDocuments, account.account), document);
        return [account.account];
      });
    });
  }
}

/** Columns of the account that signals read, whose values an entry may keep. */
const attributesOf = ({ inputs }: SignalAccount): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs.account).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

function differs(document: SignalsDocument, before: SignalsDocument | undefined): boolean {
  if (!before) return document.holding || document.state === 'absent';
  const ids = ({ state, held }: SignalsDocument) => [state, ...held.map(({ id }) => id)].join();
  return ids(document) !== ids(before);
}

/** Documents of the shard's accounts for which something holds. */
async function storedDocuments(
  { snapshots }: Runtime,
  pack: string,
  { from, before }: ShardDocument,
): Promise<Map<string, SignalsDocument>> {
  const documents = new Map<string, SignalsDocument>();
  let last: { value: string; id: string } | undefined;
  do {
    const page = await snapshots.query({
      collection: signalDocuments,
      where: [
        { field: 'pack', op: '==', value: pack },
        { field: 'holding', op: '==', value: true },
        { field: 'account', op: '>=', value: from },
        ...(before === null ? [] : [{ field: 'account', op: '<' as const, value: before }]),
      ],
      orderBy: { field: 'account', direction: 'asc' },
      limit: documentsPerPage,
      ...(last === undefined ? {} : { startAfter: last }),
    });
    for (const { data } of page) documents.set(data.account, data);
    const end = page.length < documentsPerPage ? undefined : page.at(-1);
    last = end && { value: end.data.account, id: end.id };
  } while (last !== undefined);
  return documents;
}
