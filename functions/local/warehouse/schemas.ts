/** Schemas of the tables we made: DuckDB itself knows neither partitions nor clusters. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableSchema } from '../../ports/warehouse.ts';
import { literal } from '../googlesql/duckdb-text.ts';

/** A form in which equal schemas are equal texts; descriptions do not count. */
function canonical(schema: TableSchema): string {
  return JSON.stringify({
    columns: schema.columns.map(({ name, type, required }) => ({
      name,
      type,
      required: required === true,
    })),
    partition: schema.partition ?? null,
    cluster: schema.cluster ?? [],
  });
}

export const sameSchema = (a: TableSchema, b: TableSchema): boolean =>
  canonical(a) === canonical(b);

export async function saveSchema(
  connection: DuckDBConnection,
  table: string,
  schema: TableSchema,
): Promise<void> {
  await connection.run(
    `INSERT OR REPLACE INTO kenko.layouts VALUES (${literal(table)}, ${literal(canonical(schema))})`,
  );
}

export async function savedSchema(
  connection: DuckDBConnection,
  table: string,
): Promise<TableSchema | undefined> {
  const reader = await connection.runAndReadAll(
    `SELECT layout FROM kenko.layouts WHERE "table" = ${literal(table)}`,
  );
  const text = reader.getRows()[0]?.[0];
  if (typeof text !== 'string') return undefined;
  const { partition, ...rest } = JSON.parse(text) as TableSchema & { partition: string | null };
  return partition === null ? rest : { ...rest, partition };
}
