/** Whether two engines gave the same. */
import type { Result } from './engine.ts';
import type { TypeName, Value } from './engine-values.ts';
import { untyped } from './twin.ts';

/** Floats may differ by so much of their size: a library's last bits, never more. */
const tolerance = 1e-12;

function sameNumber(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

function same(a: Value, b: Value): boolean {
  if (typeof a === 'number' && typeof b === 'number') return sameNumber(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i] ?? null));
  }
  return a === b;
}

export function shown(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return JSON.stringify(value);
}

/** Rows in an order that does not depend on the last bits of a float. */
function sorted(rows: readonly Value[][]): Value[][] {
  const key = (value: Value): string =>
    typeof value === 'number' ? value.toPrecision(9) : shown(value);
  return rows
    .map((row) => ({ row, key: row.map(key).join('\u0000') }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}

/** Rows of one value of a column in any order, and the values in the order given. */
function sortedWithin(rows: readonly Value[][], column: number): Value[][] {
  const groups: Value[][][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group?.[0]?.[column] === row[column]) group?.push(row);
    else groups.push([row]);
  }
  return groups.flatMap(sorted);
}

const sameType = (reference: TypeName, twin: TypeName): boolean =>
  twin === untyped || twin === reference;

/**
 * What the twin gives otherwise than the reference engine, in a sentence; undefined where
 * nothing. Types, names and rows are compared; the order of rows only where it is `ordered`, and that
 * of a column's values alone where it is ordered by that.
 */
export function difference(
  reference: Result,
  twin: Result,
  { ordered = false }: { ordered?: boolean | { by: string } } = {},
): string | undefined {
  const head = ({ columns }: Result) => columns.map(({ name, type }) => `${name} ${type}`);
  if (reference.columns.length !== twin.columns.length) {
    return `columns: ${head(reference).join(', ')} against the twin's ${head(twin).join(', ')}`;
  }
  for (const [i, { name, type }] of reference.columns.entries()) {
    const other = twin.columns[i];
    // A column without an alias has a name of the engine's own making.
    if (name !== '' && name !== other?.name) return `column ${name} is ${other?.name} on the twin`;
    if (!sameType(type, other?.type ?? '')) {
      return `column ${name || i + 1} is ${type}, and ${other?.type} on the twin`;
    }
  }
  if (reference.rows.length !== twin.rows.length) {
    return `${reference.rows.length} rows against the twin's ${twin.rows.length}`;
  }
  const arranged = ({ columns, rows }: Result) =>
    typeof ordered === 'object'
      ? sortedWithin(
          rows,
          columns.findIndex(({ name }) => name === ordered.by),
        )
      : ordered
        ? rows
        : sorted(rows);
  const [left, right] = [arranged(reference), arranged(twin)];
  for (const [r, row] of (left ?? []).entries()) {
    for (const [i, value] of row.entries()) {
      const other = right?.[r]?.[i] ?? null;
      if (same(value, other)) continue;
      const column = reference.columns[i]?.name || String(i + 1);
      const where = typeof row[0] === 'string' && i > 0 ? ` of ${row[0]}` : ` in row ${r + 1}`;
      return `${column}${where} is ${shown(value)}, and ${shown(other)} on the twin`;
    }
  }
  return undefined;
}
