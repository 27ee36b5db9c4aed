/** The demo's tables into the embedded warehouse, in the schema of the user's tables. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType, TableColumn } from '../../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../scorecard/engine/columns.ts';
import { quoted, quotedTable } from '../googlesql/duckdb-text.ts';
import { appendBatches } from '../warehouse/append.ts';
import { columnDefinitions } from '../warehouse/types.ts';
import type { DemoColumn, DemoTable, DemoTables } from './columns.ts';

/** Rows whose texts are held as objects at a time. */
const batchRows = 65_536;

/**
 * Loads the tables inside the connection's transaction: rows in mode `append` are added,
 * tables in mode `replace` take the place of what was there. Gives the rows by table.
 * @throws Rejected `invalid-data` where a table of another layout is in the way.
 */
export async function loadDemo(
  connection: DuckDBConnection,
  schema: string,
  demo: DemoTables,
): Promise<Map<string, number>> {
  const loaded = new Map<string, number>();
  for (const table of demo.tables) {
    await loadTable(connection, schema, table);
    loaded.set(table.name, table.rows);
  }
  return loaded;
}

async function loadTable(
  connection: DuckDBConnection,
  schema: string,
  table: DemoTable,
): Promise<void> {
  const target = quotedTable([schema, table.name]);
  const incoming = [schema, `${table.name}__incoming`];
  const definitions = columnDefinitions(table.columns.map(({ name, type }) => ({ name, type })));
  if (table.mode === 'replace') await connection.run(`DROP TABLE IF EXISTS ${target}`);
  await connection.run(`CREATE TABLE IF NOT EXISTS ${target} (${definitions})`);
  const arriving: TableColumn[] = table.columns.map(({ name, type }) => ({
    name,
    type: arrivingType(type),
  }));
  await connection.run(
    `CREATE OR REPLACE TABLE ${quotedTable(incoming)} (${columnDefinitions(arriving)})`,
  );
  await appendBatches(connection, incoming, arriving, batchesOf(table));
  const names = table.columns.map(({ name }) => quoted(name)).join(', ');
  const values = table.columns
    .map(({ name, type }) =>
      type === 'TIMESTAMP' ? `make_timestamptz(${quoted(name)} * 1000)` : quoted(name),
    )
    .join(', ');
  await connection.run(
    `INSERT INTO ${target} (${names}) SELECT ${values} FROM ${quotedTable(incoming)}`,
  );
  await connection.run(`DROP TABLE ${quotedTable(incoming)}`);
}

/** Instants arrive as whole milliseconds: a text for each would take longer than all the rest. */
const arrivingType = (type: DemoColumn['type']): ColumnType =>
  type === 'TIMESTAMP' ? 'INT64' : type;

function* batchesOf(table: DemoTable): Generator<ColumnBatch> {
  for (let from = 0; from < table.rows; from += batchRows) {
    const to = Math.min(table.rows, from + batchRows);
    const columns = new Map(table.columns.map((column) => [column.name, slice(column, from, to)]));
    yield { rows: to - from, columns };
  }
}

function slice(column: DemoColumn, from: number, to: number): Column {
  if (column.type !== 'STRING') return { as: 'number', values: column.values.subarray(from, to) };
  const values: (string | null)[] = new Array(to - from);
  for (let row = from; row < to; row++) {
    const found = column.codes[row] as number;
    values[row - from] = found < 0 ? null : (column.texts[found] as string);
  }
  return { as: 'string', values };
}
