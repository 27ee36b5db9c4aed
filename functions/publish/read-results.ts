import { mergedInto } from '../inputs/run-inputs.ts';
import type { RunDocument } from '../records/run-documents.ts';
import { loadLayout } from '../runs/compiled-run.ts';
import { isRewritten } from '../runs/rewrites.ts';
import type { Runtime } from '../runtime.ts';
import { beforeColumn } from '../scorecard/engine/before-columns.ts';
import type { ColumnBatch } from '../scorecard/engine/columns.ts';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { shownRow } from '../scorecard/meaning/shown-row.ts';
import { entriesOf } from '../scorecard/meaning/worklists.ts';
import type { AccountResult } from './account-document.ts';
import {
  accountAt,
  attributeColumns,
  historyRows,
  type ShardTables,
  textAt,
  valueAt,
} from './shard-tables.ts';

/**
 * The results of a shard that may have to be published, in the order of their ids: all of
 * them, or, where the run knows that the documents show the results before, only those whose
 * hash differs, those that come onto a worklist, leave it, or move within it, and those whose
 * document is written again where another release wrote it.
 */
export async function readResults(
  runtime: Runtime,
  run: RunDocument,
  layout: RulesLayout,
  tables: ShardTables,
): Promise<AccountResult[]> {
  const published = run.equal_rows_published
    ? hashesBefore(layout, await tables.inputs())
    : undefined;
  // A metric may move an account between lists without a change of any result; dates that have gone by
  // are on no list.
  const looksAtAll = run.kind === 'scheduled' && runtime.pack.worklists.metrics.length > 0;
  const batches = await tables.results();
  const isAnyhow = (account: string): boolean => isRewritten(run, account);
  const wanted = published && !looksAtAll ? differing(batches, published, isAnyhow) : undefined;
  const results = new Map<string, AccountResult>();
  for (const row of historyRows(batches, wanted)) {
    const account = row.account_id;
    const known = results.get(account);
    if (known) known.rows.push(row);
    else {
      results.set(account, { account, attributes: {}, rows: [row], before: [], mergedInto: null });
    }
  }
  if (results.size === 0) return [];
  await addInputs(runtime.pack, tables, results);
  await addBefore(runtime, run, tables, results);
  const all = [...results.values()];
  return published && looksAtAll
    ? all.filter(
        (result) => isAnyhow(result.account) || mayDiffer(runtime.pack, layout, published, result),
      )
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

const keyOf = (account: string, score: string): string => `${score}\n${account}`;

/** Hash of the result before, by score and account. */
function hashesBefore(
  layout: RulesLayout,
  inputs: readonly ColumnBatch[],
): ReadonlyMap<string, bigint> {
  const hashes = new Map<string, bigint>();
  for (const batch of inputs) {
    for (const { id } of layout.scores) {
      const values = hashesIn(batch, beforeColumn(id, 'result_hash'));
      for (const [row, hash] of values.entries())
        hashes.set(keyOf(accountAt(batch, row), id), hash);
    }
  }
  return hashes;
}

function hashesIn({ columns }: ColumnBatch, name: string): BigInt64Array {
  const column = columns.get(name);
  if (column?.as !== 'bigint') throw new TypeError(`rows were read without ${name}`);
  return column.values;
}

/**
 * Accounts with a row that is another one than before: a document shows all scores of an account,
 * so where one differs, the others are needed too.
 * @param isAnyhow accounts that are taken though none differs
 */
function differing(
  batches: readonly ColumnBatch[],
  published: ReadonlyMap<string, bigint>,
  isAnyhow: (account: string) => boolean,
): ReadonlySet<string> {
  const accounts = new Set<string>();
  for (const batch of batches) {
    for (const [row, hash] of hashesIn(batch, 'result_hash').entries()) {
      const account = accountAt(batch, row);
      const key = keyOf(account, textAt(batch, 'score', row) ?? '');
      if (published.get(key) !== hash || isAnyhow(account)) accounts.add(account);
    }
  }
  return accounts;
}

async function addBefore(
  { snapshots }: Runtime,
  run: RunDocument,
  tables: ShardTables,
  results: ReadonlyMap<string, AccountResult>,
): Promise<void> {
  if (run.before_date === null) return;
  for (const row of historyRows(await tables.history(run.before_date), results)) {
    const layout = await loadLayout(snapshots, row.rules_hash);
    results.get(row.account_id)?.before.push({ row, layout });
  }
}

/** Attributes as the run froze them, and which accounts took over those that are absent now. */
async function addInputs(
  pack: Pack,
  tables: ShardTables,
  results: ReadonlyMap<string, AccountResult>,
): Promise<void> {
  const columns = attributeColumns(pack);
  const left = [...results.values()].some(({ rows }) => rows.every(isAbsent));
  if (columns.length === 0 && !left) return;
  for (const batch of await tables.inputs()) {
    for (let row = 0; row < batch.rows; row += 1) {
      const result = results.get(accountAt(batch, row));
      if (!result) continue;
      result.mergedInto = textAt(batch, mergedInto, row);
      for (const { name, type } of columns) {
        result.attributes[name] = valueAt(batch, `account_${name}`, row, type === 'BOOL') ?? null;
      }
    }
  }
}

const isAbsent = ({ state }: HistoryRow): boolean => state === 'absent';
