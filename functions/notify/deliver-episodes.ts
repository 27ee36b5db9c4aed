/** Sends the messages of episodes, each thing once as far as the other side allows. */
import { KenkoError, Rejected, Throttled, Unauthorized } from '../errors.ts';
import { ref } from '../records/collection.ts';
import { type AccountDocument, accounts } from '../records/documents.ts';
import { type Delivery, type EpisodeDocument, episodes } from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { PackSignals, SignalText } from '../scorecard/language/pack/signals.ts';
import { dueDelivery } from './episodes.ts';
import { slackText, taskText } from './notice-text.ts';
import { recordOf } from './task-record.ts';

/**
 * Whoever holds a claim for longer is gone. A request ends after ten minutes, but an instance
 * that was frozen in the middle of one may go on much later: rather late than twice.
 */
const claimMs = 60 * 60_000;
/** Whoever has not begun to send by then was frozen, and leaves it to the next. */
const sendWithinMs = 10 * 60_000;
/** When sweep tries again what could not be sent. */
const retryMs = 10 * 60_000;
/** The longest that is waited for within a request, and how often. */
const longestWaitMs = 60_000;
const mostWaits = 5;

export interface DeliveryCounts {
  sent: number;
  waiting: number;
  refused: number;
  unsure: number;
}

export async function deliverEpisodes(
  runtime: Runtime,
  signals: PackSignals,
  ids: readonly string[],
): Promise<DeliveryCounts> {
  const counts: DeliveryCounts = { sent: 0, waiting: 0, refused: 0, unsure: 0 };
  for (const id of ids) {
    const stored = (await runtime.snapshots.get(ref(episodes, id)))?.data;
    for (const { key } of stored?.deliveries ?? []) {
      const outcome = await deliverOnce(runtime, signals, id, key);
      if (outcome) counts[outcome] += 1;
    }
  }
  return counts;
}

async function deliverOnce(
  runtime: Runtime,
  signals: PackSignals,
  id: string,
  key: string,
): Promise<keyof DeliveryCounts | undefined> {
  const { snapshots, log } = runtime;
  const claimed = await claim(runtime, id, key);
  if (!claimed) return undefined;
  const { episode, delivery } = claimed;
  const signal = [...signals.states, ...signals.events].find((one) => one.id === episode.signal);
  const account = (await snapshots.get(ref(accounts, episode.account)))?.data;
  const sender = signal
    ? senderOf(runtime, signals, { signal, account, episode, delivery })
    : undefined;
  const result = await sendOnce(runtime, delivery, sender);
  await record(runtime, id, delivery, result);
  if (result.state === 'sent') return 'sent';
  const code = result.code ?? 'unknown';
  log.noticeNotSent({
    episode: id,
    signal: episode.signal,
    to: delivery.to,
    state: result.state,
    code,
  });
  return result.state === 'due' || result.state === 'sending' ? 'waiting' : result.state;
}

/** What sends one thing, and finds it again. */
export interface Sender {
  /** Looks up what sending needs, so that `send` is one call. */
  prepare?(): Promise<void>;
  send(): Promise<string>;
  find(since: Date): Promise<string | undefined>;
}

interface Notice {
  signal: SignalText;
  account: AccountDocument | undefined;
  episode: EpisodeDocument;
  delivery: Delivery;
}

function senderOf(runtime: Runtime, signals: PackSignals, notice: Notice): Sender {
  const { messenger, crm, pack, clock } = runtime;
  const { key, channel } = notice.delivery;
  const given = { ...notice, pack, lang: signals.language };
  if (channel !== null) {
    return {
      send: () => messenger.send({ channel, key, text: slackText(given) }),
      find: (since) => messenger.find(channel, key, since),
    };
  }
  let recordId = '';
  return {
    async prepare() {
      recordId = await recordOf(runtime, notice.episode.account);
    },
    send: () => crm.createTask({ key, recordId, ...taskText(given, clock.now()) }),
    find: () => crm.findTask(key),
  };
}

type Outcome = Pick<Delivery, 'state' | 'ref' | 'code'>;

/**
 * Sends a thing that was claimed. Where an earlier try may have got through, it is looked for
 * first; where nothing can say whether it was, it is left: rather once too few than twice.
 */
