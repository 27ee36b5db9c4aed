/**
 * A pack as parsed: every reference resolved and checked, so that whoever holds one need not
 * check again. Points are whole hundredths; thresholds and values are in the metric's unit.
 */

import type { Expression } from '../cel/expressions.ts';
import type { Place } from '../problems.ts';
import type { RuleTestCase } from '../schema/scorecards.ts';
import type { AccountColumn, Label, Metric, MetricGroup, SourceTable } from './catalogue.ts';
import type { Routing } from './routing.ts';
import type { PackSignals } from './signals.ts';
import type { Worklists } from './worklists.ts';

/** A metric group that the pack reads, with its SQL. */
export interface PackGroup extends MetricGroup {
  /** Path of the catalogue file. */
  file: string;
  /** GoogleSQL that gives account_id and the group's metrics. */
  sql: string;
  sqlFile: string;
}

/** A metric made from others by an expression. */
export interface DerivedMetric {
  id: string;
  expression: Expression;
  type: 'int' | 'float' | 'bool';
  direction: 'higher' | 'lower' | 'none';
  unit?: string;
  label: Label;
  description?: Label;
  place: Place;
}

/** A metric that rules may read: of a group, or derived. */
export type PackMetric =
  | (Metric & { kind: 'measured'; group: string })
  | (Omit<DerivedMetric, 'place' | 'expression'> & {
      kind: 'derived';
      expression: Expression;
      nullable: boolean;
      values?: undefined;
    });

export interface Band {
  id: string;
  /** Lowest hundredths of the band. */
  from: number;
  label: Label;
}

export interface Phase {
  id: string;
  label: Label;
  when: Expression;
}

export interface Axis {
  id: string;
  label: Label;
}

/** How a value earns points. Hundredths. */
export type Earning =
  /** Entries by ascending threshold; value >= threshold earns its points; below all, `below`. */
  | { by: 'steps'; thresholds: number[]; points: number[]; below: number }
  /** 0 at `from`, all at `to`, clamped; `to` may be the smaller one. */
  | { by: 'linear'; from: number; to: number }
  /** Points by position: of the enum's values, or [false, true]. */
  | { by: 'lookup'; points: number[] };

export interface Measure {
  id: string;
  axis: string | null;
  metric: string;
  /** Most it can earn, in hundredths. */
  points: number;
  earning: Earning;
  /** Points where there is no value; null: left out, and the rest is scaled up. */
  missing: number | null;
  /** Days after which its source counts as missing. */
  maxAge: number | null;
  hypothesis: boolean;
  label: Label;
  hints: { en: string[]; ja: string[] };
  place: Place;
}

export interface Cap {
  id: string;
  when: Expression;
  /** Index of the highest band allowed. */
  atMost: number;
  label: Label;
}

export interface Scorecard {
  id: string;
  version: string;
  label: Label;
  purpose: string | null;
  /** What the purpose means here. */
  note: Label | null;
  /** Absent: applies to every account. */
  appliesTo?: Expression;
  axes: Axis[];
  measures: Measure[];
  /** Metrics shown beside the score. */
  reference: string[];
  caps: Cap[];
  place: Place;
}

export interface Score {
  id: string;
  label: Label;
  purpose: string | null;
  /** Hundredths. */
  scale: number;
  minConfidence: number;
  /** Hundredths. */
  hysteresis: number;
  /** `change` in hundredths. */
  trend: { days: number; change: number } | null;
  headline: string | null;
  /** Ascending; the first starts at 0. */
  bands: Band[];
  /** In the order tried: by `applies_to`; those without one come last. */
  scorecards: Scorecard[];
  place: Place;
  bandsPlace: Place;
}

/** What a Salesforce field shows. */
export type SalesforceValue =
  | { of: 'account'; column: string }
  | { of: 'phase'; as: 'id' | 'en' | 'ja' }
  | { of: 'date' }
  | { of: 'team'; as: 'id' | 'en' | 'ja' }
  | { of: 'owner' }
  /** Lists that the account is on, by id or by name. */
  | { of: 'worklists'; as: 'id' }
  | { of: 'worklists'; as: 'en' | 'ja'; labels: Record<string, Label> }
  /** What to do next, by list and reason. */
  | { of: 'next_action'; as: 'en' | 'ja'; actions: Record<string, Record<string, Label>> }
  | {
      of: 'score';
      score: string;
      value:
        | 'points'
        | 'earned'
        | 'available'
        | 'confidence'
        | 'scorecard'
        | 'version'
        | 'trend'
        | 'cap'
        | 'change'
        | 'headline'
        | 'waiting_for_data'
        | 'held_by_hysteresis';
    }
  | { of: 'score'; score: string; value: 'band'; as: 'id' | 'en' | 'ja' }
  | { of: 'score'; score: string; value: 'reasons'; as: 'en' | 'ja' }
  | { of: 'score'; score: string; value: 'axis'; axis: string };

export interface SalesforceField {
  name: string;
  source: string;
  value: SalesforceValue;
  /** Whether a value that a person typed over ours stays until it is emptied. */
  keepByHand: boolean;
}

export interface SalesforceMapping {
  object: string;
  externalId: string | null;
  fields: SalesforceField[];
}

export interface Exemplar {
  account: string;
  score: string;
  atLeast: string | null;
  atMost: string | null;
  why: string;
  place: Place;
}

/** The cases of one `<scorecard>.test.yaml`. */
export interface RuleTests {
  file: string;
  score: string;
  scorecard: string;
  cases: { line: number; test: RuleTestCase }[];
}

export interface Pack {
  id: string;
  label: Label;
  /** IANA zone. */
  zone: string;
  asOf: 'midnight' | 'slot';
  accountsPerShard: number;
  breaker: { share: number } | null;
  /** The first one is the main one. */
  scores: Score[];
  phases: Phase[];
  /** Account columns shown beside the scores, in order. */
  attributes: string[];
  /** Attributes, and columns that expressions read. */
  accountColumns: AccountColumn[];
  /** Derived metrics in an order in which each comes after those it reads. */
  derived: DerivedMetric[];
  /** Every metric that rules of this pack may read, by id. */
  metrics: ReadonlyMap<string, PackMetric>;
  /** Groups whose metrics the pack reads, by name. */
  groups: PackGroup[];
  /** The whole input contract, by table. */
  sources: ReadonlyMap<string, SourceTable>;
  /** The user's tables and columns by the contract's names; absent ones are named alike. */
  tables: ReadonlyMap<string, { table: string; columns: ReadonlyMap<string, string> }>;
  salesforce: SalesforceMapping | null;
  signals: PackSignals | null;
  routing: Routing | null;
  worklists: Worklists;
  exemplars: Exemplar[];
  tests: RuleTests[];
  /** Identifies the rules, the SQL they read and the mapping: 16 hex digits. */
  hash: string;
}
