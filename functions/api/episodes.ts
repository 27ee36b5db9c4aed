/** Episodes of signals: listed, and acknowledged by people. */
import { code, Rejected } from '../errors.ts';
import type { Filter, Stored } from '../ports/snapshots.ts';
import type {
  Acknowledgement,
  EpisodeAnswer,
  EpisodeList,
  LotList,
} from '../records/api/episodes.ts';
import { ref } from '../records/collection.ts';
import { type EpisodeDocument, episodes } from '../records/signal-documents.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';
import { latestFirst } from './cursors.ts';
import type { EpisodeParameters, LotParameters } from './parameters.ts';

/** The one opened last first. @throws Rejected `bad-request` for a bad cursor */
export async function listEpisodes(
  { snapshots, pack }: Pick<Runtime, 'snapshots' | 'pack'>,
  { limit, cursor, ...wanted }: EpisodeParameters,
): Promise<EpisodeList> {
  const where: Filter[] = [{ field: 'pack', op: '==', value: pack.id }];
  for (const field of ['state', 'account', 'signal'] as const) {
    const value = wanted[field];
    if (value !== undefined) where.push({ field, op: '==', value });
  }
  const list = { collection: episodes, where, field: 'opened_at', limit, cursor } as const;
  const { page, ...rest } = await latestFirst(snapshots, list);
  return {
    episodes: page.filter(isShown).map((episode) => shownEpisode(pack, episode)),
    ...rest,
  };
}

/** Whom a lot holds back is nothing to do for anybody. */
const isShown = ({ data }: Stored<EpisodeDocument>): boolean => !data.held_back;

/** Whom the lots of signals held back, and whom not, by contract year. */
export async function listLots(
  { snapshots, pack }: Pick<Runtime, 'snapshots' | 'pack'>,
  { limit, cursor }: LotParameters,
): Promise<LotList> {
  const where: Filter[] = [{ field: 'pack', op: '==', value: pack.id }];
  const list = { collection: episodes, where, field: 'opened_at', limit, cursor } as const;
  const { page, ...rest } = await latestFirst(snapshots, list);
  const lots = page.flatMap(({ data: { account, signal, lots: drawn } }) =>
    drawn.map((lot) => ({ account, signal, ...lot })),
  );
  return { lots, ...rest };
}

/** More at once are shown by the list alone. */
const mostOpen = 20;

/** Episodes of an account that are not closed, the one opened last first. */
export async function listOpenEpisodes(
  runtime: Pick<Runtime, 'snapshots' | 'pack'>,
  account: string,
): Promise<EpisodeAnswer[]> {
  const found = await runtime.snapshots.query({
    collection: episodes,
    where: [
      { field: 'pack', op: '==', value: runtime.pack.id },
      { field: 'account', op: '==', value: account },
      { field: 'state', op: 'in', value: ['open', 'acknowledged'] },
    ],
    orderBy: { field: 'opened_at', direction: 'desc' },
    limit: mostOpen,
  });
  return found.filter(isShown).map((episode) => shownEpisode(runtime.pack, episode));
}

/**
 * Passes the acknowledgement on to whoever keeps episodes.
 * @throws Rejected `not-found`, and `conflict` where the episode is not open
 */
export async function acknowledgeEpisode(
  { snapshots, bus, clock, pack }: Runtime,
  id: string,
  { author, note }: Acknowledgement,
): Promise<{ episode: string; number: number }> {
  const known = id === '' ? undefined : (await snapshots.get(ref(episodes, id)))?.data;
  if (!known || known.held_back)
    throw new Rejected(code.notFound, `There is no episode ${quoted(id)}.`);
  if (known.state !== 'open') {
    throw new Rejected(code.conflict, `The episode ${quoted(id)} is ${known.state} already.`);
  }
  const { number } = known;
  const at = clock.now().toISOString();
  const given = { episode: id, number, by: author, note, at };
  await bus.publish('signals-changed', [{ body: { pack: pack.id, acknowledge: given } }]);
  return { episode: id, number };
}

function shownEpisode(
  { signals }: Runtime['pack'],
  { id, data }: Stored<EpisodeDocument>,
): EpisodeAnswer {
  const signal = [...(signals?.states ?? []), ...(signals?.events ?? [])].find(
    (one) => one.id === data.signal,
  );
  return {
    id,
    account: data.account,
    signal: data.signal,
    label: signal?.label ?? { en: data.signal, ja: data.signal },
    severity: data.severity,
    subject: data.subject,
    state: data.state,
    number: data.number,
    opened_at: data.opened_at,
    silent: data.silent,
    facts: data.facts,
    acknowledged: data.acknowledged,
    closed_at: data.closed_at,
    closed_by: data.closed_by,
    notices: data.deliveries.map(({ to, state, code: why }) => ({ to, state, code: why })),
    hints: signal?.hints ?? { en: [], ja: [] },
    action: signal?.action ?? null,
    links: signal?.links ?? [],
  };
}
