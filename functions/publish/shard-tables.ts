/**
 * What publishing a shard reads of our own tables: each table, and each partition of the history,
 * once at most, since BigQuery bills 10 MB at least for every read of one.
 */
import { Rejected } from '../errors.ts';
import { mergedInto } from '../inputs/run-inputs.ts';
import { historyTable, inputsTable, stagingTable } from '../inputs/run-tables.ts';
import type { ReadRequest } from '../ports/warehouse.ts';
import type { RunDocument, ShardDocument } from '../records/run-documents.ts';
import { accountsOf } from '../runs/shards.ts';
import type { Runtime } from '../runtime.ts';
import { beforeColumn } from '../scorecard/engine/before-columns.ts';
import type { ColumnBatch, ColumnRequest } from '../scorecard/engine/columns.ts';
import { type HistoryRow, historyRequests, rowsOf } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { AccountColumn } from '../scorecard/language/pack/catalogue.ts';
import { rowDayColumn } from '../scorecard/language/pack/mart.ts';
import type { Pack, PackMetric } from '../scorecard/language/pack/pack.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';

/** Batches of a shard's accounts, in the order of their ids; read when they are first asked for. */
export interface ShardTables {
  /** Frozen inputs: attributes, hashes of results before, and what signals read. */
  inputs(): Promise<readonly ColumnBatch[]>;
  /** The run's own results, in the columns of the history. */
  results(): Promise<readonly ColumnBatch[]>;
  history(date: string): Promise<readonly ColumnBatch[]>;
}

/** @param given the run's layout, and the signals that are looked at, where any are */
export function shardTables(
  { warehouse, pack }: Pick<Runtime, 'warehouse' | 'pack'>,
  id: string,
  run: RunDocument,
  shard: ShardDocument,
  given: { layout: RulesLayout; signals: PackSignals | null },
): ShardTables {
  const accounts = accountsOf(shard);
  const known = new Map<string, Promise<ColumnBatch[]>>();
  const read = async (request: ReadRequest): Promise<ColumnBatch[]> => {
    const batches: ColumnBatch[] = [];
    for await (const batch of warehouse.read({ ...request, accounts })) batches.push(batch);
    return batches;
  };
  const once = (request: ReadRequest, reader = read): Promise<ColumnBatch[]> => {
    const key = `${request.table} ${request.date ?? ''}`;
    const reading = known.get(key) ?? reader(request);
    known.set(key, reading);
    return reading;
  };
  const readInputs = async (request: ReadRequest): Promise<ColumnBatch[]> => {
    const merges: ColumnRequest = { name: mergedInto, as: 'string' };
    try {
      return await read({ ...request, columns: [...request.columns, merges] });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      // A run that the release before began has no such column, and is published without links.
      return read(request);
    }
  };
  const columns = inputColumns(pack, run, given);
  return {
    inputs: () => once({ table: inputsTable(id, run), columns }, readInputs),
    results: () => once({ table: stagingTable(id, run), columns: historyRequests }),
    history: (date) => once({ table: historyTable, columns: historyRequests, date }),
  };
}

function inputColumns(
  pack: Pack,
  run: RunDocument,
  { layout, signals }: { layout: RulesLayout; signals: PackSignals | null },
): ColumnRequest[] {
  const wanted: ColumnRequest[] = [
    { name: 'account_id', as: 'string' },
    ...[...attributeColumns(pack), ...(signals?.accountColumns ?? [])].map(accountRequest),
    ...measuredIn(pack, signals?.metrics ?? []).map(
      ({ id: name, type }): ColumnRequest => ({ name, as: type === 'enum' ? 'string' : 'number' }),
    ),
    ...martGroups(pack, signals?.metrics ?? []).map(
      ({ group }): ColumnRequest => ({ name: rowDayColumn(group), as: 'number' }),
    ),
    ...(run.equal_rows_published ? layout.scores : []).map(
      ({ id }): ColumnRequest => ({ name: beforeColumn(id, 'result_hash'), as: 'bigint' }),
    ),
  ];
  return [...new Map(wanted.map((column) => [column.name, column])).values()];
}

/** Columns of accounts that documents show. */
export const attributeColumns = (pack: Pack): AccountColumn[] =>
  pack.attributes.flatMap((name) => pack.accountColumns.filter((column) => column.name === name));

/** Those of the metrics that are columns of the inputs. */
export const measuredIn = (
  pack: Pick<Pack, 'metrics'>,
  ids: readonly string[],
): Extract<PackMetric, { kind: 'measured' }>[] =>
  ids.flatMap((id) => {
    const known = pack.metrics.get(id);
    return known?.kind === 'measured' ? [known] : [];
  });

/** Groups of marts whose rows have a day, of the metrics. */
export const martGroups = (pack: Pick<Pack, 'metrics' | 'groups'>, ids: readonly string[]) => {
  const named = new Set(measuredIn(pack, ids).map(({ group }) => group));
  return pack.groups.flatMap(({ group, rowMaxAge }) =>
    named.has(group) && rowMaxAge !== undefined ? [{ group, rowMaxAge }] : [],
  );
};

const accountRequest = ({ name, type }: AccountColumn): ColumnRequest => ({
  name: `account_${name}`,
  as: type === 'STRING' || type === 'DATE' ? 'string' : 'number',
});

export function textAt({ columns }: ColumnBatch, name: string, row: number): string | null {
  const column = columns.get(name);
  return column?.as === 'string' ? (column.values[row] ?? null) : null;
}

export function numberAt({ columns }: ColumnBatch, name: string, row: number): number | null {
  const column = columns.get(name);
  const value = column?.as === 'number' ? (column.values[row] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(value) ? null : value;
}

/** A text, number or, where the column holds them, truth; undefined where the row has none. */
export function valueAt(
  batch: ColumnBatch,
  name: string,
  row: number,
  isTruth: boolean,
): string | number | boolean | undefined {
  const number = numberAt(batch, name, row);
  if (number === null) return textAt(batch, name, row) ?? undefined;
  return isTruth ? number !== 0 : number;
}

export const accountAt = (batch: ColumnBatch, row: number): string =>
  textAt(batch, 'account_id', row) ?? '';

/** The history rows of these accounts; of all without them. */
export function* historyRows(
  batches: readonly ColumnBatch[],
  accounts?: { has(account: string): boolean },
): Generator<HistoryRow> {
  for (const batch of batches) {
    const rows = Array.from({ length: batch.rows }, (_, row) => row);
    const picked = accounts && rows.filter((row) => accounts.has(accountAt(batch, row)));
    yield* rowsOf(batch, picked);
  }
}
