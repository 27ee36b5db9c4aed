/** Columns of types that teams' tables have, and what the same rows are worth in all of them. */
import { expect } from 'vitest';
import { openTestSystem, type TestSystem } from './test-system.ts';
import { createWorld, execute } from './tiny-data.ts';

const retyped = (table: string, column: string, type: string, using: string): string =>
  `ALTER TABLE source.${table} ALTER COLUMN ${column} SET DATA TYPE ${type} USING ${using}`;

/** Before the run of 2026-03-01 one account left, and a row of that day was not there yet. */
const world = [
  "UPDATE source.accounts SET valid_from = '2025-12-31T15:00:00Z'",
  "UPDATE source.accounts SET valid_to = '2026-02-20T00:00:00Z' WHERE account_id = 'a9'",
  "UPDATE source.usage_daily SET loaded_at = '2026-03-01T16:00:00Z' WHERE account_id = 'a4' AND usage_date = '2026-03-01'",
];
const zone = 'Asia/Tokyo';
const local = (column: string): string => `timezone('${zone}', ${column})`;

/** By what is another type, the statements that make it so. */
export const readableTypes: Record<string, string[]> = {
  'whole numbers as NUMERIC': [
    retyped('usage_daily', 'minutes', 'DECIMAL(38, 9)', 'CAST(minutes AS DECIMAL(38, 9))'),
  ],
  'whole numbers as FLOAT64': [retyped('usage_daily', 'minutes', 'DOUBLE', 'minutes')],
  'whole numbers as STRING': [
    retyped('usage_daily', 'minutes', 'VARCHAR', "concat(' ', minutes, '\u00a0')"),
  ],
  'days as DATETIME': [
    retyped('usage_daily', 'usage_date', 'TIMESTAMP', 'usage_date + INTERVAL 9 HOUR'),
  ],
  'days as TIMESTAMP': [
    retyped(
      'usage_daily',
      'usage_date',
      'TIMESTAMPTZ',
      `timezone('${zone}', usage_date::TIMESTAMP)`,
    ),
  ],
  'days as STRING': [
    retyped('usage_daily', 'usage_date', 'VARCHAR', "strftime(usage_date, '%Y-%-m-%-d')"),
  ],
  'days as STRING with the time of another zone': [
    retyped('usage_daily', 'usage_date', 'VARCHAR', "concat(usage_date, 'T09:00:00-05:00')"),
  ],
  'instants as DATETIME': [
    retyped('usage_daily', 'loaded_at', 'TIMESTAMP', local('loaded_at')),
    retyped('accounts', 'valid_from', 'TIMESTAMP', local('valid_from')),
    retyped('accounts', 'valid_to', 'TIMESTAMP', local('valid_to')),
  ],
  'instants as STRING': [
    retyped(
      'usage_daily',
      'loaded_at',
      'VARCHAR',
      "strftime(loaded_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ')",
    ),
    retyped(
      'accounts',
      'valid_to',
      'VARCHAR',
      `strftime(${local('valid_to')}, '%Y-%m-%d %H:%M:%S')`,
    ),
  ],
  'instants as days alone, which begin in the pack’s zone': [
    retyped('accounts', 'valid_from', 'DATE', `CAST(${local('valid_from')} AS DATE)`),
  ],
  'ids as whole numbers': ['accounts', 'usage_daily'].map((table) =>
    retyped(table, 'account_id', 'BIGINT', 'CAST(substr(account_id, 2) AS BIGINT)'),
  ),
};

/** Types that nothing can be made of, and the sentence of each. */
export const unreadableTypes: Record<string, { statements: string[]; sentence: string }> = {
  'a repeated column': {
    statements: [retyped('usage_daily', 'minutes', 'VARCHAR[]', '[CAST(minutes AS VARCHAR)]')],
    sentence: 'usage_daily.minutes is ARRAY<STRING>; INT64 is expected.',
  },
  'a structure': {
    statements: [retyped('usage_daily', 'active_users', 'STRUCT(n BIGINT)', "{'n': active_users}")],
    sentence: 'usage_daily.active_users is STRUCT; INT64 is expected.',
  },
  'a truth for a day': {
    statements: [retyped('usage_daily', 'usage_date', 'BOOLEAN', 'TRUE')],
    sentence: 'usage_daily.usage_date is BOOL; DATE is expected.',
  },
};

/** A system whose tables the statements have changed; the caller closes it. */
export async function systemWith(statements: readonly string[]): Promise<TestSystem> {
  const system = await openTestSystem();
  await createWorld(system);
  await execute(system, world);
  // A table that a transaction wrote to is not laid out anew in it.
  for (const statement of statements) await execute(system, [statement]);
  return system;
}

/** Results of a run of 2026-03-01, by the number in the account's id. */
export async function resultsOf(system: TestSystem): Promise<unknown[]> {
  const { state, failure } = await system.run('2026-03-01T17:00:00Z');
  expect(failure?.message ?? state).toBe('finished');
  const rows = await system.warehouse.query(
    'SELECT account_id, points, confidence, band, state FROM score_history',
  );
  return rows
    .map(({ account_id: id, ...row }) => ({ account: Number(/\d+/.exec(String(id))?.[0]), ...row }))
    .sort((a, b) => a.account - b.account);
}
