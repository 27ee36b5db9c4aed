/** The twin's answer to a query, with its types, and nothing lost on the way. */
import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { quoted, literal as textLiteral } from '../../../functions/local/googlesql/duckdb-text.ts';
import { translateGoogleSql } from '../../../functions/local/googlesql/translate.ts';
import {
  duckDbName,
  foreignType,
  googleSqlType,
} from '../../../functions/local/warehouse/types.ts';
import type { ColumnType, Parameter } from '../../../functions/ports/warehouse.ts';
import type { ReferenceTable, Result } from './engine.ts';
import { dateText, decimalText, instantText, type TypeName, type Value } from './engine-values.ts';

/** Type of a column that holds nothing but an untyped NULL: it agrees with any. */
export const untyped = 'NULL';

function typeOf(duckDb: string): TypeName {
  if (duckDb === '"NULL"') return untyped;
  return foreignType(duckDb) ?? googleSqlType(duckDb) ?? duckDb;
}

function plainValue(value: DuckDBValue, type: TypeName): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return type.includes('INT64') ? BigInt(value) : value;
  if (value instanceof DuckDBDecimalValue) return decimalText(value.value, value.scale);
  if (value instanceof DuckDBDateValue) return dateText(value.days);
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return instantText(value.micros);
  }
  if (value instanceof DuckDBListValue) return value.items.map((item) => plainValue(item, type));
  return String(value);
}

/** Runs a query of DuckDB's own. */
export async function askTwin(connection: DuckDBConnection, duckSql: string): Promise<Result> {
  const described = await connection.runAndReadAll(`DESCRIBE ${duckSql}`);
  const columns = described
    .getRows()
    .map(([name, type]) => ({ name: String(name), type: typeOf(String(type)) }));
  const reader = await connection.runAndReadAll(duckSql);
  return {
    columns,
    rows: reader
      .getRows()
      .map((row) => columns.map(({ type }, i) => plainValue(row[i] ?? null, type))),
  };
}

/** Runs a GoogleSQL query as the twin does. */
export function evaluateOnTwin(
  connection: DuckDBConnection,
  sql: string,
  parameters: Readonly<Record<string, Parameter>> = {},
): Promise<Result> {
  return askTwin(connection, translateGoogleSql(sql, { parameters }));
}

function literal(value: Value, type: ColumnType): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) {
    const items = value.map((item) => literal(item, type.slice(6, -1) as ColumnType));
    return `[${items.join(', ')}]`;
  }
  return `CAST(${textLiteral(String(value))} AS ${duckDbName(type)})`;
}

/** Makes a table of these rows, or replaces it. */
export async function placeInTwin(
  connection: DuckDBConnection,
  { dataset = 'main', name, columns, rows }: ReferenceTable,
): Promise<void> {
  const table = `${quoted(dataset)}.${quoted(name)}`;
  const types = columns.map(({ type }) => type as ColumnType);
  const defined = columns.map((column, i) => `${quoted(column.name)} ${duckDbName(types[i]!)}`);
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${defined.join(', ')})`);
  const batch = 500;
  for (let first = 0; first < rows.length; first += batch) {
    const values = rows
      .slice(first, first + batch)
      .map((row) => `(${types.map((type, i) => literal(row[i] ?? null, type)).join(', ')})`);
    await connection.run(`INSERT INTO ${table} VALUES ${values.join(',\n')}`);
  }
}

/** A table as it stands in the twin. */
export async function takeFromTwin(
  connection: DuckDBConnection,
  name: string,
  dataset?: string,
): Promise<ReferenceTable> {
  const table = `${quoted(dataset ?? 'main')}.${quoted(name)}`;
  const { columns, rows } = await askTwin(connection, `SELECT * FROM ${table}`);
  return { ...(dataset === undefined ? {} : { dataset }), name, columns, rows };
}
