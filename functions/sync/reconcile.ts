import { z } from 'zod';
import { code, Rejected, Throttled } from '../errors.ts';
import { ref } from '../records/collection.ts';
import { type ReconciliationDocument, reconciliations } from '../records/documents.ts';
import { groupsPerMessage } from '../records/messages.ts';
import { nothingToCrm } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { compareAccounts } from './compare-accounts.ts';
import { compareRecords } from './compare-records.ts';
import { isTooMany, traceCopies } from './copies.ts';
import { emptyStrays, judgeStrays, keepStrays, mayEmpty } from './strays.ts';

/** A call ends by itself well before Cloud Scheduler's 1,800 s are over; the next one goes on. */
export const longestCallSeconds = 20 * 60;
/** Comparisons that have not ended: more than one only where somebody asked for more. */
const mostUnfinished = 10;

/** What the caller asks for. */
const request = z.object({
  /** Only goes on with what has not ended. */
  resume: z.boolean().optional(),
  /** When this call is to end. */
  seconds: z.int().min(1).max(longestCallSeconds).optional(),
});

/** What reconcile answers its caller. */
export interface ReconcileAnswer {
  /** Null: there is nothing to go on with. */
  reconciliation: string | null;
  /** running: ask again; waiting: ask again once Salesforce takes calls. */
  state: ReconciliationDocument['state'];
  complete: boolean;
  compared: number;
  /** Sent again by this call. */
  resent: number;
}

/**
 * Compares every mapped field of every account in Salesforce with the latest results, sends
 * what differs again, and reports accounts without a record and records without an account. The
 * record that carries the external id now is the account's: one that was written to before is
 * emptied of what is ours, unless another account has it. Rows that Salesforce refused are tried
 * again, since nothing else tells that they were mended there. A value that a person typed over
 * ours is repaired, or kept where the mapping says so. Nothing is compared while nothing is written
 * since most accounts have been unknown since the pack's first run.
 *
 * A call compares as much as its time allows, page by page, and keeps after each how far it is and what
 * it found; the next one goes on there: Cloud Scheduler's every half hour, that of the same slot again,
 * or that of the next night, before it begins anew. So does one that died, or stopped, and said so,
 * where Salesforce had no calls left for it. Of two at once the one that began later goes on.
 */
export async function reconcile(
  runtime: Runtime,
  { slot, body = {} }: { slot: string; body?: unknown },
): Promise<ReconcileAnswer> {
  const { clock, log, pack } = runtime;
  const asked = request.safeParse(body);
  if (!asked.success) {
    throw new Rejected(
      code.badRequest,
      `The body has to be {"resume": true}, {"seconds": 1 to ${longestCallSeconds}}, both or {}.`,
    );
  }
  const { resume = false, seconds = longestCallSeconds } = asked.data;
  const end = clock.now().getTime() + seconds * 1000;
  const found = await begin(runtime, slot, resume);
  if (!found) {
    return { reconciliation: null, state: 'ended', complete: true, compared: 0, resent: 0 };
  }
  const { id } = found;
  let { report } = found;
  let resent = 0;
  const mapping = pack.salesforce;
  const withheld = await nothingToCrm(runtime);
  if (withheld) log.syncDelayed({ run: `reconcile~${id}`, accounts: 0, code: 'run-withheld' });
  if (!mapping || withheld) report = { ...report, state: 'ended', complete: !withheld };
  while (mapping && report.state === 'running' && clock.now().getTime() < end) {
    // A page that fails in the middle is counted when it is compared again.
    const next = structuredClone(report);
    try {
      const again = await comparePart(runtime, mapping, id, next);
      await resend(runtime, id, again);
      resent += again.length;
      report = next;
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      log.syncDelayed({ run: `reconcile~${id}`, accounts: 0, code: error.code });
      report = { ...report, state: 'waiting' };
    }
    if (report.state === 'running' && !(await keep(runtime, id, report))) return answer();
  }
  if (report.state !== 'running' && !(await keep(runtime, id, report))) return answer();
  if (report.state !== 'ended') log.reconcileProgressed(progressOf(id, report));
  else if (!withheld) logEnd(runtime, report);
  return answer();

  function answer(): ReconcileAnswer {
    const { state, complete, compared } = report;
    return { reconciliation: id, state, complete, compared, resent };
  }
}

