/** Which accounts people should look at, why, and in which order. */
import { z } from 'zod';
import type { CelRow } from '../language/cel/expressions.ts';
import type { Lot } from '../language/pack/signals.ts';
import type { Worklist } from '../language/pack/worklists.ts';

/** Where an account stands in a list. */
export const worklistEntry = z.strictObject({
  /** What the list is sorted by, the highest first; -1 where that is not known. */
  rank: z.number(),
  /** Ids of the reasons that hold, in the order of the list. */
  reasons: z.array(z.string()).min(1),
});
export type WorklistEntry = z.infer<typeof worklistEntry>;

/** Rank of an account without a value. */
export const unranked = -1;

/**
 * By list. `row`: the account as it is shown. A condition that is not known does not hold.
 * @param isHeldBack from the action of a reason
 */
export function entriesOf(
  lists: readonly Worklist[],
  row: CelRow,
  isHeldBack: (lot: Lot) => boolean = () => false,
): Record<string, WorklistEntry> {
  const entries: Record<string, WorklistEntry> = {};
  for (const { id, when, reasons, sort } of lists) {
    if (when && when.evaluate(row) !== true) continue;
    const held = reasons.filter(
      ({ when: holds, lot }) => holds.evaluate(row) === true && !(lot && isHeldBack(lot)),
    );
    if (held.length === 0) continue;
    const rank = sort?.evaluate(row);
    entries[id] = {
      rank: typeof rank === 'number' && Number.isFinite(rank) ? rank : unranked,
      reasons: held.map((reason) => reason.id),
    };
  }
  return entries;
}
