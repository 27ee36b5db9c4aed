/** The signals of a pack, as parsed, and what events carry. */

import type { Expression, ScopeColumn } from '../cel/expressions.ts';
import type { Place } from '../problems.ts';
import type { eventKinds, SignalsFile } from '../schema/signals.ts';
import type { AccountColumn } from './catalogue.ts';

type Written = SignalsFile['signals'][number];

export type SignalTarget =
  | { to: 'slack'; channel: string; mention: string | null }
  | { to: 'task' }
  | { to: 'digest' };

export type Severity = Written['severity'];

/** What is the same for signals of runs and of events. */
export interface SignalText
  extends Pick<Written, 'id' | 'label' | 'severity' | 'hints' | 'action' | 'links'> {
  /** A column of accounts, or an address; null: nobody is named. */
  owner: { column: string } | { address: string } | null;
  targets: SignalTarget[];
  /** Days. */
  cooldown: number;
  when: Expression;
  place: Place;
}

/** Accounts of a signal that are held back from its action: drawn anew each contract year. */
export interface Lot {
  signal: string;
  share: number;
  /** Month in which the contract year begins, from 1. */
  yearFrom: number;
}

/** A state that an account is in, looked at in every run. */
export interface StateSignal extends SignalText {
  kind: 'state';
  /** Null: people are notified of every account. */
  lot: Lot | null;
  /** Null: as soon as `when` does not hold. */
  recovers: Expression | null;
  /** Days that `before` and `moved` look back. */
  within: number;
  /** Days after which a metric's source counts as missing. */
  maxAge: number;
}

export type EventKind = (typeof eventKinds)[number];

/** Something that happened to an account, reported at once. */
export interface EventSignal extends SignalText {
  kind: 'event';
  event: EventKind;
}

export interface PackSignals {
  /** Of what is sent to Slack. */
  language: 'en' | 'ja';
  /** The channel's id. */
  digestChannel: string | null;
  states: StateSignal[];
  events: EventSignal[];
  /** Columns of accounts that conditions of states read, and owners. */
  accountColumns: AccountColumn[];
  /** Metrics that conditions of states read, also through derived ones. */
  metrics: string[];
  /** Identifies what a run has to keep for its signals: 16 hex digits. */
  hash: string;
}

/** As in the input contract's tables of surveys and users. */
export const surveyKinds = ['nps', 'csat'] as const;
export const userRoles = ['key_user', 'admin', 'member', 'viewer'] as const;

export const eventColumns: Record<EventKind, ReadonlyMap<string, ScopeColumn>> = {
  survey_answer: new Map<string, ScopeColumn>([
    ['survey', { type: 'text', nullable: false, values: surveyKinds }],
    ['score', { type: 'number', nullable: false }],
  ]),
  user_departed: new Map<string, ScopeColumn>([
    ['role', { type: 'text', nullable: true, values: userRoles }],
  ]),
};
