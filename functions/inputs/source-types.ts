/** A column of the team's, of whatever type it is, as the contract's type. GoogleSQL; nothing here fails for a cell. */
import { named, textLiteral } from '../ports/googlesql-text.ts';
import type { FoundColumn } from '../ports/warehouse.ts';
import type { SourceColumn } from '../scorecard/language/pack/catalogue.ts';

type ContractType = SourceColumn['type'];

const numbers = ['INT64', 'NUMERIC', 'BIGNUMERIC', 'FLOAT64'];

/** Types that a column of the contract may have in the team's table, its own first. */
const readable: Readonly<Record<ContractType, readonly string[]>> = {
  // FLOAT64 and instants are written differently by every engine, so no id is made from them.
  STRING: ['STRING', 'INT64', 'NUMERIC', 'BIGNUMERIC', 'BOOL', 'DATE'],
  INT64: [...numbers, 'STRING', 'BOOL'],
  FLOAT64: [...numbers, 'STRING'],
  NUMERIC: [...numbers, 'STRING'],
  BOOL: ['BOOL', 'INT64', 'STRING'],
  DATE: ['DATE', 'TIMESTAMP', 'DATETIME', 'STRING'],
  TIMESTAMP: ['TIMESTAMP', 'DATETIME', 'DATE', 'STRING'],
};

export const isReadable = (found: string, wanted: ContractType): boolean =>
  readable[wanted].includes(found);

/** White space by Unicode, and what has no width: taken away around ids, wherever they are read. */
export const blanks =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff';

/** A text without the blanks around it. What is plain ASCII has none, and is known at a tenth of the cost. */
export const trimmed = (text: string): string =>
  `CASE WHEN REGEXP_CONTAINS(${text}, r'^[!-~]+$') THEN ${text} ELSE TRIM(${text}, ${textLiteral(blanks)}) END`;

const zoned = (cell: string): string =>
  `REGEXP_CONTAINS(${cell}, r'([zZ]|UTC|[+-][0-9]{1,2}(:?[0-9]{2})?)$')`;

/** How numbers are written: nothing that only a program would write, such as 0x1F or inf. */
const decimal = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$';
const written: Partial<Record<ContractType, string>> = {
  INT64: '^[+-]?[0-9]+$',
  FLOAT64: decimal,
  NUMERIC: decimal,
};

/** A text as a type; a date alone or a time without a zone is local. */
function fromText(text: string, type: ContractType, zone: string): string {
  const cell = trimmed(text);
  const hasZone = zoned(cell);
  const pattern = written[type];
  if (pattern !== undefined) {
    return `CASE WHEN REGEXP_CONTAINS(${cell}, r'${pattern}') THEN SAFE_CAST(${cell} AS ${type}) END`;
  }
  if (type === 'DATE') {
    return `CASE WHEN LENGTH(${cell}) <= 10 THEN SAFE_CAST(${cell} AS DATE) WHEN ${hasZone} THEN DATE(SAFE_CAST(${cell} AS TIMESTAMP), '${zone}') ELSE DATE(SAFE_CAST(${cell} AS TIMESTAMP), 'UTC') END`;
  }
  if (type === 'TIMESTAMP') {
    return `CASE WHEN LENGTH(${cell}) <= 10 THEN TIMESTAMP(SAFE_CAST(${cell} AS DATE), '${zone}') WHEN ${hasZone} THEN SAFE_CAST(${cell} AS TIMESTAMP) ELSE SAFE_CAST(CONCAT(${cell}, ' ${zone}') AS TIMESTAMP) END`;
  }
  return `SAFE_CAST(${cell} AS ${type})`;
}

/**
 * The column as the contract's type: NULL for a cell that cannot be that. DATETIME and dates alone
 * are local. @param isId blanks around it do not count
 */
export function asContract(
  { name: own, type: found }: FoundColumn,
  type: ContractType,
  { zone, isId }: { zone: string; isId: boolean },
): string {
  const name = named(own);
  if (type === 'STRING') {
    const text = found === 'STRING' ? name : `CAST(${name} AS STRING)`;
    return isId && found === 'STRING' ? trimmed(text) : text;
  }
  if (found === type) return name;
  if (found === 'STRING') return fromText(name, type, zone);
  if (type === 'DATE') {
    return found === 'TIMESTAMP' ? `DATE(${name}, '${zone}')` : `CAST(${name} AS DATE)`;
  }
  if (type === 'TIMESTAMP') return `TIMESTAMP(${name}, '${zone}')`;
  return `SAFE_CAST(${name} AS ${type})`;
}

/** Whether a cell that holds something may be none of the contract's type. */
export const mayFail = (found: string, type: ContractType): boolean =>
  found !== type && type !== 'STRING' && (found === 'STRING' || numbers.includes(found));
