/** Names of a run's own tables and jobs: deterministic, so that a repeated step finds its first effect. */
import type { RunDocument } from '../records/run-documents.ts';
import type { Moment } from './moments.ts';

/** Run ids double as parts of BigQuery job ids and table names. */
export function runId(pack: string, kind: 'scheduled' | 'backfill', moment: Moment): string {
  const compact = moment.slot.replaceAll(/[-:]/g, '').replace('.', '_');
  return kind === 'backfill'
    ? `${pack}-${moment.date}-backfill-${compact}`
    : `${pack}-${moment.date}-${compact}`;
}

type Attempted = Pick<RunDocument, 'attempt'>;

const suffix = (id: string, run: Attempted): string => `${id.replaceAll('-', '_')}_${run.attempt}`;

/** Frozen inputs: metrics now, joined with the last closed results. */
export const inputsTable = (id: string, run: Attempted): string => `run_inputs_${suffix(id, run)}`;

/** Results of the run, in the layout of `historyTable`. */
export const stagingTable = (id: string, run: Attempted): string => `staging_${suffix(id, run)}`;

/** What people entered until the run's instant. */
export const enteredTable = (id: string, run: Attempted): string => `entered_${suffix(id, run)}`;

/** Outcomes that were added, changed or withdrawn since the run before. */
export const newOutcomesTable = (id: string, run: Attempted): string =>
  `new_outcomes_${suffix(id, run)}`;

export const historyTable = 'score_history';

/** A job id of the run: `step` names what it does. */
export const jobId = (id: string, run: Attempted, step: string): string =>
  `${id}-${run.attempt}-${step}`;
