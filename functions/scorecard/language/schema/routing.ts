/** `routing.yaml`, as people write it. */
import { z } from 'zod';
import { identifier, label } from '../pack/catalogue.ts';
import { expression } from './scorecards.ts';

const name = z.string().trim().min(1).max(200);

/** One owner, a column of accounts that names one, or several who share the accounts. */
const owner = z.union([name, z.array(name).min(2).max(200)], {
  error: 'must be a name, account.<column>, or a list of two or more names',
});

const team = z.strictObject({ id: identifier, label, owner: owner.optional() });

const cell = z.strictObject({
  /** Why an account is there, as people read it. */
  label,
  /** Left out: everybody whom no cell above took. */
  when: expression.optional(),
  team: identifier,
  /** In place of the team's. */
  owner: owner.optional(),
});

const heading = z.strictObject({ id: identifier, label, when: expression.optional() });

/** Two axes: the first row that holds and the first column that holds meet in a team. */
const table = z.strictObject({
  rows: z.array(heading).min(1).max(20),
  columns: z.array(heading).min(1).max(20),
  /** Row, then column, then team. */
  teams: z.record(identifier, z.record(identifier, identifier)),
});

export const routingFile = z.strictObject({
  teams: z.array(team).min(1).max(100),
  /** When an account may change hands: never, or where one of these changes. */
  changes: z.union(
    [
      z.literal('never'),
      z.strictObject({
        at: z
          .array(z.string().regex(/^(phase|account\.\w+)$/, 'phase or account.<column>'))
          .min(1)
          .max(10),
      }),
    ],
    { error: 'must be never, or { at: [phase] } with phase or account.<column>' },
  ),
  /** Tried from the top, before the table. */
  cells: z.array(cell).max(100).default([]),
  table: table.optional(),
  hand_over: z
    .strictObject({ checklist: z.array(z.strictObject({ id: identifier, label })).max(50) })
    .default({ checklist: [] }),
});
export type RoutingFile = z.infer<typeof routingFile>;
