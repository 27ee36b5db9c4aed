/** One message a day on what does not need one of its own. */

import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { accounts, nameOrId } from '../records/documents.ts';
import {
  type Delivery,
  type DigestDocument,
  digestId,
  digests,
  type EpisodeDocument,
  episodes,
} from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import { afterTry, claimedDelivery, sendOnce, slackDelivery } from './deliver-episodes.ts';
import { type DigestGroup, digestText } from './digest-text.ts';

const episodesPerPage = 1_000;
/** Accounts named for each signal; the rest are counted. */
const mostNames = 8;

/**
 * Sends the digest of a date: episodes that were opened until it was begun and are in no digest
 * yet. Repeating it goes on where it stopped; it is sent once.
 */
export async function sendDigest(
  runtime: Runtime,
  signals: PackSignals,
  date: string,
): Promise<void> {
  const { snapshots, clock, pack, messenger, log } = runtime;
  const id = digestId(pack.id, date);
  const channel = signals.digestChannel;
  if (channel === null) return;
  const begun = await snapshots.transaction(async (tx) => {
    const known =
      (await tx.get(ref(digests, id)))?.data ?? fresh(pack.id, date, id, channel, clock.now());
    if (known.done) return undefined;
    const delivery = known.delivery && claimedDelivery(known.delivery, clock.now());
    // Somebody else is at it, or it was sent and only its episodes are left to mark.
    if (known.delivery && !delivery && known.delivery.state === 'sending') return undefined;
    const next: DigestDocument = { ...known, delivery: delivery ?? known.delivery };
    tx.set(ref(digests, id), next);
    return next;
  });
  if (!begun?.delivery) return;
  const due = await dueEpisodes(runtime, begun.until);
  let { delivery } = begun;
  if (due.length > 0 && delivery.state === 'sending') {
    const text = digestText({ pack, signals, date, groups: await grouped(runtime, due) });
    const { key } = delivery;
    const result = await sendOnce(runtime, delivery, {
      send: () => messenger.send({ channel, key, text }),
      find: (since) => messenger.find(channel, key, since),
    });
    if (result.state !== 'sent') {
      const code = result.code ?? 'unknown';
      log.noticeNotSent({ episode: id, signal: 'digest', to: 'slack', state: result.state, code });
    }
    const after = await afterSending(runtime, id, delivery, result);
    if (!after) return;
    delivery = after;
    if (delivery.state === 'due' || delivery.state === 'sending') return;
  }
  if (delivery.state === 'refused') {
    // Its episodes go into the next one.
    await snapshots.set(ref(digests, id), { ...begun, delivery, done: true });
    return;
  }
  for (const { id: episode } of due) {
    await snapshots.transaction(async (tx) => {
      const data = (await tx.get(ref(episodes, episode)))?.data;
      if (data?.digest === 'due') tx.set(ref(episodes, episode), { ...data, digest: 'told' });
    });
  }
  await snapshots.set(ref(digests, id), {
    ...begun,
    delivery: due.length > 0 ? delivery : null,
    episodes: due.length,
    done: true,
  });
}

/** Keeps what came of sending. @returns the delivery then; undefined where the digest is done */
function afterSending(
  { snapshots }: Runtime,
  id: string,
  taken: Delivery,
  outcome: Parameters<typeof afterTry>[2],
): Promise<Delivery | undefined> {
  return snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(digests, id)))?.data;
    if (!known?.delivery || known.done) return undefined;
    const delivery = afterTry(known.delivery, taken, outcome);
    tx.set(ref(digests, id), { ...known, delivery });
    return delivery;
  });
}

function fresh(pack: string, date: string, id: string, channel: string, now: Date): DigestDocument {
  return {
    pack,
    date,
    until: now.toISOString(),
    delivery: slackDelivery(channel, id),
    episodes: 0,
    done: false,
  };
}

async function dueEpisodes(
  { snapshots, pack }: Runtime,
  until: string,
): Promise<Stored<EpisodeDocument>[]> {
  const due: Stored<EpisodeDocument>[] = [];
  let last: Stored<EpisodeDocument> | undefined;
  do {
    const page: Stored<EpisodeDocument>[] = await snapshots.query({
      collection: episodes,
      where: [
        { field: 'pack', op: '==', value: pack.id },
        { field: 'digest', op: '==', value: 'due' },
        { field: 'opened_at', op: '<=', value: until },
      ],
      orderBy: { field: 'opened_at', direction: 'desc' },
      limit: episodesPerPage,
      ...(last && { startAfter: { value: last.data.opened_at, id: last.id } }),
    });
    due.push(...page);
    last = page.length < episodesPerPage ? undefined : page.at(-1);
  } while (last !== undefined);
  return due;
}

/** By signal and whether it was there from the start: how many, and the names of some. */
async function grouped(
  { snapshots }: Runtime,
  due: readonly Stored<EpisodeDocument>[],
): Promise<DigestGroup[]> {
  const groups = new Map<string, EpisodeDocument[]>();
  for (const { data } of due) {
    const key = `${data.signal} ${data.silent}`;
    groups.set(key, [...(groups.get(key) ?? []), data]);
  }
  return Promise.all(
    [...groups.values()].map(async (group) => {
      const named = [...new Set(group.map(({ account }) => account))].sort();
      const some = named.slice(0, mostNames);
      const stored = await snapshots.getAll(some.map((account) => ref(accounts, account)));
      const names = some.map((account, i) => nameOrId(account, stored[i]?.data));
      const [{ signal, silent } = { signal: '', silent: false }] = group;
      return { signal, silent, count: group.length, accounts: named.length, names };
    }),
  );
}
