/**
 * Every call that the functions make of their ports, observed while the whole system runs on its
 * twins: runs, the API, sweeps, and runs that were interrupted and taken up by somebody else.
 */

import { getJson, postJson } from '../../../functions/cli/session/http-client.ts';
import { momentOf } from '../../../functions/inputs/moments.ts';
import { runId } from '../../../functions/inputs/run-tables.ts';
import { ref } from '../../../functions/records/collection.ts';
import { crmAccounts } from '../../../functions/records/documents.ts';
import { events } from '../../../functions/records/events.ts';
import { runs } from '../../../functions/records/run-documents.ts';
import { episodeId } from '../../../functions/records/signal-documents.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { parseCandidate } from '../../../functions/scorecard/language/candidate.ts';
import { useRuntime } from '../../../functions/wiring/deployed.ts';
import { killable } from '../system/killable.ts';
import { openTestSystem, type TestSystem } from '../system/test-system.ts';
import { createWorld, execute, nextDay } from '../system/tiny-data.ts';
import { signalPackFiles } from '../system/tiny-signals.ts';
import { type Call, type Calls, noting } from './calls.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

/** Where a run is interrupted, and who takes it up: before the nth call of a name. */
const interruptions = [
  { call: 'warehouse.materialize', nth: 0 },
  { call: 'bus.publish', nth: 0 },
  { call: 'warehouse.replacePartition', nth: 0 },
  { call: 'bus.publish', nth: 1 },
] as const;

export async function observeCalls(): Promise<Calls> {
  const calls = new Map<string, Map<string, Call>>();
  const watch = (system: TestSystem, runtime = system.runtime): void =>
    useRuntime(noting(runtime, calls));
  await withSystem(async (system) => {
    const files = signalPackFiles();
    const bands = 'rules/tiny/bands.yaml';
    files.set(bands, (files.get(bands) ?? '').replace('from: 40', 'from: 50'));
    system.runtime.candidate = parseCandidate(system.runtime.pack, files, new Map());
    watch(system);
    await daysAndPeople(system);
    await movingDocuments(system, watch);
  });
  const names = await effectsOfARun();
  for (const { call, nth } of interruptions) {
    const at = names.flatMap((name, index) => (name === call ? [index] : []))[nth];
    if (at === undefined) throw new Error(`a run makes no call ${nth} of ${call}`);
    for (const takeUp of ['score', 'sweep'] as const) {
      await withSystem((system) => interruptedRun(system, at, takeUp, watch));
    }
  }
  return calls;
}

async function withSystem(work: (system: TestSystem) => Promise<void>): Promise<void> {
  const system = await openTestSystem({ files: signalPackFiles() });
  try {
    await createWorld(system);
    await work(system);
  } finally {
    await system.close();
  }
}

/** Two days, a person who looks and overrides, and what sweep finds afterwards. */
async function daysAndPeople(system: TestSystem): Promise<void> {
  await system.score(monday);
  await system.bus.idle();
  // The candidate is compared with the live rules.
  await system.sweep(monday);
  await system.bus.idle();
  await nextDay(system, '2026-03-02');
  await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a9'"]);
  await system.score(tuesday);
  await system.bus.idle();
  const api = system.url('api');
  for (const path of [
    'accounts',
    'accounts/a1',
    'accounts/a1/history',
    // Of days that no document holds.
    'accounts/a1/history?from=2020-01-01&to=2020-12-31',
    'portfolio',
    'runs',
    'candidate',
  ]) {
    await getJson(`${api}/v1/${path}`);
  }
  await tellOfEvents(system);
  const until = new Date(system.clock.now().getTime() + 3_600_000).toISOString();
  const entered = {
    score: 'health',
    band: 'red',
    reason: 'The sponsor left.',
    author: 'a@b.example',
  };
  await postJson(`${api}/v1/accounts/a5/overrides`, { ...entered, until });
  await system.bus.idle();
  await heldRun(system);
  await wait(system, 'a2');
  await postJson(system.url('reconcile'), {});
  await system.bus.idle();
  await forgottenEvent(system);
  await system.clock.advance(7 * 3_600_000);
  await system.sweep(system.clock.now().toISOString());
  await system.bus.idle();
}

