/** The routing of a pack, as parsed: which team and owner an account falls to. */
import type { Expression } from '../cel/expressions.ts';
import type { Label } from './catalogue.ts';

/** By name, by a column of accounts, or the one of several to whom an account falls. */
export type OwnerRule = { name: string } | { column: string } | { among: string[] } | null;

export interface RoutingTeam {
  id: string;
  label: Label;
}

export interface RoutingCell {
  label: Label;
  /** All have to hold; none: everybody. */
  when: Expression[];
  team: string;
  owner: OwnerRule;
}

/** A milestone has passed where its value changed: `phase`, or `account.<column>`. */
export type Milestone = 'phase' | `account.${string}`;

export interface Routing {
  teams: RoutingTeam[];
  /** Empty: whoever is assigned first stays. */
  milestones: Milestone[];
  /** The first that holds; the last one always does. */
  cells: RoutingCell[];
  checklist: { id: string; label: Label }[];
  /** Identifies the file: 16 hex digits. */
  hash: string;
}
