/**
 * Any flat table as something to calibrate on: which columns can be scored, which are left out, and
 * why. Nothing about it is set up, so every reading is told.
 */
import { dateOf } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import type { CalibrationTable, Column } from '../calibrate/table.ts';
import { numbered } from '../statistics/auc.ts';
import {
  dayOf,
  isBool,
  isDate,
  isNumber,
  isPlaceholder,
  isTotal,
  isYes,
  namesAccount,
  namesId,
  namesPerson,
  numberIn,
  withoutPlaceholders,
} from './cells.ts';
import { leakOf } from './leaks.ts';
import { type ReadOutcome, readOutcome } from './outcome.ts';

export interface LeftOut {
  column: string;
  /** Stable word for scripts. */
  kind: 'id' | 'constant' | 'empty' | 'text' | 'leak' | 'person' | 'redundant' | 'silent';
  reason: { en: string; ja: string };
}

export interface ReadTable {
  table: CalibrationTable;
  /** Position in the records of each row of the table. */
  records: number[];
  outcome: ReadOutcome;
  leftOut: LeftOut[];
  /** The column that names the account, where there is one. */
  account: string | null;
  /** The column of days, where accounts stand in many rows. */
  day: string | null;
  /** Columns of dates, read as days before the latest date of the table. */
  dates: { columns: string[]; latest: string } | null;
  /** Rows that nobody knows the outcome of, and totals. */
  skipped: { unknown: number; totals: number };
}

export interface ReadOptions {
  outcome: string;
  left?: string;
  /** Columns to score although they would be left out. */
  keep?: readonly string[];
}

/** With more different texts than this, or fewer rows for each, texts say who rather than what. */
const mostLevels = 60;
const rowsForLevel = 5;
/** A few slips do not make a column of numbers one of texts. */
const numberShare = 0.98;

/** @throws Rejected `invalid-data` where the outcome cannot be read */
export function readTable(
  header: readonly string[],
  records: readonly (readonly string[])[],
  { outcome: outcomeColumn, left, keep = [] }: ReadOptions,
): ReadTable {
  const names = uniqueNames(header);
  const at = names.indexOf(outcomeColumn);
  if (at < 0) throw noColumn(outcomeColumn, names);
  const total = records.map((record) => isTotal((record[0] ?? '').trim()));
  const outcome = readOutcome(
    outcomeColumn,
    records.map((record, i) => (total[i] ? '' : (record[at] ?? '').trim())),
    left,
  );
  const rows = [...records.keys()].filter((i) => outcome.left[i] !== null);
  const leftOf = Uint8Array.from(rows, (i) => outcome.left[i] ?? 0);
  const cellsOf = (column: number) => rows.map((i) => (records[i]?.[column] ?? '').trim());
  const others = names.map((name, i) => ({ name, cells: cellsOf(i) })).filter((_, i) => i !== at);
  const account = accountOf(others);
  const day = account && dayColumn(others, account.cells);
  const leftOut: LeftOut[] = [];
  const columns: Column[] = [];
  const dates: string[] = [];
  const latest = latestDay(others);
  for (const { name, cells } of others) {
    if (name === day?.name) continue;
    const kept = keep.includes(name);
    const read = name === account?.name ? notScored.id : columnOf(name, cells, latest);
    const why = 'values' in read ? (kept ? null : whyNot(name, read, leftOf)) : read;
    if (why) leftOut.push({ column: name, ...why });
    else if ('values' in read) {
      if (read.date) dates.push(name);
      columns.push(read.column);
    }
  }
  return {
    table: {
      columns,
      left: leftOf,
      account: account ? numbered(account.cells) : Int32Array.from(rows.keys()),
      ...(day ? { day: Float64Array.from(day.cells, (cell) => dayOf(cell) ?? 0) } : {}),
    },
    records: rows,
    outcome,
    leftOut,
    account: account?.name ?? null,
    day: day?.name ?? null,
    dates: dates.length > 0 ? { columns: dates, latest: dateOf(latest) } : null,
    skipped: {
      unknown: records.length - rows.length - total.filter(Boolean).length,
      totals: total.filter(Boolean).length,
    },
  };
}

/** Every column by a name of its own: people leave some empty, and write others twice. */
export function uniqueNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((text, i) => {
    const plain = text.trim() || `column_${i + 1}`;
    const name = taken.has(plain) ? `${plain}_${i + 1}` : plain;
    taken.add(name);
    return name;
  });
}

/** One sentence on a column that somebody named and the table does not have. */
export function noColumn(name: string, names: readonly string[]): Rejected {
  const shown = names.slice(0, 30).join(', ');
  return new Rejected(
    code.badRequest,
    `There is no column ${name}; the columns are ${shown}${names.length > 30 ? ', ...' : ''}.`,
  );
}

