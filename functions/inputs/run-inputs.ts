/**
 * The one query that freezes a run's inputs, in GoogleSQL: accounts and metrics as of the
 * run, beside the results before. Every metric group sees its tables as they were at the end
 * of its last complete day, so that a late feed does not fade its windows.
 */

import { addDays } from '../calendar.ts';
import { named, replaceParameters, textLiteral } from '../ports/googlesql-text.ts';
import type { ColumnType, Parameter } from '../ports/warehouse.ts';
import { beforeColumn, trendColumn } from '../scorecard/engine/before-columns.ts';
import { historyEntries } from '../scorecard/engine/history-row.ts';
import type { Metric, SourceTable } from '../scorecard/language/pack/catalogue.ts';
import { frozenColumns } from '../scorecard/language/pack/inputs.ts';
import { rowDay, rowDayColumn } from '../scorecard/language/pack/mart.ts';
import type { Pack, PackGroup } from '../scorecard/language/pack/pack.ts';
import { type Faults, firstFaults } from './examine-sources.ts';
import { endOfDate } from './moments.ts';
import { historyTable } from './run-tables.ts';
import { type Sources, sourceQuery } from './sources-query.ts';

/** Fields of the result before that a run reads, as `before_<score>_<field>`. */
export const beforeFields: Readonly<Record<string, ColumnType>> = Object.fromEntries(
  historyEntries.flatMap(([name, { type, carried }]) => (carried ? [[name, type]] : [])),
);

export interface RunInputsRequest {
  pack: Pick<Pack, 'zone' | 'groups' | 'accountColumns'> &
    Partial<Pick<Pack, 'signals'>> & { scores: readonly { id: string }[] };
  sources: Sources;
  /** Exclusive end of what the run sees, ISO 8601. */
  asOf: string;
  date: string;
  /** By group: days between its last complete day and `date`; null or absent: not provided. */
  groupAges: ReadonlyMap<string, number | null>;
  /** Date of the results before, if any. */
  beforeDate: string | null;
  /**
   * Closed dates whose accounts people see: `beforeDate`, and `date` where this is a revision of it.
   * One that is in none of today's rows is absent. Default: `beforeDate`.
   */
  shown?: readonly ShownDate[];
  /** By score: the date that its trend looks back to. */
  trendDates: Readonly<Record<string, string>>;
  /** What sets an account aside, found by `examineSources`. */
  faults?: Faults;
  /** Rules whose bands of an earlier revision of the date are read, for packs by the hour. */
  revisedBy?: string;
}

export interface ShownDate {
  date: string;
  /** Its absences may not have been published yet, so they are reported again. */
  absentToo: boolean;
}

const metricTypes: Record<Metric['type'], ColumnType> = {
  int: 'INT64',
  float: 'FLOAT64',
  bool: 'BOOL',
  enum: 'STRING',
};