/** What this call works on: what is unfinished, or else, unless it only resumes, a new comparison. */
async function begin(
  { snapshots, clock, pack }: Runtime,
  slot: string,
  resume: boolean,
): Promise<{ id: string; report: ReconciliationDocument } | undefined> {
  const unfinished = await snapshots.query({
    collection: reconciliations,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'state', op: 'in', value: ['running', 'waiting'] },
    ],
    limit: mostUnfinished,
  });
  const latest = unfinished.sort((a, b) => (a.data.started_at < b.data.started_at ? 1 : -1))[0];
  if (!latest && resume) return undefined;
  const id = latest?.id ?? `${pack.id}~${new Date(slot).toISOString()}`;
  const report = await snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(reconciliations, id)))?.data;
    const isUnfinished = known !== undefined && known.state !== 'ended';
    if (!isUnfinished && latest) return undefined;
    const now = clock.now().toISOString();
    const next = isUnfinished
      ? { ...known, state: 'running' as const, calls: known.calls + 1 }
      : { ...emptyReport(pack.id, now), calls: (known?.calls ?? 0) + 1 };
    tx.set(ref(reconciliations, id), next);
    return next;
  });
  // It ended since it was looked for.
  return report && { id, report };
}

/** Does the next page of the step that the report is at, and moves it on. @returns whom to send again */
async function comparePart(
  runtime: Runtime,
  mapping: SalesforceMapping,
  id: string,
  report: ReconciliationDocument,
): Promise<string[]> {
  switch (report.step) {
    case 'accounts': {
      const page = await compareAccounts(runtime, mapping, report, report.cursor);
      await keepStrays(runtime, id, `${report.cursor ?? ''} `, page.strays);
      moveOn(report, page.next, 'records');
      return page.again;
    }
    case 'records': {
      const page = await compareRecords(runtime, mapping, id, report);
      moveOn(report, page.next, 'judging');
      return page.again;
    }
    case 'judging': {
      if (!report.traced) {
        report.cursor = await traceCopies(runtime, mapping, id, report);
        report.traced = report.cursor === null;
        return [];
      }
      const next = await judgeStrays(runtime, mapping, id, report);
      moveOn(report, next, 'emptying');
      if (next === null && (!mayEmpty(report) || isTooMany(report))) {
        const { left, unclaimed, compared } = report;
        runtime.log.recordsLeft({ left: left.count, unclaimed, compared });
      }
      return [];
    }
    case 'emptying': {
      if (await emptyStrays(runtime, mapping, id, report)) return [];
      report.state = 'ended';
      report.complete = true;
      return [];
    }
  }
}

function moveOn(
  report: ReconciliationDocument,
  next: string | null,
  then: ReconciliationDocument['step'],
): void {
  report.cursor = next;
  if (next === null) report.step = then;
}

async function resend({ bus, pack }: Runtime, id: string, found: readonly string[]): Promise<void> {
  for (const group of groupsPerMessage(found)) {
    await bus.publish('accounts-changed', [
      { body: { pack: pack.id, run: `reconcile~${id}`, accounts: group, again: true } },
    ]);
  }
}

/** @returns false where a later call works on it meanwhile */
function keep(
  { snapshots, clock }: Runtime,
  id: string,
  report: ReconciliationDocument,
): Promise<boolean> {
  return snapshots.transaction(async (tx) => {
    const known = (await tx.get(ref(reconciliations, id)))?.data;
    if (known?.calls !== report.calls) return false;
    tx.set(ref(reconciliations, id), { ...report, ended_at: clock.now().toISOString() });
    return true;
  });
}

const progressOf = (id: string, { state, step, compared, calls }: ReconciliationDocument) => ({
  ...{ reconciliation: id, state, step, compared, calls },
});

function logEnd({ log }: Runtime, report: ReconciliationDocument): void {
  const counts = {
    compared: report.compared,
    differing: report.differing.count,
    kept: report.kept.count,
    unsent: report.unsent.count,
    parked: report.parked,
    missing: report.missing.count,
    orphans: report.orphans.count,
    moved: report.moved.count,
    left: report.left.count,
    typed: report.typed.count,
    complete: report.complete,
  };
  const { differing, missing, parked, moved, left, unsent } = counts;
  // What is to be looked at: something stands in Salesforce that should not, or does not that should.
  // Records of customers who left before Kenko came name no account of ours, and never will.
  if (differing + missing + parked + moved + left + unsent > 0) log.recordsDiffer(counts);
  else log.reconciled(counts);
}

function emptyReport(pack: string, now: string): ReconciliationDocument {
  const none = () => ({ count: 0, examples: [] });
  return {
    pack,
    started_at: now,
    ended_at: now,
    state: 'running',
    step: 'accounts',
    cursor: null,
    calls: 1,
    complete: false,
    compared: 0,
    differing: none(),
    fields: {},
    kept: none(),
    unsent: none(),
    parked: 0,
    missing: none(),
    orphans: none(),
    moved: none(),
    left: none(),
    unclaimed: 0,
    traced: false,
    typed: none(),
  };
}