interface Named {
  name: string;
  cells: string[];
}

type Why = Omit<LeftOut, 'column'>;

const notScored = {
  id: {
    kind: 'id',
    reason: { en: 'it tells accounts apart', ja: '顧客を識別する列です' },
  },
  empty: { kind: 'empty', reason: { en: 'it is empty', ja: '値がありません' } },
  constant: {
    kind: 'constant',
    reason: { en: 'it is the same in every row', ja: 'すべての行で同じ値です' },
  },
  person: {
    kind: 'person',
    reason: {
      en: 'it says what somebody is, such as sex or age; name it with --keep if it may be scored',
      ja: '性別や年齢など本人の属性です。採点してよい場合は --keep で指定してください',
    },
  },
} satisfies Record<string, Why>;

/** The column that names accounts: each once, or each in many rows. */
function accountOf(columns: readonly Named[]): Named | null {
  const complete = columns.filter(({ cells }) => cells.length > 0 && !cells.includes(''));
  const once = ({ cells }: Named) => new Set(cells).size === cells.length;
  const isId = ({ name }: Named) => namesId(name) || namesAccount(name);
  const often = (column: Named) =>
    namesId(column.name) &&
    column.cells.length >= 1.5 * new Set(column.cells).size &&
    new Set(column.cells).size > mostLevels;
  return (
    complete.find((column) => namesId(column.name) && once(column)) ??
    complete.find((column) => isId(column) && once(column) && !column.cells.every(isNumber)) ??
    complete.find(often) ??
    null
  );
}

/** The column of days that parts the rows of one account. */
function dayColumn(columns: readonly Named[], accounts: readonly string[]): Named | null {
  if (new Set(accounts).size === accounts.length) return null;
  return (
    columns.find(
      ({ cells }) =>
        cells.every(isDate) &&
        new Set(cells.map((cell, i) => `${accounts[i]}\0${cell}`)).size === cells.length,
    ) ?? null
  );
}

type ReadColumn = { column: Column; values: Float64Array; date: boolean };

function columnOf(name: string, cells: readonly string[], latest: number): ReadColumn | Why {
  const known = withoutPlaceholders(cells);
  const some = known.filter((cell) => cell !== '');
  const distinct = new Set(some);
  if (some.length === 0) return notScored.empty;
  if (distinct.size === 1 && some.length === cells.length) return notScored.constant;
  const made = (column: Omit<Column, 'id'>, date = false): ReadColumn => ({
    column: { id: name, ...column },
    values: column.values,
    date,
  });
  const numberOf = (cell: string) => numberIn(cell) ?? Number.NaN;
  const numeric = some.filter((cell) => !Number.isNaN(numberOf(cell))).length;
  if (numeric >= numberShare * some.length) {
    const values = Float64Array.from(known, numberOf);
    const ascending = values.every((value, i) => i === 0 || value === (values[i - 1] ?? 0) + 1);
    const whole = values.every(Number.isInteger) && distinct.size === cells.length;
    if ((ascending && cells.length > 2) || (whole && namesId(name))) return notScored.id;
    return made({ values });
  }
  if (some.every(isBool)) {
    return made({
      values: Float64Array.from(known, (cell) => (cell === '' ? Number.NaN : Number(isYes(cell)))),
      bool: true,
    });
  }
  if (some.every(isDate)) {
    return made(
      { values: Float64Array.from(known, (cell) => latest - (dayOf(cell) ?? Number.NaN)) },
      true,
    );
  }
  if (distinct.size > mostLevels || some.length < rowsForLevel * distinct.size) {
    const example = some[0]?.slice(0, 30) ?? '';
    return distinct.size >= 0.9 * some.length && namesId(name)
      ? notScored.id
      : {
          kind: 'text',
          reason: {
            en: `it holds ${distinct.size} different texts, such as "${example}"`,
            ja: `「${example}」など ${distinct.size} 種類の文章です`,
          },
        };
  }
  const levels = [...distinct].sort();
  const place = new Map(levels.map((level, i) => [level, i]));
  return made({
    values: Float64Array.from(known, (cell) => place.get(cell) ?? Number.NaN),
    levels,
  });
}

function whyNot(name: string, { column }: ReadColumn, left: Uint8Array): Why | null {
  if (namesPerson(name)) return notScored.person;
  return leakOf(column, left);
}

function latestDay(columns: readonly Named[]): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { cells } of columns) {
    if (!cells.every((cell) => cell === '' || isPlaceholder(cell) || isDate(cell))) continue;
    for (const cell of cells) latest = Math.max(latest, dayOf(cell) ?? Number.NEGATIVE_INFINITY);
  }
  return latest;
}
