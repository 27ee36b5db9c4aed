/** DuckDB's SQL as text: names and literals. */
import type { TableName } from '../../ports/warehouse.ts';

/** A name as DuckDB takes any. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A dataset's schema: that of a dataset in another project has both names in its own. */
export const schemaOf = (dataset: readonly string[]): string => dataset.join('.');

export const quotedTable = (table: TableName): string => {
  if (typeof table === 'string') return quoted(table);
  return [schemaOf(table.slice(0, -1)), table.at(-1) ?? ''].map(quoted).join('.');
};

/** A text literal. A statement ends at a NUL, so that one is put together. */
export function literal(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' || chr(0) || ')})`;
}
