import { Rejected } from '../errors.ts';
import { mergedInto } from '../inputs/run-inputs.ts';
import { historyTable, inputsTable, stagingTable } from '../inputs/run-tables.ts';
import type { IdRange } from '../ports/warehouse.ts';
import type { RunDocument, ShardDocument } from '../records/documents.ts';
import { loadLayout } from '../runs/compiled-run.ts';
import type { Runtime } from '../runtime.ts';
import { beforeColumn } from '../scorecard/engine/before-columns.ts';
import type { ColumnBatch, ColumnRequest } from '../scorecard/engine/columns.ts';
import { type HistoryRow, historyRequests, rowsOf } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { AccountColumn } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { shownRow } from '../scorecard/meaning/shown-row.ts';
import { entriesOf } from '../scorecard/meaning/worklists.ts';
import type { AccountResult, Attributes } from './account-document.ts';

/**
 * The results of a shard that may have to be published, in the order of their ids: all of
 * them, or, where the run knows that the documents show the results before, only those whose
 * hash differs and those that come onto a worklist, leave it, or move within it.
 */
export async function readResults(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  layout: RulesLayout,
  shard: ShardDocument,
): Promise<AccountResult[]> {
  const range: IdRange = {
    from: shard.from,
    ...(shard.before === null ? {} : { before: shard.before }),
  };
  const published = run.equal_rows_published
    ? await hashesBefore(runtime, id, run, layout, range)
    : undefined;

  // A metric may move an account between lists without a change of any result.
  const looksAtAll = runtime.pack.worklists.metrics.length > 0;
  const results = new Map<string, AccountResult>();
  for await (const batch of runtime.warehouse.read({
    table: stagingTable(id, run),
    columns: historyRequests,
    accounts: range,
  })) {
    const picked = published && !looksAtAll ? differing(batch, published) : undefined;
    for (const row of rowsOf(batch, picked)) {
      const known = results.get(row.account_id);
      if (known) known.rows.push(row);
      else {
        results.set(row.account_id, {
          account: row.account_id,
          attributes: {},
          rows: [row],
          before: [],
          mergedInto: null,
        });
      }
    }
  }
  if (results.size === 0) return [];
  if (published && !looksAtAll) await completeRows(runtime, id, run, range, results);
  await addAttributes(runtime, id, run, range, results);
  await addMerges(runtime, id, run, range, results);
  await addBefore(runtime, run, range, results);
  const all = [...results.values()];
  return published && looksAtAll
    ? all.filter((result) => mayDiffer(runtime.pack, layout, published, result))
    : all;
}

/** Whether a result, or where it puts its account in lists, is another one than before. */
function mayDiffer(
  pack: Pack,
  layout: RulesLayout,
  published: ReadonlyMap<string, bigint>,
  result: AccountResult,
): boolean {
  const { account, rows, before, attributes } = result;
  if (rows.some((row) => String(published.get(keyOf(account, row.score))) !== row.result_hash)) {
    return true;
  }
  if (before.some(({ row }) => row.rules_hash !== layout.rules_hash)) return true;
  const place = (of: readonly HistoryRow[]) =>
    JSON.stringify(entriesOf(pack.worklists.lists, shownRow(layout, of, attributes)));
  return place(rows) !== place(before.map(({ row }) => row));
}

const keyOf = (account: string | null | undefined, score: string | null | undefined): string =>
  `${score}\n${account}`;

/** Hash of the result before, by score and account. */
async function hashesBefore(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  layout: RulesLayout,
  range: IdRange,
): Promise<Map<string, bigint>> {
  const hashes = new Map<string, bigint>();
  const scores = layout.scores.map((score) => score.id);
  for await (const { rows, columns } of runtime.warehouse.read({
    table: inputsTable(id, run),
    columns: [
      { name: 'account_id', as: 'string' },
      ...scores.map(
        (score): ColumnRequest => ({ name: beforeColumn(score, 'result_hash'), as: 'bigint' }),
      ),
    ],
    accounts: range,
  })) {
    const ids = columns.get('account_id');
    if (ids?.as !== 'string') continue;
    for (const score of scores) {
      const hash = columns.get(beforeColumn(score, 'result_hash'));
      if (hash?.as !== 'bigint') continue;
      for (let row = 0; row < rows; row += 1) {
        hashes.set(keyOf(ids.values[row], score), hash.values[row] ?? 0n);
      }
    }
  }
  return hashes;
}

function differing(batch: ColumnBatch, published: ReadonlyMap<string, bigint>): number[] {
  const ids = batch.columns.get('account_id');
  const scores = batch.columns.get('score');
  const hashes = batch.columns.get('result_hash');
  if (ids?.as !== 'string' || scores?.as !== 'string' || hashes?.as !== 'bigint') {
    throw new TypeError('history rows were read without their keys');
  }
  const picked: number[] = [];
  for (let row = 0; row < batch.rows; row += 1) {
    if (published.get(keyOf(ids.values[row], scores.values[row])) !== hashes.values[row]) {
      picked.push(row);
    }
  }
  return picked;
}