function defaultOf({ type, default: value, values }: Metric): string | undefined {
  if (value === undefined) return undefined;
  if (type === 'bool') return value === 0 ? 'FALSE' : 'TRUE';
  if (type === 'enum') return textLiteral(values?.[value] ?? '');
  return type === 'float' && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** The account that took one over: in the contract, and in `run_inputs` of one that is absent. */
export const mergedInto = 'merged_into';

/** An account that another one took over; a row that names itself or nothing says no such thing. */
const isMerged = `(COALESCE(TRIM(${mergedInto}), '') <> '' AND ${mergedInto} <> account_id)`;

/** Rows in the order in which they count: valid ones first, then those that ended last. */
const newestFirst = (validity: SourceTable['validity']): string[] =>
  validity
    ? [
        `CASE WHEN ${validity.to} IS NULL THEN 0 ELSE 1 END`,
        `${validity.to} DESC`,
        `${validity.from} DESC`,
      ]
    : [];

/** Who took over each account, by its newest row that says so. `known`: valid rows and ended ones. */
function lastMerges(known: string, validity: SourceTable['validity']): string {
  const newest = newestFirst(validity);
  return [
    `SELECT account_id, ${mergedInto} FROM (\n  ${indent(known)}\n) AS known`,
    `WHERE ${isMerged}`,
    `QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY ${[...newest, mergedInto].join(', ')}) = 1`,
  ].join('\n');
}

/**
 * Accounts that were taken over by others, and by whom, as far as is known at the instant; of more than
 * `limit`, those that ended last. Undefined where the team's table does not say.
 */
export function mergesQuery(
  {
    pack,
    sources,
    asOf,
    date,
  }: Pick<RunInputsRequest, 'sources' | 'asOf' | 'date'> & {
    pack: Pick<Pack, 'zone'>;
  },
  limit: number,
): { sql: string; parameters: Record<string, Parameter> } | undefined {
  const source = sources.get('accounts');
  if (!source?.columns.has(mergedInto)) return undefined;
  const { validity } = source.contract;
  const until = { asOf: 'as_of', date: 'date' };
  const only = new Set(['account_id', mergedInto]);
  const known = sourceQuery(source, { zone: pack.zone, until, only, ended: true });
  const order = [...newestFirst(validity), 'account_id'].join(', ');
  return {
    sql: `${lastMerges(known, validity)}\nORDER BY ${order} LIMIT ${limit}`,
    parameters: { as_of: { timestamp: asOf }, date: { date } },
  };
}

const indent = (sql: string): string => sql.trim().replaceAll('\n', '\n  ');

/** Accumulates the parts of the query. */
class RunInputs {
  readonly request: RunInputsRequest;
  readonly parameters: Record<string, Parameter> = {};
  readonly tables: string[] = [];
  readonly columns: string[] = [];
  readonly joins: string[] = [];
  readonly shown: readonly ShownDate[];

  constructor(request: RunInputsRequest) {
    this.request = request;
    const { beforeDate } = request;
    this.shown =
      request.shown ?? (beforeDate === null ? [] : [{ date: beforeDate, absentToo: false }]);
    this.parameters.as_of = { timestamp: request.asOf };
    this.parameters.date = { date: request.date };
  }

  addTable(name: string, sql: string): void {
    this.tables.push(`${named(name)} AS (\n  ${indent(sql)}\n)`);
  }

  accounts(): void {
    const { pack, sources, beforeDate } = this.request;
    if (beforeDate !== null) this.parameters.before_date = { date: beforeDate };
    const hasShown = this.shown.length > 0;
    const source = sources.get('accounts');
    const names = frozenColumns(pack).map((column) => column.name);
    const until = { asOf: 'as_of', date: 'date' };
    const merges = source?.columns.has(mergedInto) ?? false;
    if (source) {
      const only = new Set(['account_id', ...names, ...(merges ? [mergedInto] : [])]);
      const valid = sourceQuery(source, { zone: pack.zone, until, only });
      this.addTable(
        'accounts_now',
        merges ? `SELECT * FROM (\n  ${indent(valid)}\n) AS valid WHERE NOT ${isMerged}` : valid,
      );
    } else {
      const nulls = ['account_id', ...names].map(
        (name) => `CAST(NULL AS STRING) AS ${named(name)}`,
      );
      this.addTable('accounts_now', `SELECT ${nulls.join(', ')} LIMIT 0`);
    }
    if (!hasShown) {
      this.columns.push('accounts_now.account_id AS account_id', 'TRUE AS present');
    } else {
      // An absence is published once: who was absent already does not come again.
      const conditions = this.shown.map(
        ({ date, absentToo }) =>
          `date = ${date === beforeDate ? '@before_date' : '@date'}${absentToo ? '' : " AND state <> 'absent'"}`,
      );
      this.addTable(
        'accounts_before',
        // A SELECT a date: BigQuery wants each to name its days.
        conditions.length === 1
          ? `SELECT DISTINCT account_id FROM ${historyTable} WHERE ${conditions[0]}`
          : `SELECT DISTINCT account_id FROM (${conditions.map((one) => `SELECT account_id FROM ${historyTable} WHERE ${one}`).join(' UNION ALL ')}) AS shown_before`,
      );
      this.columns.push(
        'COALESCE(accounts_now.account_id, accounts_before.account_id) AS account_id',
        'accounts_now.account_id IS NOT NULL AS present',
      );
      this.joins.push(
        'FULL OUTER JOIN accounts_before ON accounts_before.account_id = accounts_now.account_id',
      );
    }
    if (source && merges && hasShown) {
      const known = sourceQuery(source, {
        zone: pack.zone,
        until,
        only: new Set(['account_id', mergedInto]),
        ended: true,
      });
      this.addTable('accounts_merged', lastMerges(known, source.contract.validity));
      this.joins.push(
        'LEFT JOIN accounts_merged ON accounts_merged.account_id = accounts_before.account_id AND accounts_now.account_id IS NULL',
      );
      this.columns.push(`accounts_merged.${mergedInto} AS ${mergedInto}`);
    } else {
      this.columns.push(`CAST(NULL AS STRING) AS ${mergedInto}`);
    }
    this.faults();
    for (const name of names) {
      this.columns.push(`accounts_now.${named(name)} AS ${named(`account_${name}`)}`);
    }
  }

  /** Why an account cannot be scored, where it cannot. */
  faults(): void {
    const { queries = [], parameters = {} } = this.request.faults ?? {};
    if (queries.length === 0) {
      this.columns.push('CAST(NULL AS STRING) AS fault');
      return;
    }
    Object.assign(this.parameters, parameters);
    this.addTable(
      'account_faults',
      `SELECT account_id, reason AS fault FROM (\n  ${indent(firstFaults(queries))}\n) AS first_faults`,
    );
    this.joins.push(
      'LEFT JOIN account_faults ON account_faults.account_id = accounts_now.account_id',
    );
    this.columns.push('account_faults.fault AS fault');
  }

  group(group: PackGroup): void {
    const { pack, sources, asOf, date, groupAges } = this.request;
    const age = groupAges.get(group.group) ?? null;
    const provided = group.sources.every((name) => sources.has(name));
    if (age === null || !provided) {
      for (const { id, type } of group.metrics) {
        this.columns.push(`CAST(NULL AS ${metricTypes[type]}) AS ${named(id)}`);
      }
      if (group.rowMaxAge !== undefined) {
        this.columns.push(`CAST(NULL AS DATE) AS ${named(rowDayColumn(group.group))}`);
      }
      return;
    }
    const suffix = age === 0 ? '' : `_${group.group}`;
    const until = { asOf: `as_of${suffix}`, date: `date${suffix}` };
    const day = addDays(date, -age);
    this.parameters[until.date] = { date: day };
    this.parameters[until.asOf] = { timestamp: age === 0 ? asOf : endOfDate(day, pack.zone) };
    const tables = group.sources.flatMap((name) => {
      const source = sources.get(name);
      if (!source) return [];
      return [
        `${named(name)} AS (\n  ${indent(sourceQuery(source, { zone: pack.zone, until }))}\n)`,
      ];
    });
    const sql = replaceParameters(group.sql.trim().replace(/;$/, ''), (name) =>
      name === '@as_of' || name === '@date' ? `${name}${suffix}` : name,
    );
    const table = `group_${group.group}`;
    this.addTable(
      table,
      `WITH ${tables.join(',\n')}\nSELECT * FROM (\n  ${indent(sql)}\n) AS metrics`,
    );
    this.joins.push(
      `LEFT JOIN ${named(table)} ON ${named(table)}.account_id = accounts_now.account_id`,
    );
    if (group.rowMaxAge !== undefined) {
      this.columns.push(`${named(table)}.${rowDay} AS ${named(rowDayColumn(group.group))}`);
    }
    for (const metric of group.metrics) {
      const value = `${named(table)}.${named(metric.id)}`;
      // A sum of NUMERIC is a float metric, too.
      const typed = metric.type === 'float' ? `CAST(${value} AS FLOAT64)` : value;
      const otherwise = defaultOf(metric);
      this.columns.push(
        `${otherwise === undefined ? typed : `COALESCE(${typed}, ${otherwise})`} AS ${named(metric.id)}`,
      );
    }
  }

  score(score: string): void {
    const { beforeDate, trendDates, revisedBy } = this.request;
    const fields = Object.entries(beforeFields);
    const key =
      this.shown.length === 0
        ? 'accounts_now.account_id'
        : 'COALESCE(accounts_now.account_id, accounts_before.account_id)';
    if (beforeDate === null) {
      for (const [field, type] of fields) {
        this.columns.push(`CAST(NULL AS ${type}) AS ${named(beforeColumn(score, field))}`);
      }
    } else {
      const table = named(`before_${score}`);
      const names = fields.map(([field]) => named(field)).join(', ');
      this.addTable(
        `before_${score}`,
        `SELECT account_id, ${names} FROM ${historyTable} WHERE date = @before_date AND score = '${score}'`,
      );
      this.joins.push(`LEFT JOIN ${table} ON ${table}.account_id = ${key}`);
      for (const [field] of fields) {
        this.columns.push(`${table}.${named(field)} AS ${named(beforeColumn(score, field))}`);
      }
    }
    if (revisedBy !== undefined) this.revised(score, key, revisedBy);
    const trendDate = trendDates[score];
    const column = named(trendColumn(score));
    if (trendDate === undefined) {
      this.columns.push(`CAST(NULL AS INT64) AS ${column}`);
      return;
    }
    const table = named(`trend_${score}`);
    this.parameters[`trend_date_${score}`] = { date: trendDate };
    this.addTable(
      `trend_${score}`,
      `SELECT account_id, points FROM ${historyTable} WHERE date = @trend_date_${score} AND score = '${score}'`,
    );
    this.joins.push(`LEFT JOIN ${table} ON ${table}.account_id = accounts_now.account_id`);
    this.columns.push(`${table}.points AS ${column}`);
  }

  /** The bands that an earlier revision of the date left by these rules, without a cap. */
  revised(score: string, key: string, rules: string): void {
    const table = named(`revised_${score}`);
    this.addTable(
      `revised_${score}`,
      `SELECT account_id, band FROM ${historyTable} WHERE date = @date AND score = '${score}' AND state = 'scored' AND cap IS NULL AND rules_hash = ${textLiteral(rules)}`,
    );
    this.joins.push(`LEFT JOIN ${table} ON ${table}.account_id = ${key}`);
    this.columns.push(`${table}.band AS ${named(`revised_${score}_band`)}`);
  }

  sql(): string {
    return [
      `WITH ${this.tables.join(',\n')}`,
      `SELECT\n  ${this.columns.join(',\n  ')}`,
      'FROM accounts_now',
      ...this.joins,
    ].join('\n');
  }
}

/**
 * The query and its parameters. Columns: `account_id`, `present`, `merged_into` (of absent ones),
 * `fault`, `account_<column>`, every metric by its id, `row_day_<group>` of a mart whose rows have a
 * day, and by score `before_<score>_<field>` and `trend_<score>_points`; for packs by the hour
 * `revised_<score>_band`, too.
 */
export function runInputsQuery(request: RunInputsRequest): {
  sql: string;
  parameters: Record<string, Parameter>;
} {
  const query = new RunInputs(request);
  query.accounts();
  for (const group of request.pack.groups) query.group(group);
  for (const { id } of request.pack.scores) query.score(id);
  return { sql: query.sql(), parameters: query.parameters };
}
