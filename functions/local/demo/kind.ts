/** What differs between the companies whose customers the demo invents. */
import type { TableBuilder } from './columns.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';

/** The days of a demo, as whole numbers since 1970-01-01, and what draws them. */
export interface DemoDays {
  seed: number;
  /** First day that has events; accounts may be older. */
  origin: number;
  /** First day whose events are wanted. */
  from: number;
  /** Last day that has happened. */
  today: number;
}

export interface DemoKind {
  /** Main features of the product; customers use more of them, the better things go. */
  features: readonly string[];
  /** Features that are paid for apart. */
  options: readonly string[];
  /** Who looks after accounts: `csm` makes csm-01@example.com. */
  owners: string;
  /** An account keeps its owner for good. */
  lastingOwner: boolean;
  /** Share of the days for asking NPS on which somebody does ask. */
  npsAsked: number;
  /** What its customers are like: changes what was drawn for one. */
  shape(profile: Profile, random: Random): Profile;
  /** Day on which a term that starts on a day ends. */
  termEnd(start: number, profile: Profile): number;
  /** How much goes on, compared with usual days: holidays. */
  season(day: number): number;
  /** Tables that only this kind has. */
  records?(days: DemoDays): Records;
}

/** Tables of one kind, which its accounts fill day by day. */
export interface Records {
  tables: TableBuilder[];
  /** Follows one account; what it gives is called once a day, in the order of days. */
  follow(profile: Profile, key: number): (today: AccountDay) => void;
}

export interface AccountDay {
  day: number;
  health: number;
  /** The product causes trouble at this time. */
  pain: boolean;
  /** The customer wants more at this time. */
  wish: boolean;
  weekend: boolean;
  /** Present users. */
  users: number;
  /** Days since the contract started; negative during a trial. */
  contractDays: number;
  /** Rows of this day are asked for, in tables that only grow. */
  wanted: boolean;
}

/** A list, written as words between spaces. */
export const words = (list: string): string[] => list.split(' ');

/** Customers of a subscription product. */
export const subscription: DemoKind = {
  features: words('dashboard search import report workflow template mobile calendar'),
  options: words('forecast audit_log archive'),
  owners: 'csm',
  lastingOwner: false,
  npsAsked: 1,
  shape: (profile) => profile,
  termEnd: (start, profile) => start + profile.term,
  season: () => 1,
};
