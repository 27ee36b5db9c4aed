/** What no row of a table of the contract may hold, as conditions of GoogleSQL. */
import { named, textLiteral } from '../ports/googlesql-text.ts';
import type { ColumnType } from '../ports/warehouse.ts';
import { mayFail } from './source-types.ts';
import type { ProvidedSource } from './sources-query.ts';

/** A condition that no row may meet. */
export interface RowCheck {
  /** The contract's name. */
  column: string;
  condition: string;
  /** What the row has there, as an expression of a text or number; null: it says nothing. */
  found: string | null;
  /** Follows `table.column is FOUND`, or `table.column` where nothing is shown. */
  problem: string;
  /** What would be right. */
  right: string;
}

/** `purchases.amount`, with the team's own name where it differs. */
export function shown(source: ProvidedSource, column: string): string {
  const own = source.columns.get(column)?.name ?? column;
  const contract = `${source.contract.table}.${column}`;
  const theirs = `${source.table}.${own}`;
  return theirs === contract ? contract : `${contract} (your ${theirs})`;
}

/** The checks of the columns that are read, and expressions that they need of the team's own. */
export function checksOf(
  source: ProvidedSource,
  used: ReadonlySet<string>,
): { checks: RowCheck[]; extra: Map<string, { expression: string; type: ColumnType }> } {
  const checks: RowCheck[] = [];
  const extra = new Map<string, { expression: string; type: ColumnType }>();
  for (const column of source.contract.columns) {
    const own = source.columns.get(column.name);
    // Who has no account is counted apart.
    if (!own || !used.has(column.name) || column.name === 'account_id') continue;
    const name = named(column.name);
    const add = (check: Omit<RowCheck, 'column'>): void => {
      checks.push({ column: column.name, ...check });
    };
    const isText = own.type === 'STRING';
    const raw = named(`raw_${column.name}`);
    if (mayFail(own.type, column.type)) {
      extra.set(`raw_${column.name}`, {
        expression: isText
          ? named(own.name)
          : `CASE WHEN ${named(own.name)} IS NOT NULL THEN 'x' END`,
        type: 'STRING',
      });
      add({
        condition: `(${name} IS NULL AND COALESCE(TRIM(${raw}), '') <> '')`,
        found: isText ? raw : null,
        problem: `cannot be read as ${column.type}`,
        right: `${own.type} that holds ${column.type} is expected`,
      });
    }
    if (column.required) {
      add({
        condition: column.type === 'STRING' ? `COALESCE(${name}, '') = ''` : `${name} IS NULL`,
        found: null,
        problem: 'is empty',
        right: 'every row needs a value',
      });
    }
    if (own.type === 'FLOAT64' && column.type === 'FLOAT64') {
      add({
        condition: `(IS_NAN(${name}) OR IS_INF(${name}))`,
        found: null,
        problem: 'is not a finite number',
        right: 'NaN and infinity cannot be scored',
      });
    }
    if (column.minimum !== undefined) {
      add({
        condition: `${name} < ${column.minimum}`,
        found: column.type === 'FLOAT64' ? null : `CAST(${name} AS STRING)`,
        problem: `is below ${column.minimum}`,
        right: `the smallest value allowed is ${column.minimum}`,
      });
    }
    if (column.values !== undefined) {
      add({
        condition: `${name} NOT IN (${column.values.map(textLiteral).join(', ')})`,
        found: name,
        problem: 'is none of its texts',
        right: `allowed are ${column.values.join(', ')}`,
      });
    }
  }
  return { checks, extra };
}

/** The sentence of a row that meets the check, as an expression. */
export function sentenceOf(source: ProvidedSource, check: RowCheck): string {
  const where = shown(source, check.column);
  if (check.found === null) return textLiteral(`${where} ${check.problem}; ${check.right}.`);
  const found = `COALESCE(SUBSTR(${check.found}, 1, 60), '')`;
  return `CONCAT(${textLiteral(`${where} is '`)}, ${found}, ${textLiteral(`'; ${check.right}.`)})`;
}
