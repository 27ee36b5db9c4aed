/**
 * Source tables as metric SQL sees them: the contract's names and types, and only what was
 * known at `@as_of`. GoogleSQL.
 */
import { code, Rejected } from '../errors.ts';
import { named } from '../ports/googlesql-text.ts';
import type { ColumnType, FoundColumn, FoundTable, Warehouse } from '../ports/warehouse.ts';
import type { SourceTable } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { asContract, isReadable } from './source-types.ts';

/** A table of the contract as this team provides it. */
export interface ProvidedSource {
  contract: SourceTable;
  /** The team's name of the table, as the pack gives it. */
  table: string;
  /** The same in parts, with its dataset; empty where only people entered rows of it. */
  path: readonly string[];
  /** A table of ours, laid out by the contract, whose rows are added. */
  entered?: string;
  /** The team's columns by the contract's names; absent ones are not there. */
  columns: ReadonlyMap<string, FoundColumn>;
  /** The same of columns whose type cannot be read as the contract's. */
  unreadable?: ReadonlyMap<string, FoundColumn>;
  /** Some rows are there more than once, so that one row of each key is read. */
  repeats?: boolean;
  /** Where its dataset is; null where there is one place only. */
  location: string | null;
}

/** Provided tables by the contract's names; a table that is not there is not in it. */
export type Sources = ReadonlyMap<string, ProvidedSource>;

/** What of a pack this folder needs. */
export type SourcePack = Pick<Pack, 'zone' | 'sources' | 'tables' | 'groups' | 'accountColumns'> &
  Partial<Pick<Pack, 'signals'>>;

/**
 * A table of the team's in parts. The pack may name it with its dataset, and with its project
 * too: names of tables have no dots.
 */
export function pathOf(
  { sourceDataset }: Pick<Warehouse, 'sourceDataset'>,
  table: string,
): readonly string[] {
  const parts = table.split('.');
  const [name = '', dataset] = parts.toReversed();
  if (dataset === undefined) return [...sourceDataset, name];
  // Ids of some old projects have dots of their own.
  const project = parts.slice(0, -2).join('.');
  return project === '' ? [dataset, name] : [project, dataset, name];
}

/** Columns of a table as metric SQL sees them, by name. */
export function visibleColumns(contract: SourceTable): Map<string, ColumnType> {
  const { columns, event_time: event } = contract;
  const visible = new Map<string, ColumnType>(columns.map(({ name, type }) => [name, type]));
  if (event !== undefined && visible.get(event) === 'TIMESTAMP') visible.set('local_date', 'DATE');
  return visible;
}

/** The team's columns under the contract's names, by the pack's mapping. */
function mapColumns(
  contract: SourceTable,
  mapping: ReadonlyMap<string, string> | undefined,
  found: readonly FoundColumn[],
): Map<string, FoundColumn> {
  const byName = new Map(found.map((column) => [column.name.toLowerCase(), column]));
  const columns = new Map<string, FoundColumn>();
  for (const { name } of contract.columns) {
    const column = byName.get((mapping?.get(name) ?? name).toLowerCase());
    if (column) columns.set(name, column);
  }
  return columns;
}

/** Looks up the tables that the pack reads, and `also`; always `accounts`, where it is there. */
export async function findSources(
  warehouse: Warehouse,
  pack: SourcePack,
  also: readonly string[] = [],
): Promise<Sources> {
  const wanted = new Set(['accounts', ...pack.groups.flatMap((group) => group.sources), ...also]);
  const found = await Promise.all(
    [...wanted].sort().map(async (name) => {
      const contract = pack.sources.get(name);
      if (!contract) throw new Rejected(code.invalidRules, `sql/sources has no table ${name}.`);
      const mapping = pack.tables.get(name);
      const table = mapping?.table ?? name;
      const path = pathOf(warehouse, table);
      const described = await warehouse.describe(path);
      return { name, contract, table, path, mapping, described };
    }),
  );
  return new Map(
    found.flatMap(({ mapping, described, name, ...source }) => {
      if (!described) return [];
      const columns = readColumns(source.contract, mapping?.columns, described);
      return [[name, { ...source, ...columns, location: described.location }]];
    }),
  );
}

/** The team's columns by the contract's names: those that can be read as its types, and the others. */
export function readColumns(
  contract: SourceTable,
  mapping: ReadonlyMap<string, string> | undefined,
  { columns: ours, others }: Pick<FoundTable, 'columns' | 'others'>,
): { columns: Map<string, FoundColumn>; unreadable: Map<string, FoundColumn> } {
  const all = mapColumns(contract, mapping, [...ours, ...others]);
  const columns = new Map<string, FoundColumn>();
  const unreadable = new Map<string, FoundColumn>();
  for (const { name, type } of contract.columns) {
    const column = all.get(name);
    if (column) (isReadable(column.type, type) ? columns : unreadable).set(name, column);
  }
  return { columns, unreadable };
}

/** Columns that hold ids: blanks around them do not count. */
export const idColumns = ({ columns, unique = [] }: SourceTable): Set<string> =>
  new Set(
    columns
      .filter(({ name, type }) => type === 'STRING' && (unique.includes(name) || isId(name)))
      .map(({ name }) => name),
  );
const isId = (name: string): boolean => name === 'account_id' || name === 'merged_into';

/**
 * Names of the parameters that say up to when a query sees. Rows that arrived until the run's
 * own `@as_of` and `@date` are known, also those of an earlier day that the query stops at.
 */
export interface Until {
  /** TIMESTAMP, exclusive. */
  asOf: string;
  /** DATE, inclusive. */
  date: string;
}

