import type { Moment } from '../inputs/moments.ts';
import { runId } from '../inputs/run-tables.ts';
import type { Snapshots } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  activeRunStates,
  noRewrites,
  noUnpublished,
  packs,
  type RunDocument,
  runs,
} from '../records/run-documents.ts';
import { leaseHolder, noLease, runsInState, takenLease } from './leases.ts';

export interface Claim {
  id: string;
  run: RunDocument;
  /** True where the caller may work on the run; false where it waits or has ended. */
  holds: boolean;
  /** The run that holds the lease, where this one waits. */
  holder?: string;
}

/**
 * Claims a slot: the same slot twice is one run. Takes the pack's lease where it is free or
 * has expired and no earlier date is under way; otherwise the run waits and sweep starts it
 * later. A run whose date or slot is behind what is already closed is superseded.
 */
export async function claimRun(
  snapshots: Snapshots,
  request: {
    pack: string;
    kind: 'scheduled' | 'backfill';
    moment: Moment;
    rulesHash: string;
    engineHash: string;
    now: Date;
  },
): Promise<Claim> {
  const { pack, kind, moment, now } = request;
  const id = runId(pack, kind, moment);
  const earlier =
    kind === 'scheduled' ? await earlierDate(snapshots, pack, moment, now) : undefined;
  return snapshots.transaction(async (tx) => {
    const found = (await tx.get(ref(runs, id)))?.data;
    const run = startedOver(found) ?? newRun(request);
    if (!activeRunStates.some((state) => state === run.state)) {
      return { id, run, holds: false };
    }
    // What is left to be published is published whoever holds the lease by now.
    if (run.state === 'publishing') return { id, run, holds: true };

    const holderRef = ref(packs, leaseHolder(run));
    const holder = (await tx.get(holderRef))?.data ?? noLease;
    const { current, lease } = holder;
    // One that starts over takes a new token, though nobody took its lease since it failed.
    if (run === found && lease?.run === id && lease.token === run.token) {
      return { id, run, holds: true };
    }

    if (current && run.state !== 'closing' && isBehind(run, current)) {
      const superseded: RunDocument = {
        ...run,
        state: 'superseded',
        reached: { ...run.reached, superseded: now.toISOString() },
        failure: { code: 'superseded', message: `${current.run} is newer and closed already` },
      };
      tx.set(ref(runs, id), superseded);
      return { id, run: superseded, holds: false, holder: current.run };
    }

    if (holder.moving) {
      if (!found) tx.set(ref(runs, id), run);
      return { id, run, holds: false, holder: `what ${holder.moving.from} had` };
    }

    if (lease && lease.run !== id && (await isHeld(lease))) {
      if (!found) tx.set(ref(runs, id), run);
      return { id, run, holds: false, holder: lease.run };
    }

    if (earlier !== undefined && run.state === 'waiting') {
      if (!found) tx.set(ref(runs, id), run);
      return { id, run, holds: false, holder: earlier };
    }

    const { token, holder: taken } = takenLease(holder, id, now);
    const claimed: RunDocument = {
      ...run,
      token,
      state: run.state === 'waiting' ? 'preparing' : run.state,
      reached:
        run.state === 'waiting' ? { ...run.reached, preparing: now.toISOString() } : run.reached,
      progressed_at: now.toISOString(),
    };
    tx.set(ref(runs, id), claimed);
    tx.set(holderRef, taken);
    return { id, run: claimed, holds: true };

    async function isHeld(held: { run: string; until: string }): Promise<boolean> {
      if (held.until > now.toISOString()) return true;
      // A closer may have paused between its copy and its commit: it keeps the lease until
      // it is through, so that it can never copy over a newer revision.
      return (await tx.get(ref(runs, held.run)))?.data.state === 'closing';
    }
  });
}

/** How long a run of an earlier date may take before a later one goes ahead without it. */
const overtakenMs = 6 * 3_600_000;

/**
 * The run of an earlier date that is not published yet. If a later one were closed first, its
 * date would be left out for good; if a later one were published first, accounts would show
 * the later date, and that nothing changed on it, for what changed on the earlier one.
 */
async function earlierDate(
  snapshots: Snapshots,
  pack: string,
  moment: Moment,
  now: Date,
): Promise<string | undefined> {
  const unfinished = await runsInState(snapshots, pack, activeRunStates);
  return unfinished.find(
    ({ data: { kind, date, started_at: started } }) =>
      kind === 'scheduled' &&
      date < moment.date &&
      now.getTime() - Date.parse(started) < overtakenMs,
  )?.id;
}

/** A failed run had no effect: asked for again, it starts over with fresh tables. */
function startedOver(found: RunDocument | undefined): RunDocument | undefined {
  if (found?.state !== 'failed') return found;
  return { ...found, state: 'waiting', attempt: found.attempt + 1, sources: [], failure: null };
}

/** Whether what is visible is of a later date or slot than the run. */
export function isBehind(
  run: Pick<RunDocument, 'date' | 'slot'>,
  current: { date: string; slot: string },
): boolean {
  return run.date < current.date || (run.date === current.date && run.slot < current.slot);
}

function newRun(request: Parameters<typeof claimRun>[1]): RunDocument {
  const now = request.now.toISOString();
  return {
    pack: request.pack,
    kind: request.kind,
    slot: request.moment.slot,
    as_of: request.moment.asOf,
    date: request.moment.date,
    state: 'waiting',
    token: 0,
    attempt: 1,
    revision: null,
    rules_hash: request.rulesHash,
    engine_hash: request.engineHash,
    before_date: null,
    before_rules: [],
    trend_dates: {},
    signals_hash: null,
    sources: [],
    group_ages: {},
    accounts: 0,
    shards: 0,
    counts: null,
    moves: null,
    equal_rows_published: false,
    shown_hash: '',
    late_merges: [],
    rewrites: noRewrites(),
    changed: null,
    unpublished: noUnpublished(),
    started_at: now,
    reached: {},
    progressed_at: now,
    failure: null,
    decision: null,
    withheld: null,
    sends_all: false,
  };
}
