import { ref } from '../records/collection.ts';
import type { SignalsChangedMessage } from '../records/messages.ts';
import {
  type EpisodeDocument,
  episodeId,
  episodes,
  signalDocuments,
} from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import { leaveReceipt } from '../sweep/batches.ts';
import { deliverEpisodes } from './deliver-episodes.ts';
import { closed, isUnsent, nextEpisodes } from './episodes.ts';
import { sendDigest } from './send-digest.ts';
import { sendRulesDigest } from './send-rules-digest.ts';

/** Episodes of one account, over all its signals and subjects. */
const mostEpisodes = 1_000;
/** Accounts looked at side by side. */
const lanes = 8;

/**
 * Brings episodes in line with the signals that hold, and notifies people of those that opened.
 * What holds is decided by the latest documents, never by the message, so that repeats and
 * reordering converge. Whatever cannot be sent now waits for sweep.
 */
export async function notify(runtime: Runtime, message: SignalsChangedMessage): Promise<void> {
  await takeMessage(runtime, message);
  if ('swept' in message) await leaveReceipt(runtime, 'signals-changed', message.swept);
}

async function takeMessage(runtime: Runtime, message: SignalsChangedMessage): Promise<void> {
  const { pack, log } = runtime;
  const { signals } = pack;
  if (!signals || message.pack !== pack.id) {
    return log.messageIgnored({ function: 'notify', reason: 'the pack has no signals' });
  }
  if ('digest' in message) {
    await sendRulesDigest(runtime, signals);
    return sendDigest(runtime, signals, message.digest);
  }
  if ('acknowledge' in message) return acknowledge(runtime, signals, message.acknowledge);
  const accounts = [...new Set(message.accounts)];
  const opened: string[] = [];
  const unsent: string[] = [];
  const lane = async (): Promise<void> => {
    for (let account = accounts.pop(); account !== undefined; account = accounts.pop()) {
      const found = await updateEpisodes(runtime, signals, account);
      opened.push(...found.opened);
      unsent.push(...found.unsent);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const counts = await deliverEpisodes(runtime, signals, unsent.sort());
  log.accountsNotified({ opened: opened.length, ...counts });
}

/** @returns ids of the account's episodes that opened, and of those with something to send */
async function updateEpisodes(
  runtime: Runtime,
  signals: PackSignals,
  account: string,
): Promise<{ opened: string[]; unsent: string[] }> {
  const { snapshots, clock, pack } = runtime;
  const known = await snapshots.query({
    collection: episodes,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'account', op: '==', value: account },
    ],
    limit: mostEpisodes,
  });
  const ids = new Set(known.map(({ id }) => id));
  for (const { id } of signals.states) ids.add(episodeId(account, id));
  return snapshots.transaction(async (tx) => {
    const document = (await tx.get(ref(signalDocuments, account)))?.data;
    const stored = await tx.getAll([...ids].map((id) => ref(episodes, id)));
    const latest = new Map<string, EpisodeDocument>();
    for (const [i, id] of [...ids].entries()) {
      const data = stored[i]?.data;
      if (data) latest.set(id, data);
    }
    const next = document
      ? nextEpisodes(signals, document, latest, clock.now())
      : new Map<string, EpisodeDocument>();
    const opened: string[] = [];
    for (const [id, episode] of next) {
      tx.set(ref(episodes, id), episode);
      if (latest.get(id)?.number !== episode.number) opened.push(id);
    }
    const all = new Map([...latest, ...next]);
    const unsent = [...all].filter(([, episode]) => isUnsent(episode)).map(([id]) => id);
    return { opened, unsent };
  });
}

/** A person has seen it: what happened is thereby over, a state goes on until it recovers. */
async function acknowledge(
  { snapshots, clock }: Runtime,
  signals: PackSignals,
  given: Extract<SignalsChangedMessage, { acknowledge: unknown }>['acknowledge'],
): Promise<void> {
  await snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(episodes, given.episode)))?.data;
    if (known?.state !== 'open' || known.number !== given.number) return;
    const { by, note, at } = given;
    const seen: EpisodeDocument = {
      ...known,
      state: 'acknowledged',
      acknowledged: { by, note, at },
    };
    const next = known.kind === 'event' ? closed(signals, seen, 'acknowledged', clock.now()) : seen;
    tx.set(ref(episodes, given.episode), next);
  });
}
