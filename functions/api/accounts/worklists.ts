/** Lists of accounts to look at, in the order in which they matter. */
import { code, Rejected } from '../../errors.ts';
import type { Filter, Stored } from '../../ports/snapshots.ts';
import { unpackDetails } from '../../records/account-details.ts';
import { mostCounted } from '../../records/api/common.ts';
import type {
  WorklistAnswer,
  WorklistEntryAnswer,
  WorklistSummary,
  WorklistsAnswer,
} from '../../records/api/worklists.ts';
import { type AccountDocument, accounts } from '../../records/documents.ts';
import { ownerOf } from '../../records/owners.ts';
import type { Runtime } from '../../runtime.ts';
import { quoted } from '../../safe-text.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import type { Worklist } from '../../scorecard/language/pack/worklists.ts';
import { type Held, heldTexts } from '../../scorecard/meaning/reasons.ts';
import { unranked } from '../../scorecard/meaning/worklists.ts';
import { decodeAccountCursor, encodeCursor } from '../cursors.ts';
import { ids, ownedBy } from '../names.ts';
import type { OwnerParameters, WorklistParameters } from '../parameters.ts';
import { summaryOf } from './list.ts';

type Account = Stored<AccountDocument>;

/** @param owner whose accounts are counted; default: all */
export async function listWorklists(
  runtime: Runtime,
  { owner }: OwnerParameters = {},
): Promise<WorklistsAnswer> {
  const { lists } = runtime.pack.worklists;
  return { worklists: await Promise.all(lists.map((list) => summary(runtime, list, { owner }))) };
}

/** @throws Rejected `not-found` that lists what there is, `bad-request` for a bad cursor */
export async function getWorklist(
  runtime: Runtime,
  id: string,
  { owner, team, limit, cursor }: WorklistParameters,
): Promise<WorklistAnswer> {
  const list = listNamed(runtime.pack, id);
  const order = `worklist ${id}`;
  const start = cursor === undefined ? undefined : decodeAccountCursor(cursor, order);
  const found = await runtime.snapshots.query({
    collection: accounts,
    where: [...of(runtime.pack, { owner, team }), onList(id)],
    orderBy: { field: `worklists.${id}.rank`, direction: 'desc' },
    limit: limit + 1,
    ...(start?.id === undefined
      ? {}
      : { startAfter: { id: start.id, value: start.value ?? unranked } }),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = last && { order, part: 0, id: last.id, value: rankOf(last.data, id) };
  return {
    ...(await summary(runtime, list, { owner, team })),
    entries: page.map((account) => entryOf(runtime.pack, list, account)),
    ...(next && found.length > limit ? { next: encodeCursor(next) } : {}),
  };
}

type Whose = { owner?: string | undefined; team?: string | undefined };

/** Accounts of somebody, of a team, or all. */
const of = (pack: Pack, { owner, team }: Whose): Filter[] => [
  ...(owner === undefined ? [] : [ownedBy(pack, owner)]),
  ...(team === undefined ? [] : [{ field: 'assignment.team.id', op: '==', value: team } as const]),
];

function listNamed({ id: pack, worklists: { lists } }: Pack, id: string): Worklist {
  const list = lists.find((candidate) => candidate.id === id);
  if (list) return list;
  const known = lists.length === 0 ? 'has none' : `has ${ids(lists).join(', ')}`;
  throw new Rejected(code.notFound, `There is no worklist ${quoted(id)}; pack ${pack} ${known}.`);
}

const rankOf = ({ worklists }: AccountDocument, list: string): number =>
  worklists[list]?.rank ?? unranked;

const onList = (list: string): Filter => ({
  field: `worklists.${list}.rank`,
  op: '>=',
  value: unranked,
});

async function summary(
  { snapshots, pack }: Runtime,
  list: Worklist,
  whose: Whose,
): Promise<WorklistSummary> {
  const { id, label, score } = list;
  return {
    id,
    label,
    score,
    accounts: await snapshots.count({
      collection: accounts,
      where: [...of(pack, whose), onList(id)],
      orderBy: { field: `worklists.${id}.rank`, direction: 'desc' },
      most: mostCounted,
    }),
  };
}

function entryOf(pack: Pack, list: Worklist, account: Account): WorklistEntryAnswer {
  const { data } = account;
  const entry = data.worklists[list.id];
  const held = (entry?.reasons ?? []).map((id) => {
    const known = list.reasons.find((reason) => reason.id === id);
    return { id, label: known?.label ?? { en: id, ja: id }, action: known?.action ?? null };
  });
  return {
    account: summaryOf(pack, account),
    team: data.assignment?.team ?? null,
    owner: ownerOf(data),
    rank: entry && entry.rank !== unranked ? entry.rank : null,
    reasons: held.map(({ id, label }) => ({ id, label })),
    action: held[0]?.action ?? null,
    why: whyOf(pack, list, data),
  };
}

/** What made the list's conditions hold; where they read nothing of the score, why it is what it is. */
function whyOf(
  pack: Pack,
  { when, reasons, score, id }: Worklist,
  { details, metrics, worklists }: AccountDocument,
): Record<Lang, string[]> {
  const found = unpackDetails(details)[score];
  if (!found) return { en: [], ja: [] };
  const holding = reasons.filter((reason) => worklists[id]?.reasons.includes(reason.id));
  const conditions = [...holding.map((reason) => reason.when), ...(when ? [when] : [])];
  const held: Held = {
    reads: conditions.flatMap(({ others }) => others),
    metrics: [...new Set(conditions.flatMap((condition) => condition.metrics))].flatMap((name) => {
      const metric = pack.metrics.get(name);
      const value = metrics[name];
      return metric && value !== undefined && value !== null
        ? [{ label: metric.label, unit: metric.unit ?? null, value }]
        : [];
    }),
  };
  const bands = pack.scores.find((candidate) => candidate.id === score)?.bands ?? [];
  const texts = (lang: Lang): string[] => {
    const names = bands.map((band) => band.id);
    const own = heldTexts(held, found.explanation, found.deltas, names, lang);
    return own.length > 0 ? own : found.reasons[lang];
  };
  return { en: texts('en'), ja: texts('ja') };
}
