/** Values of named parameters as literals. */
import { code, Rejected } from '../../errors.ts';
import { calendarDate, textLiteral, utcInstant } from '../../ports/googlesql-text.ts';
import type { Parameter } from '../../ports/warehouse.ts';
import { literal } from './duckdb-text.ts';

/** A list of texts for GoogleSQL. */
export function googleSqlLiteral(values: readonly string[]): string {
  return `[${values.map(textLiteral).join(', ')}]`;
}

/** A value for DuckDB, of the type that GoogleSQL gives it. @throws Rejected for none such */
export function duckDbLiteral(value: Parameter): string {
  if (typeof value === 'string') return literal(value);
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
  if ('timestamp' in value) return `CAST('${utcInstant(value.timestamp)}' AS TIMESTAMPTZ)`;
  return `[${value.map(literal).join(', ')}]`;
}
