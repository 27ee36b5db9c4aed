/** Each thing that can be wrong with an environment is found, and only that. */
import { describe, expect, it } from 'vitest';
import { Rejected, Retryable, Unauthorized } from '../../../functions/errors.ts';
import { type BrokenCase, expectFindings } from '../../support/doctor/broken-case.ts';
import { findingsOf, now, wrongIn } from '../../support/doctor/fixture.ts';

it('finds nothing where nothing is wrong, and says what it looked at', async () => {
  const findings = await findingsOf();
  expect(wrongIn(findings)).toEqual([]);
  expect(new Set(findings.map(({ id }) => id))).toEqual(
    new Set([
      'clock',
      'google-credentials',
      'sources',
      'own-tables',
      'documents',
      'indexes',
      'queues',
      'freshness',
      'last-run',
      'ageing',
      'salesforce-login',
      'salesforce-fields',
      'salesforce-calls',
      'salesforce-parked',
    ]),
  );
});

const agedTiny = {
  ...{ basis: 'b', since: '2026-01-04', checked: '2026-02-22', moved: { health: '2025-12-28' } },
  aged: { health: { on: '2026-02-22', psi: 0.5, metrics: ['users_7d'] } },
};

const cases: Record<string, BrokenCase> = {
  'a required column of a source is missing': {
    broken: { sql: ['ALTER TABLE source.usage_daily DROP COLUMN usage_date'] },
    found: [
      /^problem sources source table usage_daily: The table usage_daily has no column usage_date; add it/,
      /^not-checked freshness .*wrong with source tables/,
    ],
  },
  'a column that measures rest on is missing': {
    broken: { sql: ['ALTER TABLE source.usage_daily DROP COLUMN minutes'] },
    found: [/^warning sources source table usage_daily: .* no column minutes/],
  },
  'there is no table of accounts': {
    broken: { sql: ['DROP TABLE source.accounts'] },
    found: [/^problem sources source table accounts: There is no table/, /^not-checked freshness/],
  },
  'a table that metrics read is missing': {
    broken: { sql: ['DROP TABLE source.usage_daily'] },
    found: [/^warning sources source table usage_daily: .*metrics of week have no data/],
  },
  'a feed is late': {
    broken: {
      sql: [
        "UPDATE source.usage_daily SET usage_date = '2026-02-26', loaded_at = '2026-02-26T14:00:00Z'",
      ],
    },
    found: [/^warning freshness source table usage_daily: It is complete through 2026-02-2\d only/],
  },
  'a table of ours is missing': {
    broken: { sql: ['DROP TABLE main.sync_log'] },
    found: [/^problem own-tables table sync_log: It is not there/],
  },
  'a table of ours lacks a column': {
    broken: { sql: ['ALTER TABLE main.sync_log DROP COLUMN reason'] },
    found: [/^problem own-tables table sync_log: .*there is no column reason/],
  },
  'a table of ours has a column of another type': {
    broken: { sql: ['ALTER TABLE main.sync_log ALTER COLUMN reason TYPE BIGINT USING 1'] },
    found: [/^problem own-tables table sync_log: .*reason is INT64, not STRING/],
  },
  'a table of ours has a column too many': {
    broken: { sql: ['ALTER TABLE main.sync_log ADD COLUMN mine VARCHAR'] },
    found: [/^problem own-tables table sync_log: .*a column mine too many/],
  },
  'a table of ours has other partitions': {
    broken: {
      sql: [
        `UPDATE kenko.layouts SET layout = replace(layout, '"partition":"date"', '"partition":null')
         WHERE "table" = 'score_history'`,
      ],
    },
    found: [/^problem own-tables table score_history: .*not partitioned by date/],
  },
  'a topic is missing': {
    broken: {
      examined: ({ bus }) => ({
        bus: Object.assign(Object.create(bus), { missing: async () => ['topics/kenko-x'] }),
      }),
    },
    found: [/^problem queues .*There is no topics\/kenko-x/],
  },
  'an index is missing': {
    broken: {
      examined: ({ snapshots }) => ({
        snapshots: Object.assign(Object.create(snapshots), {
          get: () => undefined,
          query: async (query: { collection: { path: string } }) => {
            if (query.collection.path !== 'days') return [];
            throw new Rejected('bad-request', 'The query requires an index.');
          },
          count: async () => 0,
        }),
      }),
    },
    found: [
      /^problem indexes index of days on pack, date: .*requires an index/,
      /^warning last-run/,
    ],
  },
  'a score has aged': {
    broken: {
      examined: ({ pack, snapshots }) => ({
        pack: {
          ...pack,
          scores: pack.scores.map((score) => ({
            ...score,
            scorecards: score.scorecards.map((card) => ({ ...card, tunedUntil: '2025-12-31' })),
          })),
        },
        snapshots: {
          get: async (asked: Parameters<typeof snapshots.get>[0]) =>
            asked.collection.path === 'ageing'
              ? { id: 'tiny', version: '1', data: agedTiny }
              : snapshots.get(asked),
          query: snapshots.query.bind(snapshots),
          count: snapshots.count.bind(snapshots),
        } as unknown as typeof snapshots,
      }),
    },
    found: [
      /^warning ageing age of the scorecards: Health: It has aged: by 2026-02-22.* on 2026-01-04. So have Users \(7 days\)/,
    ],
  },
  'documents cannot be read': {
    broken: {
      examined: () => ({
        snapshots: new Proxy({} as never, {
          get: () => () => Promise.reject(new Unauthorized('unauthorized', 'firestore: no')),
        }),
      }),
    },
    found: [
      /^problem documents .*Access is refused: firestore: no/,
      /^not-checked indexes/,
      /^not-checked freshness/,
      /^not-checked last-run .*wrong with documents/,
      /^not-checked ageing/,
      /^not-checked salesforce-parked/,
    ],
  },
  'nothing has run yet': {
    broken: { run: null },
    found: [/^warning last-run last run: No run has been started/],
  },
  'the last run is old': {
    broken: { run: { reached: { finished: '2026-02-28T17:05:00Z' } } },
    found: [/^problem last-run last run: .*run-1, did so 31 hours ago/],
  },
  'the last run failed': {
    broken: { run: { state: 'failed', failure: { code: 'x', message: 'No table accounts.' } } },
    found: [/^problem last-run .*failed: No table accounts/, /^warning last-run .*finished yet/],
  },
  'the last run is held': {
    broken: { run: { state: 'held' } },
    found: [/^warning last-run .*run-1 is held/, /^warning last-run .*finished yet/],
  },
  'the clock is ahead': {
    broken: { examined: () => ({ serverTime: async () => new Date(now.getTime() - 400_000) }) },
    found: [/^problem clock .*400 s ahead/],
  },
  'the clock is a minute behind': {
    broken: { examined: () => ({ serverTime: async () => new Date(now.getTime() + 60_000) }) },
    found: [/^warning clock .*60 s behind/],
  },
  'nobody says what time it is': {
    broken: {
      examined: () => ({
        serverTime: async () => {
          throw new Retryable('unavailable', 'Nothing answers at https://x.example.');
        },
      }),
    },
    found: [/^problem clock .*There is no answer: Nothing answers/],
  },
  'Google takes no credentials': {
    broken: {
      examined: () => ({
        googleToken: async () => {
          throw new Unauthorized('unauthorized', 'google: there are no credentials that work');
        },
      }),
    },
    found: [
      /^problem google-credentials .*no credentials that work/,
      /^not-checked sources .*wrong with Google credentials/,
      /^not-checked own-tables/,
      /^not-checked documents/,
      /^not-checked indexes/,
      /^not-checked queues/,
      /^not-checked freshness/,
      /^not-checked last-run/,
      /^not-checked ageing/,
      /^not-checked salesforce-parked/,
    ],
  },
};

describe('finds that', () => {
  it.each(Object.entries(cases))('%s', (_, broken) => expectFindings(broken));

  it('a run is old on a laptop, where nothing is scheduled, is no more than a warning', async () => {
    const findings = await findingsOf({
      run: { reached: { finished: '2026-02-20T00:00:00Z' } },
      examined: () => ({ place: 'local' }),
    });
    expect(wrongIn(findings)).toEqual([expect.stringMatching(/^warning last-run/)]);
  });
});
