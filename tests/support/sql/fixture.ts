/**
 * Rows for every table of the contract, made from its schema alone, so that a new metric file
 * or a new table is covered without anybody writing rows for it.
 */
import { dayMs } from '../../../functions/calendar.ts';
import { quotedTable } from '../../../functions/local/googlesql/duckdb-text.ts';
import { appendBatches } from '../../../functions/local/warehouse/append.ts';
import { columnDefinitions } from '../../../functions/local/warehouse/types.ts';
import type { DuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import type { Column } from '../../../functions/scorecard/engine/columns.ts';
import type {
  SourceColumn,
  SourceTable,
} from '../../../functions/scorecard/language/pack/catalogue.ts';

export type Value = string | number | null;
export type FixtureRow = Record<string, Value>;
export type Fixture = Map<string, FixtureRow[]>;

/** The run: the end of a local day in Tokyo. */
export const zone = 'Asia/Tokyo';
export const date = '2024-03-31';
export const asOf = '2024-03-31T15:00:00Z';

const end = Date.parse(asOf);
export const dayAfter = (days: number): string =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
const instant = (ms: number): string => new Date(ms).toISOString();

/** Accounts; the last two have no events before the run. */
export const accountIds = Array.from({ length: 14 }, (_, i) => `account ${i + 1}`);
const silent = new Set(accountIds.slice(-2));

/** Columns that say what is planned, so that a day ahead is known. */
export const plannedColumns = new Set(['renewal_on', 'valid_until']);

/** A small seeded generator: equal seeds, equal rows. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Context {
  random: () => number;
  account: string;
  /** Days from the run's date, of the row itself. */
  day: number;
  serial: number;
}

