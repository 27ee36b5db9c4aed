import {
  noRewrites,
  noUnpublished,
  type RunDocument,
} from '../../functions/records/run-documents.ts';

/** A run that finished, with nothing to compare with; `change` says what is different. */
export function finishedRun(change: Partial<RunDocument> = {}): RunDocument {
  const slot = '2026-11-23T16:00:00Z';
  return {
    pack: 'saas',
    kind: 'scheduled',
    slot,
    as_of: slot,
    date: '2026-11-23',
    state: 'finished',
    token: 1,
    attempt: 1,
    revision: 1,
    rules_hash: 'rules',
    engine_hash: 'engine',
    before_date: null,
    before_rules: [],
    trend_dates: {},
    signals_hash: null,
    sources: [],
    group_ages: {},
    accounts: 1,
    shards: 1,
    counts: null,
    moves: null,
    unpublished: noUnpublished(),
    equal_rows_published: false,
    shown_hash: '',
    late_merges: [],
    rewrites: noRewrites(),
    changed: null,
    started_at: slot,
    reached: {},
    progressed_at: slot,
    failure: null,
    decision: null,
    withheld: null,
    sends_all: false,
    ...change,
  };
}
