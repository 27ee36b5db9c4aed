/** What `kenko start` and `kenko run` say at their end. */
import { afterEach, describe, expect, it } from 'vitest';
import { showSummary, summaryText } from '../../../functions/cli/run/run.ts';
import type { RunSummary } from '../../../functions/cli/run/run-summary.ts';

const summary: RunSummary = {
  run: 'tiny-1',
  state: 'superseded',
  date: '2026-03-01',
  slot: '2026-03-01T17:00:00Z',
  accounts: 3,
  changed: 0,
  pushed: 0,
  parked: 0,
  waiting: 0,
  signals: { opened: 0, open: 0, sent: 0, unsent: 0 },
  seconds: 1,
  stages: {},
  revision: null,
  failure: { code: 'superseded', message: 'A run of 2062-03-05 is newer' },
  history: { dates: [], stopped: null },
  remarks: [],
  withheld: null,
};
const nobody = { get: async () => ({ accounts: 0 }) };

describe('the end of a run', () => {
  afterEach(() => {
    process.exitCode = undefined;
  });

  it('case 09: that a newer one overtook says what to do, and is a failure', async () => {
    expect(await summaryText(summary, nobody, 'en')).toContain(
      'A run of 2062-03-05 is newer, so nothing of this one becomes visible. Name a later instant with --as-of',
    );
    await showSummary(summary, nobody, { json: false, lang: 'en' });
    expect(process.exitCode).toBe(1);
  });
});
