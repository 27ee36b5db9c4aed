/**
 * Kenko's functions as processes of a simulated cloud: messages repeat, wait and overtake each
 * other, processes stop anywhere, and time costs nothing. The same seed gives the same story.
 */

import { Rejected } from '../../../functions/errors.ts';
import { Random } from '../../../functions/local/demo/random.ts';
import type { TextCache } from '../../../functions/local/googlesql/text-cache.ts';
import { localIdentity } from '../../../functions/local/identity.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { openDuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import { isUnsent } from '../../../functions/notify/episodes.ts';
import { notify } from '../../../functions/notify/notify.ts';
import { notifyEvent } from '../../../functions/notify/notify-event.ts';
import type { Bus } from '../../../functions/ports/bus.ts';
import type { Clock } from '../../../functions/ports/clock.ts';
import type { ChannelMessage, Messenger } from '../../../functions/ports/messenger.ts';
import type { TableSchema } from '../../../functions/ports/warehouse.ts';
import { publishShard } from '../../../functions/publish/publish-shard.ts';
import { crmAccounts } from '../../../functions/records/documents.ts';
import type { EventBody } from '../../../functions/records/events.ts';
import type {
  AccountsChangedMessage,
  DeliveryAttempt,
  Message,
  Queue,
  ShardMessage,
  SignalsChangedMessage,
} from '../../../functions/records/messages.ts';
import { activeRunStates, runs } from '../../../functions/records/run-documents.ts';
import { episodes } from '../../../functions/records/signal-documents.ts';
import { scoreShard } from '../../../functions/runs/score-shard.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { openSalesforceCrm } from '../../../functions/salesforce/crm.ts';
import { customFields } from '../../../functions/salesforce/custom-fields.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { sweep } from '../../../functions/sweep/sweep.ts';
import { reconcile } from '../../../functions/sync/reconcile.ts';
import { syncSalesforce } from '../../../functions/sync/sync-salesforce.ts';
import { startOrg } from '../../support/contracts/salesforce-org.ts';
import { Faults, type Weather } from './faults.ts';
import { actByHand, putRight } from './people.ts';
import { processRuntime } from './process-runtime.ts';
import { Process, Turns } from './turns.ts';

const second = 1_000;
const minute = 60 * second;
/** A push that got no answer counts as failed after this long. */
const ackDeadline = 10 * minute;
const longestBackoff = 10 * minute;
const mostAttempts = 12;
const processesAtOnce = 6;
const sweepEvery = 10 * minute;
/** What moved by hand while a comparison was under way is found by the next. */
const closingNights = 3;
/** A system that has not come to rest by then never will. */
const longest = 6 * 24 * 60 * minute;

/** Something that happens at an instant, whatever goes wrong elsewhere. */
export interface WorldEvent {
  at: string;
  name: string;
  /** Done at once. */
  world?: (simulation: Simulation) => Promise<void>;
  /** Asked of a function, again and again until it succeeds, as Cloud Scheduler and people do. */
  ask?: (runtime: Runtime) => Promise<unknown>;
}

export interface Deployment {
  pack: Pack;
  packFiles: ReadonlyMap<string, string>;
  engineHash: string;
}

export interface SimulationOptions {
  seed: number;
  weather: Weather;
  start: string;
  events: readonly WorldEvent[];
  deployment: Deployment;
  tables: ReadonlyMap<string, TableSchema>;
  translations: TextCache;
  /** Takes a guard away from the runtime of a process. */
  without?: (runtime: Runtime, process: Process) => Runtime;
}

interface Job {
  name: string;
  due: number;
  attempts: number;
  work: (runtime: Runtime, delivery: DeliveryAttempt) => Promise<unknown>;
  /** Counts towards dead letters; what people and Cloud Scheduler ask for is asked again. */
  message?: { queue: Queue; body: Message };
}

interface Running {
  process: Process;
  job: Job;
  startedAt: number;
}

type Consumer = (runtime: Runtime, body: Message, delivery: DeliveryAttempt) => Promise<unknown>;
const consumers: Record<Queue, Consumer> = {
  'score-shards': (runtime, body) => scoreShard(runtime, body as ShardMessage),
  'publish-shards': (runtime, body) => publishShard(runtime, body as ShardMessage),
  'accounts-changed': (runtime, body, delivery) =>
    syncSalesforce(runtime, body as AccountsChangedMessage, delivery),
  'signals-changed': (runtime, body) => notify(runtime, body as SignalsChangedMessage),
  events: (runtime, body) => notifyEvent(runtime, body as EventBody),
};