/** A document shows all scores of an account: where one differs, the others are needed too. */
async function completeRows(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  range: IdRange,
  results: ReadonlyMap<string, AccountResult>,
): Promise<void> {
  for (const result of results.values()) result.rows = [];
  await eachRow(
    runtime,
    { table: stagingTable(id, run), accounts: range },
    results,
    (result, row) => result.rows.push(row),
  );
}

/** Calls `use` with every history row of the accounts in `results`. */
async function eachRow(
  runtime: Runtime,
  from: { table: string; accounts: IdRange; date?: string },
  results: ReadonlyMap<string, AccountResult>,
  use: (result: AccountResult, row: HistoryRow) => void,
): Promise<void> {
  for await (const batch of runtime.warehouse.read({ ...from, columns: historyRequests })) {
    const ids = batch.columns.get('account_id');
    if (ids?.as !== 'string') continue;
    const picked: number[] = [];
    for (let row = 0; row < batch.rows; row += 1) {
      if (results.has(ids.values[row] ?? '')) picked.push(row);
    }
    for (const row of rowsOf(batch, picked)) {
      const result = results.get(row.account_id);
      if (result) use(result, row);
    }
  }
}

async function addBefore(
  runtime: Runtime,
  run: RunDocument,
  accounts: IdRange,
  results: ReadonlyMap<string, AccountResult>,
): Promise<void> {
  if (run.before_date === null) return;
  const rows: { result: AccountResult; row: HistoryRow }[] = [];
  await eachRow(
    runtime,
    { table: historyTable, accounts, date: run.before_date },
    results,
    (result, row) => rows.push({ result, row }),
  );
  const layouts = new Map<string, RulesLayout>();
  for (const { result, row } of rows) {
    const layout =
      layouts.get(row.rules_hash) ?? (await loadLayout(runtime.snapshots, row.rules_hash));
    layouts.set(row.rules_hash, layout);
    result.before.push({ row, layout });
  }
}

async function addAttributes(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  accounts: IdRange,
  results: ReadonlyMap<string, AccountResult>,
): Promise<void> {
  const columns = attributeColumns(runtime.pack);
  if (columns.length === 0) return;
  for await (const batch of runtime.warehouse.read({
    table: inputsTable(id, run),
    columns: [{ name: 'account_id', as: 'string' }, ...columns.map(requestOf)],
    accounts,
  })) {
    const ids = batch.columns.get('account_id');
    if (ids?.as !== 'string') continue;
    for (let row = 0; row < batch.rows; row += 1) {
      const result = results.get(ids.values[row] ?? '');
      if (!result) continue;
      for (const column of columns) {
        result.attributes[column.name] = attributeAt(batch, column, row);
      }
    }
  }
}

/** Which accounts took over those that are absent now. */
async function addMerges(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  accounts: IdRange,
  results: ReadonlyMap<string, AccountResult>,
): Promise<void> {
  if (![...results.values()].some(({ rows }) => rows.every(isAbsent))) return;
  const columns: ColumnRequest[] = [
    { name: 'account_id', as: 'string' },
    { name: mergedInto, as: 'string' },
  ];
  try {
    const table = inputsTable(id, run);
    for await (const batch of runtime.warehouse.read({ table, columns, accounts })) {
      const ids = batch.columns.get('account_id');
      const merged = batch.columns.get(mergedInto);
      if (ids?.as !== 'string' || merged?.as !== 'string') continue;
      for (let row = 0; row < batch.rows; row += 1) {
        const result = results.get(ids.values[row] ?? '');
        if (result) result.mergedInto = merged.values[row] ?? null;
      }
    }
  } catch (error) {
    // A run that the release before began has no such column, and is published without links.
    if (!(error instanceof Rejected)) throw error;
  }
}

const isAbsent = ({ state }: HistoryRow): boolean => state === 'absent';

function attributeColumns(pack: Pack): AccountColumn[] {
  return pack.attributes.flatMap((name) =>
    pack.accountColumns.filter((column) => column.name === name),
  );
}

const isText = ({ type }: AccountColumn): boolean => type === 'STRING' || type === 'DATE';

function requestOf(column: AccountColumn): ColumnRequest {
  return { name: `account_${column.name}`, as: isText(column) ? 'string' : 'number' };
}

function attributeAt(batch: ColumnBatch, column: AccountColumn, row: number): Attributes[string] {
  const values = batch.columns.get(`account_${column.name}`);
  if (values?.as === 'string') return values.values[row] ?? null;
  if (values?.as !== 'number') return null;
  const value = values.values[row] ?? Number.NaN;
  if (Number.isNaN(value)) return null;
  return column.type === 'BOOL' ? value !== 0 : value;
}