/** Ids that an account can have: Firestore takes no longer ones. */
export const usableId = 'BYTE_LENGTH(account_id) BETWEEN 1 AND 1500';

/** Conditions under which a row was known at `until`. */
function knownAt(
  { contract, columns }: ProvidedSource,
  { zone, until, ended, asGiven, toCome }: SourceQueryOptions,
): string[] {
  const typeOf = (name: string) => contract.columns.find((column) => column.name === name)?.type;
  const has = (name: string | undefined): name is string => name !== undefined && columns.has(name);
  const conditions: string[] = [];
  const { event_time: event, loaded_at: loaded, validity } = contract;
  if (event !== undefined && toCome) {
    const day = typeOf(event) === 'DATE' ? named(event) : `DATE(${named(event)}, '${zone}')`;
    return [`${day} > @today`];
  }
  if (event !== undefined) {
    const time = named(event);
    const known =
      typeOf(event) === 'DATE' ? `${time} <= @${until.date}` : `${time} < @${until.asOf}`;
    conditions.push(asGiven ? `(${time} IS NULL OR ${known})` : known);
  }
  if (has('account_id') && !asGiven) conditions.push(usableId);
  if (has(loaded)) {
    const limit = typeOf(loaded) === 'DATE' ? '<= @date' : '< @as_of';
    conditions.push(`(${named(loaded)} IS NULL OR ${named(loaded)} ${limit})`);
  }
  // Valid at the last instant before as_of: a version that ends exactly there is still the one.
  if (validity && has(validity.from)) {
    const from = named(validity.from);
    const limit = typeOf(validity.from) === 'DATE' ? `<= @${until.date}` : `< @${until.asOf}`;
    conditions.push(`(${from} IS NULL OR ${from} ${limit})`);
  }
  if (validity && has(validity.to) && !ended) {
    const to = named(validity.to);
    const limit = typeOf(validity.to) === 'DATE' ? `> @${until.date}` : `>= @${until.asOf}`;
    conditions.push(`(${to} IS NULL OR ${to} ${limit})`);
  }
  return conditions;
}

export interface SourceQueryOptions {
  zone: string;
  until: Until;
  /** Also rows of a dimension whose validity has ended. */
  ended?: boolean;
  /** Also rows that count for nobody: without an account, or without the time of their event. */
  asGiven?: boolean;
  /** Only rows of days after `@today`, whatever else is known. */
  toCome?: boolean;
  /** Contract columns wanted; default all. */
  only?: ReadonlySet<string>;
  /** Further expressions over the team's own columns, by name, with their types. */
  extra?: ReadonlyMap<string, { expression: string; type: ColumnType }>;
}

/**
 * The rows of a source that were known at `until`: one column per column of the contract, NULL
 * where the team has none, and `local_date` where events carry a TIMESTAMP.
 */
export function sourceQuery(source: ProvidedSource, options: SourceQueryOptions): string {
  const { contract, path, columns } = source;
  const { zone, only, extra = new Map() } = options;
  const { event_time: event, loaded_at: loaded, validity } = contract;
  const conditions = knownAt(source, options);
  const ids = idColumns(contract);
  const key = source.repeats === true && !options.asGiven ? keyOf(source) : [];
  const needed = new Set([event, loaded, validity?.from, validity?.to, ...key]);
  if (columns.has('account_id')) needed.add('account_id');
  const wanted = contract.columns.filter(
    ({ name }) => only === undefined || only.has(name) || needed.has(name),
  );
  const selected = wanted.map(({ name, type }) => {
    const column = columns.get(name);
    const value = column && asContract(column, type, { zone, isId: ids.has(name) });
    return `${value ?? `CAST(NULL AS ${type})`} AS ${named(name)}`;
  });
  for (const [name, { expression }] of extra) selected.push(`${expression} AS ${named(name)}`);
  const entered = wanted.map(({ name }) => named(name));
  for (const [name, { type }] of extra) entered.push(`CAST(NULL AS ${type}) AS ${named(name)}`);
  const type = contract.columns.find(({ name }) => name === event)?.type;
  const localDate =
    event !== undefined && type === 'TIMESTAMP'
      ? `, DATE(${named(event)}, '${zone}') AS local_date`
      : '';
  const where = conditions.length > 0 ? `\nWHERE ${conditions.join('\n  AND ')}` : '';
  const parts = [
    ...(path.length > 0
      ? [`SELECT ${selected.join(', ')}\n  FROM ${path.map(named).join('.')}`]
      : []),
    ...(source.entered === undefined
      ? []
      : [`SELECT ${entered.join(', ')}\n  FROM ${named(source.entered)}`]),
  ];
  return `SELECT *${localDate}\nFROM (\n  ${parts.join('\n  UNION ALL\n  ')}\n) AS provided${where}${onePerKey(key, wanted)}`;
}

/** The columns that tell a row from all others, where the team has them all; else none. */
export function keyOf({ contract, columns }: ProvidedSource): string[] {
  const { unique = [] } = contract;
  return unique.every((name) => columns.has(name)) ? unique : [];
}

/** Of rows with one key the first in a fixed order; rows without a whole key are all kept. */
function onePerKey(key: readonly string[], wanted: readonly { name: string }[]): string {
  if (key.length === 0) return '';
  const rest = wanted.map(({ name }) => name).filter((name) => !key.includes(name));
  const order = (rest.length > 0 ? rest : key).map(named).join(', ');
  const open = key.map((name) => `${named(name)} IS NULL`).join(' OR ');
  return `\nQUALIFY ${open} OR ROW_NUMBER() OVER (PARTITION BY ${key.map(named).join(', ')} ORDER BY ${order}) = 1`;
}
