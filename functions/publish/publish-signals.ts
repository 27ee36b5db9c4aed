/** Which signals hold after a run: kept by account, and announced where that changed. */

import { createHash } from 'node:crypto';
import { ref } from '../records/collection.ts';
import { groupsPerMessage } from '../records/messages.ts';
import {
  noUnpublished,
  packs,
  type RunDocument,
  runs,
  type ShardDocument,
  type UnpublishedAccounts,
} from '../records/run-documents.ts';
import {
  type HeldSignal,
  type KnownSignalsDocument,
  knownSignals,
  type MovedByRules,
  movedBy,
  movedDocumentOf,
  type SignalsDocument,
  signalDocuments,
} from '../records/signal-documents.ts';
import { isWithheld } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { StateSignal } from '../scorecard/language/pack/signals.ts';
import { drawn } from '../scorecard/meaning/lot.ts';
import {
  type BandsOf,
  definitionOf,
  heldSignals,
  readsResults,
} from '../scorecard/meaning/signals.ts';
import type { ShardTables } from './shard-tables.ts';
import { readSignalInputs, type SignalAccount } from './signal-inputs.ts';
import { addUnpublished, unpublishedOf, writeApart } from './write-apart.ts';

const documentsPerPage = 2_000;

/**
 * Signals are asked only of inputs that were frozen for them, by the rules that made the results, and
 * not while most accounts are unknown: the first run after that begins them silently.
 */
export function looksAtSignals({ pack }: Runtime, run: RunDocument): boolean {
  return (
    run.kind === 'scheduled' &&
    !isWithheld(run) &&
    pack.signals !== null &&
    run.signals_hash === pack.signals.hash &&
    run.rules_hash === pack.hash
  );
}

/** Definitions of the signals that runs look at, by id. */
export function definitionsOf(pack: Pack): Record<string, string> {
  const states = pack.signals?.states ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  return Object.fromEntries(states.map((signal) => [signal.id, hash(definitionOf(pack, signal))]));
}

/** Signals that were looked at before by another definition. */
function redefined(pack: Pack, known: KnownSignalsDocument): Set<string> {
  const now = Object.entries(definitionsOf(pack));
  return new Set(
    now.flatMap(([id, text]) => ((known.definitions[id] ?? text) === text ? [] : [id])),
  );
}

/** Whether a run looks by other rules than the last one that looked. `last`: that one. */
export function isSwitch(
  pack: Pack,
  run: RunDocument,
  known: KnownSignalsDocument | undefined,
  last: RunDocument | undefined,
): boolean {
  if (!known) return false;
  const otherRules = last !== undefined && last.rules_hash !== run.rules_hash;
  return otherRules || redefined(pack, known).size > 0;
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
  const last = known && (await snapshots.get(ref(runs, known.data.run)))?.data;
  const switched = isSwitch(pack, run, known?.data, last);
  const changed = known ? redefined(pack, known.data) : new Set<string>();
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
    const holding = new Set(held.keys());
    const now = heldSignals(signals.states, account.inputs, bands, holding);
    const begins = now.some((signal) => !held.has(signal.id));
    const anyway = begins ? heldByRulesBefore(account, holding) : undefined;
    return now.map(({ id: signal, begins: facts }) => {
      const kept = held.get(signal);
      if (kept) return kept;
      const silent = !looked.has(signal) || changed.has(signal) || anyway?.has(signal) === false;
      // The digest of the switch says it to the owner; there is none for what rules do later.
      const rules = silent && switched;
      return { id: signal, since: run.date, run: id, silent, rules, facts: facts ?? [] };
    });
  };
  /**
   * Signals that hold by the rules of before, too. Without results of theirs, as of a new account,
   * at the switch only those that no rules decide: rather one message too few than one for each.
   */
  const heldByRulesBefore = (
    { byRulesBefore }: SignalAccount,
    holding: ReadonlySet<string>,
  ): ReadonlySet<string> => {
    const asked = signals.states.filter((signal) => !readsResults(signal));
    if (byRulesBefore === null) {
      return new Set((switched ? asked : signals.states).map((signal) => signal.id));
    }
    const { inputs, bands: then } = byRulesBefore;
    return new Set(heldSignals(signals.states, inputs, then, holding).map((signal) => signal.id));
  };
  const candidates = read.filter((account) => {
    const before = stored.get(account.account);
    return before?.run === id || differs(next(account, before), before);
  });
  for (const group of groupsPerMessage(candidates)) {
    const { written: announced, refused } = await writeApart(group, keep);
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
  if (switched) {
    const documentOf = (one: SignalAccount) => next(one, stored.get(one.account));
    await keepMoved(runtime, run, id, movedIn(id, signals.states, read, documentOf));
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

/** Accounts that the switch moved: to another band, or into a signal. */
function movedIn(
  id: string,
  states: readonly StateSignal[],
  read: readonly SignalAccount[],
  documentOf: (account: SignalAccount) => SignalsDocument,
): MovedByRules[] {
  return read.flatMap((one): MovedByRules[] => {
    const { account, absent, inputs, byRulesBefore } = one;
    if (absent) return [];
    const bands = [...inputs.now].flatMap(([score, { band: to }]) => {
      const from = byRulesBefore?.inputs.now.get(score)?.band ?? null;
      return from === null || to === null || from === to ? [] : [{ score, from, to }];
    });
    const begun = documentOf(one).held.filter(({ id: signal, since, rules, run }) => {
      const lot = states.find((of) => of.id === signal)?.lot;
      return rules && run === id && !(lot && drawn(lot, account, since).held_back);
    });
    const signals = begun.map((signal) => signal.id);
    return bands.length + signals.length === 0 ? [] : [{ account, bands, signals }];
  });
}

/** Repeating it writes the same. */
async function keepMoved(
  { snapshots, pack }: Runtime,
  { date }: RunDocument,
  id: string,
  all: readonly MovedByRules[],
): Promise<void> {
  for (const moved of groupsPerMessage(all)) {
    const target = ref(movedBy(pack.id), `${id}~${moved[0]?.account}`);
    await snapshots.set(target, movedDocumentOf(id, date, moved));
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
