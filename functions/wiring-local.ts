/** Chooses the adapters of the embedded twin. Never part of what is deployed. */
import { join } from 'node:path';
import { engineHash, repositoryRoot, translatorHash } from './deployed-files.ts';
import { createLog, type LogSink } from './log.ts';
import { readTableSchemas } from './pipeline/table-schemas.ts';
import type { Runtime } from './ports/runtime.ts';
import type { Queue } from './records/messages.ts';
import type { Pack } from './scorecard/pack.ts';
import { systemClock } from './system-clock.ts';

export interface LocalBackend {
  /** The pack's state folder. */
  folder: string;
  pack: Pack;
  packFiles: ReadonlyMap<string, string>;
  /** Where each queue is delivered, once the functions are served. */
  endpoint: (queue: Queue) => string;
  salesforceUrl: string;
  log: LogSink;
  duckdb?: { threads?: number; memoryLimit?: string };
}

/** The embedded twin: DuckDB, SQLite, a durable bus, and the Salesforce stand-in. */
export async function openLocalRuntime(backend: LocalBackend) {
  const [
    { openDuckDbWarehouse },
    { openSqliteSnapshots },
    { openSqliteBus },
    { openTextCache },
    crm,
  ] = await Promise.all([
    import('./local/duckdb-warehouse.ts'),
    import('./local/sqlite-snapshots.ts'),
    import('./local/sqlite-bus.ts'),
    import('./local/text-cache.ts'),
    import('./salesforce/salesforce-crm.ts'),
  ]);
  const root = repositoryRoot();
  const clock = systemClock;
  const translations = openTextCache(
    join(backend.folder, 'translations.json'),
    translatorHash(root),
  );
  const warehouse = await openDuckDbWarehouse({
    path: join(backend.folder, 'warehouse.duckdb'),
    ...backend.duckdb,
    translations,
  });
  const snapshots = openSqliteSnapshots({ path: join(backend.folder, 'snapshots.sqlite') });
  const bus = openSqliteBus({
    path: join(backend.folder, 'bus.sqlite'),
    clock,
    endpoints: backend.endpoint,
  });
  const local: Runtime = {
    warehouse,
    snapshots,
    bus,
    crm: crm.openSalesforceCrm({
      loginUrl: backend.salesforceUrl,
      auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
      clock,
    }),
    clock,
    log: createLog(backend.log, clock),
    pack: backend.pack,
    packFiles: backend.packFiles,
    tables: readTableSchemas(join(root, 'sql', 'tables')),
    engineHash: engineHash(root),
  };
  return {
    runtime: local,
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
