/** Values of named parameters as literals. */
import { code, Rejected } from '../errors.ts';
import { textLiteral } from '../pipeline/googlesql-text.ts';
import type { Parameter } from '../ports/warehouse.ts';
import { textOf } from './duckdb-types.ts';

/** An instant in UTC. @throws Rejected where the text says none, or leaves the zone open */
function utc(instant: string): string {
  const ms = /(Z|[+-]\d\d:?\d\d)$/.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new Rejected(
      code.badRequest,
      `'${instant}' is not an instant; write it like 2024-03-01T00:00:00Z.`,
    );
  }
  return new Date(ms).toISOString();
}

/** @throws Rejected where the text is no calendar date */
function calendarDate(date: string): string {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  // JavaScript turns February 30 into March 1.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) {
    throw new Rejected(code.badRequest, `'${date}' is not a date; write it like 2024-03-01.`);
  }
  return date;
}

/** A list of texts for GoogleSQL. */
export function googleSqlLiteral(values: readonly string[]): string {
  return `[${values.map(textLiteral).join(', ')}]`;
}

/** A value for DuckDB, of the type that GoogleSQL gives it. @throws Rejected for none such */
export function duckDbLiteral(value: Parameter): string {
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new Rejected(code.badRequest, `${value} cannot be a query parameter; give a number.`);
    }
    return Number.isSafeInteger(value)
      ? `CAST(${value} AS BIGINT)`
      : `CAST(${value.toExponential()} AS DOUBLE)`;
  }
  if ('date' in value) return `CAST('${calendarDate(value.date)}' AS DATE)`;
  if ('timestamp' in value) return `CAST('${utc(value.timestamp)}' AS TIMESTAMPTZ)`;
  return `[${value.map(textOf).join(', ')}]`;
}
