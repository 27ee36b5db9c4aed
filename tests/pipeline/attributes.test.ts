import { afterEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

let system: TestSystem;
afterEach(() => system.close());

it('the attributes of an account are shown whatever their type, as the team has them', async () => {
  const pack = 'rules/tiny/pack.yaml';
  const contract = 'sql/sources/accounts.yaml';
  const texts = tinyPackFiles();
  const given = (path: string): string => String(texts.get(path));
  system = await openTestSystem({
    files: tinyPackFiles({
      [pack]: given(pack).replace('[name, owner]', '[name, created_on, mrr, seats, rating, pilot]'),
      [contract]: given(contract).replace(
        'columns:\n',
        `columns:
  - { name: seats, type: INT64, description: Seats. }
  - { name: rating, type: FLOAT64, description: Rating. }
  - { name: pilot, type: BOOL, description: Whether it is a pilot. }
`,
      ),
      'rules/tiny/salesforce.yaml': null,
    }),
  });
  await createWorld(system);
  await execute(system, [
    'ALTER TABLE source.accounts ADD COLUMN created_on DATE',
    'ALTER TABLE source.accounts ADD COLUMN mrr DECIMAL(38, 9)',
    'ALTER TABLE source.accounts ADD COLUMN seats BIGINT',
    'ALTER TABLE source.accounts ADD COLUMN rating DOUBLE',
    'ALTER TABLE source.accounts ADD COLUMN pilot BOOLEAN',
    `UPDATE source.accounts SET created_on = '2024-02-29', mrr = 1250.5, seats = 12,
       rating = 0.25, pilot = FALSE WHERE account_id = 'a2'`,
  ]);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  const shown = async (id: string) =>
    (await system.runtime.snapshots.get(ref(accounts, id)))?.data.attributes;
  expect(await shown('a2')).toEqual({
    name: 'Account 2',
    created_on: '2024-02-29',
    mrr: 1250.5,
    seats: 12,
    rating: 0.25,
    pilot: false,
  });
  const none = { created_on: null, mrr: null, seats: null, rating: null, pilot: null };
  expect(await shown('a3')).toEqual({ name: 'Account 3', ...none });
});