const pick = <T>(random: () => number, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T;

function cell(column: SourceColumn, table: SourceTable, context: Context): Value {
  const { random, account, day, serial } = context;
  const { name, type, values, minimum, required } = column;
  if (name === 'account_id') return account;
  if (name === table.event_time) {
    // The local day of the row, at any hour of it: Tokyo is nine hours ahead.
    const at = Date.parse(dayAfter(day)) - 9 * 3_600_000 + Math.floor(random() * dayMs);
    return type === 'DATE' ? dayAfter(day) : instant(at);
  }
  if (name === table.loaded_at) return instant(end + day * dayMs - 1000);
  if (name === table.validity?.from || name === table.validity?.to) return null;
  if (!required && random() < 0.2) return null;
  if (values) return pick(random, values);
  switch (type) {
    case 'STRING':
      // Users and the like are shared between tables; a row's own id is its own.
      if (name === 'user_id') return `user ${Math.floor(random() * 6)}`;
      // Few accounts are taken over; blanks and an account's own id say nothing.
      if (name === 'merged_into') return pick(random, [null, null, '', ' ', account, 'another']);
      return name.endsWith('_id') ? `${name} ${serial}` : `${name} ${Math.floor(random() * 5)}`;
    case 'INT64':
      return (minimum ?? -5) + Math.floor(random() * 20);
    case 'FLOAT64':
    case 'NUMERIC':
      return (minimum ?? -50) + Math.round(random() * 10_000) / 100;
    case 'BOOL':
      return random() < 0.5 ? 0 : 1;
    case 'DATE':
      // Mostly soon after the row itself, at times after the run.
      return dayAfter(day + Math.floor(random() * 60));
    case 'TIMESTAMP':
      return instant(end + (day + Math.floor(random() * 60)) * dayMs);
  }
}

function row(table: SourceTable, context: Context): FixtureRow {
  return Object.fromEntries(
    table.columns.map((column) => [column.name, cell(column, table, context)]),
  );
}

/** Days before the run of a row: most within the windows that metrics look at. */
const pastDay = (random: () => number): number =>
  -Math.floor(random() < 0.7 ? random() * 60 : random() * 390);

const eventsPerAccount = 40;
const entitiesPerAccount = 5;

/** What was known at the run. */
export function pastRows(tables: Iterable<SourceTable>): Fixture {
  const fixture: Fixture = new Map();
  for (const table of tables) {
    const random = randomOf(table.table.length * 1000 + table.columns.length);
    const rows: FixtureRow[] = [];
    for (const account of accountIds) {
      const isAccounts = table.table === 'accounts';
      if (silent.has(account) && !isAccounts) continue;
      const count = isAccounts
        ? 1
        : table.kind === 'events'
          ? eventsPerAccount
          : entitiesPerAccount;
      for (let i = 0; i < count; i++) {
        const context = { random, account, day: pastDay(random), serial: rows.length };
        const now = row(table, context);
        const { validity } = table;
        if (validity && random() < 0.4) {
          // An older version that ended before the run.
          const change = instant(end - (10 + Math.floor(random() * 100)) * dayMs);
          rows.push({ ...row(table, context), ...keysOf(table, now), [validity.to]: change });
          now[validity.from] = change;
        }
        rows.push(now);
      }
    }
    fixture.set(table.table, rows);
  }
  return fixture;
}

/** Values that say which thing a row is about. */
function keysOf(table: SourceTable, values: FixtureRow): FixtureRow {
  return Object.fromEntries(
    table.columns
      .filter(({ name }) => name.endsWith('_id'))
      .map(({ name }) => [name, values[name] ?? null]),
  );
}

/**
 * The same rows with all that was learnt after the run: later events, late arrivals of earlier
 * ones, and changed dimensions.
 */
export function withFutureRows(past: Fixture, tables: Iterable<SourceTable>): Fixture {
  const fixture: Fixture = new Map();
  for (const table of tables) {
    const random = randomOf(table.table.length * 77 + 5);
    const rows: FixtureRow[] = [];
    const { validity, loaded_at: loaded } = table;
    for (const known of past.get(table.table) ?? []) {
      const isCurrent = validity !== undefined && known[validity.to] === null;
      if (!isCurrent || random() < 0.3) {
        rows.push(known);
        continue;
      }
      // Exactly at the run counts as after it.
      const change = instant(end + Math.floor(random() * 3) * dayMs);
      rows.push({ ...known, [validity.to]: change });
      const account = String(known.account_id);
      const changed = row(table, {
        random,
        account,
        day: -Math.floor(random() * 200),
        serial: rows.length,
      });
      rows.push({ ...changed, ...keysOf(table, known), [validity.from]: change });
    }
    for (const account of table.kind === 'events' ? accountIds : []) {
      for (let i = 0; i < 12; i++) {
        const day = 1 + Math.floor(random() * 14);
        rows.push(row(table, { random, account, day, serial: 100_000 + rows.length }));
        if (loaded === undefined) continue;
        const late = row(table, { random, account, day: -i, serial: 200_000 + rows.length });
        rows.push({ ...late, [loaded]: instant(end + dayMs) });
      }
    }
    fixture.set(table.table, rows);
  }
  return fixture;
}

/** The rows without days that, at the run, had not come yet. */
export function withoutLaterDays(past: Fixture, tables: ReadonlyMap<string, SourceTable>): Fixture {
  return new Map(
    [...past].map(([name, rows]) => {
      const dates = (tables.get(name)?.columns ?? []).filter(
        (column) => column.type === 'DATE' && !column.required && !plannedColumns.has(column.name),
      );
      const known = rows.map((values) => {
        const copy = { ...values };
        for (const column of dates) {
          const value = copy[column.name];
          if (typeof value === 'string' && value > date) copy[column.name] = null;
        }
        return copy;
      });
      return [name, known];
    }),
  );
}

function columnOf(rows: readonly FixtureRow[], { name, type }: SourceColumn): Column {
  const values = rows.map((values) => values[name] ?? null);
  return ['STRING', 'DATE', 'TIMESTAMP'].includes(type)
    ? { as: 'string', values: values.map((value) => (value === null ? null : String(value))) }
    : {
        as: 'number',
        values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
      };
}

/** Replaces the source tables by the fixture's rows. */
export async function loadFixture(
  warehouse: DuckDbWarehouse,
  tables: Iterable<SourceTable>,
  fixture: Fixture,
): Promise<void> {
  await warehouse.transaction(async (connection) => {
    for (const table of tables) {
      const target = [warehouse.sourceSchema, table.table];
      const columns = table.columns.map(({ name, type }) => ({ name, type }));
      const rows = fixture.get(table.table) ?? [];
      await connection.run(
        `CREATE OR REPLACE TABLE ${quotedTable(target)} (${columnDefinitions(columns)})`,
      );
      const batch = {
        rows: rows.length,
        columns: new Map(table.columns.map((column) => [column.name, columnOf(rows, column)])),
      };
      await appendBatches(connection, target, columns, [batch]);
    }
  });
}
