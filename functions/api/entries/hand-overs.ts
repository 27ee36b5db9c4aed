/** Hand-overs with their checklists: listed, and ticked off by people. */
import { code, Rejected } from '../../errors.ts';
import type { Filter, Stored } from '../../ports/snapshots.ts';
import type {
  ChecklistItem,
  HandOverAnswer,
  HandOverList,
  TickRequest,
} from '../../records/api/hand-overs.ts';
import { ref } from '../../records/collection.ts';
import {
  accountName,
  accounts,
  type HandOverDocument,
  handOvers,
} from '../../records/documents.ts';
import { localDay } from '../../records/entries.ts';
import { handOverTicks, type TickDocument, tickId } from '../../records/hand-over-ticks.ts';
import type { Runtime } from '../../runtime.ts';
import { quoted } from '../../safe-text.ts';
import { decodeDayCursor, encodeCursor } from '../cursors.ts';
import { ids, teamNamed } from '../names.ts';
import type { HandOverParameters } from '../parameters.ts';
import { keepOnce } from './keep-once.ts';

/** Hand-overs that one search looks at, unless told otherwise, by as many at once. */
const usuallyLookedAt = 1_000;
const mostAtOnce = 100;
/** Values that Firestore compares with in one query. */
const mostCompared = 30;
const mostTicks = 10_000;

/**
 * The newest first. Where few of them are open, a page may have fewer than `limit`, and `next`.
 * @throws Rejected `bad-request` for a bad cursor
 */
export async function listHandOvers(
  runtime: Runtime,
  { open, owner, limit, cursor }: HandOverParameters,
  mostLookedAt = usuallyLookedAt,
): Promise<HandOverList> {
  const lookedAtOnce = Math.min(mostAtOnce, mostLookedAt);
  const where: Filter[] = [{ field: 'pack', op: '==', value: runtime.pack.id }];
  if (owner !== undefined) where.push({ field: 'to.owner', op: '==', value: owner });
  const kept: HandOverAnswer[] = [];
  let after = cursor === undefined ? undefined : decodeDayCursor(cursor);
  for (let looked = 0; looked < mostLookedAt; looked += lookedAtOnce) {
    const found = await runtime.snapshots.query({
      collection: handOvers,
      where,
      orderBy: { field: 'date', direction: 'desc' },
      limit: lookedAtOnce,
      ...(after ? { startAfter: after } : {}),
    });
    const answers = await shownHandOvers(runtime, found);
    kept.push(...answers.filter((answer) => open === undefined || answer.open === open));
    const page = kept.slice(0, limit);
    if (kept.length > limit) return { hand_overs: page, next: nextAfter(page) };
    const last = answers.at(-1);
    if (!last || found.length < lookedAtOnce) return { hand_overs: kept };
    after = { value: last.date, id: last.id };
  }
  return { hand_overs: kept, ...(after ? { next: encodeCursor(after) } : {}) };
}

function nextAfter(page: readonly HandOverAnswer[]): string | undefined {
  const last = page.at(-1);
  return last && encodeCursor({ value: last.date, id: last.id });
}

async function shownHandOvers(
  { snapshots, pack }: Runtime,
  found: readonly Stored<HandOverDocument>[],
): Promise<HandOverAnswer[]> {
  const refs = [...new Set(found.map(({ data }) => data.account))].map((id) => ref(accounts, id));
  const stored = refs.length === 0 ? [] : await snapshots.getAll(refs);
  const names = new Map(stored.flatMap((one) => (one ? [[one.id, accountName(one.data)]] : [])));
  const ticks = await ticksOf(snapshots, found);
  const holder = ({ team, owner }: HandOverDocument['to']) => ({
    team: teamNamed(pack, team),
    owner,
  });
  return found.map(({ id, data }) => {
    const checklist = checklistOf(pack, id, data, ticks);
    return {
      id,
      account: data.account,
      name: names.get(data.account) ?? null,
      date: data.date,
      from: holder(data.from),
      to: holder(data.to),
      why: data.why,
      open: checklist.some(({ state }) => state !== 'done'),
      checklist,
    };
  });
}

/** What people said of the items of hand-overs. */
export async function ticksOf(
  snapshots: Runtime['snapshots'],
  found: readonly Stored<HandOverDocument>[],
): Promise<TickDocument[]> {
  const ticks: TickDocument[] = [];
  for (let i = 0; i < found.length; i += mostCompared) {
    const value = ids(found.slice(i, i + mostCompared));
    const where = [{ field: 'hand_over', op: 'in', value }] as const;
    const some = await snapshots.query({ collection: handOverTicks, where, limit: mostTicks });
    ticks.push(...some.map(({ data }) => data));
  }
  return ticks;
}

/** The items of a hand-over with what people said of each; ticks of others do no harm. */
export function checklistOf(
  { zone }: Pick<Runtime['pack'], 'zone'>,
  id: string,
  { checklist }: HandOverDocument,
  ticks: readonly TickDocument[],
): ChecklistItem[] {
  return checklist.map((item) => {
    const said = (wanted: TickDocument['state']) => {
      const tick = ticks.find(
        ({ hand_over, item: of, state }) => hand_over === id && of === item.id && state === wanted,
      );
      if (!tick) return null;
      const { author, at, text } = tick;
      return { author, at, on: localDay(at, zone), text };
    };
    const [done, missing] = [said('done'), said('missing')];
    return { ...item, state: done ? 'done' : missing ? 'missing' : 'open', done, missing };
  });
}

/**
 * Keeps that an item was handed over, or that it is missing and sales have to find it out. The same
 * request again has no further effect.
 * @throws Rejected `not-found` for an unknown hand-over or item, `bad-request` where nobody
 *   says what is missing, `conflict` where somebody has said so already
 */
export async function tickItem(
  runtime: Runtime,
  { id, item }: { id: string; item: string },
  { author, state, text }: TickRequest,
): Promise<HandOverAnswer> {
  const { snapshots, pack, clock } = runtime;
  const handOver = id === '' ? undefined : await snapshots.get(ref(handOvers, id));
  if (!handOver) throw new Rejected(code.notFound, `There is no hand-over ${quoted(id)}.`);
  const known = ids(handOver.data.checklist);
  if (!known.includes(item)) {
    const list = known.length === 0 ? 'has no items' : `has ${known.join(', ')}`;
    throw new Rejected(code.notFound, `There is no item ${quoted(item)}; the hand-over ${list}.`);
  }
  if (state === 'missing' && text === undefined) {
    throw new Rejected(code.badRequest, 'The field text has to be what sales have to find out.');
  }
  const tick: TickDocument = {
    pack: pack.id,
    account: handOver.data.account,
    hand_over: id,
    item,
    state,
    author,
    at: clock.now().toISOString(),
    text: text ?? null,
  };
  const done = await snapshots.get(ref(handOverTicks, tickId({ ...tick, state: 'done' })));
  const before = state === 'missing' ? done?.data : undefined;
  const kept = before ?? (await keepOnce(snapshots, ref(handOverTicks, tickId(tick)), tick));
  if (kept.state !== state || kept.author !== author || kept.text !== tick.text) {
    const said = kept.state === 'done' ? 'ticked off' : 'sent back';
    throw new Rejected(code.conflict, `The item ${quoted(item)} has been ${said} already.`);
  }
  const [answer] = await shownHandOvers(runtime, [handOver]);
  if (!answer) throw new Error(`hand-over ${id} gave no answer`);
  return answer;
}
