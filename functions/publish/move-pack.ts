/**
 * A pack that got another name: its closed days, runs and documents become the new one's, so that the next
 * run compares with them, overrides stay in force, and episodes go on. Tables of results and outcomes
 * belong to no pack, nor do the years of accounts. Sent digests keep the name that they were made under.
 */
import { code, Rejected } from '../errors.ts';
import { type Collection, ref } from '../records/collection.ts';
import {
  accountFormat,
  accounts,
  handOvers,
  overrides,
  reconciliations,
} from '../records/documents.ts';
import { entries } from '../records/entries.ts';
import { events } from '../records/events.ts';
import { handOverTicks } from '../records/hand-over-ticks.ts';
import { portfolios } from '../records/portfolio-counts.ts';
import {
  activeRunStates,
  calendarId,
  calendars,
  dayId,
  days,
  packs,
  type RunDocument,
  type RunState,
  runs,
} from '../records/run-documents.ts';
import {
  episodes,
  knownSignals,
  movedBy,
  movedDocumentOf,
  rulesDigests,
  signalDocuments,
} from '../records/signal-documents.ts';
import { noLease, runsInState } from '../runs/leases.ts';
import type { Runtime } from '../runtime.ts';

/** What one request, or one sweep, moves at most. */
const documentsAtOnce = 2_000;
const documentsPerTransaction = 50;

/**
 * Begins to move what is kept of a pack to the one that runs here, or goes on with it. No run begins
 * before all is moved; sweep goes on where nobody asks again. Asking again afterwards does nothing.
 * @returns how many documents this call moved, and whether that was all
 * @throws Rejected `bad-request` where `to` does not run here, `not-found` where no run of the old pack
 *   was closed, `conflict` while a run of either is under way, and for a pack that was retired
 */
export async function movePack(
  runtime: Runtime,
  old: string,
  given: { to: string; author: string; reason: string },
): Promise<{ moved: number; done: boolean }> {
  const { pack } = runtime;
  if (given.to !== pack.id || old === pack.id) {
    throw new Rejected(
      code.badRequest,
      `${pack.id} runs here: deploy the pack under its new name, and move the old one to it.`,
    );
  }
  if (!(await begin(runtime, old, given))) return { moved: 0, done: true };
  const moved = await sweepMoving(runtime);
  const { moving } = (await runtime.snapshots.get(ref(packs, pack.id)))?.data ?? noLease;
  return { moved, done: moving === undefined };
}

/** @returns false where it was moved already */
async function begin(
  { snapshots, clock }: Runtime,
  old: string,
  { to, author, reason }: { to: string; author: string; reason: string },
): Promise<boolean> {
  for (const run of await runsInState(snapshots, old, ['closing', 'publishing'])) {
    throw underWay(run.id, run.data, old);
  }
  return snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(packs, old)))?.data;
    const { moved: _, ...mine } = (await tx.get(ref(packs, to)))?.data ?? noLease;
    const signals = (await tx.get(ref(knownSignals, old)))?.data;
    const mySignals = (await tx.get(ref(knownSignals, to)))?.data;
    if (mine.moving?.from === old) return true;
    if (known?.moved?.to === to) return false;
    if (mine.moving) {
      throw new Rejected(code.conflict, `What ${mine.moving.from} had is being moved to ${to}.`);
    }
    if (!known?.current) {
      throw new Rejected(code.notFound, `There is no pack ${old} of which a run was closed.`);
    }
    if (known.retired) {
      throw new Rejected(code.conflict, `${old} was retired, so its accounts are absent.`);
    }
    const holding = mine.lease && (await tx.get(ref(runs, mine.lease.run)))?.data;
    if (mine.lease && holding && isActive(holding.state)) {
      throw underWay(mine.lease.run, holding, old);
    }
    const by = { author, reason, at: clock.now().toISOString() };
    tx.set(ref(packs, to), {
      ...mine,
      current: mine.current ?? known.current,
      next_token: Math.max(mine.next_token, known.next_token),
      moving: { from: old, ...by },
    });
    tx.set(ref(packs, old), { ...known, current: null, lease: null, moved: { to, ...by } });
    if (signals && !mySignals) tx.set(ref(knownSignals, to), signals);
    if (signals) tx.delete(ref(knownSignals, old));
    return true;
  });
}

const isActive = (state: RunState): boolean => activeRunStates.some((one) => one === state);

const underWay = (id: string, { pack, state }: RunDocument, old: string): Rejected =>
  new Rejected(
    code.conflict,
    `Run ${id} of ${pack} is ${state}; ${old} is moved when it has finished.`,
  );