/** An event whose message was lost. */
async function forgottenEvent({ runtime, clock }: TestSystem): Promise<void> {
  const at = clock.now().toISOString();
  const body = {
    kind: 'survey_answer',
    id: 'e2',
    account: 'a4',
    survey: 'nps',
    score: 1,
    at,
  } as const;
  const event = { pack: 'tiny', account: 'a4', taken_at: at, body, handled: false };
  await runtime.snapshots.set(ref(events, 'e2'), event);
}

/** An event of a customer, and a person who looks after what it opened. */
async function tellOfEvents(system: TestSystem): Promise<void> {
  const api = system.url('api');
  const event = { kind: 'survey_answer', id: 'e1', account: 'a3', survey: 'nps', score: 2 };
  await postJson(`${api}/v1/events`, { ...event, at: monday });
  await system.bus.idle();
  const episode = episodeId('a3', 'low_nps');
  await postJson(`${api}/v1/episodes/${episode}/acknowledge`, { author: 'csm@acme.example' });
  await system.bus.idle();
}

/** A person throws a held run away. */
async function heldRun(system: TestSystem): Promise<void> {
  const id = runId('tiny', 'scheduled', momentOf(tuesday, system.runtime.pack));
  const run = await system.runtime.snapshots.get(ref(runs, id));
  if (!run) throw new Error(`there is no run ${id}`);
  await system.runtime.snapshots.set(ref(runs, id), { ...run.data, state: 'held' });
  const decision = { author: 'ops@acme.example', reason: 'A feed was late.' };
  await postJson(`${system.url('api')}/v1/runs/${id}/discard`, decision);
  await system.bus.idle();
}

/** An account that waits for Salesforce. */
async function wait(system: TestSystem, account: string, reason = 'It waits.'): Promise<void> {
  const stored = await system.runtime.snapshots.get(ref(crmAccounts, account));
  if (!stored) throw new Error(`${account} was never synced`);
  await system.runtime.snapshots.set(ref(crmAccounts, account), {
    ...stored.data,
    state: 'pending',
    reason,
  });
}

/** What became of an account cannot be kept at first, because its document moves every time. */
async function movingDocuments(
  system: TestSystem,
  watch: (system: TestSystem, runtime: Runtime) => void,
): Promise<void> {
  const { warehouse } = system.runtime;
  let rounds = 0;
  const append: Runtime['warehouse']['append'] = async (table, rows) => {
    rounds += 1;
    // After these the message is sent again, and its next delivery finds everything at rest.
    for (const { account_id } of rounds <= 5 ? rows : []) {
      // A write that changes nothing would move no document.
      await wait(system, String(account_id), `It moved ${rounds} times.`);
    }
    return warehouse.append(table, rows);
  };
  const moving = new Proxy(warehouse, {
    get: (target, key) => (key === 'append' ? append : Reflect.get(target, key)),
  });
  await wait(system, 'a1');
  watch(system, { ...system.runtime, warehouse: moving });
  await system.sweep(system.clock.now().toISOString());
  await system.bus.idle();
}

async function effectsOfARun(): Promise<readonly string[]> {
  let names: readonly string[] = [];
  await withSystem(async (system) => {
    const { runtime, calls } = killable(system.runtime, undefined);
    useRuntime(runtime);
    await system.score(monday);
    await system.bus.idle();
    names = calls;
  });
  return names;
}

async function interruptedRun(
  system: TestSystem,
  at: number,
  takeUp: 'score' | 'sweep',
  watch: (system: TestSystem) => void,
): Promise<void> {
  const doomed = killable(system.runtime, { at, moment: 'before' });
  useRuntime(doomed.runtime);
  await system.score(monday).catch(() => undefined);
  while (!doomed.dead && system.busy()) await system.clock.sleep(1);
  if (!doomed.dead) throw new Error(`nothing died at effect ${at}`);
  watch(system);
  await system.clock.advance(11 * 60_000);
  if (takeUp === 'score') await system.score(monday);
  else await system.sweep(system.clock.now().toISOString());
  await system.bus.idle();
}
