/** A few plain rows as columns, so that they take the same way into a table as many do. */
import { code, Rejected } from '../../errors.ts';
import { columnRules } from '../../ports/column-rules.ts';
import type { Row, TableColumn } from '../../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../scorecard/engine/columns.ts';

/** @throws Rejected `invalid-data` for a column that the table does not have */
export function batchOfRows(columns: readonly TableColumn[], rows: readonly Row[]): ColumnBatch {
  columnRules('duckdb').checkNames(
    columns,
    rows.flatMap((row) => Object.keys(row)),
  );
  return {
    rows: rows.length,
    columns: new Map(columns.map((column) => [column.name, columnOf(column, rows)])),
  };
}

function columnOf({ name, type }: TableColumn, rows: readonly Row[]): Column {
  const wrong = (value: unknown): never => {
    throw new Rejected(code.invalidData, `duckdb: ${name} is ${type}`, {
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
