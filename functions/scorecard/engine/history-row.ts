/** History rows as objects: only for the few that are published, explained or made by tests. */
import { z } from 'zod';
import type { Column, ColumnBatch, ColumnRequest } from './columns.ts';

const hundredths = z.int();
const text = z.string().nullable();

/**
 * A row of `score_history`. Lists as stored; `null` in `inputs` stands for NaN (never known);
 * hashes are signed 64-bit integers in decimal.
 */
export const historyRow = z.strictObject({
  date: z.iso.date(),
  account_id: z.string(),
  score: z.string(),
  state: z.enum(['scored', 'absent', 'error']),
  reason: text,
  phase: text,
  scorecard: text,
  version: text,
  band: text,
  points: hundredths.nullable(),
  earned: hundredths.nullable(),
  available: hundredths.nullable(),
  confidence: z.number().nullable(),
  cap: text,
  waiting_for_data: z.boolean().nullable(),
  held_by_hysteresis: z.boolean().nullable(),
  trend: z.enum(['rising', 'steady', 'falling']).nullable(),
  contributions: z.array(z.int()),
  earned_points: z.array(z.int()),
  inputs: z.array(z.number().nullable()),
  missing: text,
  before_date: z.iso.date().nullable(),
  before_band: text,
  before_points: hundredths.nullable(),
  change_rules: hundredths.nullable(),
  change_data: hundredths.nullable(),
  change_behaviour: hundredths.nullable(),
  rules_hash: z.string(),
  engine_hash: z.string(),
  input_hash: z.string(),
  result_hash: z.string(),
});
export type HistoryRow = z.infer<typeof historyRow>;

type Kind = 'string' | 'number' | 'bool' | 'bigint' | 'numbers';

/** Every column of `score_history`, as scoring writes it and as it is read back. */
const columns = {
  date: 'string',
  account_id: 'string',
  score: 'string',
  state: 'string',
  reason: 'string',
  phase: 'string',
  scorecard: 'string',
  version: 'string',
  band: 'string',
  points: 'number',
  earned: 'number',
  available: 'number',
  confidence: 'number',
  cap: 'string',
  waiting_for_data: 'bool',
  held_by_hysteresis: 'bool',
  trend: 'string',
  contributions: 'numbers',
  earned_points: 'numbers',
  inputs: 'numbers',
  missing: 'string',
  before_date: 'string',
  before_band: 'string',
  before_points: 'number',
  change_rules: 'number',
  change_data: 'number',
  change_behaviour: 'number',
  rules_hash: 'string',
  engine_hash: 'string',
  input_hash: 'bigint',
  result_hash: 'bigint',
} as const satisfies Record<keyof HistoryRow, Kind>;

const entries = Object.entries(columns) as [keyof HistoryRow, Kind][];

/** What to ask a warehouse for, to get whole history rows. */
export const historyRequests: ColumnRequest[] = entries.map(([name, kind]) => ({
  name,
  as: kind === 'bool' ? 'number' : kind,
}));

/**
 * Rows of a batch as objects, in the order of `pick`; all rows without it.
 * @throws ZodError where the batch does not hold history rows
 */
export function rowsOf(batch: ColumnBatch, pick?: readonly number[]): HistoryRow[] {
  const rows = pick ?? Array.from({ length: batch.rows }, (_, i) => i);
  const read = entries.map(([name, kind]) => {
    const column = batch.columns.get(name);
    if (!column) throw new Error(`the batch has no column ${name}`);
    return { name, kind, column };
  });
  return rows.map((row) => {
    const cells: Record<string, unknown> = {};
    for (const { name, kind, column } of read) cells[name] = cellOf(column, kind, row);
    return historyRow.parse(cells);
  });
}

function cellOf(column: Column, kind: Kind, row: number): unknown {
  switch (column.as) {
    case 'string':
      return column.values[row] ?? null;
    case 'number': {
      const value = column.values[row] ?? Number.NaN;
      if (Number.isNaN(value)) return null;
      return kind === 'bool' ? value !== 0 : value;
    }
    case 'bigint':
      return String(column.values[row] ?? 0n);
    case 'numbers': {
      const values = column.values.subarray(column.offsets[row], column.offsets[row + 1]);
      return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
    }
    case 'code':
      throw new Error('history columns are read as texts, not as codes');
  }
}

/** The reverse of `rowsOf`. */
export function batchOf(rows: readonly HistoryRow[]): ColumnBatch {
  const batch: ColumnBatch = { rows: rows.length, columns: new Map() };
  for (const [name, kind] of entries) {
    batch.columns.set(
      name,
      columnOf(
        rows.map((row) => row[name]),
        kind,
      ),
    );
  }
  return batch;
}

type Cell = HistoryRow[keyof HistoryRow];

function columnOf(cells: readonly Cell[], kind: Kind): Column {
  if (kind === 'string') {
    return { as: 'string', values: cells.map((cell) => (typeof cell === 'string' ? cell : null)) };
  }
  if (kind === 'bigint') {
    return { as: 'bigint', values: BigInt64Array.from(cells, (cell) => BigInt(String(cell))) };
  }
  if (kind === 'numbers') {
    const lists = cells.map((cell) => (Array.isArray(cell) ? cell : []));
    const offsets = new Int32Array(cells.length + 1);
    for (const [i, list] of lists.entries()) offsets[i + 1] = (offsets[i] ?? 0) + list.length;
    return {
      as: 'numbers',
      values: Float64Array.from(lists.flat(), (value) => value ?? Number.NaN),
      offsets,
    };
  }
  const values = Float64Array.from(cells, (cell) => {
    if (typeof cell === 'boolean') return cell ? 1 : 0;
    return typeof cell === 'number' ? cell : Number.NaN;
  });
  return { as: 'number', values };
}
