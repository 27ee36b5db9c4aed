/** The query that reads a table, and how its columns come. */
import { columnRules, readingOrder } from '../../ports/column-rules.ts';
import { named } from '../../ports/googlesql-text.ts';
import type { Parameter, ReadRequest, TableColumn } from '../../ports/warehouse.ts';

/**
 * A range is read by a query on the clustered column, though that is billed for at least 10 MB
 * of each table. `tabledata.list` is free, but gives rows in the order in which they are stored,
 * which BigQuery changes as it likes, and knows no ranges: each shard would fetch the table up to
 * its last row, and could not rely on what it found. At 5,000 accounts a shard and five reads a
 * shard, the 10 MB are 10 GB a run for a million accounts, some cents; and a shard that is read
 * again comes from BigQuery's cache, which is free.
 * @throws Rejected for a column that is not there or not so readable
 */
export function readQuery(
  request: ReadRequest,
  path: readonly string[],
  columns: readonly TableColumn[],
): { sql: string; parameters: Record<string, Parameter>; types: TableColumn[] } {
  const types = columnRules('bigquery').requested(request.columns, columns, path);
  const parameters: Record<string, Parameter> = {};
  const conditions: string[] = [];
  // Texts are compared by the bytes of their UTF-8, unless a table says otherwise.
  if (request.accounts) {
    parameters.from = request.accounts.from;
    conditions.push('account_id >= @from');
    if (request.accounts.before !== undefined) {
      parameters.before = request.accounts.before;
      conditions.push('account_id < @before');
    }
  }
  if (request.date !== undefined) {
    parameters.date = { date: request.date };
    conditions.push('date = @date');
  }
  const selected = types.map(({ name }) => named(name)).join(', ') || '1';
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const order = readingOrder(columns);
  const by = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '';
  return {
    sql: `SELECT ${selected} FROM ${path.map(named).join('.')}${where}${by}`,
    parameters,
    types,
  };
}
