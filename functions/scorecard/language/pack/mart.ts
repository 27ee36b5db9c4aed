/**
 * A team's own table of finished metrics (of dbt, Dataform or a sheet) as a table of the input
 * contract and a query over it, so that it is read like all others: nothing after the run's
 * date, by the last day that is complete, missing when it is too old.
 */

import type { MartFile } from '../schema/scorecards.ts';
import type { Metric, SourceColumn, SourceTable } from './catalogue.ts';

/** What `sources` of a metric group and metric SQL call it. */
export const martName = 'mart';
/** The column in which the SQL of such a group gives the day of an account's row. */
export const rowDay = 'row_day';
/** The column of `run_inputs` that carries it. */
export const rowDayColumn = (group: string): string => `${rowDay}_${group}`;

/**
 * Whether the newest row of an account is too old, against the last day of its table. Days are
 * whole ones since any day.
 */
export const isRowLate = (day: number, lastDay: number, rowMaxAge: number): boolean =>
  lastDay - day >= rowMaxAge;

/** Its column of days, as SQL sees it. */
const dateColumn = 'mart_date';

const columnTypes: Record<Metric['type'], SourceColumn['type']> = {
  int: 'INT64',
  float: 'FLOAT64',
  bool: 'BOOL',
  enum: 'STRING',
};

/** The contract of the table: an id, the day where it has one, and the metrics. */
export function martSource(mart: MartFile, metrics: readonly Metric[]): SourceTable {
  const key: SourceColumn[] = [
    {
      name: 'account_id',
      type: 'STRING',
      required: true,
      description: 'Account of the row.',
    },
  ];
  if (mart.date !== undefined) {
    key.push({
      name: dateColumn,
      type: 'DATE',
      required: true,
      description: 'Day that the row speaks of.',
    });
  }
  const columns = metrics.map(
    ({ id, type, values, nullable, description, days_since: fromDate }): SourceColumn => ({
      name: id,
      type: fromDate ? 'DATE' : columnTypes[type],
      required: !nullable,
      ...(values ? { values } : {}),
      description: description.en,
    }),
  );
  return {
    table: martName,
    description: 'Finished metrics, as the team computes them.',
    columns: [...key, ...columns],
    ...(mart.date === undefined
      ? { kind: 'dimension', freshness: 'none', current_only: true }
      : { kind: 'events', event_time: dateColumn, freshness: 'event_time', current_only: false }),
    unique: key.map(({ name }) => name),
  };
}

/** The team's names of table and columns, by ours. */
export function martMapping(mart: MartFile): { table: string; columns: Map<string, string> } {
  const columns = new Map(Object.entries(mart.columns));
  if (mart.date !== undefined) columns.set(dateColumn, mart.date);
  return { table: mart.table, columns };
}

/** Rows older than these days are not looked at, nor shown as the last that is known. */
const seenDays = 366;

/** GoogleSQL: of every account the newest row, and its day where it has one. */
export function martSql(mart: MartFile, metrics: readonly Metric[]): string {
  const names = metrics
    .map(({ id, days_since: fromDate }) =>
      fromDate ? `DATE_DIFF(@date, ${id}, DAY) AS ${id}` : id,
    )
    .join(', ');
  if (mart.date === undefined) return `SELECT account_id, ${names} FROM ${martName}`;
  return `SELECT account_id, ${dateColumn} AS ${rowDay}, ${names}
FROM ${martName}
WHERE ${dateColumn} > DATE_SUB(@date, INTERVAL ${seenDays} DAY)
QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY ${dateColumn} DESC) = 1`;
}
