/** `worklists.yaml`, as people write it. */
import { z } from 'zod';
import { identifier, label } from '../pack/catalogue.ts';
import { expression } from './scorecards.ts';

const reason = z.strictObject({
  id: identifier,
  label,
  when: expression,
  /** What to do next, where this is the first reason that holds. */
  action: label,
  signal: identifier
    .optional()
    .describe('A signal of the same action: whom its lot holds back is not on the list for this.'),
});

const worklist = z.strictObject({
  id: identifier,
  label,
  /** Accounts that the list is about; left out: all. */
  when: expression.optional(),
  /** An account is on the list while one of these holds. */
  reasons: z.array(reason).min(1).max(20),
  /** A number, such as revenue: the highest comes first, accounts without one last. */
  sort: expression.optional(),
  /** The score whose reasons are shown; the first one of the pack, where left out. */
  score: identifier.optional(),
});

export const worklistsFile = z.array(worklist).max(20);
export type WorklistsFile = z.infer<typeof worklistsFile>;