export async function sendOnce(
  { clock }: Pick<Runtime, 'clock'>,
  { tries, first_try: since, claimed_until: until }: Delivery,
  sender: Sender | undefined,
): Promise<Outcome> {
  if (!sender) return { state: 'refused', ref: null, code: 'signal-removed' };
  if (tries > 1 && since !== null) {
    try {
      const found = await sender.find(new Date(since));
      if (found !== undefined) return { state: 'sent', ref: found, code: null };
    } catch (error) {
      if (!(error instanceof KenkoError)) throw error;
      // Whoever is not let in now may look once an operator has mended that.
      const state = error instanceof Rejected ? 'unsure' : 'sending';
      return { state, ref: null, code: error.code };
    }
  }
  for (let waits = 0; ; waits += 1) {
    try {
      await sender.prepare?.();
      const left = until === null ? claimMs : Date.parse(until) - clock.now().getTime();
      if (left < claimMs - sendWithinMs) return { state: 'sending', ref: null, code: 'too-late' };
      return { state: 'sent', ref: await sender.send(), code: null };
    } catch (error) {
      if (!(error instanceof KenkoError)) throw error;
      if (error instanceof Throttled) {
        const wait = error.retryAfterMs ?? longestWaitMs + 1;
        if (wait > longestWaitMs || waits >= mostWaits) {
          return { state: 'due', ref: null, code: error.code };
        }
        await clock.sleep(wait);
        continue;
      }
      if (error instanceof Unauthorized) return { state: 'due', ref: null, code: error.code };
      // Anything else but a refusal may have got through.
      const state = error instanceof Rejected ? 'refused' : 'sending';
      return { state, ref: null, code: error.code };
    }
  }
}

/** A message that is not sent yet, and mentions nobody. */
export const slackDelivery = (channel: string, key: string): Delivery =>
  dueDelivery({ to: 'slack', channel, mention: null, key });

/** Takes a delivery that is nobody's; a try that may have got through stays counted. */
export function claimedDelivery(delivery: Delivery, now: Date): Delivery | undefined {
  const { state, claimed_until: until, tries, first_try: first } = delivery;
  if (state !== 'due' && state !== 'sending') return undefined;
  if (until !== null && until > now.toISOString()) return undefined;
  return {
    ...delivery,
    state: 'sending',
    // One that was certainly not sent needs no looking for.
    tries: state === 'due' ? 1 : tries + 1,
    first_try: state === 'due' || first === null ? now.toISOString() : first,
    claimed_until: new Date(now.getTime() + claimMs).toISOString(),
  };
}

function claim(
  { snapshots, clock }: Runtime,
  id: string,
  key: string,
): Promise<{ episode: EpisodeDocument; delivery: Delivery } | undefined> {
  return snapshots.transaction(async (tx) => {
    const episode = (await tx.get(ref(episodes, id)))?.data;
    const delivery = episode?.deliveries.find((one) => one.key === key);
    const taken = delivery && claimedDelivery(delivery, clock.now());
    if (!episode || !taken) return undefined;
    const next = withDelivery(episode, taken, clock.now());
    tx.set(ref(episodes, id), next);
    return { episode: next, delivery: taken };
  });
}

/**
 * The delivery after a try of whoever took it as `taken`. Where somebody else has taken it since,
 * theirs counts, unless ours was sent: that is so whoever sends.
 */
export function afterTry(known: Delivery, taken: Delivery, outcome: Outcome): Delivery {
  const isOurs = known.state === 'sending' && known.claimed_until === taken.claimed_until;
  if (isOurs) return { ...known, ...outcome, claimed_until: null };
  return outcome.state === 'sent' ? { ...known, ...outcome } : known;
}

async function record(
  { snapshots, clock }: Runtime,
  id: string,
  taken: Delivery,
  outcome: Outcome,
): Promise<void> {
  await snapshots.transaction(async (tx) => {
    const episode = (await tx.get(ref(episodes, id)))?.data;
    const delivery = episode?.deliveries.find((one) => one.key === taken.key);
    if (!episode || !delivery) return;
    const next = withDelivery(episode, afterTry(delivery, taken, outcome), clock.now());
    tx.set(ref(episodes, id), next);
  });
}

/** The episode with this delivery in place of the one with its key, and when it comes up again. */
function withDelivery(episode: EpisodeDocument, delivery: Delivery, now: Date): EpisodeDocument {
  const deliveries = episode.deliveries.map((one) => (one.key === delivery.key ? delivery : one));
  const isOver = deliveries.every(({ state }) => state !== 'due' && state !== 'sending');
  const later = new Date(now.getTime() + retryMs).toISOString();
  const waits = episode.state === 'closed' ? episode.due_at : null;
  return { ...episode, deliveries, due_at: isOver ? waits : later };
}
