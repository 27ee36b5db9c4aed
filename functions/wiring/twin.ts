/** Chooses the adapters of the embedded twin. Never part of what is deployed. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readTableSchemas } from '../inputs/table-schemas.ts';
import type { TextCache } from '../local/googlesql/text-cache.ts';
import { localIdentity } from '../local/identity.ts';
import type { DuckDbWarehouse } from '../local/warehouse/warehouse.ts';
import { createLog, type LogSink } from '../log.ts';
import type { Bus } from '../ports/bus.ts';
import type { Queue } from '../records/messages.ts';
import type { Runtime } from '../runtime.ts';
import { writtenBy } from '../salesforce/child-object.ts';
import { openSalesforceCrm } from '../salesforce/crm.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { openSlackMessenger } from '../slack/messenger.ts';
import { systemClock } from '../system-clock.ts';
import { engineHash, repositoryRoot, translatorHash } from './deployed-files.ts';

export interface LocalBackend {
  /** The pack's state folder. */
  folder: string;
  pack: Pack;
  candidate?: Pack | undefined;
  packFiles: ReadonlyMap<string, string>;
  /** Where each queue is delivered, once the functions are served. */
  endpoint: (queue: Queue) => string;
  /** What the functions want to see of whoever calls them; default: nothing. */
  token?: string | undefined;
  salesforceUrl: string;
  slackUrl: string;
  log: LogSink;
  duckdb?: { threads?: number; memoryLimit?: string };
}

/** A bus whose deliveries this process can wait for. */
export interface LocalBus extends Bus {
  start(): void;
  /** Delivers nothing more. */
  stop(): Promise<void>;
  /** Resolves when no message is left but dead letters. */
  idle(): Promise<void>;
}

export interface LocalRuntime {
  runtime: Runtime;
  translations: TextCache;
  /** Where the tables are, whatever the functions reach them through. */
  warehouse: DuckDbWarehouse;
  bus: LocalBus;
  close(): Promise<void>;
}

/** The embedded twin: DuckDB, SQLite, a durable bus, and the Salesforce stand-in. */
export async function openLocalRuntime(backend: LocalBackend): Promise<LocalRuntime> {
  const [{ openSqliteSnapshots }, { openSqliteBus }] = await Promise.all([
    import('../local/state/snapshots.ts'),
    import('../local/state/bus.ts'),
  ]);
  const { warehouse, translations } = await openTwinWarehouse(backend);
  const snapshots = openSqliteSnapshots({ path: join(backend.folder, 'snapshots.sqlite') });
  const bus = openSqliteBus({
    path: join(backend.folder, 'bus.sqlite'),
    clock: systemClock,
    endpoints: backend.endpoint,
    token: backend.token,
  });
  return {
    runtime: runtimeWith(backend, { warehouse, snapshots, bus }),
    translations,
    warehouse,
    bus,
    close: async () => {
      await bus.close();
      snapshots.close();
      await warehouse.close();
    },
  };
}

/** The folder's DuckDB, with the translations it has needed so far. */
export async function openTwinWarehouse({
  folder,
  duckdb,
}: LocalBackend): Promise<Pick<LocalRuntime, 'warehouse' | 'translations'>> {
  const [{ openDuckDbWarehouse }, { openTextCache }] = await Promise.all([
    import('../local/warehouse/warehouse.ts'),
    import('../local/googlesql/text-cache.ts'),
  ]);
  const cache = join(folder, 'translations.json');
  const translations = openTextCache(cache, translatorHash(repositoryRoot()));
  const path = join(folder, 'warehouse.duckdb');
  const warehouse = await openDuckDbWarehouse({ path, ...duckdb, translations });
  return { warehouse, translations };
}

/** Of whoever started this process; a container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'local';
  }
}

/** These ports, and what is the same for all that runs on one machine. */
export function runtimeWith(
  { salesforceUrl, slackUrl, log, pack, candidate, packFiles }: LocalBackend,
  ports: Pick<Runtime, 'warehouse' | 'snapshots' | 'bus'>,
): Runtime {
  const root = repositoryRoot();
  const clock = systemClock;
  return {
    ...ports,
    crm: writtenBy(
      openSalesforceCrm({
        loginUrl: salesforceUrl,
        auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
        clock,
      }),
      pack.salesforce,
    ),
    messenger: openSlackMessenger({ token: 'local', apiUrl: slackUrl }),
    identity: localIdentity(userName()),
    clock,
    log: createLog(log, clock),
    pack,
    ...(candidate ? { candidate } : {}),
    packFiles,
    tables: readTableSchemas(join(root, 'sql', 'tables')),
    engineHash: engineHash(root),
  };
}
