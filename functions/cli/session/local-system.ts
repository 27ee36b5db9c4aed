/**
 * The whole system in one process: every function served by the real Functions Framework,
 * wired to the embedded twin or to Google's emulators, and the Salesforce stand-in beside it.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { FunctionName } from '../../deployed-functions.ts';
import { code, Rejected } from '../../errors.ts';
import { bearer, drainServer } from '../../local/loopback.ts';
import { startSalesforceServer } from '../../local/salesforce/server.ts';
import { startSlackServer } from '../../local/slack/server.ts';
import { createViews } from '../../local/warehouse/reporting-views.ts';
import type { LogEntry } from '../../log.ts';
import { type Queue, queueConsumers } from '../../records/messages.ts';
import { childOf, customFields } from '../../salesforce/custom-fields.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { useRuntime } from '../../wiring/deployed.ts';
import { readPackFiles, repositoryRoot } from '../../wiring/deployed-files.ts';
import { readCandidate } from '../../wiring/deployed-rules.ts';
import { openEmulatedRuntime } from '../../wiring/emulators.ts';
import { openLocalRuntime } from '../../wiring/twin.ts';
import { serveFunctions } from './function-server.ts';
import { postJson } from './http-client.ts';

/** How long requests in flight may take when the system is closed. */
const drainMs = 2_000;

export interface LocalSystemOptions {
  /** The pack's state folder; made where it is not there. */
  folder: string;
  pack: string;
  accountsPerShard?: number;
  /** Wished for the API; another one is taken where it is busy. */
  apiPort?: number;
  /** On Google's emulators instead of the embedded twin; the folder has to be an empty one. */
  emulators?: boolean;
}

export type LocalSystem = Awaited<ReturnType<typeof openLocalSystem>>;

/** Opens the state folder and serves everything on loopback. */
export async function openLocalSystem(options: LocalSystemOptions) {
  mkdirSync(options.folder, { recursive: true });
  /** Of the functions; nobody outside of this process has it. */
  const token = randomBytes(32).toString('base64url');
  const urls = new Map<FunctionName, string>();
  const logFile = join(options.folder, 'kenko.log');
  const packFiles = readPackFiles(options.pack);
  const parsed = parsePack(packFiles);
  const pack = {
    ...parsed,
    accountsPerShard: options.accountsPerShard ?? parsed.accountsPerShard,
  };
  const candidate = await readCandidate(pack);
  const salesforce = await startSalesforceServer({
    path: join(options.folder, 'salesforce.sqlite'),
    fields: customFields(pack),
    child: childOf(pack),
  });
  const slack = await startSlackServer({ path: join(options.folder, 'slack.sqlite') });
  const openRuntime = options.emulators ? openEmulatedRuntime : openLocalRuntime;
  const local = await openRuntime({
    folder: options.folder,
    pack,
    candidate,
    packFiles,
    endpoint: (queue: Queue) => urlOf(urls, queueConsumers[queue]),
    token,
    salesforceUrl: salesforce.url,
    slackUrl: slack.url,
    log: (entry: LogEntry) => appendFileSync(logFile, `${JSON.stringify(entry)}\n`),
  }).catch(async (error: unknown) => {
    await salesforce.close();
    await slack.close();
    throw error;
  });
  const { runtime } = local;
  for (const [table, schema] of runtime.tables) await local.warehouse.keepTable(table, schema);
  const views = join(repositoryRoot(), 'sql', 'views');
  await createViews(local.warehouse, views, local.translations);

  useRuntime(runtime);
  await import('../../index.ts');
  const servers = await serveFunctions(urls, async (name) => {
    if (name !== 'api') return { token };
    const wished = options.apiPort ?? 0;
    return { port: (await canListen(wished)) ? wished : 0 };
  });
  local.bus.start();

  return {
    ...local,
    salesforce,
    slack,
    token,
    /** Address of a function, without a slash at its end. */
    url: (name: FunctionName) => urlOf(urls, name),
    /** Calls a function as Cloud Scheduler would. */
    call: (name: FunctionName, slot: string, body: unknown): Promise<unknown> =>
      postJson(urlOf(urls, name), body, {
        ...bearer(token),
        'X-CloudScheduler': 'true',
        'X-CloudScheduler-ScheduleTime': slot,
      }),
    /** Lets requests in flight end, refuses those that only come now, then closes every file. */
    async close(): Promise<void> {
      await local.bus.stop();
      useRuntime('stopping');
      await Promise.all(servers.map((server) => drainServer(server, drainMs)));
      await local.close();
      await salesforce.close();
      await slack.close();
    },
  };
}

function urlOf(urls: ReadonlyMap<FunctionName, string>, name: FunctionName): string {
  const url = urls.get(name);
  if (!url) throw new Rejected(code.unavailable, `the function ${name} is not served yet`);
  return url;
}

/** False where the port is busy: any free one does then. */
async function canListen(port: number): Promise<boolean> {
  if (port === 0) return true;
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
