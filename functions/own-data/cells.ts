/** Cells of files as values of the contract's types, and what may be wrong with them. DuckDB SQL. */

import { literal } from '../local/googlesql/duckdb-text.ts';
import { duckDbName, googleSqlType } from '../local/warehouse/types.ts';
import type { SourceColumn } from '../scorecard/language/pack/catalogue.ts';
import type { FileColumn } from './files.ts';

/** Something that no cell of a column may be. */
export interface CellCheck {
  column: string;
  condition: string;
  /** Why, after `line 7: amount is 'x'; `; `cell` is undefined for an empty one. */
  expected: string;
}

const expectations: Record<SourceColumn['type'], string> = {
  STRING: 'a text is expected',
  INT64: 'a whole number is expected',
  FLOAT64: 'a number is expected',
  NUMERIC: 'a number is expected',
  BOOL: 'true or false is expected',
  DATE: 'a date such as 2024-03-31 is expected',
  TIMESTAMP: 'an instant such as 2024-03-31T08:15:00Z is expected',
};

/** How a type is written in a text; DuckDB itself would take 1_000, 0x10 and infinity, too. */
const patterns: Partial<Record<SourceColumn['type'], string>> = {
  INT64: '[+-]?[0-9]+([.]0*)?',
  FLOAT64: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?',
  NUMERIC: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?',
  DATE: '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}',
  TIMESTAMP:
    '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?',
};

function fromText(cell: string, type: SourceColumn['type']): string {
  if (type === 'STRING') return cell;
  const trimmed = `trim(${cell})`;
  if (type === 'BOOL') {
    return `CASE WHEN lower(${trimmed}) IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN lower(${trimmed}) IN ('false', 'f', 'no', 'n', '0') THEN FALSE END`;
  }
  // DuckDB reads year, month and day with slashes, too, as Excel writes them: 2024/3/31.
  return `CASE WHEN regexp_full_match(${trimmed}, ${literal(patterns[type] ?? '')}) THEN TRY_CAST(${trimmed} AS ${duckDbName(type)}) END`;
}

/** The cell as the contract's type; NULL where it is empty or cannot be that. */
export function typedCell(
  { expression, type: found }: FileColumn,
  type: SourceColumn['type'],
): string {
  const known = googleSqlType(found);
  const typed =
    known === 'STRING'
      ? fromText(`CAST(${expression} AS VARCHAR)`, type)
      : known === type && found === duckDbName(type)
        ? expression
        : type === 'STRING' && known !== 'INT64'
          ? 'CAST(NULL AS VARCHAR)'
          : `TRY_CAST(${expression} AS ${duckDbName(type)})`;
  if (type !== 'FLOAT64') return typed;
  return `CASE WHEN isfinite(${typed}) THEN ${typed} END`;
}

/** What may be wrong with a column, in the order in which it is reported. */
export function cellChecks(column: SourceColumn, file: FileColumn): CellCheck[] {
  const typed = typedCell(file, column.type);
  const isText = googleSqlType(file.type) === 'STRING';
  const empty = isText
    ? `(${file.expression} IS NULL OR ${file.expression} = '')`
    : `${file.expression} IS NULL`;
  const checks: CellCheck[] = [];
  const add = (condition: string, expected: string): void => {
    checks.push({ column: file.name, condition, expected });
  };
  if (column.required) add(empty, 'every row needs a value');
  if (column.type !== 'STRING' || !isText) {
    add(`NOT ${empty} AND (${typed}) IS NULL`, expectations[column.type]);
  }
  if (column.minimum !== undefined) {
    add(`(${typed}) < ${column.minimum}`, `the smallest value allowed is ${column.minimum}`);
  }
  if (column.values !== undefined) {
    add(
      `(${typed}) NOT IN (${column.values.map(literal).join(', ')})`,
      `allowed are ${column.values.join(', ')}`,
    );
  }
  if (column.name === 'account_id') {
    add(`strlen(${typed}) > 1500`, 'an id has at most 1,500 bytes');
  }
  return checks;
}
