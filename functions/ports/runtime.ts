import type { Log } from '../log.ts';
import type { Pack } from '../scorecard/parse.ts';
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Crm } from './crm.ts';
import type { Messenger } from './messenger.ts';
import type { Snapshots } from './snapshots.ts';
import type { TableSchema, Warehouse } from './warehouse.ts';

/** All a function needs: the adapters that `wiring.ts` chose, and the deployed rules. */
export interface Runtime {
  warehouse: Warehouse;
  snapshots: Snapshots;
  bus: Bus;
  crm: Crm;
  messenger: Messenger;
  clock: Clock;
  log: Log;
  /** The pack that this deployment runs. */
  pack: Pack;
  /** The texts it was read from, by path. */
  packFiles: ReadonlyMap<string, string>;
  /** Layouts of our own tables, by name. */
  tables: ReadonlyMap<string, TableSchema>;
  /** Identifies the scoring code; results name it. */
  engineHash: string;
}
