/**
 * The whole system on twins, in one process: real functions behind the real framework, real
 * HTTP between bus and functions, a real client towards the Salesforce stand-in, and a clock
 * that waits for nobody.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFunctions } from '../../../functions/cli/session/function-server.ts';
import { postJson } from '../../../functions/cli/session/http-client.ts';
import type { FunctionName } from '../../../functions/deployed-functions.ts';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import { localIdentity } from '../../../functions/local/identity.ts';
import { closeServer } from '../../../functions/local/loopback.ts';
import { startSalesforceServer } from '../../../functions/local/salesforce/server.ts';
import { startSlackServer } from '../../../functions/local/slack/server.ts';
import { openSqliteBus } from '../../../functions/local/state/bus.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { openDuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import type { Bus } from '../../../functions/ports/bus.ts';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { type Queue, queueConsumers } from '../../../functions/records/messages.ts';
import {
  activeRunStates,
  type RunDocument,
  runs,
} from '../../../functions/records/run-documents.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { writtenBy } from '../../../functions/salesforce/child-object.ts';
import { openSalesforceCrm } from '../../../functions/salesforce/crm.ts';
import { childOf, customFields } from '../../../functions/salesforce/custom-fields.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { openSlackMessenger } from '../../../functions/slack/messenger.ts';
import { sweep } from '../../../functions/sweep/sweep.ts';
import { useRuntime } from '../../../functions/wiring/deployed.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { virtualClock } from '../virtual-clock.ts';
import '../../../functions/index.ts';
import { tinyPackFiles } from './tiny-pack.ts';

const root = repositoryRoot();

export interface TestSystemOptions {
  /** Refuses slots ahead of the clock, as a deployment does. */
  keepsToClock?: boolean;
  files?: ReadonlyMap<string, string>;
  /** State to begin with: a folder that `copyTo` filled. */
  from?: string;
  now?: string;
  engineHash?: string;
  startSalesforce?: typeof startSalesforceServer;
  /** Other adapters than the twin's; whoever gives them closes them. */
  openPorts?: (endpoint: (queue: Queue) => string) => Promise<{
    snapshots: Snapshots;
    bus: Bus;
    /** Resolves when no message is left but dead letters. */
    idle(): Promise<void>;
  }>;
}

export type TestSystem = Awaited<ReturnType<typeof openTestSystem>>;

export async function openTestSystem(options: TestSystemOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-test-'));
  if (options.from) cpSync(options.from, folder, { recursive: true });
  const packFiles = options.files ?? tinyPackFiles();
  const pack = parsePack(packFiles);
  const clock = virtualClock(new Date(options.now ?? '2026-03-02T00:00:00Z'), { auto: true });
  const entries: LogEntry[] = [];
  const salesforce = await (options.startSalesforce ?? startSalesforceServer)({
    path: join(folder, 'salesforce.sqlite'),
    fields: customFields(pack),
    child: childOf(pack),
    clock,
  });
  const slack = await startSlackServer({ path: join(folder, 'slack.sqlite'), clock });
  const warehouse = await openDuckDbWarehouse({
    path: join(folder, 'warehouse.duckdb'),
    threads: 1,
  });
  const snapshots = openSqliteSnapshots({ path: join(folder, 'snapshots.sqlite') });
  const urls = new Map<FunctionName, string>();
  const endpoints = (queue: Queue) => urls.get(queueConsumers[queue]) ?? '';
  const bus = openSqliteBus({ path: join(folder, 'bus.sqlite'), clock, endpoints });
  const ports = (await options.openPorts?.(endpoints)) ?? {
    snapshots,
    bus,
    idle: () => bus.idle(),
  };
  const tables = readTableSchemas(join(root, 'sql', 'tables'));
  for (const [table, schema] of tables) await warehouse.createTable(table, schema);
  const runtime: Runtime = {
    warehouse,
    snapshots: ports.snapshots,
    bus: ports.bus,
    crm: writtenBy(
      openSalesforceCrm({
        loginUrl: salesforce.url,
        auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
        clock,
      }),
      pack.salesforce,
    ),
    messenger: openSlackMessenger({ token: 'local', apiUrl: slack.url }),
    identity: localIdentity('tester'),
    clock,
    // Most tests name the slots that they run without moving the clock.
    aheadOfClock: options.keepsToClock !== true,
    log: createLog((entry) => entries.push(entry), clock),
    pack,
    packFiles,
    tables,
    engineHash: options.engineHash ?? 'test-engine',
  };
  useRuntime(runtime);
  const servers = await serveFunctions(urls);
  bus.start();

  return {
    runtime,
    warehouse,
    salesforce,
    slack,
    bus,
    clock,
    entries,
    folder,
    url: (name: FunctionName) => urls.get(name) ?? '',
    score,
    /** A slot to its end, with all that it leads to. @returns the run as it is stored then */
    async run(slot: string, body: object = {}): Promise<RunDocument & { id: string }> {
      const { run: id } = (await score(slot, body)) as { run: string };
      await settle();
      const stored = await runtime.snapshots.get(ref(runs, id));
      if (!stored) throw new Error(`run ${id} is not stored`);
      return { id, ...stored.data };
    },
    /** Calls `sweep` as Cloud Scheduler does. */
    sweep: (slot: string) =>
      postJson(urls.get('sweep') ?? '', {}, { 'X-CloudScheduler-ScheduleTime': slot }),
    /** Calls `reconcile` as Cloud Scheduler does. */
    reconcile: (slot: string) =>
      postJson(urls.get('reconcile') ?? '', {}, { 'X-CloudScheduler-ScheduleTime': slot }),
    /** True while a message is on its way or waits. */
    busy: (): boolean =>
      Object.values(bus.stats()).some(
        ({ queued, inFlight, backingOff }) => queued + inFlight + backingOff > 0,
      ),
    settle,
    /** Closes everything and keeps the state in `target`. */
    async closeInto(target: string): Promise<void> {
      await close();
      mkdirSync(target, { recursive: true });
      cpSync(folder, target, { recursive: true });
      rmSync(folder, { recursive: true });
    },
    async close(): Promise<void> {
      await close();
      rmSync(folder, { recursive: true });
    },
  };

  /** Calls `score` as Cloud Scheduler does. */
  function score(slot: string, body: object = {}): Promise<unknown> {
    return postJson(urls.get('score') ?? '', body, { 'X-CloudScheduler-ScheduleTime': slot });
  }

  /** Until nothing moves any more: messages, sweeps, waiting runs. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 50; round += 1) {
      await ports.idle();
      const active = await runtime.snapshots.count({
        collection: runs,
        where: [{ field: 'state', op: 'in', value: activeRunStates }],
      });
      if (active === 0) return;
      await clock.advance(11 * 60_000);
      await sweep(runtime);
    }
    throw new Error('the system does not settle');
  }

  async function close(): Promise<void> {
    await bus.close();
    await Promise.all(servers.map(closeServer));
    useRuntime(undefined);
    snapshots.close();
    await warehouse.close();
    await salesforce.close();
    await slack.close();
  }
}
