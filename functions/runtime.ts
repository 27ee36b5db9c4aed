import type { Log } from './log.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock } from './ports/clock.ts';
import type { Crm } from './ports/crm.ts';
import type { Identity } from './ports/identity.ts';
import type { Messenger } from './ports/messenger.ts';
import type { Snapshots } from './ports/snapshots.ts';
import type { TableSchema, Warehouse } from './ports/warehouse.ts';
import type { Pack } from './scorecard/language/pack/pack.ts';

/** All a function needs: the adapters that `wiring.ts` chose, and the deployed rules. */
export interface Runtime {
  warehouse: Warehouse;
  snapshots: Snapshots;
  bus: Bus;
  crm: Crm;
  messenger: Messenger;
  identity: Identity;
  clock: Clock;
  /** Messages that consumers take at once, where they are not as many as usual (`sweep/capacity.ts`). */
  instances?: Readonly<Record<string, number>>;
  /** A demo's days pass faster than the clock's, so runs may be ahead of it. */
  aheadOfClock?: boolean;
  log: Log;
  /** The pack that this deployment runs. */
  pack: Pack;
  /** A version of it that is scored beside it and sent nowhere. */
  candidate?: Pack;
  /** The texts it was read from, by path. */
  packFiles: ReadonlyMap<string, string>;
  /** Layouts of our own tables, by name. */
  tables: ReadonlyMap<string, TableSchema>;
  /** Identifies the scoring code; results name it. */
  engineHash: string;
}
