import { addDays } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { momentOf } from '../../inputs/moments.ts';
import { runId } from '../../inputs/run-tables.ts';
import { lintPackSql } from '../../local/googlesql/lint.ts';
import { ref } from '../../records/collection.ts';
import { crmAccounts, reconciliations } from '../../records/documents.ts';
import { activeRunStates, type RunDocument, runs, shardsOf } from '../../records/run-documents.ts';
import { isWithheld } from '../../runs/first-runs.ts';
import { runsInState } from '../../runs/leases.ts';
import { sweep } from '../../sweep/sweep.ts';
import { previewSync } from '../../sync/preview.ts';
import type { ReconcileAnswer } from '../../sync/reconcile.ts';
import { examineLocal } from '../doctor/examine-here.ts';
import { checkPeriod } from '../options.ts';
import { summarise } from '../run/run-summary.ts';
import { getJson, postJson } from './http-client.ts';
import type { LocalSystem } from './local-system.ts';
import type { BackfillSummary, Progress, Request, Session } from './session.ts';
import type { StateData } from './state-data.ts';

/** How long one call compares with Salesforce before it says how far it is. */
const secondsOfAPart = 5;
/** How often a run's progress is looked at. */
const pollMs = 150;

const unheard: Progress = () => undefined;

/** Works on a state folder that this process owns. */
export async function openLocalSession(
  system: LocalSystem,
  data: StateData,
  progress: Progress,
): Promise<Session> {
  const { runtime, bus } = system;
  const { snapshots, clock, pack } = runtime;
  // Nobody else works on this folder: what a killed process left is taken up at once.
  await settle(progress);

  /**
   * Waits until every message is through and every run has ended. A run that stays where it is
   * although it was taken up twice needs a person: its dead letters say why.
   */
  async function settle(show?: Progress): Promise<void> {
    let left = '';
    for (let unchanged = 0; unchanged < 2; ) {
      await bus.idle();
      const active = await runsInState(snapshots, pack.id, activeRunStates);
      if (active.length === 0) return;
      const now = active.map(({ id, data }) => `${id} ${data.state}`).join();
      unchanged = now === left ? unchanged + 1 : 0;
      left = now;
      show?.('taking up what was interrupted');
      await sweep(runtime, { stalledMs: 0 });
    }
  }

  async function follow(id: string, progress: Progress, work: Promise<void>): Promise<void> {
    const stop = new AbortController();
    const done = work.finally(() => stop.abort());
    let shown = '';
    while (!stop.signal.aborted) {
      await show();
      await Promise.race([clock.sleep(pollMs), done]).catch(() => stop.abort());
    }
    await done;
    await show();

    async function show(): Promise<void> {
      const run = (await snapshots.get(ref(runs, id)))?.data;
      if (!run) return;
      const line = `${run.date}: ${await stepOf(id, run)}`;
      if (line !== shown) progress(line);
      shown = line;
    }
  }

  /** How far a run is: a step has as many parts as there are shards, the last one accounts. */
  async function stepOf(id: string, run: RunDocument): Promise<string> {
    const shardsIn = (state: 'open' | 'published') =>
      snapshots.count({
        collection: shardsOf(id, run),
        where: [{ field: 'state', op: '==', value: state }],
      });
    const of = (done: number, all: number, what: string) => `${done} of ${all} ${what}`;
    switch (run.state) {
      case 'scoring':
        return `scoring, ${of(run.shards - (await shardsIn('open')), run.shards, 'shards')}`;
      case 'publishing':
        return `publishing, ${of(await shardsIn('published'), run.shards, 'shards')}`;
      case 'finished': {
        if (run.kind === 'backfill' || !pack.salesforce || isWithheld(run)) return run.state;
        const sent = await snapshots.count({
          collection: crmAccounts,
          where: [{ field: 'run', op: '==', value: id }],
        });
        const all = run.sends_all ? run.accounts : (run.changed ?? 0);
        return `finished, ${of(sent, all, 'accounts taken to Salesforce')}`;
      }
      default:
        return run.state;
    }
  }

  /** Refuses metric SQL that looks ahead or differs between engines; once for the same rules. */
  function lintOnce(): void {
    const key = `linted ${pack.hash}`;
    if (system.translations.get(key) !== undefined) return;
    lintPackSql(pack);
    system.translations.set(key, 'passed');
  }

  async function backfill(
    { from, to, every }: Request<'backfill'>,
    progress: Progress = unheard,
  ): Promise<BackfillSummary> {
    checkPeriod({ from, to });
    const startedAt = clock.now();
    const dates: string[] = [];
    let accounts = 0;
    for (let date = from; date <= to; date = addDays(date, every)) {
      const id = await backfillDate(date, progress);
      const run = (await snapshots.get(ref(runs, id)))?.data;
      if (run?.state !== 'finished') {
        throw new Rejected(
          run?.failure?.code ?? code.conflict,
          `The backfill of ${date} ended as ${run?.state}: ${run?.failure?.message ?? 'see the log'}`,
        );
      }
      accounts += run.accounts;
      dates.push(date);
    }
    const seconds = Math.round((clock.now().getTime() - startedAt.getTime()) / 100) / 10;
    return { dates, accounts, seconds };
  }

  return {
    pack: pack.id,
    apiUrl: system.url('api'),
    async run({ slot: wished, asOf }, progress = unheard) {
      lintOnce();
      const slot = wished ?? (await data.nextSlot(asOf));
      momentOf(slot, pack);
      const history = await data.provide(slot, progress, (range) => backfill(range, progress));
      const startedAt = clock.now();
      const id = runId(pack.id, 'scheduled', momentOf(slot, pack));
      const repeated = (await snapshots.get(ref(runs, id))) !== undefined;
      const work = system.call('score', slot, {}).then(() => settle());
      await follow(id, progress, work);
      // The day's digest, which Cloud Scheduler's next sweep would ask for.
      await sweep(runtime, { digestAfterMs: 0 });
      await settle();
      return summarise(runtime, id, { startedAt, repeated, history });
    },
    backfill,
    deadLetters: (queue) => bus.deadLetters(queue),
    async replay(ids) {
      const chosen = ids.length > 0 ? ids : (await bus.deadLetters()).map((letter) => letter.id);
      await bus.replay(chosen);
      await settle();
      return chosen.length;
    },
    sweep: async () => {
      await system.call('sweep', clock.now().toISOString(), {});
    },
    get: (path, query) => getJson(`${system.url('api')}${path}`, query),
    post: async ({ path, body }) => {
      const answer = await postJson(`${system.url('api')}${path}`, body);
      await settle();
      return answer;
    },
    async reconcile(_, progress = unheard) {
      const slot = clock.now().toISOString();
      let answer: Partial<ReconcileAnswer>;
      for (;;) {
        answer = Object(await system.call('reconcile', slot, { seconds: secondsOfAPart }));
        if (answer.state !== 'running') break;
        progress(`${answer.compared} accounts compared so far`);
      }
      const id = String(answer.reconciliation);
      await settle();
      const report = await snapshots.get(ref(reconciliations, id));
      if (!report) throw new Rejected(code.notFound, `The comparison ${id} is not stored.`);
      return report.data;
    },
    preview: (request) => previewSync(runtime, request),
    doctor: () => examineLocal(runtime, system.salesforce.url),
    close: () => system.close(),
  };

  async function backfillDate(date: string, progress: Progress): Promise<string> {
    const answer = await system.call('score', clock.now().toISOString(), { backfill: date });
    const id = String(Object(answer).run);
    await follow(id, progress, settle());
    return id;
  }
}
