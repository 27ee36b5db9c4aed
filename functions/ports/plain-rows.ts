/** A few plain rows as columns, so that they take the same way into a table as many do. */
import { code, Rejected } from '../errors.ts';
import type { Column, ColumnBatch } from '../scorecard/engine/columns.ts';
import { columnRules } from './column-rules.ts';
import type { Row, TableColumn } from './warehouse.ts';

/**
 * @param where begins the sentence of an error
 * @throws Rejected `invalid-data` for a column that the table does not have, or of another type
 */
export function batchOfRows(
  where: string,
  columns: readonly TableColumn[],
  rows: readonly Row[],
): ColumnBatch {
  columnRules(where).checkNames(
    columns,
    rows.flatMap((row) => Object.keys(row)),
  );
  return {
    rows: rows.length,
    columns: new Map(columns.map((column) => [column.name, columnOf(where, column, rows)])),
  };
}

function columnOf(where: string, { name, type }: TableColumn, rows: readonly Row[]): Column {
  const wrong = (value: unknown): never => {
    throw new Rejected(code.invalidData, `${where}: ${name} is ${type}`, {
      said: `it cannot take ${JSON.stringify(value)}`,
    });
  };
  if (type.startsWith('ARRAY')) {
    const lists = rows.map((row) => row[name] ?? []);
    const offsets = new Int32Array(rows.length + 1);
    for (const [i, list] of lists.entries()) {
      offsets[i + 1] = (offsets[i] ?? 0) + (Array.isArray(list) ? list.length : wrong(list));
    }
    return { as: 'numbers', values: Float64Array.from(lists.flat().map(Number)), offsets };
  }
  if (type === 'STRING' || type === 'DATE' || type === 'TIMESTAMP') {
    const values = rows.map((row) => {
      const value = row[name] ?? null;
      return value === null || typeof value === 'string' ? value : wrong(value);
    });
    return { as: 'string', values };
  }
  const values = rows.map((row) => {
    const value = row[name] ?? Number.NaN;
    return typeof value === 'number' || typeof value === 'boolean' ? Number(value) : wrong(value);
  });
  return { as: 'number', values: Float64Array.from(values) };
}
