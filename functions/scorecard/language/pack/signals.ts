/** The signals of a pack, as parsed. */

import type { Expression } from '../cel/expressions.ts';
import type { Label } from './catalogue.ts';
import type { AccountColumn, Pack, Place } from './pack.ts';

export type SignalTarget =
  | { to: 'slack'; channel: string; mention: string | null }
  | { to: 'task' }
  | { to: 'digest' };

export type Severity = 'info' | 'warning' | 'critical';

/** What is the same for signals of runs and of events. */
export interface SignalText {
  id: string;
  label: Label;
  severity: Severity;
  hints: { en: string[]; ja: string[] };
  action: Label;
  links: { label: Label; url: string }[];
  /** A column of accounts, or an address; null: nobody is named. */
  owner: { column: string } | { address: string } | null;
  targets: SignalTarget[];
  /** Days. */
  cooldown: number;
  when: Expression;
  place: Place;
}

/** A state that an account is in, looked at in every run. */
export interface StateSignal extends SignalText {
  kind: 'state';
  /** Null: as soon as `when` does not hold. */
  recovers: Expression | null;
  /** Days that `before` and `moved` look back. */
  within: number;
  /** Days after which a metric's source counts as missing. */
  maxAge: number;
}

export type EventKind = 'survey_answer' | 'user_departed';

/** Something that happened to an account, told at once. */
export interface EventSignal extends SignalText {
  kind: 'event';
  event: EventKind;
}

export interface PackSignals {
  /** Of what Slack is told; the id of the digest's channel where there is one. */
  language: 'en' | 'ja';
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

/** Columns of accounts that a run freezes: for its results, and for its signals. */
export function frozenColumns(
  pack: Pick<Pack, 'accountColumns'> & Partial<Pick<Pack, 'signals'>>,
): AccountColumn[] {
  const names = new Set(pack.accountColumns.map(({ name }) => name));
  const more = pack.signals?.accountColumns.filter(({ name }) => !names.has(name)) ?? [];
  return [...pack.accountColumns, ...more];
}
