/** Who looks after an account, decided when its result is published. */
import { type AccountDocument, type HandOverDocument, handOverId } from '../records/documents.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { type Assignment, assign } from '../scorecard/meaning/routing.ts';
import { shownRow } from '../scorecard/meaning/shown-row.ts';
import type { AccountResult } from './account-document.ts';

/** What is in force, and the record of the hand-over that led to it. */
export interface Decision {
  assignment: Assignment | null;
  handOver: { id: string; document: HandOverDocument } | null;
}

/**
 * Decides from the computed result: what a person overrides is no milestone. An account that
 * left, and one that could not be scored, keeps who it had.
 */
export function decideAssignment(
  { id: pack, routing }: Pack,
  given: {
    id: string;
    run: RunDocument;
    layout: RulesLayout;
    result: AccountResult;
    latest: AccountDocument | undefined;
  },
): Decision {
  const { id: run, result, layout, latest } = given;
  const before = latest?.assignment ?? null;
  if (!routing) return { assignment: null, handOver: null };
  if (result.rows.every(({ state }) => state === 'absent')) {
    return { assignment: before, handOver: null };
  }
  if (before && result.rows.some(({ state }) => state === 'error')) {
    return { assignment: before, handOver: null };
  }
  const row = shownRow(layout, result.rows, result.attributes);
  const { account } = result;
  const { assignment, handOver } = assign(routing, account, row, before, given.run.date);
  if (!before || handOver === null) return { assignment, handOver: null };
  const document: HandOverDocument = {
    pack,
    account,
    number: assignment.number,
    date: given.run.date,
    run,
    from: { team: before.team.id, owner: before.owner },
    to: { team: assignment.team.id, owner: assignment.owner },
    occasion: handOver,
    why: assignment.why,
    checklist: routing.checklist,
  };
  return { assignment, handOver: { id: handOverId(account, assignment.number), document } };
}
