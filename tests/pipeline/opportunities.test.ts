/** Outcomes with their reasons from Salesforce's opportunities, by the mapping beside the metrics. */
import { expect, it } from 'vitest';
import { translateGoogleSql } from '../../functions/local/googlesql/translate.ts';
import { outcomesFromSalesforce, salesforceTables } from '../support/sql/opportunities.ts';
import { openTestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

it('a lost renewal is a churn with its reason from the picklist, won ones are what their type says', async () => {
  const path = 'rules/tiny/pack.yaml';
  const pack = `${tinyPackFiles().get(path)}tables: { outcomes: { table: salesforce_outcomes } }\n`;
  const system = await openTestSystem({ files: tinyPackFiles({ [path]: pack }) });
  await createWorld(system);
  await execute(system, [
    ...salesforceTables,
    `CREATE VIEW source.salesforce_outcomes AS ${translateGoogleSql(outcomesFromSalesforce)}`,
  ]);
  await system.run('2026-03-01T17:00:00Z');
  const found = await system.warehouse.query(
    'SELECT account_id, kind, mrr, reason FROM outcomes ORDER BY account_id',
  );
  expect(found.map((row) => Object.values(row))).toEqual([
    ['a1', 'churned', 100, 'price'],
    ['a2', 'churned', 100, 'price'],
    ['a3', 'churned', 100, 'merged with parent'],
    ['a4', 'renewed', 83.33, null],
    ['a5', 'renewed', 200, null],
    ['a6', 'expanded', 100, null],
    ['a7', 'contracted', 100, null],
  ]);
  expect(system.entries.filter(({ event }) => event === 'copy-delayed')).toEqual([]);
  await system.close();
});