/** A nightly comparison; one that takes several calls is asked for again, as Cloud Scheduler does. */
export async function comparison(runtime: Runtime, slot: string): Promise<void> {
  const { state } = await reconcile(runtime, { slot });
  if (state === 'running') throw new Error('the comparison goes on with the next call');
}

export type Simulation = Awaited<ReturnType<typeof openSimulation>>;

export async function openSimulation(options: SimulationOptions) {
  const random = new Random(options.seed);
  const turns = new Turns(random);
  const faults = new Faults(random, options.weather);
  let time = Date.parse(options.start);
  let deployment = options.deployment;
  const jobs: Job[] = [];
  const running: Running[] = [];
  const dead: { queue: Queue; body: Message }[] = [];
  const entries: LogEntry[] = [];
  let begun = 0;

  // Whoever sleeps does so inside a call to Salesforce, when nobody else moves.
  const clock: Clock = {
    now: () => new Date(time),
    sleep: async (ms) => {
      time += ms;
    },
  };
  // Without "Unique", so that people may name one account on two records.
  const fields = customFields(deployment.pack).map(({ unique: _, ...field }) => field);
  const org = await startOrg({ fields, clock });
  org.fault = (request) => {
    const fault = faults.ofCrm(request, time);
    if (fault !== 'expire-session') return fault;
    org.expireSessions();
    return undefined;
  };
  const warehouse = await openDuckDbWarehouse({
    path: ':memory:',
    threads: 1,
    translations: options.translations,
  });
  for (const [table, schema] of options.tables) await warehouse.createTable(table, schema);
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const bus: Bus = {
    async publish(queue, messages) {
      const taken = faults.taken(messages.length);
      for (const { body } of messages.slice(0, taken)) {
        const times = faults.duplicates() ? 2 : 1;
        for (let i = 0; i < times; i += 1) send(queue, body, time + faults.delay());
      }
      if (taken < messages.length) throw new Error('only some messages were taken');
    },
    deadLetters: async () => [],
    replay: async () => undefined,
    missing: async () => [],
  };
  const base = (ahead: number): Runtime => {
    const own: Clock = { ...clock, now: () => new Date(time + ahead) };
    return {
      warehouse,
      snapshots,
      bus,
      crm,
      messenger,
      identity: localIdentity('simulation'),
      clock: own,
      // Its days are provided before the clock gets there.
      aheadOfClock: true,
      log: createLog((entry) => entries.push(entry), own),
      tables: options.tables,
      ...deployment,
    };
  };
  const crm = openSalesforceCrm({
    loginUrl: org.url,
    auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
    clock,
  });

  const channels: ChannelMessage[] = [];
  const messenger: Messenger = {
    send: async (message) => {
      faults.ofMessenger(time);
      return String(channels.push(message));
    },
    find: async (channel, key) => {
      faults.ofMessenger(time);
      const at = channels.findIndex((sent) => sent.channel === channel && sent.key === key);
      return at < 0 ? undefined : String(at + 1);
    },
    workspace: async () => 'simulation',
  };

  function send(queue: Queue, body: Message, due: number): void {
    const what = 'shard' in body ? `${body.run}/${body.shard}` : undefined;
    const name = `${queue} ${what ?? ('accounts' in body ? body.accounts.join() : '')}`;
    const work = (runtime: Runtime, delivery: DeliveryAttempt) =>
      consumers[queue](runtime, body, delivery);
    jobs.push({ name, due, attempts: 0, work, message: { queue, body } });
  }

  function start(job: Job): void {
    jobs.splice(jobs.indexOf(job), 1);
    const delivery: DeliveryAttempt = { repeated: job.attempts > 0 };
    const process = new Process(`${job.name} [${++begun}]`, job.message?.body, delivery);
    const around = { turns, faults, now: () => time };
    const bare = base(faults.clockAhead());
    const guarded = options.without ? options.without(bare, process) : bare;
    const run: Running = { process, job, startedAt: time };
    running.push(run);
    turns.story.push(`${new Date(time).toISOString()} ${process.name} begins`);
    const ended = (error?: unknown) => {
      const at = running.indexOf(run);
      if (at < 0) return;
      running.splice(at, 1);
      if (error === undefined) return;
      // What is wrong with a message stays wrong: it is acknowledged, as the functions do.
      if (error instanceof Rejected && job.message) return;
      turns.story.push(`${process.name} fails: ${error instanceof Error ? error.message : error}`);
      again(job, time);
    };
    const work = job.work(processRuntime(guarded, process, around), process.delivery);
    work.then(() => ended(), ended);
  }

  function again(job: Job, from: number): void {
    const attempts = job.attempts + 1;
    if (job.message && attempts >= mostAttempts) {
      dead.push(job.message);
      return;
    }
    const backoff = Math.min(longestBackoff, 10 * second * 2 ** job.attempts);
    jobs.push({ ...job, attempts, due: from + backoff });
  }

  /** Those that died without a word are noticed when their time is up. */
  function bury(): void {
    for (const run of [...running]) {
      if (!run.process.dead) continue;
      running.splice(running.indexOf(run), 1);
      again(run.job, run.startedAt + ackDeadline);
    }
  }

  const events = [...options.events].sort((a, b) => (a.at < b.at ? -1 : 1));
  let nextSweep = time + sweepEvery;

  async function happen(): Promise<void> {
    while (events[0] && Date.parse(events[0].at) <= time) {
      const event = events.shift();
      turns.story.push(`${new Date(time).toISOString()} ${event?.name}`);
      await event?.world?.(simulation);
      if (event?.ask) jobs.push({ name: event.name, due: time, attempts: 0, work: event.ask });
    }
    if (time < nextSweep) return;
    nextSweep = time + sweepEvery;
    jobs.push({ name: 'sweep', due: time, attempts: 0, work: (runtime) => sweep(runtime) });
  }

  async function isAtRest(): Promise<boolean> {
    if (events.length > 0 || running.length > 0) return false;
    if (jobs.some(({ name }) => name !== 'sweep')) return false;
    const active = await snapshots.count({
      collection: runs,
      where: [{ field: 'state', op: 'in', value: activeRunStates }],
    });
    const pending = await snapshots.count({
      collection: crmAccounts,
      where: [{ field: 'state', op: '==', value: 'pending' }],
    });
    const told = await snapshots.query({ collection: episodes, limit: 1000 });
    return active + pending + told.filter(({ data }) => isUnsent(data)).length === 0;
  }

  const simulation = {
    warehouse,
    snapshots,
    salesforce: org,
    /** Everything that was sent to channels. */
    channels,
    bus,
    clock,
    entries,
    faults,
    story: turns.story,
    /** Messages that used up their attempts. */
    dead,
    weather: options.weather,
    runtime: { snapshots },
    deploy(changed: Partial<Deployment>): void {
      deployment = { ...deployment, ...changed };
    },
    /** Until everything has happened and come to rest. @throws where it does not */
    async run(): Promise<void> {
      const last = Date.parse(events.at(-1)?.at ?? options.start);
      // What goes wrong ends some time after the last event, so that it can come to rest.
      const stormEnds = last + 2 * 60 * minute;
      const end = last + longest;
      let quiet = 0;
      let nights = options.weather.nights ? closingNights : 0;
      while (quiet < 2 || nights > 0) {
        if (time > end) throw new Error('the system does not come to rest');
        if (time >= stormEnds) faults.end();
        await happen();
        bury();
        if (faults.hand()) story(await actByHand(org, random));
        const due = jobs.filter((job) => job.due <= time);
        const canStart = due.length > 0 && running.length < processesAtOnce;
        if (canStart && random.chance(0.5)) {
          start(random.pick(due));
        } else if (await turns.next(time)) {
          time += 20;
        } else if (canStart) {
          start(random.pick(due));
        } else {
          if (time >= stormEnds && (await isAtRest())) quiet += 1;
          if (quiet === 2 && nights > 0) {
            if (nights === closingNights) await putRight(org, random);
            compareAtNight();
            nights -= 1;
            quiet = 0;
          }
          time = nextInstant();
        }
      }
    },
    async close(): Promise<void> {
      snapshots.close();
      await warehouse.close();
      await org.close();
    },
  };

  function story(what: string): void {
    turns.story.push(`${new Date(time).toISOString()} by hand: ${what}`);
  }

  function compareAtNight(): void {
    const slot = new Date(time).toISOString();
    const work = (runtime: Runtime) => comparison(runtime, slot);
    jobs.push({ name: `reconcile ${slot}`, due: time + minute, attempts: 0, work });
  }

  /** When something can happen again. */
  function nextInstant(): number {
    const instants = [
      ...jobs.map(({ due }) => due),
      ...events.slice(0, 1).map(({ at }) => Date.parse(at)),
      turns.earliest() ?? nextSweep,
      nextSweep,
    ].filter((at) => at > time);
    return Math.min(...instants);
  }

  return simulation;
}
