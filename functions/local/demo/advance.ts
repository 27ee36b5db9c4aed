/** The demo in a state folder: made once, then day by day, all or nothing. */

import { z } from 'zod';
import { addDays } from '../../calendar.ts';
import type { DuckDbWarehouse } from '../warehouse/warehouse.ts';
import { generateDemo } from './generate.ts';
import { loadDemo } from './load.ts';

/** How the demo in a state folder was made, and its last day. */
const demoState = z.strictObject({
  pack: z.string(),
  origin: z.iso.date(),
  today: z.iso.date(),
  accounts: z.int(),
  seed: z.int(),
});
export type DemoState = z.infer<typeof demoState>;

const stateTable = 'demo_state';

/** The demo that the warehouse holds; undefined where it holds none. */
export async function readDemoState(warehouse: DuckDbWarehouse): Promise<DemoState | undefined> {
  if (!(await warehouse.describe(stateTable))) return undefined;
  const [row] = await warehouse.transaction(async (connection) => {
    const reader = await connection.runAndReadAll(`SELECT state FROM ${stateTable}`);
    return reader.getRows();
  });
  return row ? demoState.parse(JSON.parse(String(row[0]))) : undefined;
}

/**
 * Makes demo data up to `today`, or lets the one there is go on to it.
 * @throws Rejected `bad-request` where the pack has no demo
 */
export async function advanceDemo(
  warehouse: DuckDbWarehouse,
  request: { pack: string; accounts: number; seed: number; days: number; today: string },
): Promise<DemoState> {
  const known = await readDemoState(warehouse);
  if (known && known.today >= request.today) return known;
  const made = generateDemo(
    known
      ? { ...known, today: request.today, from: addDays(known.today, 1) }
      : { ...request, days: request.days },
  );
  const state: DemoState = {
    pack: request.pack,
    origin: made.origin,
    today: made.today,
    accounts: known?.accounts ?? request.accounts,
    seed: known?.seed ?? request.seed,
  };
  await warehouse.transaction(async (connection) => {
    await loadDemo(connection, warehouse.sourceSchema, made);
    await connection.run(`CREATE TABLE IF NOT EXISTS ${stateTable} (state VARCHAR NOT NULL)`);
    await connection.run(`DELETE FROM ${stateTable}`);
    await connection.run(`INSERT INTO ${stateTable} VALUES ($1)`, [JSON.stringify(state)]);
  });
  return state;
}
