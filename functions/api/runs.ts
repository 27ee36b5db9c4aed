/** Runs of the pack: what was scored when, and how far it has come. */
import { code, Rejected } from '../errors.ts';
import type { Filter, Stored } from '../ports/snapshots.ts';
import { mostCounted } from '../records/api/common.ts';
import type {
  CrmCounts,
  DecisionRequest,
  RunAnswer,
  RunList,
  RunSummary,
} from '../records/api/runs.ts';
import { ref } from '../records/collection.ts';
import { crmAccounts } from '../records/documents.ts';
import {
  activeRunStates,
  type RunDocument,
  type RunState,
  runs,
  type ShardDocument,
  shardsOf,
} from '../records/run-documents.ts';
import { isWithheld } from '../runs/first-runs.ts';
import { type Decision, decideHeldRun } from '../runs/held-runs.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';
import { latestFirst } from './cursors.ts';
import type { RunParameters } from './parameters.ts';

/** Runs, the one started last first. @throws Rejected `bad-request` for a bad cursor */
export async function listRuns(
  { snapshots, pack }: Pick<Runtime, 'snapshots' | 'pack'>,
  { kind, limit, cursor }: RunParameters,
): Promise<RunList> {
  const where: Filter[] = [{ field: 'pack', op: '==', value: pack.id }];
  if (kind) where.push({ field: 'kind', op: '==', value: kind });
  const list = { collection: runs, where, field: 'started_at', limit, cursor } as const;
  const { page, ...rest } = await latestFirst(snapshots, list);
  return {
    runs: page.map(runSummaryOf),
    ...rest,
  };
}

/** @throws Rejected `not-found` */
export async function getRun(runtime: Runtime, id: string): Promise<RunAnswer> {
  const { snapshots } = runtime;
  const run = await snapshots.get(ref(runs, id));
  if (!run) throw new Rejected(code.notFound, `There is no run ${quoted(id)}.`);
  const { data } = run;
  const [open, scored, published] = await Promise.all(
    (['open', 'scored', 'published'] as const).map((state) =>
      countShards(runtime, id, data, state),
    ),
  );
  return {
    ...runSummaryOf(run),
    attempt: data.attempt,
    before_date: data.before_date,
    rules_hash: data.rules_hash,
    engine_hash: data.engine_hash,
    reached: data.reached,
    sources: data.sources,
    group_ages: data.group_ages,
    moves: data.moves,
    unpublished: data.unpublished,
    found_in_rows: data.found_in_rows ?? null,
    progress: { open: open ?? 0, scored: scored ?? 0, published: published ?? 0 },
    crm: await crmCountsOf(runtime, id),
    decision: data.decision,
  };
}

/** @throws Rejected as `decideHeldRun` does */
export async function decide(
  runtime: Runtime,
  id: string,
  action: Decision['action'],
  request: DecisionRequest,
): Promise<RunAnswer> {
  await decideHeldRun(runtime, id, { action, ...request });
  return getRun(runtime, id);
}

function countShards(
  { snapshots }: Runtime,
  id: string,
  run: RunDocument,
  state: ShardDocument['state'],
): Promise<number> {
  return snapshots.count({
    collection: shardsOf(id, run),
    where: [{ field: 'state', op: '==', value: state }],
  });
}

/** Accounts by their state in the CRM; of those that one run last led to, where it is given. */
export async function crmCountsOf(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  run?: string,
): Promise<CrmCounts> {
  const ofRun: Filter[] = run === undefined ? [] : [{ field: 'run', op: '==', value: run }];
  const [updated, pending, parked] = await Promise.all(
    (['synced', 'pending', 'parked'] as const).map((state) =>
      snapshots.count({
        collection: crmAccounts,
        where: [{ field: 'state', op: '==', value: state }, ...ofRun],
        most: mostCounted,
      }),
    ),
  );
  return { updated: updated ?? 0, pending: pending ?? 0, parked: parked ?? 0 };
}

export function runSummaryOf({ id, data }: Stored<RunDocument>): RunSummary {
  const active: readonly RunState[] = activeRunStates;
  return {
    id,
    kind: data.kind,
    slot: data.slot,
    as_of: data.as_of,
    date: data.date,
    state: data.state,
    revision: data.revision,
    accounts: data.accounts,
    shards: data.shards,
    changed: data.changed,
    counts: data.counts,
    started_at: data.started_at,
    ended_at: active.includes(data.state) ? null : (data.reached[data.state] ?? null),
    failure: data.failure,
    withheld: isWithheld(data) ? data.withheld : null,
  };
}
