/**
 * Cells of files as values of the contract's types, and what may be wrong with them. DuckDB SQL, by the
 * patterns of `evidence/sheet/cells.ts`: both read one cell alike.
 */

import { signs, written } from '../evidence/sheet/cells.ts';
import { literal } from '../local/googlesql/duckdb-text.ts';
import { duckDbName, foreignType, googleSqlType } from '../local/warehouse/types.ts';
import type { SourceColumn } from '../scorecard/language/pack/catalogue.ts';
import type { FileColumn } from './files.ts';

/** Something that no cell of a column may be. */
export interface CellCheck {
  column: string;
  condition: string;
  /** Why, after `line 7: amount is 'x'; `: what would be right. */
  expected: string;
}

type Type = SourceColumn['type'];

const expectations: Record<Type, string> = {
  STRING: 'a text is expected',
  INT64: 'a whole number is expected',
  FLOAT64: 'a number is expected',
  NUMERIC: 'a number is expected',
  BOOL: 'true or false is expected',
  DATE: 'a date such as 2024-03-31 is expected',
  TIMESTAMP: 'an instant such as 2024-03-31T08:15:00Z is expected',
};

/** A day in plain signs and with hyphens, as `plainDay` writes it. */
const hyphenated = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}';
/** The zone of a time. */
const zoneEnd = 'z|utc|[+-][0-9]{2}(:?[0-9]{2})?';
/** How a type is written in plain signs; DuckDB itself would take 1_000, 0x10 and infinity, too. */
const patterns: Record<Exclude<Type, 'STRING' | 'BOOL'>, string> = {
  INT64: '[+-]?[0-9]+([.]0*)?',
  FLOAT64: written.number,
  NUMERIC: written.number,
  DATE: hyphenated,
  TIMESTAMP: `${hyphenated}([t ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?(${zoneEnd}))?)?`,
};

/** A cell in plain signs, without blanks around it. */
const plain = (cell: string): string =>
  `trim(translate(${cell}, ${literal(signs.wide)}, ${literal(signs.plain)}), ${literal(' \t\r\n\u00A0')})`;

/** Whether all of a plain text is written like that, in small or capital letters. */
const matches = (text: string, pattern: string): string =>
  `regexp_full_match(lower(${text}), ${literal(pattern)})`;

/** A number in plain digits; a share such as 12% as 12e-2. */
function plainNumber(text: string, type: Type): string {
  const digits = `regexp_replace(regexp_replace(${text}, '^[△▲(]', '-'), '[,¥$€£円)% ]', '', 'g')`;
  return `CASE WHEN ${matches(text, `${written.amount}|[(]${written.amount}[)]`)} THEN ${digits}
    ${type === 'INT64' ? '' : `WHEN ${matches(text, written.share)} THEN ${digits} || 'e-2'`}
    ELSE ${text} END`;
}

/** What begins with a day, with hyphens in it. */
const plainDay = (text: string): string =>
  `regexp_replace(${text}, ${literal(`^${written.day}`)}, '\\1-\\2-\\3')`;

/** The instant of a time without a zone, or of the midnight that a day alone begins with. */
const localTime = (time: string, zone: string): string => `timezone(${literal(zone)}, ${time})`;

function fromText(cell: string, type: Type, zone: string): string {
  if (type === 'STRING') return cell;
  if (type === 'BOOL') {
    return `CASE WHEN ${matches(plain(cell), `${written.yes}|1`)} THEN TRUE WHEN ${matches(plain(cell), `${written.no}|0`)} THEN FALSE END`;
  }
  const isTime = type === 'DATE' || type === 'TIMESTAMP';
  const text = isTime ? plainDay(plain(cell)) : plainNumber(plain(cell), type);
  const cast = `TRY_CAST(${text} AS ${duckDbName(type)})`;
  const typed =
    type === 'TIMESTAMP'
      ? `CASE WHEN ${matches(text, `.*:.*(${zoneEnd})`)} THEN ${cast} ELSE ${localTime(`TRY_CAST(${text} AS TIMESTAMP)`, zone)} END`
      : cast;
  return `CASE WHEN ${matches(text, patterns[type])} THEN ${typed} END`;
}

/**
 * Whether a cell says nothing: empty, or a word for that where no text is expected. Where yes or no is
 * expected, "なし" says no.
 */
function isEmpty({ expression, type: found }: FileColumn, type: Type): string {
  if (googleSqlType(found) !== 'STRING') return `${expression} IS NULL`;
  if (type === 'STRING') return `(${expression} IS NULL OR trim(${expression}) = '')`;
  const text = plain(expression);
  const no = type === 'BOOL' ? ` AND NOT ${matches(text, written.no)}` : '';
  return `(${expression} IS NULL OR ${text} = '' OR ${matches(text, written.nothing)}${no})`;
}

/** The cell as the contract's type; NULL where it is empty or cannot be that. */
export function typedCell(
  { expression, type: found }: FileColumn,
  type: SourceColumn['type'],
  zone: string,
): string {
  const typed = asType(expression, found, type, zone);
  if (type !== 'FLOAT64') return typed;
  return `CASE WHEN isfinite(${typed}) THEN ${typed} END`;
}

function asType(expression: string, found: string, type: Type, zone: string): string {
  const known = foreignType(found) ?? googleSqlType(found);
  if (known === 'STRING') return fromText(`CAST(${expression} AS VARCHAR)`, type, zone);
  if (found === duckDbName(type)) return expression;
  if (type === 'STRING' && known !== 'INT64') return 'CAST(NULL AS VARCHAR)';
  if (type === 'TIMESTAMP' && (known === 'DATE' || known === 'DATETIME')) {
    return localTime(`CAST(${expression} AS TIMESTAMP)`, zone);
  }
  if (type === 'DATE' && known === 'TIMESTAMP') {
    return `CAST(timezone(${literal(zone)}, ${expression}) AS DATE)`;
  }
  return `TRY_CAST(${expression} AS ${duckDbName(type)})`;
}

/** What may be wrong with a column, in the order in which it is reported. */
export function cellChecks(column: SourceColumn, file: FileColumn, zone: string): CellCheck[] {
  const typed = typedCell(file, column.type, zone);
  const isText = googleSqlType(file.type) === 'STRING';
  const text = plain(file.expression);
  const empty = isEmpty(file, column.type);
  const checks: CellCheck[] = [];
  const add = (condition: string, expected: string): void => {
    checks.push({ column: file.name, condition, expected });
  };
  if (column.required) add(empty, 'every row needs a value');
  if (column.name === 'account_id' && isText) {
    add(matches(text, written.total), 'a line of totals is no customer: remove it');
  }
  if (isText && (column.type === 'DATE' || column.type === 'TIMESTAMP')) {
    add(
      matches(text, '[2-6][0-9]{4}([.][0-9]+)?'),
      "that is Excel's number of a day: format the column as a date, such as 2024-03-31, and export it again",
    );
  }
  if (isText && column.type === 'INT64') {
    add(
      matches(text, written.share),
      'a whole number is expected, not a share: write 12 for 12 %, or make the column FLOAT64, where 12% is read as 0.12',
    );
  }
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
