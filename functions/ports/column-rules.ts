/**
 * What a column of a table takes and how it may be read: the rules of BigQuery's types, which every
 * warehouse keeps, whatever its own storage would take. An adapter says its name, for errors.
 */
import { dayMs } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';
import {
  type Column,
  type ColumnBatch,
  type ColumnRequest,
  unknownCode,
} from '../scorecard/engine/columns.ts';
import type { ColumnType, TableColumn, TableName } from './warehouse.ts';

const numeric: readonly ColumnType[] = ['INT64', 'FLOAT64', 'NUMERIC', 'BOOL', 'DATE'];
const lists: readonly ColumnType[] = ['ARRAY<INT64>', 'ARRAY<FLOAT64>'];

/** By how a batch gives a column: what people call that, and the types that take it. */
const taken: Record<Column['as'], { called: string; by: readonly ColumnType[] }> = {
  number: { called: 'numbers', by: numeric },
  string: { called: 'texts', by: ['STRING', 'DATE', 'TIMESTAMP'] },
  bigint: { called: 'integers', by: ['INT64'] },
  numbers: { called: 'lists', by: lists },
  code: { called: 'codes', by: [] },
};

/** By how a column is asked for: the types that can be read so. */
const readable: Record<ColumnRequest['as'], readonly ColumnType[]> = {
  number: numeric,
  code: [...numeric, 'STRING', 'TIMESTAMP'],
  string: ['STRING', 'DATE'],
  bigint: ['INT64'],
  numbers: lists,
};

export interface ColumnRules {
  /**
   * Checks a batch before any of its rows is written; a column that it lacks is NULL.
   * @throws Rejected `invalid-data` for a column that the table has not or that cannot take what
   *   is given, or is shorter than the batch
   */
  checkBatch(columns: readonly TableColumn[], batch: ColumnBatch): void;
  /** @throws Rejected `invalid-data` for a name that is no column of the table */
  checkNames(columns: readonly TableColumn[], names: Iterable<string>): void;
  /** @throws Rejected `invalid-data` for what an INT64 or a DATE cannot take */
  wholeNumber(column: TableColumn, value: number): number;
  /** A NUMERIC in billionths. @throws Rejected `invalid-data` */
  billionths(column: TableColumn, value: number): bigint;
  /** Reads texts of a DATE in days, of a TIMESTAMP in milliseconds since 1970; most come in runs. */
  times(column: TableColumn): (text: string) => number;
  /** For a row without a value in a REQUIRED column. */
  refuseNull(name: string): never;
  /**
   * The columns that a request reads, in its order.
   * @throws Rejected `not-found` for one that is not there, `bad-request` where it cannot be read so
   */
  requested(
    requests: readonly ColumnRequest[],
    columns: readonly TableColumn[],
    table: TableName,
  ): TableColumn[];
}

export function columnRules(adapter: string): ColumnRules {
  const refuse = (sentence: string, said?: string): never => {
    throw new Rejected(code.invalidData, `${adapter}: ${sentence}`, said ? { said } : {});
  };
  const wrongValue = (column: TableColumn, value: string | number, expected: string): never =>
    refuse(
      `${column.name} is ${column.type}; ${expected} is expected`,
      `it cannot take '${value}'`,
    );

  function checkNames(columns: readonly TableColumn[], names: Iterable<string>): void {
    const known = new Set(columns.map(({ name }) => name));
    for (const name of names) if (!known.has(name)) refuse(`the table has no column ${name}.`);
  }

  return {
    checkNames,
    checkBatch(columns, batch) {
      checkNames(columns, batch.columns.keys());
      for (const { name, type } of columns) {
        const given = batch.columns.get(name);
        if (given === undefined) continue;
        const { called, by } = taken[given.as];
        if (!by.includes(type)) {
          refuse(`${name} is ${type} and cannot take values given as ${called}.`);
        }
        const length = given.as === 'numbers' ? given.offsets.length - 1 : given.values.length;
        if (length < batch.rows) refuse(`${name} has ${length} values for ${batch.rows} rows.`);
      }
    },
    wholeNumber: (column, value) =>
      Number.isSafeInteger(value) ? value : wrongValue(column, value, 'a whole number'),
    billionths(column, value) {
      if (!(Math.abs(value) < 1e20)) wrongValue(column, value, 'a number below 1e20');
      // Whole and fractional part apart, so that nine digits after the point stay exact.
      const whole = Math.trunc(value);
      return BigInt(whole) * 1_000_000_000n + BigInt(Math.round((value - whole) * 1e9));
    },
    times(column) {
      const inDays = column.type === 'DATE';
      let last: string | undefined;
      let time = Number.NaN;
      return (text) => {
        if (text === last) return time;
        const ms = Date.parse(text);
        if (Number.isNaN(ms)) wrongValue(column, text, 'a date or an instant');
        last = text;
        time = inDays ? Math.floor(ms / dayMs) : ms;
        return time;
      };
    },
    refuseNull: (name) => refuse(`${name} has a row without a value, and the column is REQUIRED.`),
    requested(requests, columns, table) {
      const byName = new Map(columns.map((column) => [column.name, column]));
      return requests.map((request) => {
        const column = byName.get(request.name);
        if (column === undefined) {
          const path = typeof table === 'string' ? table : table.join('.');
          throw new Rejected(code.notFound, `${adapter}: ${path} has no column ${request.name}.`);
        }
        const said = (sentence: string) => new Rejected(code.badRequest, `${adapter}: ${sentence}`);
        if (!readable[request.as].includes(column.type)) {
          throw said(`${request.name} is ${column.type} and cannot be read as ${request.as}.`);
        }
        if (request.as === 'code' && request.codes.length >= unknownCode) {
          throw said(`${request.codes.length} codes for ${request.name}.`);
        }
        return column;
      });
    },
  };
}

/** Columns that rows of a table come ordered by. */
export const readingOrder = (columns: readonly TableColumn[]): string[] =>
  ['account_id', 'score'].filter((name) => columns.some((column) => column.name === name));
