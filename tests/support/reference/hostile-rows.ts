/**
 * Rows for every table, made from its schema alone, with what makes engines disagree: NULLs,
 * accounts without a row, fractions of seconds, the same instant twice, instants on either side of
 * a boundary, nine digits after the point, NaN, and ids that are no ASCII.
 */
import type { TableColumn } from '../../../functions/ports/warehouse.ts';
import type {
  SourceColumn,
  SourceTable,
} from '../../../functions/scorecard/language/pack/catalogue.ts';
import { accountIds, asOf, type FixtureRow, pastRows, randomOf } from '../sql/fixture.ts';
import type { ReferenceTable } from './engine.ts';
import { instantMicros, instantText, type Value } from './engine-values.ts';

export const oddIds = [
  '🦊 狐',
  `it's \\ "odd"`,
  '\u00e9',
  'e\u0301',
  'İstanbul ΟΔΟΣ',
  '  padded ',
  '%_',
];

/** Ids of accounts: some stay plain. */
export const hostileIds: readonly string[] = accountIds.map((id, i) => oddIds[i] ?? id);
const idOf = new Map(accountIds.map((id, i) => [id, hostileIds[i] ?? id]));

const boundary = instantMicros(asOf);
/** Microseconds from the end of the run. */
const edges = [-1n, 0n, 1n, -86_400_000_000n, -86_400_000_001n];

function hostileValue(column: SourceColumn, value: FixtureRow[string], serial: number): Value {
  if (value === null) return null;
  switch (column.type) {
    case 'INT64':
      return BigInt(value);
    case 'BOOL':
      return value === 1;
    case 'FLOAT64':
      return Number(value);
    case 'NUMERIC':
      return `${Number(value).toFixed(2)}${String(serial % 1000).padStart(7, '0')}`;
    case 'TIMESTAMP':
      return instantText(instantMicros(String(value)) + BigInt(serial % 1000));
    case 'STRING':
      if (column.name === 'account_id') return idOf.get(String(value)) ?? value;
      return column.name === 'user_id' && serial % 3 === 0 ? `${value} 🙂` : String(value);
    default:
      return String(value);
  }
}

/** What a team provides, in the dataset `source`. */
export function hostileSources(contracts: Iterable<SourceTable>): ReferenceTable[] {
  const known = [...contracts];
  const plain = pastRows(known);
  return known.map((contract) => {
    const { columns, event_time: event, loaded_at: loaded, validity } = contract;
    const kept = new Set([event, loaded, validity?.from, validity?.to]);
    const at = columns.findIndex(({ name }) => name === event);
    const id = columns.findIndex(({ name }) => name === 'account_id');
    let before: Value[] | undefined;
    const all = (plain.get(contract.table) ?? []).map((row, serial) => {
      const values = columns.map((column): Value => {
        const bare = serial % 11 === 0 && !column.required && !kept.has(column.name);
        return hostileValue(column, bare ? null : (row[column.name] ?? null), serial);
      });
      if (at >= 0 && serial % 7 === 0 && before?.[id] === values[id]) {
        values[at] = before?.[at] ?? null;
      }
      if (at >= 0 && columns[at]?.type === 'TIMESTAMP' && serial % 13 === 0) {
        values[at] = instantText(boundary + (edges[serial % edges.length] ?? 0n));
      }
      before = values;
      return values;
    });
    const rows = singleKeys(contract, all);
    return {
      dataset: 'source',
      name: contract.table,
      columns: columns.map(({ name, type }) => ({ name, type })),
      rows: [...rows, ...repeatedRows(contract, rows)],
    };
  });
}

/**
 * Rows of which no two have one key at one time: moved times have made some, and versions of a thing
 * follow each other.
 */
function singleKeys({ columns, unique, validity }: SourceTable, all: Value[][]): Value[][] {
  if (!unique) return all;
  const at = (name: string | undefined) => columns.findIndex((column) => column.name === name);
  const [from, to] = [at(validity?.from), at(validity?.to)];
  const kept = new Map<string, [string, string][]>();
  return all.filter((row) => {
    const key = unique.map((name) => row[at(name)]).join('\n');
    const [begins, ends] = [String(row[from] ?? ''), String(row[to] ?? '9')];
    const others = kept.get(key) ?? [];
    if (others.some(([a, b]) => begins < b && a < ends)) return false;
    kept.set(key, [...others, [begins, ends]]);
    return true;
  });
}

/** One account has rows of one key that differ; elsewhere one is there twice. */
const faultyId = oddIds.at(-1);

/** Rows with the keys of others: the same again, and another of the account that has such. */
function repeatedRows({ columns, unique = [] }: SourceTable, rows: readonly Value[][]): Value[][] {
  if (unique.length === 0) return [];
  const id = columns.findIndex(({ name }) => name === 'account_id');
  const free = columns.findIndex(
    ({ name, type }) => !unique.includes(name) && name !== 'account_id' && type === 'INT64',
  );
  const same = rows.filter((row) => row[id] !== faultyId).slice(0, 1);
  const faulty = free < 0 ? [] : rows.filter((row) => row[id] === faultyId).slice(0, 1);
  return [...same, ...faulty.map((row) => row.with(free, 1_000_003n))];
}

/** The same tables without a row. */
export const emptied = (tables: readonly ReferenceTable[]): ReferenceTable[] =>
  tables.map((table) => ({ ...table, rows: [] }));

const texts: Record<string, readonly string[]> = {
  state: ['scored', 'scored', 'scored', 'error', 'absent'],
  band: ['red', 'yellow', 'green', 'unknown'],
  phase: ['use', 'onboarding', 'renewal'],
  missing: ['', '0', '1,3', '0,1,2,3,4,5,6,7,8,9,10'],
  trend: ['rising', 'steady', 'falling'],
  outcome: ['synced', 'parked', 'pending'],
};

/** A row per date, account and score, as far as any table of ours can hold it. */
export function hostileResults(
  schema: { name: string; columns: readonly TableColumn[] },
  { dates, scores }: { dates: readonly string[]; scores: readonly string[] },
): ReferenceTable {
  const random = randomOf(20_240_331);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const whole = (): bigint => BigInt(Math.floor(random() * 20_000) - 2_000);
  const list = <T>(item: () => T): T[] => Array.from({ length: pick([0, 1, 5]) }, item);
  const cell = ({ name, type, required }: TableColumn): Value => {
    if (required !== true && random() < 0.25) return null;
    switch (type) {
      case 'INT64':
        return /hash/.test(name) ? whole() * 4_611_686_018_427n : whole();
      case 'FLOAT64':
        return random();
      case 'BOOL':
        return random() < 0.5;
      case 'DATE':
        return pick(dates);
      case 'TIMESTAMP':
        return instantText(boundary + whole());
      case 'NUMERIC':
        return `${whole()}.000000001`;
      case 'ARRAY<INT64>':
        return list(whole);
      case 'ARRAY<FLOAT64>':
        return list(() => (random() < 0.2 ? Number.NaN : random() * 100));
      default:
        return texts[name] ? pick(texts[name]) : `${name} ${Math.floor(random() * 3)} 🙂`;
    }
  };
  const rows = dates.flatMap((date) =>
    hostileIds.flatMap((account) =>
      scores
        // Not every account has every score on every date.
        .filter(() => random() < 0.85)
        .map((score) => {
          const keys: Record<string, Value> = { date, account_id: account, score };
          return schema.columns.map((column) => keys[column.name] ?? cell(column));
        }),
    ),
  );
  return {
    name: schema.name,
    columns: schema.columns.map(({ name, type }) => ({ name, type })),
    rows,
  };
}
