/**
 * A pack as parsed: every reference resolved and checked, so that whoever holds one need not
 * check again. Points are whole hundredths; thresholds and values are in the metric's unit.
 */

import { z } from 'zod';
import type { Expression } from '../cel/expressions.ts';
import type { Place, Problem } from '../problems.ts';
import type { EvidenceFile } from '../schema/evidence.ts';
import type { RuleTestCase } from '../schema/scorecards.ts';
import {
  type AccountColumn,
  type Label,
  label,
  type Metric,
  type MetricGroup,
  type SourceTable,
} from './catalogue.ts';
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
  /**
   * Of a mart with a day in every row: days after which an account's newest row is late. Its SQL
   * then gives `row_day`, too.
   */
  rowMaxAge?: number;
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

const hundredths = z.int();

/*
 * What follows as schemas is also kept with the rows that a pack makes (`RulesLayout`), in this
 * order of fields.
 */

export const band = z.object({
  id: z.string(),
  /** Lowest hundredths of the band. */
  from: hundredths,
  label,
});
export type Band = z.infer<typeof band>;

export const labelled = z.object({ id: z.string(), label });
export type Axis = z.infer<typeof labelled>;

export interface Phase extends Axis {
  when: Expression;
}

/** How a value earns points. Hundredths. */
const earning = z.discriminatedUnion('by', [
  /** Entries by ascending threshold; value >= threshold earns its points; below all, `below`. */
  z.object({
    by: z.literal('steps'),
    thresholds: z.array(z.number()),
    points: z.array(hundredths),
    below: hundredths,
  }),
  /** 0 at `from`, all at `to`, clamped; `to` may be the smaller one. */
  z.object({ by: z.literal('linear'), from: z.number(), to: z.number() }),
  /** Points by position: of the enum's values, or [false, true]. */
  z.object({ by: z.literal('lookup'), points: z.array(hundredths) }),
]);
export type Earning = z.infer<typeof earning>;

export const measureParts = z.object({
  id: z.string(),
  axis: z.string().nullable(),
  metric: z.string(),
  /** Most it can earn, in hundredths. */
  points: hundredths,
  earning,
  /** Points where there is no value; null: left out, and the rest is scaled up. */
  missing: hundredths.nullable(),
  hypothesis: z.boolean(),
  label,
  hints: z.object({ en: z.array(z.string()), ja: z.array(z.string()) }),
});

export interface Measure extends z.infer<typeof measureParts> {
  /** Days after which its source counts as missing. */
  maxAge: number | null;
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
  /** Last local day of the outcomes that it was tuned on; null: of none. */
  tunedUntil: string | null;
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
  /**
   * Where fields are written instead of on the Account itself: records of another object, one an Account, by
   * a key that holds the Account's id, with a lookup to it.
   */
  child: { object: string; lookup: string; key: string } | null;
  /** Only accounts of which it holds are written; of the others nothing stands there. Null: all are. */
  pilot: Expression | null;
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

/** What rules must have shown before they go live, and what they did. */
export interface PackEvidence {
  /** Month in which the contract year begins, from 1. */
  yearFrom: number;
  /** Null: they may go live without. */
  required: {
    /** Ids of scores. */
    scores: string[];
    auc: number | null;
    monotone: boolean;
    exemplars: boolean;
    place: Place;
  } | null;
  /** As stored, and where. */
  accepted: (EvidenceFile & { place: Place }) | null;
}

export interface Pack {
  id: string;
  label: Label;
  /** IANA zone. */
  zone: string;
  asOf: 'midnight' | 'slot';
  accountsPerShard: number;
  /** Share of the accounts shown before that one run may change. */
  breaker: { share: number };
  /** Days beyond `max_age` for which the last known value of late data counts for bands. */
  carry: number;
  /** How many accounts a run may set aside for their rows: a number or a share, whichever is more. */
  tolerance: { accounts: number; share: number };
  evidence: PackEvidence;
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
  /** What is wrong in files of the catalogue that this pack reads nothing of. */
  idle: Problem[];
  /** Identifies the rules, the SQL they read and the mapping: 16 hex digits. */
  hash: string;
}
