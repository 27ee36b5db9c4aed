/** Cells of files as values of the contract's types, and what may be wrong with them. DuckDB SQL. */

import { literal } from '../local/googlesql/duckdb-text.ts';
import { duckDbName, googleSqlType } from '../local/warehouse/types.ts';
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

/** How a type is written in a text; DuckDB itself would take 1_000, 0x10 and infinity, too. */
const patterns: Record<Exclude<Type, 'STRING' | 'BOOL'>, string> = {
  INT64: '[+-]?[0-9]+([.]0*)?',
  FLOAT64: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?',
  NUMERIC: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?',
  DATE: '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}',
  TIMESTAMP:
    '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?',
};

/** How a cell says that nothing is known, in lower case: as an empty one, except in texts. */
const placeholder =
  '#?n/?a|nan|null|nil|none|unknown|missing|#(n/a|ref!|value!|div/0!)|[?]+|[.]|[-–—―ー]+|なし|不明|未定|未回答';

/** Full-width signs as a Japanese keyboard writes them, and the plain ones that they mean. */
const wide = '０１２３４５６７８９，．－＋−￥％／：（）';
const plain = '0123456789,.-+-¥%/:()';
/** An amount as accounts departments write it: ¥12,000, $1,200.50, 12,000円, △500, (500). */
const amount = '[△▲+-]?[¥$€£]? ?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)? ?円?';

const trimmed = (cell: string): string =>
  `trim(translate(${cell}, ${literal(wide)}, ${literal(plain)}), ${literal(' \t\u00A0\u3000')})`;

/** A number in plain digits; a share such as 12% as 0.12. */
function plainNumber(cell: string, type: Type): string {
  const text = trimmed(cell);
  const digits = `regexp_replace(regexp_replace(${text}, '^[△▲(]', '-'), '[,¥$€£円) ]', '', 'g')`;
  const share = `CAST(TRY_CAST(regexp_replace(${text}, '[ %]', '', 'g') AS DECIMAL(18, 6)) / 100 AS VARCHAR)`;
  return `CASE WHEN regexp_full_match(${text}, ${literal(`${amount}|[(]${amount}[)]`)}) THEN ${digits}
    ${type === 'INT64' ? '' : `WHEN regexp_full_match(${text}, '[+-]?[0-9]+([.][0-9]+)? ?%') THEN ${share}`}
    ELSE ${text} END`;
}

/** A date with hyphens: as Excel writes it (2024/3/31), with dots, or 2024年3月31日. */
function plainDate(cell: string): string {
  const text = trimmed(cell);
  return `regexp_replace(${text}, '^([0-9]{4})[-/.年] ?([0-9]{1,2})[-/.月] ?([0-9]{1,2})日?', '\\1-\\2-\\3')`;
}

function fromText(cell: string, type: Type, zone: string): string {
  if (type === 'STRING') return cell;
  if (type === 'BOOL') {
    const text = `lower(${trimmed(cell)})`;
    return `CASE WHEN ${text} IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN ${text} IN ('false', 'f', 'no', 'n', '0') THEN FALSE END`;
  }
  const isTime = type === 'DATE' || type === 'TIMESTAMP';
  const text = isTime ? plainDate(cell) : plainNumber(cell, type);
  const cast = `TRY_CAST(${text} AS ${duckDbName(type)})`;
  // A day alone begins at the midnight of the pack's zone, not at that of UTC.
  const typed =
    type === 'TIMESTAMP'
      ? `CASE WHEN length(${text}) <= 10 THEN timezone(${literal(zone)}, TRY_CAST(${text} AS TIMESTAMP)) ELSE ${cast} END`
      : cast;
  return `CASE WHEN regexp_full_match(${text}, ${literal(patterns[type])}) THEN ${typed} END`;
}

/** Whether a cell says nothing: empty, or a word for that where no text is expected. */
function isEmpty({ expression, type: found }: FileColumn, type: Type): string {
  if (googleSqlType(found) !== 'STRING') return `${expression} IS NULL`;
  const empty = `${expression} IS NULL OR trim(${expression}) = ''`;
  if (type === 'STRING') return `(${empty})`;
  return `(${empty} OR regexp_full_match(lower(${trimmed(expression)}), ${literal(placeholder)}))`;
}

/** The cell as the contract's type; NULL where it is empty or cannot be that. */
export function typedCell(
  { expression, type: found }: FileColumn,
  type: SourceColumn['type'],
  zone: string,
): string {
  const known = googleSqlType(found);
  const typed =
    known === 'STRING'
      ? fromText(`CAST(${expression} AS VARCHAR)`, type, zone)
      : known === 'DATE' && type === 'TIMESTAMP'
        ? `timezone(${literal(zone)}, CAST(${expression} AS TIMESTAMP))`
        : known === type && found === duckDbName(type)
          ? expression
          : type === 'STRING' && known !== 'INT64'
            ? 'CAST(NULL AS VARCHAR)'
            : `TRY_CAST(${expression} AS ${duckDbName(type)})`;
  if (type !== 'FLOAT64') return typed;
  return `CASE WHEN isfinite(${typed}) THEN ${typed} END`;
}

/** What a line below or between the customers begins with, in lower case. */
const total = '合計|総計|小計|計|(grand ?)?total|sub ?total|sum';

/** What may be wrong with a column, in the order in which it is reported. */
export function cellChecks(column: SourceColumn, file: FileColumn, zone: string): CellCheck[] {
  const typed = typedCell(file, column.type, zone);
  const isText = googleSqlType(file.type) === 'STRING';
  const empty = isEmpty(file, column.type);
  const checks: CellCheck[] = [];
  const add = (condition: string, expected: string): void => {
    checks.push({ column: file.name, condition, expected });
  };
  if (column.required) add(empty, 'every row needs a value');
  if (column.name === 'account_id' && isText) {
    add(
      `regexp_full_match(lower(${trimmed(file.expression)}), ${literal(total)})`,
      'a line of totals is no customer: remove it',
    );
  }
  if (isText && (column.type === 'DATE' || column.type === 'TIMESTAMP')) {
    add(
      `regexp_full_match(${trimmed(file.expression)}, '[2-6][0-9]{4}([.][0-9]+)?')`,
      "that is Excel's number of a day: format the column as a date, such as 2024-03-31, and export it again",
    );
  }
  if (isText && column.type === 'INT64') {
    add(
      `regexp_full_match(${trimmed(file.expression)}, '[+-]?[0-9]+([.][0-9]+)? ?%')`,
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
