import { dayMs } from '../calendar.ts';
import { code, hasCode, Rejected } from '../errors.ts';
import type { Filter } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { type AccountDocument, accounts } from '../records/documents.ts';
import { type EventBody, events } from '../records/events.ts';
import { type EpisodeDocument, episodeId, episodes } from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { CelRow, CelValue } from '../scorecard/language/cel/expressions.ts';
import type { EventSignal } from '../scorecard/language/pack/signals.ts';
import { resultValues, type SignalFact } from '../scorecard/meaning/signals.ts';
import { deliverEpisodes } from './deliver-episodes.ts';
import { type Crowd, opened } from './episodes.ts';

/**
 * Takes an event: keeps it, opens the episodes it asks for, and notifies people at once. An event
 * that comes again is known by its id and does nothing more than what is left to do.
 * @throws Rejected `conflict` where another event has its id
 */
export async function notifyEvent(runtime: Runtime, event: EventBody): Promise<void> {
  const { pack, log } = runtime;
  await keepEvent(runtime, event);
  const account = (await runtime.snapshots.get(ref(accounts, event.account)))?.data;
  if (!pack.signals || account?.state !== 'active') {
    await endEvent(runtime, event);
    const reason = pack.signals ? 'an event of no account of ours' : 'the pack has no signals';
    return log.messageIgnored({ function: 'notify-event', reason });
  }
  const ids: string[] = [];
  let count = 0;
  const row = rowOf(runtime, event, account);
  for (const signal of pack.signals.events) {
    if (signal.event !== event.kind || signal.when.evaluate(row) !== true) continue;
    ids.push(episodeId(event.account, signal.id, subjectOf(event)));
    if (await openEpisode(runtime, signal, event)) count += 1;
  }
  const counts = await deliverEpisodes(runtime, pack.signals, ids);
  await endEvent(runtime, event);
  log.accountsNotified({ opened: count, ...counts });
}

const subjectOf = ({ user }: EventBody): string => user ?? '';

/** Everything it asks for was begun; where that is nothing, it asks for nothing later either. */
async function endEvent({ snapshots }: Runtime, { id }: EventBody): Promise<void> {
  const known = await snapshots.get(ref(events, id));
  if (known) await snapshots.set(ref(events, id), { ...known.data, handled: true });
}

/**
 * Keeps an event before anything is done about it, so that sweep finds it whatever becomes of its message.
 * @throws Rejected `conflict` where another event has its id
 */
export async function keepEvent(
  { snapshots, clock, pack }: Runtime,
  event: EventBody,
): Promise<void> {
  const target = ref(events, event.id);
  try {
    await snapshots.create(target, {
      pack: pack.id,
      account: event.account,
      taken_at: clock.now().toISOString(),
      body: event,
      handled: false,
    });
  } catch (error) {
    if (!hasCode(error, code.alreadyExists)) throw error;
    const known = (await snapshots.get(target))?.data;
    if (known && !sameEvent(known.body, event)) throw otherEvent(event.id);
  }
}

export function sameEvent(one: EventBody, other: EventBody): boolean {
  const sorted = (event: EventBody) =>
    JSON.stringify(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
}

export function otherEvent(id: string): Rejected {
  return new Rejected(
    code.conflict,
    `Another event has the id ${id} already; an event that differs needs an id of its own.`,
  );
}

function rowOf({ pack }: Runtime, event: EventBody, document: AccountDocument): CelRow {
  const account: Record<string, CelValue> = { phase: document.phase ?? '' };
  for (const [name, value] of Object.entries(document.attributes)) {
    if (value !== null) account[name] = value;
  }
  const now: NonNullable<CelRow['now']> = {};
  for (const { id, bands } of pack.scores) {
    const score = document.scores[id];
    now[id] = score
      ? resultValues(
          { ...score, waitingForData: score.waiting_for_data },
          bands.map((band) => band.id),
        )
      : {};
  }
  const values: Record<string, CelValue> =
    event.kind === 'survey_answer'
      ? { survey: event.survey, score: event.score }
      : event.role === undefined
        ? {}
        : { role: event.role };
  return { account, metrics: {}, now, event: values };
}

/** Messages of one signal that people get one by one: of an account in a day, of all in an hour. */
const most = { ofAccount: 3, ofAll: 10 };
const hourMs = 3_600_000;

/** Where an event stands among those of its signal; two at the same moment may both count as one. */
async function crowdOf(
  { snapshots, clock }: Runtime,
  signal: EventSignal,
  account: string,
): Promise<Crowd> {
  const since = (ms: number) => new Date(clock.now().getTime() - ms).toISOString();
  const openedWithin = async (ms: number, of: Filter[]) => {
    const found = await snapshots.query({
      collection: episodes,
      where: [
        ...of,
        { field: 'signal', op: '==', value: signal.id },
        { field: 'folded', op: '==', value: false },
        { field: 'opened_at', op: '>', value: since(ms) },
      ],
      orderBy: { field: 'opened_at', direction: 'desc' },
      limit: most.ofAll,
    });
    return found.length;
  };
  const [ofAccount, ofAll] = await Promise.all([
    openedWithin(dayMs, [{ field: 'account', op: '==', value: account }]),
    openedWithin(hourMs, []),
  ]);
  const left = Math.min(most.ofAccount - ofAccount, most.ofAll - ofAll);
  return { mentioned: ofAll > 0, place: left > 1 ? 'alone' : left === 1 ? 'last' : 'folded' };
}

/** @returns whether the event opened an episode now, and not before */
async function openEpisode(
  runtime: Runtime,
  signal: EventSignal,
  event: EventBody,
): Promise<boolean> {
  const { snapshots, clock, pack } = runtime;
  const crowd = await crowdOf(runtime, signal, event.account);
  const subject = subjectOf(event);
  const target = ref(episodes, episodeId(event.account, signal.id, subject));
  return snapshots.transaction(async (tx) => {
    const last = (await tx.get(target))?.data;
    const handled = (await tx.get(ref(events, event.id)))?.data.handled;
    if (handled || last?.cause === event.id) return false;
    const now = clock.now();
    if (last && isQuiet(last, signal, now)) return false;
    const facts: SignalFact[] =
      event.kind === 'survey_answer' ? [{ of: 'event.score', value: event.score }] : [];
    const opening = {
      pack: pack.id,
      account: event.account,
      subject,
      kind: 'event',
      cause: event.id,
      facts,
      silent: false,
      lot: null,
      crowd,
    } as const;
    tx.set(target, opened(signal, opening, last, now));
    return true;
  });
}

/** For events the quiet days begin with the episode: nothing says when it is over. */
function isQuiet({ opened_at: since }: EpisodeDocument, signal: EventSignal, now: Date): boolean {
  return now.getTime() - Date.parse(since) < signal.cooldown * dayMs;
}
