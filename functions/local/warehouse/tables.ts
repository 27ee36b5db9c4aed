/** Statements about whole tables, for the warehouse itself and for the stand-in of BigQuery on it. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { code, Rejected } from '../../errors.ts';
import type { FoundColumn, TableColumn, TableName } from '../../ports/warehouse.ts';
import { literal, quoted, schemaOf } from '../googlesql/duckdb-text.ts';
import { duckDbName, foreignType, googleSqlType } from './types.ts';

/** Columns of a table, and those of types that we do not use; undefined where there is none. */
export async function describeTable(
  connection: DuckDBConnection,
  table: TableName,
): Promise<{ columns: TableColumn[]; others: FoundColumn[] } | undefined> {
  const [schema, name] =
    typeof table === 'string'
      ? ['main', table]
      : [schemaOf(table.slice(0, -1)), table.at(-1) ?? ''];
  const reader = await connection.runAndReadAll(
    `SELECT column_name, data_type, NOT is_nullable FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = ${literal(schema)}
       AND table_name = ${literal(name)} ORDER BY column_index`,
  );
  const rows = reader.getRows();
  if (rows.length === 0) return undefined;
  const columns: TableColumn[] = [];
  const others: FoundColumn[] = [];
  for (const [column, type, required] of rows) {
    const foreign = foreignType(String(type));
    const known = foreign === undefined ? googleSqlType(String(type)) : undefined;
    const name = String(column);
    if (known === undefined) others.push({ name, type: foreign ?? String(type) });
    else columns.push({ name, type: known, ...(required === true && { required: true }) });
  }
  return { columns, others };
}

/** Columns that a query gives, in our types: DuckDB's sums of integers are wider than INT64. */
export async function columnsOfQuery(
  connection: DuckDBConnection,
  sql: string,
): Promise<TableColumn[]> {
  const reader = await connection.runAndReadAll(`DESCRIBE ${sql}`);
  return reader.getRows().map(([name, type]) => {
    const known = googleSqlType(String(type));
    if (known === undefined) {
      throw new Rejected(
        code.invalidData,
        `duckdb: column ${name} is ${type}, which is not used here.`,
      );
    }
    return { name: String(name), type: known };
  });
}

/** A query with its columns cast to our types. */
export function typedQuery(columns: readonly TableColumn[], sql: string): string {
  const selected = columns.map(
    ({ name, type }) => `CAST(${quoted(name)} AS ${duckDbName(type)}) AS ${quoted(name)}`,
  );
  return `SELECT ${selected.join(', ')} FROM (${sql})`;
}

/** How rows of a table are kept, to be found faster. */
export const orderedBy = (cluster: readonly string[] = []): string =>
  cluster.length > 0 ? ` ORDER BY ${cluster.map(quoted).join(', ')}` : '';

export interface Partition {
  column: string;
  date: string;
}

const where = ({ column, date }: Partition): string =>
  ` WHERE ${quoted(column)} = DATE ${literal(date)}`;

/** Rows of a table, or of a part of it. @param table as DuckDB takes it */
export async function countRows(
  connection: DuckDBConnection,
  table: string,
  partition?: Partition,
): Promise<number> {
  const part = partition ? where(partition) : '';
  const reader = await connection.runAndReadAll(`SELECT COUNT(*) FROM ${table}${part}`);
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

/** Puts one table's rows of a date in the place of another's. Gives their number. */
export async function replaceRows(
  connection: DuckDBConnection,
  { from, to }: { from: string; to: string },
  partition: Partition,
  cluster: readonly string[] | undefined,
): Promise<number> {
  await connection.run(`DELETE FROM ${to}${where(partition)}`);
  const copied = await connection.run(
    `INSERT INTO ${to} SELECT * FROM ${from}${where(partition)}${orderedBy(cluster)}`,
  );
  return copied.rowsChanged;
}
