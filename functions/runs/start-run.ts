import { parseDate } from '../calendar.ts';
import { code, hasCode, Rejected } from '../errors.ts';
import { endOfDate, type Moment, momentOf } from '../inputs/moments.ts';
import { ref } from '../records/collection.ts';
import { packs, type RunDocument, runs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { claimRun } from './claim-run.ts';
import { announceShards, closeRun } from './close-run.ts';
import { dropRunTables, failRun } from './end-run.ts';
import { changeRun } from './leases.ts';
import { prepareRun } from './prepare-run.ts';
import { shardsIn } from './shards.ts';

export interface RunRequest {
  /** The scheduled instant, ISO 8601: the same slot twice is one run. */
  slot: string;
  /** Computes the history of this past date anew, and touches nothing else. */
  backfill?: string;
}

/** Starts the run of a slot, or takes it up where it stopped. @returns the run as it now is. */
export async function startRun(
  runtime: Runtime,
  request: RunRequest,
): Promise<{ id: string; run: RunDocument }> {
  const moment = requestedMoment(runtime, request);
  refuseDaysToCome(runtime, moment);
  if (request.backfill !== undefined) await refuseCurrentDate(runtime, moment);
  const claim = await claimRun(runtime.snapshots, {
    pack: runtime.pack.id,
    kind: request.backfill === undefined ? 'scheduled' : 'backfill',
    moment,
    rulesHash: runtime.pack.hash,
    engineHash: runtime.engineHash,
    now: runtime.clock.now(),
  });
  const { id, run } = claim;
  if (claim.holds) {
    runtime.log.runClaimed({ run: id, slot: run.slot, date: run.date, state: run.state });
    await advanceRun(runtime, id, run).catch((error: unknown) => {
      // Somebody else took the run a step further meanwhile, which is what was wanted.
      if (!hasCode(error, code.oldRun)) throw error;
    });
  } else if (run.state === 'waiting') {
    runtime.log.runWaiting({ run: id, holder: claim.holder ?? '' });
  } else if (run.state === 'superseded' && claim.holder) {
    runtime.log.runSuperseded({ run: id, by: claim.holder });
  }
  const now = await runtime.snapshots.get(ref(runs, id));
  return { id, run: now?.data ?? run };
}

/** Does what the run's state asks for next. Every step may be repeated. */
export async function advanceRun(
  runtime: Runtime,
  id: string,
  claimed: RunDocument,
): Promise<void> {
  const run = await pinToDeployment(runtime, id, claimed);
  switch (run.state) {
    case 'preparing':
      try {
        return await prepareRun(runtime, id, run);
      } catch (error) {
        // The team's data or rules are wrong: trying again cannot help, so the run ends here.
        if (error instanceof Rejected && error.code === code.invalidData) {
          await failRun(runtime, id, run, error);
          return;
        }
        throw error;
      }
    case 'scoring': {
      const open = await shardsIn(runtime, id, run, 'open');
      if (open.length === 0) return closeRun(runtime, id);
      return runtime.bus.publish(
        'score-shards',
        open.map((shard) => ({ body: { run: id, shard } })),
      );
    }
    case 'closing':
      return closeRun(runtime, id);
    case 'publishing':
      return announceShards(runtime, id, run);
    default:
      return;
  }
}

/**
 * A run that another deployment began to score starts over with this one's rules and code:
 * results of two engines never share a partition.
 */
async function pinToDeployment(
  runtime: Runtime,
  id: string,
  run: RunDocument,
): Promise<RunDocument> {
  if (run.state !== 'preparing' && run.state !== 'scoring') return run;
  if (run.rules_hash === runtime.pack.hash && run.engine_hash === runtime.engineHash) return run;
  const restarted = await changeRun(
    runtime.snapshots,
    id,
    run,
    ['preparing', 'scoring'],
    runtime.clock.now(),
    (now) => ({
      state: 'preparing',
      attempt: now.attempt + 1,
      rules_hash: runtime.pack.hash,
      engine_hash: runtime.engineHash,
      sources: [],
    }),
  );
  await dropRunTables(runtime, id, run);
  return restarted;
}

function requestedMoment({ pack }: Runtime, { slot, backfill }: RunRequest): Moment {
  const moment = momentOf(slot, pack);
  if (backfill === undefined) return moment;
  const date = parseDate(backfill, 'The date to backfill');
  return { slot: moment.slot, asOf: endOfDate(date, pack.zone), date };
}

/** Clocks of the scheduler and ours differ by less. */
const clocksDifferMs = 5 * 60_000;

/** What has not happened cannot be scored, and every later slot would count as overtaken. */
function refuseDaysToCome({ clock, aheadOfClock }: Runtime, { slot, asOf }: Moment): void {
  if (aheadOfClock) return;
  const now = clock.now();
  for (const at of [slot, asOf]) {
    if (Date.parse(at) <= now.getTime() + clocksDifferMs) continue;
    throw new Rejected(
      code.badRequest,
      `${at} is ahead of the clock, which says ${now.toISOString()}; a run looks at what was known at an instant that has passed.`,
    );
  }
}

async function refuseCurrentDate(runtime: Runtime, moment: Moment): Promise<void> {
  const holder = await runtime.snapshots.get(ref(packs, runtime.pack.id));
  const current = holder?.data.current;
  if (current && moment.date >= current.date) {
    throw new Rejected(
      code.badRequest,
      `A backfill of ${moment.date} is refused: the current date is ${current.date}, and a backfill only writes dates before it.`,
    );
  }
}
