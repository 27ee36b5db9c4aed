/** Which columns of a team's table a pack reads, and which of them the table lacks. */
import { frozenColumns } from '../scorecard/language/pack/inputs.ts';
import type { ProvidedSource, SourcePack } from './sources-query.ts';

/** Columns that the pack reads of a table: all that its SQL names. */
export function usedColumns(pack: SourcePack, source: ProvidedSource): Set<string> {
  const { table, columns } = source.contract;
  if (table === 'accounts') {
    return new Set(['account_id', ...frozenColumns(pack).map((column) => column.name)]);
  }
  const text = pack.groups
    .filter((group) => group.sources.includes(table))
    .map((group) => group.sql)
    .join('\n');
  const words = new Set(text.toLowerCase().match(/[a-z_][a-z0-9_]*/g));
  return new Set(
    columns.filter(({ name, required }) => required || words.has(name)).map(({ name }) => name),
  );
}

/** A column that the pack reads and the team's table does not have. */
export interface LackingColumn {
  /** The contract's name. */
  name: string;
  /** Nothing can be scored without it. */
  required: boolean;
  /** Says what is missing, and what to do. */
  sentence: string;
}

export function lackingColumns(
  { contract, columns, unreadable, table: own }: ProvidedSource,
  used: ReadonlySet<string>,
  pack: SourcePack,
): LackingColumn[] {
  const { table } = contract;
  return contract.columns
    .filter(({ name }) => used.has(name) && !columns.has(name) && !unreadable?.has(name))
    .map(({ name, required }) => {
      const mapped = pack.tables.get(table)?.columns.get(name);
      const sentence =
        mapped === undefined
          ? `The table ${own} has no column ${name}; add it, or name yours in pack.yaml under tables.${table}.columns.${name}.`
          : `The table ${own} has no column ${mapped}, which pack.yaml names as tables.${table}.columns.${name}.`;
      return { name, required, sentence };
    });
}

/** Columns that the pack reads and that are of another type: what it is, and what it should be. */
export function unreadableColumns(
  { contract, unreadable = new Map(), table: own }: ProvidedSource,
  used: ReadonlySet<string>,
): string[] {
  return contract.columns.flatMap(({ name, type }) => {
    const column = unreadable.get(name);
    if (!column || !used.has(name)) return [];
    const said =
      column.name === name && own === contract.table ? '' : ` (your ${own}.${column.name})`;
    return [`${contract.table}.${name}${said} is ${column.type}; ${type} is expected.`];
  });
}
