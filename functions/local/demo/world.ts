/** The tables that the demo fills, and what is known on the day it is looked at. */
import { instant } from './calendar.ts';
import { type Cell, TableBuilder } from './columns.ts';
import type { DemoDays, DemoKind, Records } from './kind.ts';
import { Random } from './random.ts';

/** Changes of terms, roles and owners are entered at nine in the morning. */
const officeOpens = 9 * 60;

export class World implements DemoDays {
  readonly seed: number;
  readonly origin: number;
  readonly from: number;
  readonly today: number;

  readonly accounts = new TableBuilder('accounts', 'replace', [
    ['account_id', 'STRING'],
    ['name', 'STRING'],
    ['owner', 'STRING'],
    ['plan', 'STRING'],
    ['segment', 'STRING'],
    ['industry', 'STRING'],
    ['region', 'STRING'],
    ['created_on', 'DATE'],
    ['renewal_on', 'DATE'],
    ['mrr', 'NUMERIC'],
    ['valid_from', 'TIMESTAMP'],
    ['valid_to', 'TIMESTAMP'],
  ]);
  readonly users = new TableBuilder('users', 'replace', [
    ['account_id', 'STRING'],
    ['user_id', 'STRING'],
    ['role', 'STRING'],
    ['joined_on', 'DATE'],
    ['left_on', 'DATE'],
    ['valid_from', 'TIMESTAMP'],
    ['valid_to', 'TIMESTAMP'],
  ]);
  readonly contracts = new TableBuilder('contracts', 'replace', [
    ['contract_id', 'STRING'],
    ['account_id', 'STRING'],
    ['status', 'STRING'],
    ['started_on', 'DATE'],
    ['renewal_on', 'DATE'],
    ['seats', 'INT64'],
    ['mrr', 'NUMERIC'],
    ['term_months', 'INT64'],
    ['overdue_since', 'DATE'],
    ['valid_from', 'TIMESTAMP'],
    ['valid_to', 'TIMESTAMP'],
  ]);
  readonly events = new TableBuilder('events', 'append', [
    ['account_id', 'STRING'],
    ['user_id', 'STRING'],
    ['event_at', 'TIMESTAMP'],
    ['kind', 'STRING'],
    ['feature', 'STRING'],
    ['is_option', 'BOOL'],
    ['loaded_at', 'TIMESTAMP'],
  ]);
  readonly usage = new TableBuilder('usage_daily', 'append', [
    ['account_id', 'STRING'],
    ['usage_date', 'DATE'],
    ['active_users', 'INT64'],
    ['minutes', 'INT64'],
    ['actions', 'INT64'],
    ['errors', 'INT64'],
    ['loaded_at', 'TIMESTAMP'],
  ]);
  readonly tickets = new TableBuilder('tickets', 'replace', [
    ['ticket_id', 'STRING'],
    ['account_id', 'STRING'],
    ['opened_on', 'DATE'],
    ['closed_on', 'DATE'],
    ['kind', 'STRING'],
    ['severity', 'STRING'],
  ]);
  readonly surveys = new TableBuilder('surveys', 'replace', [
    ['survey_id', 'STRING'],
    ['account_id', 'STRING'],
    ['kind', 'STRING'],
    ['asked_on', 'DATE'],
    ['answered_on', 'DATE'],
    ['score', 'INT64'],
  ]);
  readonly assessments = new TableBuilder('assessments', 'replace', [
    ['assessment_id', 'STRING'],
    ['account_id', 'STRING'],
    ['assessed_on', 'DATE'],
    ['kind', 'STRING'],
    ['value', 'STRING'],
    ['assessed_by', 'STRING'],
    ['assessed_as', 'STRING'],
    ['valid_until', 'DATE'],
  ]);
  readonly outcomes = new TableBuilder('outcomes', 'replace', [
    ['account_id', 'STRING'],
    ['outcome_on', 'DATE'],
    ['kind', 'STRING'],
    ['mrr', 'NUMERIC'],
  ]);

  readonly kind: DemoKind;
  /** Tables that only this kind of company has. */
  readonly records: Records | undefined;

  constructor(days: DemoDays, kind: DemoKind) {
    this.kind = kind;
    this.seed = days.seed;
    this.origin = days.origin;
    this.from = days.from;
    this.today = days.today;
    this.records = kind.records?.(days);
  }

  /** All tables, in the order of the contract. */
  get tables(): TableBuilder[] {
    const { accounts, users, contracts, events, usage, tickets, surveys, assessments, outcomes } =
      this;
    return [
      accounts,
      users,
      events,
      usage,
      tickets,
      surveys,
      assessments,
      contracts,
      outcomes,
      ...(this.records?.tables ?? []),
    ];
  }
}

/**
 * A row of a dimension over time: each change ends the version before it, on the same instant.
 * The table's last two columns are valid_from and valid_to.
 */
export class Versions {
  private cells: Cell[] | undefined;
  private since = 0;
  private readonly table: TableBuilder;

  constructor(table: TableBuilder) {
    this.table = table;
  }

  change(day: number, cells: Cell[]): void {
    // A second change on one day takes the place of the first.
    if (this.since !== day) this.end(day);
    this.cells = cells;
    this.since = day;
  }

  /** Ends the current version; without a day it stays valid. */
  end(day: number | null): void {
    if (this.cells) {
      const to = day === null ? null : instant(day, officeOpens);
      this.table.add(...this.cells, instant(this.since, officeOpens), to);
    }
    this.cells = undefined;
  }
}

/** A feed that fails once in each `weeks` weeks, on day `fails` of it (0: Saturday), for `days`. */
export interface FeedRhythm {
  weeks: number;
  fails: number;
  days: number;
}

/**
 * Minutes after local midnight of `day` by which its rows are loaded, where the feed is late:
 * it is repaired in the morning after. Undefined on other days.
 */
export function lateFeed(
  seed: number,
  feed: number,
  day: number,
  rhythm: FeedRhythm,
): number | undefined {
  // Day 2, 1970-01-03, was a Saturday.
  const week = Math.floor((day - 2) / 7);
  const period = Math.floor(week / rhythm.weeks);
  const failing = period * rhythm.weeks + new Random(seed, feed, period).whole(0, rhythm.weeks - 1);
  const since = day - 2 - failing * 7 - rhythm.fails;
  const late = since >= 0 && since < rhythm.days;
  return late ? (rhythm.days - since) * 24 * 60 + 600 : undefined;
}
