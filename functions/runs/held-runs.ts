/**
 * Runs that were held: a person lets them through, or throws them away. Also one whose copy into
 * the history fails for good can be thrown away, so that the next may begin, and a first run of which
 * nothing is written to Salesforce can be let through.
 */
import { dayMs } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';
import { ref } from '../records/collection.ts';
import { packs, type RunDocument, runs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { isBehind } from './claim-run.ts';
import { isWithheld } from './first-runs.ts';
import { leaseHolder, noLease, runsInState, takenLease } from './leases.ts';
import { copyFailed } from './stuck-runs.ts';

/** Held runs nobody decided about are thrown away after this long. */
export const heldDays = 7;

export interface Decision {
  action: 'release' | 'discard';
  author: string;
  reason: string;
}

/**
 * Releases or discards a held run, or discards one whose copy into the history failed. A released
 * one goes on where it was held: it takes the pack's lease and is closed by whoever gets the
 * message. One that is withheld from Salesforce is published already: released, it is written with
 * the next comparison or run. Repeating a decision does nothing.
 * @throws Rejected `not-found` for an unknown run, `conflict` for one that is not held, that
 *   has been overtaken, or while another run holds the pack's lease
 */
export async function decideHeldRun(
  runtime: Runtime,
  id: string,
  decision: Decision,
): Promise<RunDocument> {
  const { snapshots, bus, clock, log } = runtime;
  const at = clock.now().toISOString();
  const { run, decided } = await snapshots.transaction(async (tx) => {
    const found = (await tx.get(ref(runs, id)))?.data;
    if (!found) throw new Rejected(code.notFound, `There is no run ${id}.`);
    if (found.decision?.action === decision.action) return { run: found, decided: false };
    if (decision.action === 'release' && isWithheld(found)) {
      const released = { ...found, decision: { ...decision, at } };
      tx.set(ref(runs, id), released);
      return { run: released, decided: true };
    }
    const isLost = found.state === 'closing' && found.failure?.code === copyFailed;
    if (found.state !== 'held' && !(isLost && decision.action === 'discard')) {
      throw new Rejected(
        code.conflict,
        `Run ${id} is ${found.state}; only a held run is released or discarded, and one whose copy into the history failed discarded.`,
      );
    }
    const holderRef = ref(packs, leaseHolder(found));
    const holder = (await tx.get(holderRef))?.data ?? noLease;
    const { current, lease } = holder;
    if (decision.action === 'release') {
      if (current && isBehind(found, current)) {
        throw new Rejected(
          code.conflict,
          `Run ${id} cannot be released: ${current.run} is newer and closed already; discard it.`,
        );
      }
      if (lease) {
        throw new Rejected(
          code.conflict,
          `Run ${id} cannot be released while ${lease.run} is under way; try again when it has ended.`,
        );
      }
    }
    const taken = decision.action === 'release' ? takenLease(holder, id, clock.now()) : undefined;
    const state = taken ? 'closing' : 'discarded';
    const next: RunDocument = {
      ...found,
      ...(taken && { token: taken.token }),
      state,
      decision: { ...decision, at },
      reached: { ...found.reached, [state]: at },
      progressed_at: at,
    };
    tx.set(ref(runs, id), next);
    if (lease?.run === id) tx.set(holderRef, { ...holder, lease: null });
    if (taken) tx.set(holderRef, taken.holder);
    return { run: next, decided: true };
  });
  if (decided) log.runDecided({ run: id, action: decision.action });
  // Whoever scores also closes, and removes what a discarded run kept for itself.
  await bus.publish('score-shards', [{ body: { run: id, shard: 0 } }]);
  return run;
}

/**
 * Ends held runs that cannot be released any more: overtaken by a newer one, or undecided for
 * seven days.
 */
export async function endHeldRuns(runtime: Runtime): Promise<string[]> {
  const { snapshots, clock, log, pack } = runtime;
  const held = await runsInState(snapshots, pack.id, ['held']);
  const ended: string[] = [];
  for (const { id, data } of held) {
    const current = (await snapshots.get(ref(packs, data.pack)))?.data.current;
    const overtaken = current && isBehind(data, current) ? current.run : undefined;
    const heldSince = Date.parse(data.reached.held ?? data.started_at);
    const expired = clock.now().getTime() - heldSince >= heldDays * dayMs;
    if (overtaken === undefined && !expired) continue;
    if (!(await endHeldRun(runtime, id, overtaken))) continue;
    ended.push(id);
    if (overtaken !== undefined) log.runSuperseded({ run: id, by: overtaken });
    else log.runExpired({ run: id, days: heldDays });
  }
  return ended;
}

async function endHeldRun(
  runtime: Runtime,
  id: string,
  overtakenBy: string | undefined,
): Promise<boolean> {
  const { snapshots, clock, bus } = runtime;
  const state = overtakenBy === undefined ? 'discarded' : 'superseded';
  const at = clock.now().toISOString();
  const ended = await snapshots.transaction(async (tx) => {
    const run = (await tx.get(ref(runs, id)))?.data;
    if (run?.state !== 'held') return false;
    tx.set(ref(runs, id), {
      ...run,
      state,
      reached: { ...run.reached, [state]: at },
      progressed_at: at,
    });
    return true;
  });
  await bus.publish('score-shards', [{ body: { run: id, shard: 0 } }]);
  return ended;
}
