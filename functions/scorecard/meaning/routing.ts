/**
 * Who looks after an account: a team and an owner by cells over what is shown of it. Somebody
 * else takes over only at the milestones that the pack names, so scores that move daily move
 * nobody; and only where everything that decides is known.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CelRow } from '../language/cel/expressions.ts';
import { label } from '../language/pack/catalogue.ts';
import type { Milestone, OwnerRule, Routing, RoutingCell } from '../language/pack/routing.ts';

/** Team and owner of an account. */
export const assignment = z.strictObject({
  team: z.strictObject({ id: z.string(), label }),
  owner: z.string().nullable(),
  /** Local day from which on. */
  since: z.iso.date(),
  /** Why: the cell that the account was in. */
  why: label,
  /** 1 for the first, one more with each hand-over. */
  number: z.int().min(1),
  /** Milestones as they were when this was last decided. */
  milestones: z.record(z.string(), z.string()),
});
export type Assignment = z.infer<typeof assignment>;

/** What led to a decision: the first one, a milestone, or a team that is no more. */
export type Occasion = 'first' | 'team' | Milestone;

export interface Routed {
  assignment: Assignment;
  /** Null where team and owner are those of before. */
  handOver: Occasion | null;
}

/**
 * Decides anew at a milestone, else keeps what is. `row`: the account as it is shown.
 * @returns what is in force on `date`; without a hand-over it may still know of a milestone
 */
export function assign(
  routing: Routing,
  account: string,
  row: CelRow,
  before: Assignment | null,
  date: string,
): Routed {
  const milestones = { ...before?.milestones, ...milestonesIn(routing, row) };
  const occasion = occasionOf(routing, milestones, before);
  if (before && occasion === null) {
    return { assignment: { ...before, milestones }, handOver: null };
  }
  const cell = cellOf(routing, row, before !== null);
  // What decides is not known now: nobody takes over by mistake, and the milestone stays ahead.
  if (before && cell === undefined) return { assignment: before, handOver: null };
  if (cell === undefined) throw new Error('the last cell of a routing takes everybody');
  const team = routing.teams.find(({ id }) => id === cell.team);
  if (!team) throw new Error(`${cell.team} is no team of the routing`);
  const owner = ownerOf(cell.owner, account, row);
  if (before && before.team.id === team.id && before.owner === owner) {
    return { assignment: { ...before, team, milestones }, handOver: null };
  }
  return {
    assignment: {
      team,
      owner,
      since: date,
      why: cell.label,
      number: (before?.number ?? 0) + 1,
      milestones,
    },
    handOver: occasion,
  };
}

/** Values of the milestones; one that is missing has not passed. */
function milestonesIn({ milestones }: Routing, row: CelRow): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of milestones) {
    const value = row.account[name === 'phase' ? name : name.slice('account.'.length)];
    if (value !== undefined && value !== '') values[name] = String(value);
  }
  return values;
}

function occasionOf(
  { teams, milestones }: Routing,
  now: Readonly<Record<string, string>>,
  before: Assignment | null,
): Occasion | null {
  if (!before) return 'first';
  if (!teams.some(({ id }) => id === before.team.id)) return 'team';
  // One without a value before, or that the pack names only now, begins with today's.
  const passed = milestones.find(
    (name) => before.milestones[name] !== undefined && before.milestones[name] !== now[name],
  );
  return passed ?? null;
}

/** The first cell that holds; undefined where one before it is unknown and `sure` is asked for. */
function cellOf({ cells }: Routing, row: CelRow, sure: boolean): RoutingCell | undefined {
  for (const cell of cells) {
    const truths = cell.when.map((when) => when.evaluate(row));
    if (truths.every((truth) => truth === true)) return cell;
    if (sure && !truths.includes(false)) return undefined;
  }
  return undefined;
}

function ownerOf(rule: OwnerRule, account: string, row: CelRow): string | null {
  if (rule === null) return null;
  if ('name' in rule) return rule.name;
  if ('column' in rule) {
    const value = row.account[rule.column];
    return value === undefined || value === '' ? null : String(value);
  }
  // The highest of hashes by owner: whoever joins or leaves moves no account between the others.
  const weight = (owner: string) =>
    createHash('sha256')
      .update(JSON.stringify([account, owner]))
      .digest('hex');
  return rule.among.reduce((best, owner) => (weight(owner) > weight(best) ? owner : best));
}
