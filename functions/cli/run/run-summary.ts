import { z } from 'zod';
import { remarksOf } from '../../inputs/examine-sources.ts';
import { ref } from '../../records/collection.ts';
import { crmAccounts } from '../../records/documents.ts';
import { type RunDocument, runState, runs, withheldRun } from '../../records/run-documents.ts';
import { episodes } from '../../records/signal-documents.ts';
import { isWithheld } from '../../runs/first-runs.ts';
import type { Runtime } from '../../runtime.ts';

/** What one command did: the object that `kenko run --json` prints. */
export const runSummary = z.strictObject({
  run: z.string(),
  state: runState,
  date: z.iso.date(),
  slot: z.string(),
  accounts: z.int(),
  /** Accounts whose result changed; 0 where the slot had been run before. */
  changed: z.int(),
  /** Accounts written to Salesforce. */
  pushed: z.int(),
  /** Accounts that Salesforce refuses as they are. */
  parked: z.int(),
  /** Accounts that wait for Salesforce. */
  waiting: z.int(),
  /** Signals that began and were reported one by one; those of a first run are in the digest alone. */
  signals: z.strictObject({ opened: z.int(), open: z.int(), sent: z.int(), unsent: z.int() }),
  seconds: z.number(),
  /** Seconds by stage. */
  stages: z.record(z.string(), z.number()),
  revision: z.int().nullable(),
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  /** Past dates that were scored before a pack's first run; `stopped`: why there are no more. */
  history: z.strictObject({ dates: z.array(z.iso.date()), stopped: z.string().nullable() }),
  /** What was found in the team's rows, one sentence each. */
  remarks: z.array(z.string()),
  /** Why nothing of it is written to Salesforce. */
  withheld: withheldRun.nullable(),
});
export type RunSummary = z.infer<typeof runSummary>;

const tenths = (ms: number): number => Math.round(ms / 100) / 10;

/** @param startedAt when the command began: what happened before is not its doing */
export async function summarise(
  runtime: Runtime,
  id: string,
  options: { startedAt: Date; repeated: boolean; history: RunSummary['history'] },
): Promise<RunSummary> {
  const run = (await runtime.snapshots.get(ref(runs, id)))?.data;
  if (!run) throw new Error(`run ${id} is not stored`);
  const now = runtime.clock.now();
  const since = options.startedAt.toISOString();
  const count = async (state: 'synced' | 'parked' | 'pending'): Promise<number> => {
    const of = await runtime.snapshots.query({
      collection: crmAccounts,
      where: [
        { field: 'run', op: '==', value: id },
        { field: 'state', op: '==', value: state },
      ],
      limit: 10_000_000,
    });
    return of.filter(({ data }) => data.at >= since).length;
  };
  return {
    run: id,
    state: run.state,
    date: run.date,
    slot: run.slot,
    accounts: run.accounts,
    changed: options.repeated ? 0 : (run.changed ?? 0),
    pushed: await count('synced'),
    parked: await count('parked'),
    waiting: await count('pending'),
    signals: await countSignals(runtime, since),
    seconds: tenths(now.getTime() - options.startedAt.getTime()),
    stages: stagesOf(run, now),
    revision: run.revision,
    failure: run.failure,
    history: options.history,
    remarks: run.found_in_rows ? remarksOf(run.found_in_rows) : [],
    withheld: isWithheld(run) ? run.withheld : null,
  };
}

/** Episodes that opened since then, those that are open, and what became of their notices. */
async function countSignals(
  { snapshots, pack }: Runtime,
  since: string,
): Promise<RunSummary['signals']> {
  const ofPack = { field: 'pack', op: '==', value: pack.id } as const;
  const opened = await snapshots.query({
    collection: episodes,
    where: [ofPack, { field: 'opened_at', op: '>=', value: since }],
    orderBy: { field: 'opened_at', direction: 'desc' },
    limit: 10_000_000,
  });
  const notices = opened.flatMap(({ data }) => data.deliveries);
  const open = await snapshots.count({
    collection: episodes,
    where: [ofPack, { field: 'state', op: 'in', value: ['open', 'acknowledged'] }],
  });
  const sent = notices.filter(({ state }) => state === 'sent').length;
  return { opened: opened.length, open, sent, unsent: notices.length - sent };
}

/** Each stage lasts until the next state was reached. */
function stagesOf(run: RunDocument, now: Date): Record<string, number> {
  const order = ['preparing', 'scoring', 'closing', 'publishing', 'finished'] as const;
  const names = { preparing: 'read', scoring: 'score', closing: 'close', publishing: 'publish' };
  const stages: Record<string, number> = {};
  for (const [index, state] of order.entries()) {
    const from = run.reached[state];
    const to = run.reached[order[index + 1] ?? ''];
    if (!from) continue;
    if (state === 'finished') stages.sync = tenths(now.getTime() - Date.parse(from));
    else if (to) stages[names[state]] = tenths(Date.parse(to) - Date.parse(from));
  }
  return stages;
}
