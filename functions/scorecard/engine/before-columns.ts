/** How the row before travels: columns of `run_inputs`, by score `before_<score>_<field>`. */
import type { Column, ColumnRequest, NumberLists } from './columns.ts';
import {
  type FieldsWhere,
  fieldsWhere,
  type HistoryRow,
  historyFields,
  type InCode,
  inCode,
} from './history-row.ts';

type Read = FieldsWhere<{ carried: 'score' }>;
type Coded = FieldsWhere<{ coded: true }>;

interface Held {
  string: (string | null)[];
  number: Float64Array;
  numbers: NumberLists;
}

/** The rows before of one score; texts of a known list as codes. */
export type BeforeColumns = {
  [Name in Read as InCode<Name>]: Name extends Coded
    ? Uint16Array
    : Held[(typeof historyFields)[Name]['kind']];
} & { trendPoints: Float64Array | null };

/** Texts of the coded fields, by code - 1; those of today's rules come first. */
export type BeforeCodes = { [Name in Coded as InCode<Name>]: readonly string[] };

const read = fieldsWhere({ carried: 'score' });
const coded = fieldsWhere({ coded: true });
const isCoded = (name: Read): name is Coded => coded.some((one) => one === name);

/** The column that carries a field of the row before of a score. */
export const beforeColumn = (score: string, field: string): string => `before_${score}_${field}`;
/** The column of the points that a score's trend looks back to. */
export const trendColumn = (score: string): string => `trend_${score}_points`;

/** What to ask for, to get the rows before of a score. */
export function beforeRequests(score: string, codes: BeforeCodes, trend: boolean): ColumnRequest[] {
  const requests = read.map((field): ColumnRequest => {
    const name = beforeColumn(score, field);
    if (isCoded(field)) return { name, as: 'code', codes: codes[inCode(field)] };
    return { name, as: historyFields[field].kind };
  });
  return [...requests, ...(trend ? [{ name: trendColumn(score), as: 'number' } as const] : [])];
}

/** The rows before of a score, from what `beforeRequests` asked for. */
export function beforeColumns(
  score: string,
  trend: boolean,
  columnAt: (name: string, as: Column['as']) => Column,
): BeforeColumns {
  const columns = read.map((field) => {
    const as = isCoded(field) ? 'code' : historyFields[field].kind;
    const column = columnAt(beforeColumn(score, field), as);
    return [inCode(field), column.as === 'numbers' ? column : column.values];
  });
  const points = trend ? columnAt(trendColumn(score), 'number').values : null;
  return Object.fromEntries([...columns, ['trendPoints', points]]) as BeforeColumns;
}

/** The cells of `run_inputs` that carry `row` as the result before. */
export function beforeCells(
  row: HistoryRow,
): Record<string, HistoryRow[keyof HistoryRow] | bigint> {
  const cells = [...read, ...fieldsWhere({ carried: 'publish' })].map((field) => [
    beforeColumn(row.score, field),
    historyFields[field].kind === 'bigint' ? BigInt(row[field] as string) : row[field],
  ]);
  return Object.fromEntries(cells);
}