/** Goes on with what is being moved to the pack that runs here. @returns how many documents */
export async function sweepMoving(runtime: Runtime): Promise<number> {
  const { snapshots, pack, log } = runtime;
  const from = (await snapshots.get(ref(packs, pack.id)))?.data.moving?.from;
  if (from === undefined) return 0;
  let count = 0;
  for (const move of moves(runtime, from)) {
    for (let moved = 1; moved > 0; count += moved) {
      if (count >= documentsAtOnce) return count;
      moved = await move();
    }
  }
  await end(runtime, from);
  log.packMoved({ pack: from, to: pack.id });
  return count;
}

/** Each moves a few documents of its sort, and says how many. */
function moves({ snapshots, clock, pack }: Runtime, from: string): (() => Promise<number>)[] {
  const to = pack.id;
  const where = [{ field: 'pack', op: '==', value: from }] as const;
  const limit = documentsPerTransaction;
  const of =
    <T extends { pack: string }>(collection: Collection<T>, change = (data: T): T => data) =>
    async (): Promise<number> => {
      const page = await snapshots.query({ collection, where, limit });
      if (page.length === 0) return 0;
      await snapshots.transaction(async (tx) => {
        for (const found of await tx.getAll(page.map(({ id }) => ref(collection, id)))) {
          if (found?.data.pack !== from) continue;
          tx.set(ref(collection, found.id), { ...change(found.data), pack: to });
        }
      });
      return page.length;
    };
  const ofDays = async (): Promise<number> => {
    const page = await snapshots.query({ collection: days, where, limit });
    if (page.length === 0) return 0;
    await snapshots.transaction(async (tx) => {
      const targets = page.map(({ data }) => ref(days, dayId(to, data.date)));
      const known = await tx.getAll(targets);
      for (const [i, { id, data }] of page.entries()) {
        const target = targets[i];
        // A date that was closed under the new name too is shown by that one.
        if (target && !known[i]) tx.set(target, { ...data, pack: to });
        tx.delete(ref(days, id));
      }
    });
    return page.length;
  };
  const ofCalendars = async (): Promise<number> => {
    const page = await snapshots.query({ collection: calendars, where, limit });
    if (page.length === 0) return 0;
    await snapshots.transaction(async (tx) => {
      const targets = page.map(({ id }) => ref(calendars, calendarId(to, id.slice(-4))));
      const known = await tx.getAll(targets);
      for (const [i, { id, data }] of page.entries()) {
        const target = targets[i];
        const closed = { ...data.closed, ...known[i]?.data.closed };
        if (target) tx.set(target, { pack: to, closed });
        tx.delete(ref(calendars, id));
      }
    });
    return page.length;
  };
  /** What a switch moved, where owners have not been sent it yet. */
  const ofSwitch = async (): Promise<number> => {
    const page = await snapshots.query({ collection: movedBy(from), limit });
    if (page.length === 0) return 0;
    const today = clock.now().toISOString().slice(0, 10);
    await snapshots.transaction(async (tx) => {
      for (const { id, data } of page) {
        tx.set(ref(movedBy(to), id), movedDocumentOf(data.run, today, data.moved));
        tx.delete(ref(movedBy(from), id));
      }
    });
    return page.length;
  };
  return [
    ofDays,
    ofCalendars,
    of(overrides),
    of(signalDocuments),
    of(episodes),
    of(entries),
    of(handOvers),
    of(handOverTicks),
    of(events),
    of(reconciliations),
    // Of a later release's document, only what this one knows was read.
    of(accounts, (data) => ({ ...data, format: Math.min(data.format, accountFormat) })),
    // One that was not closed stays so: its slot is run anew under the new name.
    of(runs, (run) => (isActive(run.state) ? { ...run, ...supersededBy(to) } : run)),
    ofSwitch,
  ];
}

const supersededBy = (to: string) =>
  ({
    state: 'superseded',
    failure: { code: 'superseded', message: `Its pack goes by the name ${to} now.` },
  }) as const;

function end({ snapshots, pack }: Runtime, from: string): Promise<void> {
  return snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(packs, pack.id)))?.data;
    const digest = (await tx.get(ref(rulesDigests, from)))?.data;
    const mine = (await tx.get(ref(rulesDigests, pack.id)))?.data;
    const counts = (await tx.get(ref(portfolios, from)))?.data;
    const myCounts = (await tx.get(ref(portfolios, pack.id)))?.data;
    if (!known?.moving) return;
    const { moving: _, ...rest } = known;
    tx.set(ref(packs, pack.id), rest);
    if (counts && !myCounts) tx.set(ref(portfolios, pack.id), { ...counts, pack: pack.id });
    if (counts) tx.delete(ref(portfolios, from));
    if (!digest) return;
    if (!mine) tx.set(ref(rulesDigests, pack.id), { ...digest, pack: pack.id });
    tx.delete(ref(rulesDigests, from));
  });
}
