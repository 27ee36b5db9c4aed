/**
 * Source tables as metric SQL sees them: the contract's names and types, and only what was
 * known at `@as_of`. GoogleSQL.
 */
import { code, Rejected } from '../errors.ts';
import { named } from '../ports/googlesql-text.ts';
import type { ColumnType, TableColumn, Warehouse } from '../ports/warehouse.ts';
import type { SourceTable } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';

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
  columns: ReadonlyMap<string, TableColumn>;
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
export function mapColumns(
  contract: SourceTable,
  mapping: ReadonlyMap<string, string> | undefined,
  found: readonly TableColumn[],
): Map<string, TableColumn> {
  const byName = new Map(found.map((column) => [column.name.toLowerCase(), column]));
  const columns = new Map<string, TableColumn>();
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
      const columns = mapColumns(source.contract, mapping?.columns, described.columns);
      return [[name, { ...source, columns, location: described.location }]];
    }),
  );
}

/** The team's column as the contract's type. */
function asContract(column: TableColumn, type: ColumnType, zone: string): string {
  const name = named(column.name);
  if (column.type === type) return name;
  if (type === 'DATE' && column.type === 'TIMESTAMP') return `DATE(${name}, '${zone}')`;
  if (type === 'TIMESTAMP' && column.type === 'DATE') return `TIMESTAMP(${name}, '${zone}')`;
  return `CAST(${name} AS ${type})`;
}

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

/** Conditions under which a row was known at `until`; with `ended`, valid or not any more. */
function knownAt(
  { contract, columns }: ProvidedSource,
  until: Until,
  ended: boolean | undefined,
): string[] {
  const typeOf = (name: string) => contract.columns.find((column) => column.name === name)?.type;
  const has = (name: string | undefined): name is string => name !== undefined && columns.has(name);
  const conditions: string[] = [];
  const { event_time: event, loaded_at: loaded, validity } = contract;
  if (event !== undefined) {
    conditions.push(
      typeOf(event) === 'DATE'
        ? `${named(event)} <= @${until.date}`
        : `${named(event)} < @${until.asOf}`,
    );
  }
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
  /** Contract columns wanted; default all. */
  only?: ReadonlySet<string>;
  /** Further expressions over the team's own columns, by name. */
  extra?: ReadonlyMap<string, string>;
}

/**
 * The rows of a source that were known at `until`: one column per column of the contract, NULL
 * where the team has none, and `local_date` where events carry a TIMESTAMP.
 */
export function sourceQuery(source: ProvidedSource, options: SourceQueryOptions): string {
  const { contract, path, columns } = source;
  const { zone, until, only, extra, ended } = options;
  const { event_time: event, loaded_at: loaded, validity } = contract;
  const conditions = knownAt(source, until, ended);
  const needed = new Set([event, loaded, validity?.from, validity?.to]);
  const wanted = contract.columns.filter(
    ({ name }) => only === undefined || only.has(name) || needed.has(name),
  );
  const selected = wanted.map(({ name, type }) => {
    const column = columns.get(name);
    return `${column ? asContract(column, type, zone) : `CAST(NULL AS ${type})`} AS ${named(name)}`;
  });
  for (const [name, expression] of extra ?? []) selected.push(`${expression} AS ${named(name)}`);
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
      : [
          `SELECT ${wanted.map(({ name }) => named(name)).join(', ')}\n  FROM ${named(source.entered)}`,
        ]),
  ];
  return `SELECT *${localDate}\nFROM (\n  ${parts.join('\n  UNION ALL\n  ')}\n) AS provided${where}`;
}
