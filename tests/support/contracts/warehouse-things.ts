/** Tables and rows that the contract of Warehouse is tried with. */
import { dayMs } from '../../../functions/calendar.ts';
import type { ReadRequest, TableSchema, Warehouse } from '../../../functions/ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../../functions/scorecard/engine/columns.ts';

export interface WarehouseUnderTest {
  warehouse: Warehouse;
  close(): Promise<void>;
}

/** What the parts of the contract share: one warehouse, and names that nobody else has. */
export interface WarehouseScope {
  /** Once the tests run. */
  warehouse(): Warehouse;
  fresh(prefix: string): string;
  job(): string;
  count(table: string): Promise<unknown>;
}

export const numberColumn = (...values: number[]): Column => ({
  as: 'number',
  values: Float64Array.from(values),
});
export const textColumn = (...values: (string | null)[]): Column => ({ as: 'string', values });
export const listColumn = (...lists: number[][]): Column => {
  const offsets = [0];
  for (const list of lists) offsets.push((offsets.at(-1) ?? 0) + list.length);
  return {
    as: 'numbers',
    values: Float64Array.from(lists.flat()),
    offsets: Int32Array.from(offsets),
  };
};
export const batch = (rows: number, columns: Record<string, Column>): ColumnBatch => ({
  rows,
  columns: new Map(Object.entries(columns)),
});

export const history: TableSchema = {
  columns: [
    { name: 'date', type: 'DATE', required: true },
    { name: 'account_id', type: 'STRING', required: true },
    { name: 'score', type: 'STRING', required: true },
    { name: 'points', type: 'INT64' },
    { name: 'share', type: 'FLOAT64' },
    { name: 'amount', type: 'NUMERIC' },
    { name: 'late', type: 'BOOL' },
    { name: 'day', type: 'DATE' },
    { name: 'parts', type: 'ARRAY<INT64>' },
    { name: 'inputs', type: 'ARRAY<FLOAT64>' },
    { name: 'hash', type: 'INT64' },
  ],
  partition: 'date',
  cluster: ['account_id', 'score'],
};
export const dayOf = (date: string): number => Date.parse(date) / dayMs;

/** A row for each account, all of one date. */
export function rowsFor(date: string, accounts: string[], points = 1): ColumnBatch {
  const each = (value: number): Column => numberColumn(...accounts.map(() => value));
  return batch(accounts.length, {
    date: each(dayOf(date)),
    account_id: textColumn(...accounts),
    score: textColumn(...accounts.map(() => 'health')),
    points: each(points),
  });
}

/** Everything a read gives, its batches put together. */
export async function readAll(
  warehouse: Warehouse,
  request: ReadRequest,
): Promise<Record<string, unknown[]>> {
  const result: Record<string, unknown[]> = {};
  for (const { name } of request.columns) result[name] = [];
  for await (const { rows, columns } of warehouse.read(request)) {
    for (const { name } of request.columns) {
      const column = columns.get(name);
      if (!column) throw new Error(`no column ${name}`);
      for (let i = 0; i < rows; i++) {
        result[name]?.push(
          column.as === 'numbers'
            ? [...column.values.slice(column.offsets[i], column.offsets[i + 1])]
            : column.values[i],
        );
      }
    }
  }
  return result;
}
