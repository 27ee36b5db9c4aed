/**
 * Columns out of DuckDB: the projection already gives numbers as doubles and texts as codes, so
 * that a vector's memory is a typed array's.
 */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { columnRules, readingOrder } from '../../ports/column-rules.ts';
import type { ReadRequest, TableColumn, TableName } from '../../ports/warehouse.ts';
import {
  type Column,
  type ColumnBatch,
  type ColumnRequest,
  unknownCode,
} from '../../scorecard/engine/columns.ts';
import { literal, quoted, quotedTable } from '../googlesql/duckdb-text.ts';
import { isNull, validityOf } from './nulls.ts';
import { textsOf } from './read-texts.ts';
import type { RowRanges } from './row-ranges.ts';
import { googleSqlType } from './types.ts';

/** Up to this many texts a CASE is faster than a look-up in a list. */
const caseLimit = 32;

function numberOf(column: TableColumn): string {
  const name = quoted(column.name);
  if (column.type === 'DATE') return `CAST(${name} - DATE '1970-01-01' AS DOUBLE)`;
  if (column.type === 'FLOAT64') return name;
  return `CAST(${name} AS DOUBLE)`;
}

function codeOf(column: TableColumn, codes: readonly string[]): string {
  const name =
    column.type === 'STRING' ? quoted(column.name) : `CAST(${quoted(column.name)} AS VARCHAR)`;
  const found =
    codes.length === 0
      ? String(unknownCode)
      : codes.length <= caseLimit
        ? `CASE ${name} ${codes.map((text, i) => `WHEN ${literal(text)} THEN ${i + 1}`).join(' ')} ELSE ${unknownCode} END`
        : `COALESCE(NULLIF(list_position([${codes.map(literal).join(', ')}], ${name}), 0), ${unknownCode})`;
  return `CAST(CASE WHEN ${name} IS NULL THEN 0 ELSE ${found} END AS USMALLINT)`;
}

function expression(request: ColumnRequest, column: TableColumn): string {
  const name = quoted(request.name);
  switch (request.as) {
    case 'number':
      return numberOf(column);
    case 'code':
      return codeOf(column, request.codes);
    case 'bigint':
      return `COALESCE(${name}, 0)`;
    case 'string':
      return column.type === 'STRING' ? name : `CAST(${name} AS VARCHAR)`;
    case 'numbers':
      return `COALESCE(CAST(${name} AS DOUBLE[]), [])`;
  }
}

/**
 * Columns of a table to be read, without what only a description says: a tenth of the time of
 * asking DuckDB's catalogue, which counts where a run reads many small ranges.
 */
export async function columnsToRead(
  connection: DuckDBConnection,
  table: TableName,
): Promise<TableColumn[]> {
  const prepared = await connection.prepare(`SELECT * FROM ${quotedTable(table)}`);
  const columns: TableColumn[] = [];
  for (let i = 0; i < prepared.columnCount; i++) {
    const type = googleSqlType(String(prepared.columnType(i)));
    if (type !== undefined) columns.push({ name: prepared.columnName(i), type });
  }
  prepared.destroySync();
  return columns;
}

/**
 * The statement for a request.
 * @param ranges of a table whose rows stand in reading order, so that none is sorted or passed over
 * @throws Rejected for a column that is not there or not so readable
 */
export function readStatement(
  request: ReadRequest,
  columns: readonly TableColumn[],
  ranges?: RowRanges,
): string {
  const found = columnRules('duckdb').requested(request.columns, columns, request.table);
  const selected = request.columns.map(
    (wanted, i) => `${expression(wanted, found[i] as TableColumn)} AS ${quoted(wanted.name)}`,
  );
  const conditions: string[] = [];
  if (request.accounts) {
    conditions.push(`"account_id" >= ${literal(request.accounts.from)}`);
    if (request.accounts.before !== undefined) {
      conditions.push(`"account_id" < ${literal(request.accounts.before)}`);
    }
  }
  if (request.date !== undefined) conditions.push(`"date" = DATE ${literal(request.date)}`);
  if (ranges && request.accounts) {
    const { from, before } = ranges.find(request.accounts);
    conditions.push(`t.rowid >= ${from}`, `t.rowid < ${before}`);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  // Qualified, since a projected column of the same name would be sorted as projected.
  const order = ranges ? [] : readingOrder(columns).map((name) => `t.${quoted(name)}`);
  const by = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '';
  return `SELECT ${selected.join(', ') || '1'} FROM ${quotedTable(request.table)} AS t${where}${by}`;
}

function lists(vector: duckdb.Vector, rows: number): Column {
  const entryBytes = duckdb.vector_get_data(vector, rows * 16);
  const entries = new Uint32Array(entryBytes.buffer, entryBytes.byteOffset, rows * 4);
  const size = duckdb.list_vector_get_size(vector);
  const child = duckdb.list_vector_get_child(vector);
  const childBytes = duckdb.vector_get_data(child, size * 8);
  const items = new Float64Array(childBytes.buffer, childBytes.byteOffset, size);
  const offsets = new Int32Array(rows + 1);
  let inOrder = true;
  for (let i = 0; i < rows; i++) {
    const length = entries[i * 4 + 2] ?? 0;
    if (length > 0 && entries[i * 4] !== offsets[i]) inOrder = false;
    offsets[i + 1] = (offsets[i] ?? 0) + length;
  }
  const total = offsets[rows] ?? 0;
  if (inOrder) return { as: 'numbers', values: items.slice(0, total), offsets };
  // After a sort the lists may stand in the child in another order than their rows.
  const values = new Float64Array(total);
  for (let i = 0; i < rows; i++) {
    const at = entries[i * 4] ?? 0;
    values.set(items.subarray(at, at + (entries[i * 4 + 2] ?? 0)), offsets[i] ?? 0);
  }
  return { as: 'numbers', values, offsets };
}

function columnOf(chunk: DuckDBDataChunk, index: number, request: ColumnRequest): Column {
  const rows = chunk.rowCount;
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
  if (request.as === 'string') return { as: 'string', values: textsOf(vector, rows) };
  if (request.as === 'numbers') return lists(vector, rows);
  const width = request.as === 'code' ? 2 : 8;
  const bytes = duckdb.vector_get_data(vector, rows * width);
  // Copied: the vector's memory goes with its chunk.
  if (request.as === 'code') {
    const values = new Uint16Array(bytes.buffer, bytes.byteOffset, rows).slice();
    return { as: 'code', values };
  }
  if (request.as === 'bigint') {
    return {
      as: 'bigint',
      values: new BigInt64Array(bytes.buffer, bytes.byteOffset, rows).slice(),
    };
  }
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, rows).slice();
  const validity = validityOf(vector, rows);
  if (validity) {
    for (let i = 0; i < rows; i++) if (isNull(validity, i)) values[i] = Number.NaN;
  }
  return { as: 'number', values };
}

/** The rows of a chunk, as the request wants them. */
export function batchOf(chunk: DuckDBDataChunk, requests: readonly ColumnRequest[]): ColumnBatch {
  return {
    rows: chunk.rowCount,
    columns: new Map(
      requests.map((request, index) => [request.name, columnOf(chunk, index, request)]),
    ),
  };
}
