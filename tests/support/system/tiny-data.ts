/** Nine accounts over two weeks, and what changes from one run to the next. */
import type { TestSystem } from './test-system.ts';

export const accountIds = Array.from({ length: 9 }, (_, i) => `a${i + 1}`);

const create = [
  'CREATE SCHEMA IF NOT EXISTS source',
  `CREATE TABLE source.accounts (account_id VARCHAR, name VARCHAR, owner VARCHAR,
     valid_from TIMESTAMPTZ, valid_to TIMESTAMPTZ)`,
  `CREATE TABLE source.usage_daily (account_id VARCHAR, usage_date DATE, active_users BIGINT,
     minutes BIGINT, actions BIGINT, errors BIGINT, loaded_at TIMESTAMPTZ)`,
];

export async function execute(system: TestSystem, statements: readonly string[]): Promise<void> {
  await system.warehouse.transaction(async (connection) => {
    for (const statement of statements) await connection.run(statement);
  });
}

/** A row of usage that arrives in the evening of its day. */
export const usage = (account: string, date: string, users: number, minutes: number): string =>
  `INSERT INTO source.usage_daily VALUES ('${account}', '${date}', ${users}, ${minutes}, 1, 0, '${date}T14:00:00Z')`;

/** Another row in the place of that account's and day's, as keys are single. */
export const correctedUsage = (
  account: string,
  date: string,
  users: number,
  minutes: number,
): string[] => [
  `DELETE FROM source.usage_daily WHERE account_id = '${account}' AND usage_date = '${date}'`,
  usage(account, date, users, minutes),
];

/** The world up to 2026-03-01, and a Salesforce record for every account. */
export async function createWorld(system: TestSystem): Promise<void> {
  const rows = accountIds.flatMap((account, i) => [
    `INSERT INTO source.accounts VALUES ('${account}', 'Account ${i + 1}', 'csm-${i % 2}@example.com', NULL, NULL)`,
    ...Array.from({ length: 14 }, (_, day) =>
      usage(account, `2026-02-${15 + day}`, i + (day % 2), 8 * i),
    ),
    usage(account, '2026-03-01', i, 8 * i),
  ]);
  await execute(system, [...create, ...rows]);
  system.salesforce.seedAccounts(
    accountIds.map((account) => ({ Kenko_Account_Id__c: account, Name: `Record of ${account}` })),
  );
}

/** Three accounts more: of fewer than ten, a run is only held where all are gone. */
export const furtherIds = ['b1', 'b2', 'b3'];

export async function furtherAccounts(system: TestSystem): Promise<void> {
  await execute(
    system,
    furtherIds.flatMap((account, i) => [
      `INSERT INTO source.accounts VALUES ('${account}', 'Further ${i + 1}', 'csm-0@example.com', NULL, NULL)`,
      ...Array.from({ length: 14 }, (_, day) => usage(account, `2026-02-${15 + day}`, 6, 60)),
      usage(account, '2026-03-01', 6, 60),
    ]),
  );
  system.salesforce.seedAccounts(
    furtherIds.map((account) => ({ Kenko_Account_Id__c: account, Name: `Record of ${account}` })),
  );
}

/** Another day: three accounts move, one for the better. */
export async function nextDay(system: TestSystem, date: string): Promise<void> {
  await execute(
    system,
    accountIds.map((account, i) =>
      usage(account, date, i === 2 ? 9 : i === 8 ? 0 : i, i === 1 ? 400 : 8 * i),
    ),
  );
}

/** What is corrected of a day that was run already. */
export async function lateRows(system: TestSystem, date: string): Promise<void> {
  await execute(system, correctedUsage('a4', date, 12, 500));
}

/** An account leaves: its validity ends. */
export async function leave(system: TestSystem, account: string, at: string): Promise<void> {
  await execute(system, [
    `UPDATE source.accounts SET valid_to = '${at}' WHERE account_id = '${account}'`,
  ]);
}
