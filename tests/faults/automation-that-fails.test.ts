/** A month with an org whose triggers and flows fail now and then: every record is right in the end. */
import { afterEach, expect, it } from 'vitest';
import { Random } from '../../functions/local/demo/random.ts';
import type { FieldData } from '../../functions/local/salesforce/accounts.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../functions/records/documents.ts';
import { crmFields } from '../../functions/sync/crm-fields.ts';
import { sameInCrm } from '../../functions/sync/field-values.ts';
import { openSystemWithOrg, reconciled } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const days = 28;
const many = 600;
const ids = Array.from({ length: many }, (_, i) => `b${1_000 + i}`);
/** Its owner's spelling breaks a rule of the org until somebody mends the rule. */
const unwelcome = 'b1300';
const mendedOn = 20;

let system: TestSystem;
afterEach(() => system.close());

/** Of March; days of February are 0 and less. */
const dateOf = (day: number): string => new Date(Date.UTC(2026, 2, day)).toISOString().slice(0, 10);
/** Enough chance for some hundred results to change from day to day, and no band of most. */
const usageOf = (day: number): string =>
  `INSERT INTO source.usage_daily
     SELECT 'b' || (1000 + i), DATE '${dateOf(day)}',
       CASE WHEN hash(i * 1000 + ${day}) % 8 = 0 THEN 6 ELSE 3 END, hash(i * 1000 + ${day}) % 80, 1, 0,
       TIMESTAMPTZ '${dateOf(day)}T14:00:00Z' FROM range(${many}) t(i)`;

/** What goes wrong in automation, as Salesforce hands it on. */
const lock = {
  statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  message:
    'RollupTrigger: execution of AfterUpdate\n\ncaused by: System.DmlException: Update failed. First exception on row 0; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []',
  fields: [],
};
const flow = {
  statusCode: 'CANNOT_EXECUTE_FLOW_TRIGGER',
  message:
    "We can't save this record because the “Segment” process failed. This error occurred when the flow tried to update records: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: SegmentTrigger: System.LimitException: Too many SOQL queries: 101.",
  fields: [],
};
const rule = {
  statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  message: 'Health must not be set before a kick-off.',
  fields: ['Kenko_Health__c'],
};

it('a month of 600 accounts: what passes is repeated, what a rule refuses is parked until it is mended', async () => {
  const files = [...tinyPackFiles()].map(
    ([path, text]) =>
      [path, text.replace('accounts_per_shard: 3', 'accounts_per_shard: 1000')] as const,
  );
  const opened = await openSystemWithOrg({ files: new Map(files) });
  system = opened.system;
  const { org } = opened;
  await createWorld(system);
  await execute(system, [
    `INSERT INTO source.accounts
       SELECT 'b' || (1000 + i), 'Further', 'csm-0@example.com', NULL, NULL FROM range(${many}) t(i)`,
    ...Array.from({ length: 7 }, (_, i) => usageOf(i - 6)),
  ]);
  system.salesforce.seedAccounts(ids.map((id) => ({ Kenko_Account_Id__c: id, Name: id })));

  const random = new Random(4);
  let failures = 0;
  const parkedOn: string[][] = [];
  for (let day = 1; day <= days; day++) {
    // Some days are quiet, some bad.
    const share = random.pick([0, 0.01, 0.05, 0.2]);
    org.automation.mostRows = random.pick([200, 200, 120, 45, 7]);
    org.automation.onSave = (record: FieldData) => {
      if (record.Kenko_Account_Id__c === unwelcome && day < mendedOn) return rule;
      if (!random.chance(share)) return undefined;
      failures += 1;
      return random.pick([lock, lock, flow]);
    };
    await execute(system, [usageOf(day)]);
    const { state } = await system.run(`${dateOf(day)}T17:00:00Z`);
    expect(state).toBe('finished');
    await reconciled(system, `${dateOf(day)}T20:00:00Z`);
    parkedOn.push(await inState('parked'));
  }

  expect(failures).toBeGreaterThan(300);
  // Only what no repeating could write was ever given up, and that only while it could not be.
  expect(
    parkedOn
      .slice(0, mendedOn - 1)
      .flat()
      .every((id) => id === unwelcome),
  ).toBe(true);
  expect(parkedOn.slice(mendedOn - 1).flat()).toEqual([]);
  expect(parkedOn[mendedOn - 2]).toEqual([unwelcome]);

  // The last rows that still wait are through once it is quiet.
  org.automation.onSave = undefined;
  org.automation.mostRows = undefined;
  await reconciled(system, `${dateOf(days)}T21:00:00Z`);
  expect(await inState('parked')).toEqual([]);
  expect(await inState('pending')).toEqual([]);
  expect(await wrongRecords()).toEqual([]);
});

async function inState(state: string): Promise<string[]> {
  const documents = await system.runtime.snapshots.getAll(ids.map((id) => ref(crmAccounts, id)));
  return ids.filter((_, i) => documents[i]?.data.state === state);
}

/** Accounts whose record shows something else than their document. */
async function wrongRecords(): Promise<string[]> {
  const mapping = system.runtime.pack.salesforce;
  if (!mapping) throw new Error('the pack has no mapping');
  const shown = new Map(
    system.salesforce.accounts().map((record) => [record.Kenko_Account_Id__c, record]),
  );
  const documents = await system.runtime.snapshots.getAll(ids.map((id) => ref(accounts, id)));
  return ids.filter((id, i) => {
    const document = documents[i]?.data;
    const record = shown.get(id);
    if (!document || !record) return true;
    return !Object.entries(crmFields(mapping, document)).every(([name, value]) =>
      sameInCrm(value, record[name] ?? null),
    );
  });
}
