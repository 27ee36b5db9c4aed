/**
 * The row of `score_history`: its fields, and rows as objects. Objects are only for the few
 * that are published, explained or made by tests.
 */
import { z } from 'zod';
import type { Column, ColumnBatch, ColumnRequest } from './columns.ts';

/** How a field is held in columns; booleans are numbers there, 0 and 1. */
type Kind = 'string' | 'number' | 'bool' | 'bigint' | 'numbers';

interface Field {
  kind: Kind;
  /** GoogleSQL type in `score_history`. */
  type: 'DATE' | 'STRING' | 'INT64' | 'FLOAT64' | 'BOOL' | 'ARRAY<INT64>' | 'ARRAY<FLOAT64>';
  /** As it is in an object. */
  cell: z.ZodType;
  /** Whether the next run reads it of the row before: to score by it, or to publish by it. */
  carried?: 'score' | 'publish';
  /** Carried as a code of known texts. */
  coded?: true;
}

const text = { kind: 'string', type: 'STRING', cell: z.string().nullable() } as const;
const givenText = { ...text, cell: z.string() } as const;
const date = { kind: 'string', type: 'DATE', cell: z.iso.date() } as const;
const hundredths = { kind: 'number', type: 'INT64', cell: z.int().nullable() } as const;
const flag = { kind: 'bool', type: 'BOOL', cell: z.boolean().nullable() } as const;
const integers = { kind: 'numbers', type: 'ARRAY<INT64>', cell: z.array(z.int()) } as const;
/** A signed 64-bit integer; in an object in decimal. */
const hash = { kind: 'bigint', type: 'INT64', cell: z.string() } as const;
const carried = { carried: 'score' } as const;
const coded = { carried: 'score', coded: true } as const;

/** In the order of the table. What they mean stands in `sql/tables/score_history.yaml`. */
export const historyFields = {
  date,
  account_id: givenText,
  score: givenText,
  state: { ...text, ...coded, cell: z.enum(['scored', 'absent', 'error']) },
  reason: text,
  phase: { ...text, ...coded },
  scorecard: { ...text, ...coded },
  version: text,
  band: { ...text, ...coded },
  points: { ...hundredths, ...carried },
  earned: { ...hundredths, ...carried },
  available: { ...hundredths, ...carried },
  confidence: { kind: 'number', type: 'FLOAT64', cell: z.number().nullable(), ...carried },
  cap: { ...text, ...coded },
  waiting_for_data: flag,
  held_by_hysteresis: flag,
  trend: { ...text, ...coded, cell: z.enum(['rising', 'steady', 'falling']).nullable() },
  contributions: { ...integers, ...carried },
  earned_points: { ...integers, ...carried },
  /** `null` in an object stands for NaN: never known. */
  inputs: {
    kind: 'numbers',
    type: 'ARRAY<FLOAT64>',
    cell: z.array(z.number().nullable()),
    ...carried,
  },
  missing: { ...text, ...carried },
  before_date: { ...date, cell: z.iso.date().nullable() },
  before_band: text,
  before_points: hundredths,
  change_rules: hundredths,
  change_data: hundredths,
  change_behaviour: hundredths,
  rules_hash: { ...givenText, ...coded },
  engine_hash: givenText,
  input_hash: hash,
  result_hash: { ...hash, carried: 'publish' },
  // What came later stands last, as a warehouse adds columns: rows from before have NULL there.
  known_on: { ...text, ...carried },
  account: { ...text, ...carried },
  change_phase: hundredths,
  band_points: hundredths,
} as const satisfies Record<string, Field>;

type Fields = typeof historyFields;
export type FieldName = keyof Fields;

/** Names of the fields that are as `P` says. */
export type FieldsWhere<P> = {
  [Name in FieldName]: Fields[Name] extends P ? Name : never;
}[FieldName];

/** A field's name in code. */
export type InCode<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<InCode<Tail>>}`
  : Name;

export function inCode<Name extends string>(name: Name): InCode<Name> {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as InCode<Name>;
}

export const historyEntries = Object.entries(historyFields) as [FieldName, Field][];

/** The fields that are as `wanted` says, in the order of the table. */
export function fieldsWhere<const P extends Partial<Field>>(wanted: P): FieldsWhere<P>[] {
  const asked = Object.entries(wanted) as [keyof Field, unknown][];
  return historyEntries
    .filter(([, field]) => asked.every(([key, value]) => field[key] === value))
    .map(([name]) => name as FieldsWhere<P>);
}

type Shape = { [Name in FieldName]: Fields[Name]['cell'] };

export const historyRow = z.strictObject(
  Object.fromEntries(historyEntries.map(([name, { cell }]) => [name, cell])) as unknown as Shape,
);
export type HistoryRow = z.infer<typeof historyRow>;

/** What to ask a warehouse for, to get whole history rows. */
export const historyRequests: ColumnRequest[] = historyEntries.map(([name, { kind }]) => ({
  name,
  as: kind === 'bool' ? 'number' : kind,
}));

/**
 * Rows of a batch as objects, in the order of `pick`; all rows without it.
 * @throws ZodError where the batch does not hold history rows
 */
export function rowsOf(batch: ColumnBatch, pick?: readonly number[]): HistoryRow[] {
  const rows = pick ?? Array.from({ length: batch.rows }, (_, i) => i);
  const read = historyEntries.map(([name, { kind }]) => {
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
