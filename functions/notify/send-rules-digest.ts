/** One message an owner on what a new version of the rules moved. */

import type { Stored } from '../ports/snapshots.ts';
import { unpackDetails } from '../records/account-details.ts';
import { ref } from '../records/collection.ts';
import { accounts, nameOrId } from '../records/documents.ts';
import { ownerOf } from '../records/owners.ts';
import {
  type MovedByRules,
  type MovedDocument,
  movedBy,
  type RulesDigestDocument,
  rulesDigests,
} from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import { afterTry, claimedDelivery, sendOnce, slackDelivery } from './deliver-episodes.ts';
import { type MovedAccount, rulesDigestText } from './rules-digest-text.ts';

const documentsPerPage = 100;
const accountsPerRead = 100;
/** Accounts of an owner that are named at most; the text takes what it has room for. */
const mostNames = 50;

/**
 * Sends what the latest switch of rules moved, to each owner once. Repeating it goes on where it
 * stopped. Nothing is sent where the pack names no channel for digests.
 */
export async function sendRulesDigest(runtime: Runtime, signals: PackSignals): Promise<void> {
  const { snapshots, pack } = runtime;
  const target = ref(rulesDigests, pack.id);
  const known = (await snapshots.get(target))?.data;
  const channel = signals.digestChannel;
  if (!known || known.done || channel === null) return;
  const moved = await movedByOwner(runtime, known);
  const begun = await change(runtime, known.run, (now) => ({
    ...now,
    owners:
      now.owners ??
      [...moved].map(([owner, { count }], i) => ({
        owner,
        accounts: count,
        delivery: slackDelivery(channel, `rules-${known.run}-${i}`),
      })),
  }));
  for (const { owner, accounts: count, delivery } of begun?.owners ?? []) {
    const text = rulesDigestText({
      ...{ pack, signals, date: known.date, owner, count },
      moved: moved.get(owner)?.first ?? [],
    });
    await sendToOwner(runtime, known.run, delivery.key, channel, text);
  }
  await change(runtime, known.run, (now) => ({
    ...now,
    done: (now.owners ?? []).every(
      ({ delivery: { state } }) => state !== 'due' && state !== 'sending',
    ),
  }));
}

async function sendToOwner(
  runtime: Runtime,
  run: string,
  key: string,
  channel: string,
  text: string,
): Promise<void> {
  const { clock, messenger, log } = runtime;
  let claimed: ReturnType<typeof claimedDelivery>;
  await change(runtime, run, (now) => {
    const delivery = now.owners?.find((one) => one.delivery.key === key)?.delivery;
    claimed = delivery && claimedDelivery(delivery, clock.now());
    return claimed ? withDelivery(now, claimed) : now;
  });
  if (!claimed) return;
  const taken = claimed;
  const result = await sendOnce(runtime, taken, {
    send: () => messenger.send({ channel, key, text }),
    find: (since) => messenger.find(channel, key, since),
  });
  if (result.state !== 'sent') {
    const code = result.code ?? 'unknown';
    log.noticeNotSent({ episode: key, signal: 'rules', to: 'slack', state: result.state, code });
  }
  await change(runtime, run, (now) => {
    const delivery = now.owners?.find((one) => one.delivery.key === key)?.delivery;
    return delivery ? withDelivery(now, afterTry(delivery, taken, result)) : now;
  });
}

type RulesDelivery = NonNullable<RulesDigestDocument['owners']>[number]['delivery'];

function withDelivery(document: RulesDigestDocument, delivery: RulesDelivery): RulesDigestDocument {
  const owners = (document.owners ?? []).map((one) =>
    one.delivery.key === delivery.key ? { ...one, delivery } : one,
  );
  return { ...document, owners };
}

/** Changes the digest of the switch, unless another one has followed. */
function change(
  { snapshots, pack }: Runtime,
  run: string,
  next: (now: RulesDigestDocument) => RulesDigestDocument,
): Promise<RulesDigestDocument | undefined> {
  const target = ref(rulesDigests, pack.id);
  return snapshots.transaction(async (tx) => {
    const now = (await tx.get(target))?.data;
    if (now?.run !== run) return undefined;
    const changed = next(now);
    tx.set(target, changed);
    return changed;
  });
}

/** By owner, in the order of their names: how many accounts moved, and the first of them. */
async function movedByOwner(
  runtime: Runtime,
  digest: RulesDigestDocument,
): Promise<Map<string | null, { count: number; first: MovedAccount[] }>> {
  const { snapshots } = runtime;
  const moves = await movesOf(runtime, digest);
  const found = new Map<string | null, { count: number; first: MovedAccount[] }>();
  const ids = [...moves.keys()].sort();
  for (let start = 0; start < ids.length; start += accountsPerRead) {
    const group = ids.slice(start, start + accountsPerRead);
    const stored = await snapshots.getAll(group.map((account) => ref(accounts, account)));
    for (const [i, account] of group.entries()) {
      const document = stored[i]?.data;
      const move = moves.get(account);
      if (document?.state !== 'active' || !move) continue;
      // Where a person's band is in force, nobody sees another one.
      const bands = move.bands.filter(({ score }) => document.scores[score]?.override === null);
      if (bands.length + move.signals.length === 0) continue;
      const owner = ownerOf(document);
      const known = found.get(owner) ?? { count: 0, first: [] };
      found.set(owner, known);
      known.count += 1;
      if (known.first.length >= mostNames) continue;
      const details = unpackDetails(document.details);
      known.first.push({
        name: nameOrId(account, document),
        signals: move.signals,
        bands: bands.map((band) => ({ ...band, deltas: details[band.score]?.deltas ?? [] })),
      });
    }
  }
  return new Map([...found].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)));
}

/** What publish kept of the switch, by account. */
async function movesOf(
  { snapshots, pack }: Runtime,
  { run }: RulesDigestDocument,
): Promise<Map<string, MovedByRules>> {
  const moves = new Map<string, MovedByRules>();
  let last: string | undefined;
  do {
    const page: Stored<MovedDocument>[] = await snapshots.query({
      collection: movedBy(pack.id),
      where: [{ field: 'run', op: '==', value: run }],
      limit: documentsPerPage,
      ...(last !== undefined && { startAfter: { id: last } }),
    });
    for (const { data } of page) for (const move of data.moved) moves.set(move.account, move);
    last = page.length < documentsPerPage ? undefined : page.at(-1)?.id;
  } while (last !== undefined);
  return moves;
}
