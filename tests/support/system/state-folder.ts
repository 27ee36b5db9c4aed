/** The final state in the files of a state folder that nobody works on. */
import { join } from 'node:path';
import { startSalesforceServer } from '../../../functions/local/salesforce/server.ts';
import { openSqliteBus } from '../../../functions/local/state/bus.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { openDuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import { customFields } from '../../../functions/salesforce/custom-fields.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { systemClock } from '../../../functions/system-clock.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { finalState } from './final-state.ts';

export async function stateOf(state: string, pack = 'saas'): Promise<Record<string, unknown>> {
  const folder = join(state, pack);
  const warehouse = await openDuckDbWarehouse({ path: join(folder, 'warehouse.duckdb') });
  const snapshots = openSqliteSnapshots({ path: join(folder, 'snapshots.sqlite') });
  const salesforce = await startSalesforceServer({
    path: join(folder, 'salesforce.sqlite'),
    fields: customFields(parsePack(readPackFiles(pack))),
  });
  const bus = openSqliteBus({
    path: join(folder, 'bus.sqlite'),
    clock: systemClock,
    endpoints: () => '',
  });
  try {
    return await finalState({ runtime: { snapshots }, warehouse, salesforce, bus });
  } finally {
    await bus.close();
    snapshots.close();
    await warehouse.close();
    await salesforce.close();
  }
}
