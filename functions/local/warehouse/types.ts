/** GoogleSQL types as DuckDB's, and back. */

import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  type DuckDBType,
  LIST,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api';
import type { ColumnType, TableColumn } from '../../ports/warehouse.ts';
import { quoted } from '../googlesql/duckdb-text.ts';

/** NUMERIC has 29 digits before the point and 9 after it in BigQuery, too. */
const numeric = 'DECIMAL(38,9)';

const names: Record<ColumnType, string> = {
  STRING: 'VARCHAR',
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
  NUMERIC: numeric,
  BOOL: 'BOOLEAN',
  DATE: 'DATE',
  // An instant in both: DuckDB's plain TIMESTAMP has no zone.
  TIMESTAMP: 'TIMESTAMP WITH TIME ZONE',
  'ARRAY<INT64>': 'BIGINT[]',
  'ARRAY<FLOAT64>': 'DOUBLE[]',
};

const types: Record<ColumnType, DuckDBType> = {
  STRING: VARCHAR,
  INT64: BIGINT,
  FLOAT64: DOUBLE,
  NUMERIC: DECIMAL(38, 9),
  BOOL: BOOLEAN,
  DATE,
  TIMESTAMP: TIMESTAMPTZ,
  'ARRAY<INT64>': LIST(BIGINT),
  'ARRAY<FLOAT64>': LIST(DOUBLE),
};

export const duckDbName = (type: ColumnType): string => names[type];
export const duckDbType = (type: ColumnType): DuckDBType => types[type];

/** Which of our types a column of DuckDB holds; undefined for one that we do not use. */
export function googleSqlType(duckDb: string): ColumnType | undefined {
  const name = duckDb.toUpperCase();
  if (name.endsWith('[]')) {
    const item = googleSqlType(name.slice(0, -2));
    if (item === 'INT64') return 'ARRAY<INT64>';
    return item === 'FLOAT64' || item === 'NUMERIC' ? 'ARRAY<FLOAT64>' : undefined;
  }
  if (/^U?(BIG|HUGE|SMALL|TINY)?INT(EGER)?$/.test(name)) return 'INT64';
  if (name === 'DOUBLE' || name === 'FLOAT') return 'FLOAT64';
  if (name.startsWith('DECIMAL')) return 'NUMERIC';
  if (name === 'BOOLEAN') return 'BOOL';
  if (name === 'DATE') return 'DATE';
  if (name.startsWith('TIMESTAMP')) return 'TIMESTAMP';
  // A column of NULLs only has no type of its own.
  if (name === 'VARCHAR' || name === '"NULL"' || name.startsWith('ENUM')) return 'STRING';
  return undefined;
}

/**
 * GoogleSQL's name of a type that tables of ours do not have; undefined for one of ours. DuckDB's
 * TIMESTAMP without a zone is a DATETIME.
 */
export function foreignType(duckDb: string): string | undefined {
  const name = duckDb.toUpperCase();
  if (/^TIMESTAMP(_S|_MS|_NS)?$/.test(name)) return 'DATETIME';
  if (name.endsWith('[]')) {
    const item = name.slice(0, -2);
    const plain = foreignType(item) ?? googleSqlType(item) ?? item;
    return plain === 'INT64' || plain === 'FLOAT64' || plain === 'NUMERIC'
      ? undefined
      : `ARRAY<${plain}>`;
  }
  if (name.startsWith('STRUCT')) return 'STRUCT';
  if (name === 'BLOB') return 'BYTES';
  return googleSqlType(duckDb) === undefined ? name : undefined;
}

/** `name TYPE NOT NULL, ...` of a CREATE TABLE. */
export const columnDefinitions = (columns: readonly TableColumn[]): string =>
  columns
    .map(
      (column) =>
        `${quoted(column.name)} ${duckDbName(column.type)}${column.required ? ' NOT NULL' : ''}`,
    )
    .join(', ');
