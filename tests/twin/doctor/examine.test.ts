/** Each thing that can be wrong with an environment is found, and only that. */
import { describe, expect, it } from 'vitest';
import { Rejected, Retryable, Unauthorized } from '../../../functions/errors.ts';
import type { Crm, CrmField } from '../../../functions/ports/crm.ts';
import type { Messenger } from '../../../functions/ports/messenger.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { type Breakage, findingsOf, now, wrongIn } from '../../support/doctor/fixture.ts';
import { signalPackFiles } from '../../support/system/tiny-signals.ts';

it.each<[string, NonNullable<NonNullable<Breakage['field']>['as']>]>([
  ['Kenko_Band__c', { length: 7 }],
  ['Kenko_Band__c', { type: 'picklist', values: ['red'] }],
  [
    'Kenko_Band__c',
    { type: 'picklist', values: ['unknown', 'red', 'yellow', 'green'], restricted: true },
  ],
  ['Kenko_Health__c', { type: 'percent', precision: 5, scale: 2 }],
  ['Kenko_Owner__c', { type: 'email', length: 255 }],
])('finds nothing in %s that takes all that is written: %j', async (name, as) => {
  expect(wrongIn(await findingsOf({ field: { name, as } }))).toEqual([]);
});

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
      'salesforce-login',
      'salesforce-fields',
      'salesforce-calls',
      'salesforce-parked',
    ]),
  );
});

const refused = {
  id: 'a4',
  version: '1',
  data: {
    ...{ state: 'parked', code: 'STRING_TOO_LONG', fields: ['Kenko_Owner__c'] },
    ...{ since: '2026-02-20T17:00:00Z', at: '2026-03-01T20:00:00Z' },
  },
};

const field = (name: string, as: NonNullable<Breakage['field']>['as']): Breakage => ({
  field: { name, as },
});

/** Signals that make tasks, in an org that describes tasks otherwise; null: shows none. */
const tasks = (change: (field: CrmField) => CrmField | null): Breakage => ({
  examined: ({ crm }) => ({
    pack: parsePack(signalPackFiles()),
    crm: new Proxy(crm as Crm, {
      get: (org, name: keyof Crm) =>
        name !== 'describe'
          ? (...given: unknown[]) => (org[name] as (...of: unknown[]) => unknown)(...given)
          : async (object: string) => {
              const fields = await org.describe(object);
              if (object !== 'Task') return fields;
              return fields.flatMap((field) => change(field) ?? []);
            },
    }),
  }),
});
const taskKey = (changes: Partial<CrmField>) =>
  tasks((field) => (field.name === 'Kenko_Key__c' ? { ...field, ...changes } : field));

const slack = (workspace: () => Promise<string>, signals = true): Breakage => ({
  examined: ({ pack }) => ({
    pack: signals ? parsePack(signalPackFiles()) : pack,
    messenger: { workspace } as Messenger,
  }),
});
const refusing = (error: Error) => slack(() => Promise.reject(error));

it('looks at the token for Slack where signals go there', async () => {
  const findings = await findingsOf(slack(async () => 'Acme'));
  expect(wrongIn(findings)).toEqual([]);
  expect(findings.find(({ id }) => id === 'slack-token')?.said?.en).toBe('It opens Acme.');
  const untold = await findingsOf(slack(() => Promise.reject(new Error('asked')), false));
  expect(untold.map(({ id }) => id)).not.toContain('slack-token');
});

it('looks at tasks where signals make them', async () => {
  const findings = await findingsOf(tasks((field) => field));
  expect(wrongIn(findings)).toEqual([]);
  const title = { en: 'Task.Kenko_Key__c', ja: 'Task.Kenko_Key__c' };
  expect(findings).toContainEqual(
    expect.objectContaining({ id: 'salesforce-fields', outcome: 'ok', checked: title }),
  );
});

