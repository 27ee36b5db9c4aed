/** Writes the demo's tables into the warehouse, all or nothing, and remembers how far it got. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { TableColumn } from '../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../scorecard/columns.ts';
import type { DemoTable } from './demo/columns.ts';
import { generateDemo } from './demo/generate.ts';
import { appendBatches } from './duckdb-append.ts';
import { columnDefinitions, quoted } from './duckdb-types.ts';
import type { DuckDbWarehouse } from './duckdb-warehouse.ts';

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
  const [row] = await warehouse.query(`SELECT state FROM ${stateTable}`);
  return row ? demoState.parse(JSON.parse(String(row.state))) : undefined;
}

/**
 * Makes demo data up to `today`, or lets the one there is go on to it.
 * @throws Rejected `bad-request` where the pack has no demo
 */
export async function loadDemo(
  warehouse: DuckDbWarehouse,
  request: { pack: string; accounts: number; seed: number; days: number; today: string },
): Promise<DemoState> {
  const known = await readDemoState(warehouse);
  if (known && known.today >= request.today) return known;
  const made = generateDemo(
    known
      ? { ...known, today: request.today, from: nextDay(known.today) }
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
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(warehouse.sourceSchema)}`);
    for (const table of made.tables) await write(connection, warehouse.sourceSchema, table);
    await connection.run(`CREATE TABLE IF NOT EXISTS ${stateTable} (state VARCHAR NOT NULL)`);
    await connection.run(`DELETE FROM ${stateTable}`);
    await connection.run(`INSERT INTO ${stateTable} VALUES ($1)`, [JSON.stringify(state)]);
  });
  return state;
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

async function write(
  connection: DuckDBConnection,
  schema: string,
  table: DemoTable,
): Promise<void> {
  const columns: TableColumn[] = table.columns.map(({ name, type }) => ({ name, type }));
  const name = `${quoted(schema)}.${quoted(table.name)}`;
  await connection.run(`CREATE TABLE IF NOT EXISTS ${name} (${columnDefinitions(columns)})`);
  if (table.mode === 'replace') await connection.run(`DELETE FROM ${name}`);
  await appendBatches(connection, [schema, table.name], columns, [batchOf(table)]);
}

function batchOf(table: DemoTable): ColumnBatch {
  const columns = new Map<string, Column>();
  for (const column of table.columns) {
    columns.set(
      column.name,
      column.type === 'STRING'
        ? {
            as: 'string',
            values: Array.from(column.codes, (code) => column.texts[code] ?? null),
          }
        : { as: 'number', values: column.values },
    );
  }
  return { rows: table.rows, columns };
}
