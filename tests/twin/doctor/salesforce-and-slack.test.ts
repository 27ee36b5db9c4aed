/** What a doctor finds of Salesforce and Slack: logins, fields, tasks, accounts that are refused. */
import { describe, expect, it } from 'vitest';
import { Rejected, Retryable, Unauthorized } from '../../../functions/errors.ts';
import type { Crm, CrmField } from '../../../functions/ports/crm.ts';
import type { Messenger } from '../../../functions/ports/messenger.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { type BrokenCase, expectFindings } from '../../support/doctor/broken-case.ts';
import { type Breakage, findingsOf, wrongIn } from '../../support/doctor/fixture.ts';
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

const cases: Record<string, BrokenCase> = {
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
  it.each(Object.entries(cases))('%s', (_, broken) => expectFindings(broken));
});