const cases: Record<string, { broken: Breakage; found: RegExp[] }> = {
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
  'the password is wrong': {
    broken: { auth: { clientSecret: 'not-the-secret' } },
    found: [
      /^problem salesforce-login .*the login was refused/,
      /^not-checked salesforce-fields/,
      /^not-checked salesforce-calls/,
    ],
  },
  'a field is missing': {
    broken: field('Kenko_Health__c', null),
    found: [/^problem salesforce-fields Account\.Kenko_Health__c: It is not there/],
  },
  'a field is of another type': {
    broken: field('Kenko_Health__c', { type: 'checkbox' }),
    found: [/^problem salesforce-fields Account\.Kenko_Health__c: It is of type boolean/],
  },
  'a field may not be written': {
    broken: field('Kenko_Band__c', { readOnly: true }),
    found: [/^problem salesforce-fields Account\.Kenko_Band__c: .*may not write/],
  },
  'a field is too short': {
    broken: field('Kenko_Reasons__c', { length: 1000 }),
    found: [/^warning salesforce-fields Account\.Kenko_Reasons__c: It takes 1000 characters/],
  },
  'a field rounds what is written': {
    broken: field('Kenko_Health__c', { scale: 0 }),
    found: [/^problem salesforce-fields Account\.Kenko_Health__c: It keeps 0 decimal places/],
  },
  'a picklist lacks a band': {
    broken: field('Kenko_Band__c', {
      type: 'picklist',
      values: ['red', 'yellow', 'green'],
      restricted: true,
    }),
    found: [
      /^problem salesforce-fields Account\.Kenko_Band__c: It is a restricted picklist without "unknown": accounts that are to show it are refused/,
    ],
  },
  'a field is shorter than a band': {
    broken: field('Kenko_Band__c', { length: 5 }),
    found: [
      /^problem salesforce-fields Account\.Kenko_Band__c: It takes 5 characters, so "unknown" \(7\) is refused/,
    ],
  },
  'a picklist takes only what it names, and the data decide': {
    broken: field('Kenko_Owner__c', { type: 'picklist', values: ['csm'], restricted: true }),
    found: [/^warning salesforce-fields Account\.Kenko_Owner__c: .*of 1 values, and the data/],
  },
  'a number has more digits than its field': {
    broken: field('Kenko_Health__c', { precision: 4, scale: 2 }),
    found: [
      /^problem salesforce-fields Account\.Kenko_Health__c: It takes numbers up to 99\.99, but what is written goes up to 100/,
    ],
  },
  'the external id takes no account of case': {
    broken: field('Kenko_Account_Id__c', { caseSensitive: false }),
    found: [/^warning salesforce-fields Account\.Kenko_Account_Id__c: It takes "ABC" and "abc"/],
  },
  'the external id is none': {
    broken: field('Kenko_Account_Id__c', { externalId: false }),
    found: [/^problem salesforce-fields Account\.Kenko_Account_Id__c: It is no External ID/],
  },
  'the external id is not unique': {
    broken: field('Kenko_Account_Id__c', { unique: false }),
    found: [/^warning salesforce-fields Account\.Kenko_Account_Id__c: It is not Unique/],
  },
  'tasks have no field for their key': {
    broken: tasks((field) => (field.name === 'Kenko_Key__c' ? null : field)),
    found: [/^problem salesforce-fields Task\.Kenko_Key__c: It is not there/],
  },
  'the key of tasks is no text': {
    broken: taskKey({ type: 'double' }),
    found: [/^problem salesforce-fields Task\.Kenko_Key__c: It is of type double/],
  },
  'the key of tasks is cut off': {
    broken: taskKey({ length: 80 }),
    found: [/^warning salesforce-fields Task\.Kenko_Key__c: It takes 80 characters/],
  },
  'tasks may not be made': {
    broken: tasks((field) => ({ ...field, createable: false })),
    found: [
      /^problem salesforce-fields Task\.Kenko_Key__c: .*may not write Kenko_Key__c, WhatId, Subject/,
    ],
  },
  'tasks cannot be seen': {
    broken: tasks(() => {
      throw new Rejected('not-found', 'salesforce: there is no Task');
    }),
    found: [/^problem salesforce-fields Task\.Kenko_Key__c: .*sees no tasks/],
  },
  'Slack refuses the token': {
    broken: refusing(new Unauthorized('token_revoked', 'slack: auth.test: token_revoked')),
    found: [/^problem slack-token token for Slack: Slack refuses it: .*token_revoked/],
  },
  'there is no token for Slack': {
    broken: refusing(new Rejected('not-configured', 'notify is not configured for messenger.')),
    found: [/^problem slack-token token for Slack: There is none/],
  },
  'Slack does not answer': {
    broken: refusing(new Retryable('unavailable', 'slack: auth.test got no answer')),
    found: [/^problem slack-token .*There is no answer/],
  },
  'the object is another one': {
    broken: {
      examined: ({ pack }) => ({
        pack: { ...pack, salesforce: pack.salesforce && { ...pack.salesforce, object: 'Lead' } },
      }),
    },
    found: [
      /^problem salesforce-login .*There is no object Lead/,
      /^not-checked salesforce-fields/,
      /^not-checked salesforce-calls/,
    ],
  },
  'the calls of the day are nearly used up': {
    broken: { usedCalls: 900_000 },
    found: [/^warning salesforce-calls .*90000\d of 1000000 calls/],
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
      /^not-checked salesforce-parked/,
    ],
  },
  'Salesforce refuses accounts': {
    broken: {
      examined: ({ snapshots }) => ({
        snapshots: {
          get: snapshots.get.bind(snapshots),
          query: async (query: Parameters<typeof snapshots.query>[0]) =>
            query.collection.path === 'crm' ? [refused] : snapshots.query(query),
          count: async () => 12,
        } as unknown as typeof snapshots,
      }),
    },
    found: [
      /^warning salesforce-parked .*12 accounts are refused: a4 \(STRING_TOO_LONG Kenko_Owner__c, since 2026-02-20\); \.\.\. \(12\)/,
    ],
  },
  'no Salesforce is set up': {
    broken: { examined: () => ({ crm: undefined as never }) },
    found: [
      /^not-checked salesforce-login .*no Salesforce is set up/,
      /^not-checked salesforce-fields .*no Salesforce/,
      /^not-checked salesforce-calls .*no Salesforce/,
    ],
  },
};

describe('finds that', () => {
  it.each(Object.entries(cases))('%s', async (_, { broken, found }) => {
    const findings = await findingsOf(broken);
    const wrong = wrongIn(findings);
    expect(wrong).toEqual(found.map((pattern) => expect.stringMatching(pattern)));
    for (const { outcome, said, advice } of findings) {
      if (outcome === 'ok') continue;
      expect(said?.ja).toMatch(/[ぁ-ん]/);
      if (outcome !== 'not-checked') expect(advice?.ja).toMatch(/[ぁ-ん]/);
    }
  });

  it('a run is old on a laptop, where nothing is scheduled, is no more than a warning', async () => {
    const findings = await findingsOf({
      run: { reached: { finished: '2026-02-20T00:00:00Z' } },
      examined: () => ({ place: 'local' }),
    });
    expect(wrongIn(findings)).toEqual([expect.stringMatching(/^warning last-run/)]);
  });
});
