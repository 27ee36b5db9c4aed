/** How episodes open and close: pure, so that a repeated message leads to the same. */
import { dayMs } from '../calendar.ts';
import {
  type Delivery,
  type EpisodeDocument,
  episodeId,
  type HeldSignal,
  type SignalsDocument,
} from '../records/signal-documents.ts';
import type { PackSignals, SignalText } from '../scorecard/language/pack/signals.ts';
import { drawn } from '../scorecard/meaning/lot.ts';

/** Episodes by id. */
export type Episodes = ReadonlyMap<string, EpisodeDocument>;

/** Of many at once, people get some one by one; the digest has the rest. */
export interface Crowd {
  /** Those before it were mentioned to everybody a short time ago. */
  mentioned: boolean;
  place: 'alone' | 'last' | 'folded';
}

/** What opens an episode. */
export interface Opening {
  pack: string;
  account: string;
  subject: string;
  kind: EpisodeDocument['kind'];
  cause: string;
  facts: EpisodeDocument['facts'];
  silent: boolean;
  /** What the signal's lot says of the account; null: it has none. */
  lot: EpisodeDocument['lots'][number] | null;
  /** What came before it of the same signal; default: nothing that people mind. */
  crowd?: Crowd;
  /** Of a silent one: the digest of a switch of rules says it, not that of the day. */
  rules?: boolean;
}

/**
 * The episodes of one account that differ now: signals that hold open one, unless one is open
 * or the last one ended too short a time ago; what no longer holds is closed.
 */
export function nextEpisodes(
  signals: PackSignals,
  document: SignalsDocument,
  known: Episodes,
  now: Date,
): Map<string, EpisodeDocument> {
  const next = new Map<string, EpisodeDocument>();
  const held = new Map(document.held.map((signal) => [signal.id, signal]));
  for (const [id, episode] of known) {
    if (!isOpen(episode)) {
      // It would have come up again once the quiet days are over, but holds no longer.
      const waits = episode.due_at !== null && !held.has(episode.signal);
      if (waits && !isUnsent(episode)) next.set(id, { ...episode, due_at: null });
      continue;
    }
    const because = closingOf(signals, document, held, episode);
    if (because) next.set(id, closed(signals, episode, because, now));
  }
  for (const signal of signals.states) {
    const holds = held.get(signal.id);
    if (!holds) continue;
    const id = episodeId(document.account, signal.id);
    const last = known.get(id);
    if (last && isOpen(last)) continue;
    if (last && last.quiet_until !== null && last.quiet_until > now.toISOString()) {
      if (last.due_at === null) next.set(id, { ...last, due_at: last.quiet_until });
      continue;
    }
    const { pack, account } = document;
    const { run: cause, facts, silent, rules } = holds;
    const lot = signal.lot && drawn(signal.lot, account, holds.since);
    const state = { subject: '', kind: 'state', cause, facts, silent, rules, lot } as const;
    const opening: Opening = { pack, account, ...state };
    next.set(id, opened(signal, opening, last, now));
  }
  return next;
}

export const isOpen = ({ state }: EpisodeDocument): boolean => state !== 'closed';

export const isUnsent = ({ deliveries }: EpisodeDocument): boolean =>
  deliveries.some(({ state }) => state === 'due' || state === 'sending');

function closingOf(
  signals: PackSignals,
  document: SignalsDocument,
  held: ReadonlyMap<string, HeldSignal>,
  { kind, signal }: EpisodeDocument,
): EpisodeDocument['closed_by'] {
  if (document.state === 'absent') return 'absent';
  const all: readonly SignalText[] = kind === 'state' ? signals.states : signals.events;
  if (!all.some(({ id }) => id === signal)) return 'removed';
  return kind === 'state' && !held.has(signal) ? 'recovered' : null;
}

export function closed(
  signals: PackSignals,
  episode: EpisodeDocument,
  because: NonNullable<EpisodeDocument['closed_by']>,
  now: Date,
): EpisodeDocument {
  const signal = [...signals.states, ...signals.events].find(({ id }) => id === episode.signal);
  const cooldown = (signal?.cooldown ?? 0) * dayMs;
  return {
    ...episode,
    state: 'closed',
    closed_at: now.toISOString(),
    closed_by: because,
    quiet_until: new Date(now.getTime() + cooldown).toISOString(),
    // What was reported in time is; what was not is no news any more.
    deliveries: episode.deliveries.filter(({ state }) => state !== 'due'),
    digest: episode.digest === 'due' && because !== 'recovered' ? 'none' : episode.digest,
    due_at: episode.deliveries.some(({ state }) => state === 'sending') ? episode.due_at : null,
  };
}

/** A delivery that nobody has tried yet. */
export const dueDelivery = (
  given: Pick<Delivery, 'to' | 'channel' | 'mention' | 'key'>,
): Delivery => ({
  ...given,
  state: 'due',
  tries: 0,
  first_try: null,
  claimed_until: null,
  ref: null,
  code: null,
});

/** A new episode; `last`: the one before it of the same account, signal and subject. */
export function opened(
  signal: SignalText,
  { silent, rules = false, lot, crowd, ...opening }: Opening,
  last: EpisodeDocument | undefined,
  now: Date,
): EpisodeDocument {
  const number = (last?.number ?? 0) + 1;
  const id = episodeId(opening.account, signal.id, opening.subject);
  const heldBack = lot?.held_back ?? false;
  const folded = crowd?.place === 'folded';
  const deliveries =
    silent || heldBack || folded
      ? []
      : signal.targets.flatMap((target, i): EpisodeDocument['deliveries'] => {
          if (target.to === 'digest') return [];
          return [
            dueDelivery({
              to: target.to,
              channel: target.to === 'slack' ? target.channel : null,
              mention: target.to === 'slack' && !crowd?.mentioned ? target.mention : null,
              key: `${id}-${number}-${i}`,
            }),
          ];
        });
  const inDigest = silent ? !rules : folded || signal.targets.some(({ to }) => to === 'digest');
  const lots = (last?.lots ?? []).filter(({ year }) => year !== lot?.year);
  return {
    ...opening,
    silent,
    folded,
    last_of_many: crowd?.place === 'last',
    held_back: heldBack,
    lots: lot ? [...lots, lot] : lots,
    signal: signal.id,
    severity: signal.severity,
    state: 'open',
    number,
    opened_at: now.toISOString(),
    acknowledged: null,
    closed_at: null,
    closed_by: null,
    quiet_until: null,
    deliveries,
    digest: inDigest && !heldBack ? 'due' : 'none',
    due_at: deliveries.length > 0 ? now.toISOString() : null,
  };
}
